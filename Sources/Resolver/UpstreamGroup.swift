/// Which upstream is asked next: the preferred one that is not held down. Pure; the clock is the caller's.
///
/// An upstream that fails several times in a row is held down for a while that doubles with every further failure.
/// When the time is over, one query goes to it as a probe; success lifts the hold, failure renews it. When all are
/// held down they are asked in turn all the same.
struct UpstreamGroup {
    /// What is known of one upstream.
    struct Health: Equatable {
        /// Failures since the last success.
        var failures = 0
        /// When the hold began, nanoseconds.
        var heldSince: UInt64 = 0
        /// Until when it is not asked; 0: it is asked.
        var heldUntil: UInt64 = 0
    }

    /// Failures in a row that hold an upstream down.
    static let tolerance = 2
    /// The first hold, nanoseconds; also the time between probes.
    static let firstHold: UInt64 = 1_000_000_000
    /// The longest hold, nanoseconds.
    static let longestHold: UInt64 = 60_000_000_000

    /// One state an upstream, in order of preference.
    private(set) var health: [Health]

    /// A group of healthy upstreams.
    init(count: Int) {
        health = Array(repeating: Health(), count: count)
    }

    /// The upstream to ask for a try; `previous` is the one that the last try of the same query went to.
    mutating func choose(now: UInt64, previous: Int?) -> Int {
        let start = previous.map { $0 + 1 } ?? 0
        for step in health.indices {
            let index = (start + step) % health.count
            if index == previous, health.count > 1 { continue }
            if health[index].heldUntil == 0 { return index }
            if health[index].heldUntil <= now {
                // The others wait for what this probe brings.
                health[index].heldUntil = now + Self.firstHold
                return index
            }
        }
        if let previous { return (previous + 1) % health.count }
        return health.indices.min { health[$0].heldUntil < health[$1].heldUntil } ?? 0
    }

    /// An upstream answered.
    mutating func succeeded(_ index: Int) {
        if health[index].failures > 0 { health[index] = Health() }
    }

    /// A try that was sent at `sentAt` failed or timed out.
    mutating func failed(_ index: Int, sentAt: UInt64, now: UInt64) {
        // Tries that were under way when the hold began tell nothing new.
        guard health[index].heldUntil == 0 || sentAt >= health[index].heldSince else { return }
        health[index].failures += 1
        let excess = health[index].failures - Self.tolerance
        guard excess >= 0 else { return }
        health[index].heldSince = now
        health[index].heldUntil = now + min(Self.firstHold << UInt64(min(excess, 8)), Self.longestHold)
    }
}
