internal import CSockets
internal import DNS
internal import Synchronization

/// One query as a worker noted it: fixed size, no words.
struct CaptureRecord: BitwiseCopyable {
    /// Nanoseconds since 1970.
    var time: UInt64
    /// Nanoseconds from the query's arrival to its reply.
    var elapsed: UInt64
    /// The client.
    var client: patchway_peer
    /// The policy in force.
    var generation: UInt32
    /// What it said.
    var decision: StoredDecision
    /// The type asked for.
    var type: UInt16
    /// The response code of the reply, or `noReply`.
    var code: UInt16
    /// Octets of the question name, and of the alias that matched.
    var nameLength: UInt8 = 0
    var aliasLength: UInt8 = 0
    /// Whether the reply came from the cache.
    var isCached: Bool
    /// What the client speaks on its connection; nil: it asked by datagram.
    var speaks: StreamProtocol?
    /// Whether the client got what the policy says.
    var isEnforced: Bool
    /// The query, where messages are kept.
    var query: ClientQuery?
    /// Octets of the reply, where it is kept.
    var replyLength: UInt16 = 0

    /// The query was dropped.
    static let noReply: UInt16 = 0xFFFF
    /// No query.
    static let none = CaptureRecord(
        time: 0,
        elapsed: 0,
        client: patchway_peer(),
        generation: 0,
        decision: .pass,
        type: 0,
        code: noReply,
        isCached: false,
        speaks: nil,
        isEnforced: false
    )
}

/// A bounded queue of capture records between one worker and the writer thread. Neither side ever waits; when the
/// writer is behind, new records are refused and the worker counts them.
@safe final class CaptureRing: @unchecked Sendable {
    private let capacity: Int
    private let slots: UnsafeMutableRawPointer
    private let written = Atomic<Int>(0)
    private let read = Atomic<Int>(0)

    /// Octets that there are for a reply; 0: none is kept.
    let replyRoom: Int

    private static let nameAt = (MemoryLayout<CaptureRecord>.size + 7) & ~7
    private static let aliasAt = nameAt + 256
    private static let replyAt = aliasAt + 256
    private var slotSize: Int { Self.replyAt + replyRoom }

    /// A ring of `capacity` records, with replies of up to `replyRoom` octets.
    init(capacity: Int = 8_192, replyRoom: Int = 0) {
        self.capacity = capacity
        self.replyRoom = (replyRoom + 15) & ~15
        unsafe slots = .allocate(byteCount: capacity * (Self.replyAt + self.replyRoom), alignment: 16)
    }

    /// A ring for those who want to see whole messages.
    static var withReplies: CaptureRing { CaptureRing(capacity: 2_048, replyRoom: 4_096) }

    deinit { unsafe slots.deallocate() }

    /// Appends a record; called by the worker only. False when the ring is full.
    func push(
        _ record: CaptureRecord,
        name: borrowing NameBuffer,
        alias: borrowing NameBuffer,
        hasAlias: Bool,
        reply: Span<UInt8>
    ) -> Bool {
        let position = written.load(ordering: .relaxed)
        guard position - read.load(ordering: .acquiring) < capacity else { return false }
        let slot = unsafe slots + position % capacity * slotSize
        var record = record
        record.replyLength = reply.count <= replyRoom ? UInt16(reply.count) : 0
        record.nameLength = UInt8(name.count)
        record.aliasLength = hasAlias ? UInt8(alias.count) : 0
        unsafe slot.storeBytes(of: record, as: CaptureRecord.self)
        unsafe Self.copy(name.span, to: slot + Self.nameAt)
        if hasAlias { unsafe Self.copy(alias.span, to: slot + Self.aliasAt) }
        if record.replyLength > 0 { unsafe Self.copy(reply, to: slot + Self.replyAt) }
        written.store(position + 1, ordering: .releasing)
        return true
    }

    private static func copy(_ octets: Span<UInt8>, to target: UnsafeMutableRawPointer) {
        unsafe octets.withUnsafeBytes { octets in
            guard let start = octets.baseAddress else { return }
            unsafe target.copyMemory(from: start, byteCount: octets.count)
        }
    }

    /// Takes the oldest record with the wire forms of name and alias, and the reply; called by the writer only. False when empty.
    func pop(
        _ body: (CaptureRecord, _ name: Span<UInt8>, _ alias: Span<UInt8>, _ reply: Span<UInt8>) -> Void
    ) -> Bool {
        let position = read.load(ordering: .relaxed)
        guard position < written.load(ordering: .acquiring) else { return false }
        let slot = unsafe slots + position % capacity * slotSize
        let record = unsafe slot.load(as: CaptureRecord.self)
        let name = unsafe UnsafeRawBufferPointer(start: slot + Self.nameAt, count: Int(record.nameLength))
        let alias = unsafe UnsafeRawBufferPointer(start: slot + Self.aliasAt, count: Int(record.aliasLength))
        let reply = unsafe UnsafeRawBufferPointer(start: slot + Self.replyAt, count: Int(record.replyLength))
        unsafe body(record, Span(_unsafeBytes: name), Span(_unsafeBytes: alias), Span(_unsafeBytes: reply))
        read.store(position + 1, ordering: .releasing)
        return true
    }
}
