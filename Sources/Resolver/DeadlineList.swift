/// Deadlines that all lie the same time ahead of when they are set, so that the list stays sorted by itself.
///
/// Members are slot numbers; setting, clearing and taking the next due one are O(1). The clock is the caller's.
struct DeadlineList {
    /// Nanoseconds from setting to falling due.
    let interval: UInt64
    private var next: [Int32]
    private var previous: [Int32]
    private var due: [UInt64]
    private var head: Int32 = -1
    private var tail: Int32 = -1

    private static let absent: Int32 = -2

    /// An empty list for slots `0..<capacity`.
    init(capacity: Int, interval: UInt64) {
        self.interval = interval
        next = Array(repeating: Self.absent, count: capacity)
        previous = Array(repeating: Self.absent, count: capacity)
        due = Array(repeating: 0, count: capacity)
    }

    /// Whether a slot has a deadline.
    func contains(_ slot: Int) -> Bool { next[slot] != Self.absent }

    /// Sets the deadline of `slot` to `now + interval`, replacing an earlier one. `now` must never go back.
    mutating func set(_ slot: Int, now: UInt64) {
        clear(slot)
        due[slot] = now &+ interval
        next[slot] = -1
        previous[slot] = tail
        if tail >= 0 { next[Int(tail)] = Int32(slot) } else { head = Int32(slot) }
        tail = Int32(slot)
    }

    /// Removes the deadline of `slot`, if it has one.
    mutating func clear(_ slot: Int) {
        let after = next[slot]
        guard after != Self.absent else { return }
        let before = previous[slot]
        if before >= 0 { next[Int(before)] = after } else { head = after }
        if after >= 0 { previous[Int(after)] = before } else { tail = before }
        next[slot] = Self.absent
    }

    /// Takes the slot whose deadline passed first, or nil when none is due.
    mutating func takeDue(now: UInt64) -> Int? {
        guard head >= 0, due[Int(head)] <= now else { return nil }
        let slot = Int(head)
        clear(slot)
        return slot
    }

    /// The slot that falls due first.
    var first: Int? { head >= 0 ? Int(head) : nil }

    /// The slot that falls due after `slot`.
    func after(_ slot: Int) -> Int? { next[slot] >= 0 ? Int(next[slot]) : nil }

    /// When the first deadline falls due, or nil without one.
    var nextDue: UInt64? { head >= 0 ? due[Int(head)] : nil }
}
