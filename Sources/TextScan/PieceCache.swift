/// Pieces of records that come again and again, written once: a fixed number of them, each in the only place that its key
/// has, so that no input makes it grow.
public struct PieceCache: ~Copyable {
    private static let size = 1024
    private var keys = [UInt64](repeating: .max, count: PieceCache.size)
    private var pieces = [JSONWriter](repeating: JSONWriter(), count: PieceCache.size)

    /// An empty cache.
    public init() {}

    /// The place of the piece under `key` (not the largest number), which `body` writes when it is not there.
    /// - Parameter behindMember: whether the piece stands behind other members.
    @inline(__always)
    public mutating func place(_ key: UInt64, behindMember: Bool = true, _ body: (inout JSONWriter) -> Void) -> Int {
        let place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 54)
        if keys[place] != key {
            keys[place] = key
            pieces[place].startPiece(behindMember: behindMember)
            body(&pieces[place])
        }
        return place
    }

    /// Writes the piece at a place.
    @inline(__always)
    public func write(_ place: Int, to json: inout JSONWriter) { json.splice(pieces[place]) }

    /// Forgets all pieces.
    public mutating func removeAll() {
        for index in keys.indices { keys[index] = .max }
    }
}
