/// Pieces of records that come again and again, kept from their second time on: a fixed number of them, each in the only
/// place that its key has, so that no input makes it grow.
public struct PieceCache: ~Copyable {
    private static let size = 1024

    private struct Slot: BitwiseCopyable {
        var key = UInt64.max
        /// Whether the piece is kept, not only known to have come.
        var isKept = false
    }

    private var slots = [Slot](repeating: Slot(), count: PieceCache.size)
    private var pieces = [JSONWriter](repeating: JSONWriter(), count: PieceCache.size)

    /// An empty cache.
    public init() {}

    /// Writes the piece under `key` (not the largest number), which `body` writes where it is not kept.
    /// - Parameter behindMember: whether the piece stands behind other members.
    @inline(__always)
    public mutating func write(
        _ key: UInt64,
        behindMember: Bool = true,
        to json: inout JSONWriter,
        _ body: (inout JSONWriter) -> Void
    ) {
        let place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 54)
        guard slots[place].key == key else {
            slots[place] = Slot(key: key)
            return body(&json)
        }
        if !slots[place].isKept {
            slots[place].isKept = true
            pieces[place].startPiece(behindMember: behindMember)
            body(&pieces[place])
        }
        json.splice(pieces[place])
    }

    /// Forgets all pieces.
    public mutating func removeAll() {
        for index in slots.indices { slots[index] = Slot() }
    }
}
