/// Values that are found by digests of what they stand for: open addressing, so that looking one up touches one place and
/// putting one in allocates nothing once the table has grown.
///
/// Two values may have one digest, so whoever looks says which one is meant.
struct DigestTable<Value> {
    /// Zero where nothing is.
    private var digests: [UInt64]
    private var values: [Value]
    private let nothing: Value
    private(set) var count = 0

    /// An empty table; `nothing` stands where there is no value.
    init(nothing: Value) {
        self.nothing = nothing
        digests = Array(repeating: 0, count: 16)
        values = Array(repeating: nothing, count: 16)
    }

    @inline(__always)
    private var mask: Int { digests.count &- 1 }

    /// Where a digest would stand if nothing were in its way; the high bits of a product are its best.
    @inline(__always)
    private func home(_ digest: UInt64) -> Int { Int(truncatingIfNeeded: digest >> 32) & mask }

    /// Zero means that nothing is there, so that no digest is zero.
    @inline(__always)
    private static func mark(_ digest: UInt64) -> UInt64 { digest == 0 ? 1 : digest }

    /// The place of a value.
    @inline(__always)
    func place(_ digest: UInt64, where isMeant: (Value) -> Bool) -> Int? {
        let digest = Self.mark(digest)
        var place = home(digest)
        while digests[place] != 0 {
            if digests[place] == digest, isMeant(values[place]) { return place }
            place = (place &+ 1) & mask
        }
        return nil
    }

    /// The value at a place.
    subscript(place: Int) -> Value {
        @inline(__always) get { values[place] }
        @inline(__always) _modify { yield &values[place] }
    }

    /// Puts in a value that is not there yet.
    mutating func insert(_ digest: UInt64, _ value: Value) {
        if (count &+ 1) &* 2 > digests.count { grow() }
        let digest = Self.mark(digest)
        var place = home(digest)
        while digests[place] != 0 { place = (place &+ 1) & mask }
        digests[place] = digest
        values[place] = value
        count &+= 1
    }

    /// Takes a value out; what had to stand behind it moves up.
    mutating func remove(at place: Int) {
        var (gap, next) = (place, (place &+ 1) & mask)
        while digests[next] != 0 {
            // It moves unless its home lies between the gap and it.
            if (next &- home(digests[next])) & mask >= (next &- gap) & mask {
                digests[gap] = digests[next]
                values.swapAt(gap, next)
                gap = next
            }
            next = (next &+ 1) & mask
        }
        digests[gap] = 0
        values[gap] = nothing
        count &-= 1
    }

    /// Takes out all values but those that are wanted.
    mutating func keep(where isWanted: (Value) -> Bool) {
        let old = (digests, values)
        self = DigestTable(nothing: nothing)
        for (digest, value) in zip(old.0, old.1) where digest != 0 && isWanted(value) { insert(digest, value) }
    }

    private mutating func grow() {
        let old = (digests, values)
        digests = Array(repeating: 0, count: 2 * old.0.count)
        values = Array(repeating: nothing, count: 2 * old.0.count)
        count = 0
        for (digest, value) in zip(old.0, old.1) where digest != 0 { insert(digest, value) }
    }
}
