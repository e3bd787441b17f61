/// Some of a server's upstreams, by number; at most 64.
struct UpstreamSet: BitwiseCopyable, Hashable, ExpressibleByArrayLiteral, Sequence, IteratorProtocol {
    private var bits: UInt64 = 0

    /// The most upstreams that a server can have.
    static let capacity = 64

    /// None.
    init() {}

    /// These.
    init(arrayLiteral upstreams: Int...) { for upstream in upstreams { insert(upstream) } }

    /// Whether there are none.
    var isEmpty: Bool { bits == 0 }
    /// How many there are.
    var count: Int { bits.nonzeroBitCount }

    /// Whether one is among them.
    func contains(_ upstream: Int) -> Bool { bits & (1 << UInt64(upstream)) != 0 }
    /// Adds one.
    mutating func insert(_ upstream: Int) { bits |= 1 << UInt64(upstream) }
    /// Takes one out.
    mutating func remove(_ upstream: Int) { bits &= ~(1 << UInt64(upstream)) }
    /// Takes all out.
    mutating func removeAll() { bits = 0 }
    /// Adds others.
    mutating func formUnion(_ other: UpstreamSet) { bits |= other.bits }
    /// These and others.
    func union(_ other: UpstreamSet) -> UpstreamSet {
        var both = self
        both.formUnion(other)
        return both
    }

    /// The lowest number, taken out; nil when there are none.
    mutating func next() -> Int? {
        guard bits != 0 else { return nil }
        defer { bits &= bits - 1 }
        return bits.trailingZeroBitCount
    }
}
