internal import CSockets

/// The addresses of one upstream, and which of them is asked. Pure.
///
/// One that fails makes way for the next. What was connected to another one than the present is told by its `epoch`.
struct UpstreamAddresses {
    /// All known addresses; none while a host's name has not been resolved.
    private(set) var all: [SocketAddress]
    private var current = 0
    /// Grows whenever another address is asked.
    private(set) var epoch: UInt16 = 0
    /// The present address as the kernel wants it.
    private(set) var peer: patchway_peer?

    /// These addresses, the first one at first.
    init(_ addresses: [SocketAddress]) {
        all = addresses
        peer = addresses.first?.peer
    }

    /// The address that is asked.
    var address: SocketAddress? { all.isEmpty ? nil : all[current] }

    /// Goes on to the next address; false when there is no other.
    mutating func turn() -> Bool {
        guard all.count > 1 else { return false }
        move(to: (current + 1) % all.count)
        return true
    }

    /// Takes over what a name means by now; false when the present address stays.
    mutating func replace(_ addresses: [SocketAddress]) -> Bool {
        let present = address
        all = addresses
        if let present, let place = addresses.firstIndex(of: present) {
            current = place
            return false
        }
        current = 0
        move(to: 0)
        return true
    }

    private mutating func move(to place: Int) {
        current = place
        epoch &+= 1
        peer = address?.peer
    }
}

extension Worker {
    /// Lets upstreams that have failed be asked at their next address.
    mutating func turnAddresses() {
        for upstream in table.groups.takeFailed() where addresses[upstream].turn() { links.end(upstream) }
    }

    /// Takes over addresses that names have by now.
    mutating func take(_ changes: [UpstreamChange]) {
        for change in changes where addresses[change.upstream].replace(change.addresses) { links.end(change.upstream) }
    }
}

/// Addresses that an upstream has by now.
struct UpstreamChange: Sendable, Equatable {
    /// The number of the upstream.
    var upstream: Int
    /// Its addresses.
    var addresses: [SocketAddress]
}
