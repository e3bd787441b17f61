internal import CSockets
internal import Glibc

/// The service manager that started this process, if one did: what it handed over, and what it wants to be told
/// (sd_notify(3), sd_listen_fds(3)).
public enum ServiceManager {
    /// Tells it lines such as `READY=1`; nothing happens where there is none.
    public static func notify(_ lines: String...) {
        _ = unsafe lines.joined(separator: "\n").withCString { unsafe patchway_notify($0) }
    }

    /// Tells it that a reload has begun; `READY=1` ends it.
    public static func notifyReloading() {
        notify("RELOADING=1", "MONOTONIC_USEC=\(patchway_monotonic_ns() / 1_000)")
    }

    /// Milliseconds after which it wants to hear that all is well, or nil.
    public static var watchdogInterval: Int? {
        guard let text = environment("WATCHDOG_USEC"), let microseconds = Int(text), microseconds > 0,
            environment("WATCHDOG_PID").map({ $0 == "\(getpid())" }) ?? true
        else { return nil }
        // Twice in the time that it waits.
        return max(microseconds / 2_000, 1)
    }

    /// The sockets that it opened for this process, made ready; they are handed over once.
    ///
    /// A socket is for DNS, for DNS over TLS where its name (`FileDescriptorName=`) is `dot`, for DNS over HTTPS where it is
    /// `doh`.
    /// - Throws: when one of them is none that can be served on.
    public static func sockets() throws(ServerError) -> [InheritedSocket] {
        guard environment("LISTEN_PID") == "\(getpid())", let words = environment("LISTEN_FDS") else { return [] }
        guard let count = Int(words), (1...64).contains(count) else {
            throw .invalid("LISTEN_FDS is a number of sockets from 1 to 64")
        }
        let names = (environment("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { _ = unsafe unsetenv(name) }
        var sockets: [InheritedSocket] = []
        for index in 0..<count {
            sockets.append(try InheritedSocket(Int32(3 + index), name: index < names.count ? String(names[index]) : ""))
        }
        return sockets
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// A socket that was open when this process began.
public struct InheritedSocket: Sendable {
    let descriptor: Int32
    let listener: Listener
    let isStream: Bool

    /// Octets asked for as socket buffers.
    private static let bufferSize: Int32 = 4 << 20

    init(_ descriptor: Int32, name: String) throws(ServerError) {
        var peer = patchway_peer()
        let kind = unsafe patchway_adopt(descriptor, Self.bufferSize, &peer)
        guard kind > 0, let address = peer.address else {
            throw .socket("inherited socket \(descriptor)", kind < 0 ? -kind : EINVAL)
        }
        self.descriptor = descriptor
        isStream = kind == Int32(PATCHWAY_STREAMS)
        listener = Listener(
            address: SocketAddress(address, port: peer.port),
            speaks: isStream ? Self.speaks(name) : nil
        )
    }

    private static func speaks(_ name: String) -> StreamProtocol {
        switch name {
        case "dot": .dnsOverTLS
        case "doh": .dnsOverHTTPS
        default: .dns
        }
    }

    /// A copy for one worker, which closes it.
    func copy() throws(ServerError) -> ListeningSocket {
        let copy = patchway_duplicate(descriptor)
        guard copy >= 0 else { throw .socket("inherited socket \(descriptor)", -copy) }
        return ListeningSocket(descriptor: copy, speaks: listener.speaks)
    }
}
