internal import CSockets

/// Numbers from the system's cryptographic generator, fetched in blocks and wiped when given out.
struct RandomSource: ~Copyable {
    private var block = OctetBuffer(count: 1_024)
    private var next = 1_024

    /// A 16-bit number.
    mutating func next16() -> UInt16 {
        if next + 2 > block.count { refill() }
        let value = block.uint16(at: next)
        block.put16(0, at: next)
        next += 2
        return value
    }

    private mutating func refill() {
        let result = unsafe block.withMemory(0, block.count) { unsafe patchway_random($0, 1_024) }
        // Without randomness every answer could be forged; getrandom cannot fail once the system is up.
        precondition(result == 0, "the system gives no random numbers")
        next = 0
    }

    /// A 64-bit seed.
    static func seed() -> UInt64 {
        var source = RandomSource()
        return (0..<4).reduce(0) { seed, _ in seed << 16 | UInt64(source.next16()) }
    }
}

/// Remembers the source ports of the latest upstream queries, so that none is used twice within some thousand queries
/// although the kernel draws them from a range of only 28,232 by default.
struct PortHistory {
    private var seen: [UInt64] = Array(repeating: 0, count: 1_024)
    private var count = 0

    /// Ports remembered before the history starts anew: less than half of the default range, so that a second draw
    /// mostly succeeds and what is left is still too much to guess.
    static let span = 12_000

    /// Remembers a port; false when it was already there.
    mutating func insert(_ port: UInt16) -> Bool {
        let bit = UInt64(1) << UInt64(port & 63)
        guard seen[Int(port >> 6)] & bit == 0 else { return false }
        if count == Self.span {
            for index in seen.indices { seen[index] = 0 }
            count = 0
        }
        seen[Int(port >> 6)] |= bit
        count += 1
        return true
    }
}
