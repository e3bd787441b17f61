internal import CSockets

/// What a descriptor in the poller belongs to, packed into the 64 bits that epoll carries.
struct PollToken: Equatable {
    /// Kinds of owner.
    enum Kind: UInt8 {
        /// The worker's mailbox.
        case mailbox
        /// A datagram socket for clients; the number is its descriptor.
        case datagrams
        /// A listening stream socket; the number is its descriptor.
        case listener
        /// A client's TCP connection.
        case connection
        /// A datagram socket towards an upstream.
        case upstream
        /// A connection to an upstream.
        case link
    }

    /// The kind of owner.
    let kind: Kind
    /// The generation of its slot, 24 bits.
    let generation: UInt32
    /// The number of its slot.
    let number: Int

    /// A token.
    init(_ kind: Kind, number: Int, generation: UInt32 = 0) {
        self.kind = kind
        self.number = number
        self.generation = generation & 0xFF_FFFF
    }

    /// Unpacks a token.
    init?(bits: UInt64) {
        guard let kind = Kind(rawValue: UInt8(truncatingIfNeeded: bits >> 56)) else { return nil }
        self.kind = kind
        generation = UInt32(truncatingIfNeeded: bits >> 32) & 0xFF_FFFF
        number = Int(UInt32(truncatingIfNeeded: bits))
    }

    /// The packed form.
    var bits: UInt64 { UInt64(kind.rawValue) << 56 | UInt64(generation) << 32 | UInt64(UInt32(number)) }
}

/// An epoll descriptor and the events of one wait.
@safe struct Poller: ~Copyable {
    private let descriptor: Int32
    private let events: UnsafeMutablePointer<patchway_event>

    private static let capacity = 256

    /// What a descriptor waits for.
    struct Interest: OptionSet {
        /// The bits of the C shim.
        let rawValue: UInt32
        /// Octets to read, or the peer's end.
        static let readable = Interest(rawValue: UInt32(PATCHWAY_READABLE))
        /// Room to write.
        static let writable = Interest(rawValue: UInt32(PATCHWAY_WRITABLE))
        /// The peer is gone or the socket has failed; always reported.
        static let closed = Interest(rawValue: UInt32(PATCHWAY_CLOSED))
    }

    /// A new epoll descriptor; nil when the system refuses.
    init?() {
        let descriptor = patchway_epoll_create()
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
        unsafe events = .allocate(capacity: Self.capacity)
    }

    deinit {
        _ = patchway_close(descriptor)
        unsafe events.deallocate()
    }

    /// Watches a descriptor (level-triggered); false when the system refuses.
    @discardableResult
    func add(_ socket: Int32, _ interest: Interest, _ token: PollToken) -> Bool {
        patchway_epoll_add(descriptor, socket, interest.rawValue, token.bits) == 0
    }

    /// Changes what a descriptor waits for.
    func modify(_ socket: Int32, _ interest: Interest, _ token: PollToken) {
        _ = patchway_epoll_modify(descriptor, socket, interest.rawValue, token.bits)
    }

    /// Waits at most so many milliseconds (-1: for ever); gives the number of events.
    mutating func wait(milliseconds: Int32) -> Int {
        unsafe max(0, Int(patchway_epoll_wait(descriptor, events, Int32(Self.capacity), milliseconds)))
    }

    /// An event of the last wait.
    func event(_ index: Int) -> (token: PollToken, state: Interest)? {
        precondition(index < Self.capacity)
        let event = unsafe events[index]
        return PollToken(bits: event.data).map { ($0, Interest(rawValue: event.events)) }
    }
}
