/// Which answers are compared with those of references: bounded in number, rate and repetition. Pure; the clock, in
/// nanoseconds, is the caller's.
struct ComparisonSchedule {
    /// What is done about an answer.
    enum Admission: Equatable {
        /// References are asked.
        case admitted
        /// The same was compared a moment ago.
        case recent
        /// Too many are under way, or were begun in the last second.
        case refused
    }

    private struct Entry {
        var hash: UInt64 = 0
        var at: UInt64 = 0
    }

    private let interval: UInt64
    private let burst: UInt64
    private let capacity: Int
    private var entries = [Entry](repeating: Entry(), count: Self.size)
    /// When the next one would come if they came evenly (the generic cell rate algorithm).
    private var due: UInt64 = 0
    /// Comparisons under way.
    private(set) var underWay = 0

    /// Questions whose last comparison is remembered.
    private static let size = 1_024
    /// Nanoseconds for which the same question is not compared again.
    static let pause: UInt64 = 60_000_000_000

    /// At most `capacity` at a time, and `rate` a second.
    init(rate: Int, capacity: Int) {
        interval = 1_000_000_000 / UInt64(max(rate, 1))
        burst = interval * UInt64(max(rate, 1))
        self.capacity = capacity
    }

    /// Asks leave to compare the answer to the question with this hash; what is admitted has to be finished.
    /// - Complexity: O(1)
    mutating func admit(_ hash: UInt64, now: UInt64) -> Admission {
        let place = Int(truncatingIfNeeded: hash >> 40) % Self.size
        let last = entries[place]
        if last.hash == hash, last.at != 0, now &- last.at < Self.pause { return .recent }
        guard underWay < capacity else { return .refused }
        let start = max(due, now)
        guard start - now < burst else { return .refused }
        due = start + interval
        underWay += 1
        entries[place] = Entry(hash: hash, at: max(now, 1))
        return .admitted
    }

    /// One that was admitted is over.
    mutating func finish() { underWay = max(underWay - 1, 0) }
}
