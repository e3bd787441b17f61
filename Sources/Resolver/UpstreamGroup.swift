/// Which upstreams are asked next: how they have answered of late, and who is held down. Pure; clock and start are the
/// caller's.
///
/// An upstream that fails several times in a row is held down for a while that doubles with every further failure. When
/// the time is over, one question goes to it beside the others, so that no client waits for a server that may still be
/// dead; an answer lifts the hold, silence renews it. When all are held down they are asked in turn all the same.
/// In the same way `fastest` and `parallel` measure, once in a while, those that they would not ask.
struct UpstreamGroup {
    /// What is known of one upstream.
    struct Health: Equatable {
        /// Failures since the last answer.
        var failures = 0
        /// Refusals that are to be failed over since the last answer.
        var refusals = 0
        /// When the hold began, nanoseconds.
        var heldSince: UInt64 = 0
        /// Until when it is not asked; 0: it is asked.
        var heldUntil: UInt64 = 0
        /// The smoothed time that answers take, nanoseconds; 0: none has been measured.
        var roundTrip: UInt64 = 0
        /// When it was asked last, nanoseconds.
        var askedAt: UInt64 = 0
    }

    /// Whom a question goes to.
    struct Choice: Equatable {
        /// Those that are waited for.
        var asked = UpstreamSet()
        /// Those that are asked beside them, to learn whether and how fast they answer.
        var riders = UpstreamSet()
        /// The first of `asked`.
        var lead = 0
    }

    /// Failures in a row that hold an upstream down.
    static let tolerance = 2
    /// Refusals in a row that do.
    static let refusalTolerance = 8
    /// The first hold, nanoseconds; also the time between probes.
    static let firstHold: UInt64 = 1_000_000_000
    /// The longest hold, nanoseconds.
    static let longestHold: UInt64 = 60_000_000_000
    /// Nanoseconds after which an upstream that is not asked is measured again.
    static let measuringPause: UInt64 = 10_000_000_000
    /// What a failure counts as among the times measured.
    private static let failureTime: UInt64 = 1_000_000_000

    /// The number of the first upstream; the others follow it.
    let first: Int
    /// How they are asked.
    let rules: AskingRules
    /// One state an upstream, in order of preference.
    private(set) var health: [Health]
    /// Whose turn it is.
    private var turn: Int

    /// A group of healthy upstreams with the numbers from `first` on; `start` says whose turn is first.
    init(first: Int = 0, count: Int, _ rules: AskingRules = AskingRules(), start: Int = 0) {
        self.first = first
        self.rules = rules
        health = Array(repeating: Health(), count: count)
        turn = count > 0 ? start % count : 0
    }

    /// How many upstreams it has.
    var count: Int { health.count }
    /// All of them.
    var all: UpstreamSet {
        var set = UpstreamSet()
        for index in health.indices { set.insert(first + index) }
        return set
    }

    // MARK: - Choosing

    /// The upstreams to ask for a try of a question that went to `tried` before, and last to `previous`.
    mutating func choose(now: UInt64, tried: UpstreamSet = [], previous: Int? = nil) -> Choice {
        var choice = Choice()
        let width = rules.strategy == .parallel ? min(rules.width, count) : 1
        for number in 0..<width {
            guard let index = best(now: now, tried, previous, besides: choice.asked, isLead: number == 0) else { break }
            take(index, now: now)
            if number == 0 { choice.lead = first + index }
            choice.asked.insert(first + index)
        }
        guard previous == nil else { return choice }
        if rules.strategy == .roundRobin { turn = (choice.lead - first + 1) % max(count, 1) }
        if let index = rider(now: now, besides: choice.asked) {
            take(index, now: now)
            choice.riders.insert(first + index)
        }
        return choice
    }

    private mutating func take(_ index: Int, now: UInt64) {
        health[index].askedAt = now
        // The others wait for what a probe brings.
        let until = health[index].heldUntil
        if until > 0, until <= now { health[index].heldUntil = now + Self.firstHold }
    }

    /// The best of those that come into question; only the first one of a try may be one that is held down.
    private func best(
        now: UInt64,
        _ tried: UpstreamSet,
        _ previous: Int?,
        besides taken: UpstreamSet,
        isLead: Bool
    ) -> Int? {
        var best: (index: Int, rank: (Int, UInt64))?
        for index in health.indices where !taken.contains(first + index) {
            let rank = rank(index, now: now, tried, previous)
            guard isLead || rank.0 == 0 else { continue }
            if let found = best, found.rank <= rank { continue }
            best = (index, rank)
        }
        return best?.index
    }

    /// The lower, the better: first whether it is worth asking at all, then what the strategy says.
    private func rank(_ index: Int, now: UInt64, _ tried: UpstreamSet, _ previous: Int?) -> (Int, UInt64) {
        let state = health[index]
        let order = UInt64((index - (rules.strategy == .roundRobin ? turn : 0) + count) % count)
        let isTried = tried.contains(first + index)
        switch (isTried, state.heldUntil) {
        case (false, 0): return (0, isTimed ? state.roundTrip > 0 ? state.roundTrip : .max - 64 + order : order)
        case (false, let until) where until <= now: return (1, order)
        case (true, 0) where previous != first + index: return (2, order)
        case (false, let until): return (3, until)
        default:
            // Whoever comes after the one before.
            return (4, previous.map { UInt64((index - ($0 - first) - 1 + 2 * count) % count) } ?? order)
        }
    }

    private var isTimed: Bool { rules.strategy == .fastest || rules.strategy == .parallel }

    /// One that is asked beside the others: the end of its hold has come, or it has not been measured for a while.
    private func rider(now: UInt64, besides taken: UpstreamSet) -> Int? {
        var unmeasured: Int?
        for index in health.indices where !taken.contains(first + index) {
            let state = health[index]
            if state.heldUntil > 0, state.heldUntil <= now { return index }
            let isDue = state.askedAt == 0 || now - state.askedAt >= Self.measuringPause
            if isTimed, unmeasured == nil, state.heldUntil == 0, isDue { unmeasured = index }
        }
        return unmeasured
    }

    // MARK: - What became of it

    /// An upstream answered, in time; `roundTrip` is how long it took, if that says something about it.
    mutating func succeeded(_ upstream: Int, roundTrip: UInt64? = nil) {
        let index = upstream - first
        if health[index].failures > 0 || health[index].refusals > 0 {
            let known = health[index]
            health[index] = Health()
            (health[index].roundTrip, health[index].askedAt) = (known.roundTrip, known.askedAt)
        }
        if let roundTrip { measured(upstream, roundTrip) }
    }

    /// An answer took this long.
    mutating func measured(_ upstream: Int, _ roundTrip: UInt64) {
        let known = health[upstream - first].roundTrip
        let next: UInt64
        if known == 0 {
            next = roundTrip
        } else if roundTrip >= known {
            next = known + (roundTrip - known) / 4
        } else {
            // Who has become faster is measured seldom; who has become slower often.
            next = known - (known - roundTrip) / 2
        }
        health[upstream - first].roundTrip = max(next, 1)
    }

    /// A try that was sent at `sentAt` failed or timed out.
    mutating func failed(_ upstream: Int, sentAt: UInt64, now: UInt64) {
        let index = upstream - first
        // Tries that were under way when the hold began tell nothing new.
        guard health[index].heldUntil == 0 || sentAt >= health[index].heldSince else { return }
        health[index].failures += 1
        measured(upstream, Self.failureTime)
        hold(index, excess: health[index].failures - Self.tolerance, now: now)
    }

    /// A try that was sent at `sentAt` was refused; `failsOver`: with a code that is to be failed over.
    mutating func refused(_ upstream: Int, failsOver: Bool, sentAt: UInt64, now: UInt64) {
        let index = upstream - first
        health[index].failures = 0
        guard failsOver, count > 1 else { return succeeded(upstream) }
        guard health[index].heldUntil == 0 || sentAt >= health[index].heldSince else { return }
        health[index].refusals += 1
        hold(index, excess: health[index].refusals - Self.refusalTolerance, now: now)
    }

    private mutating func hold(_ index: Int, excess: Int, now: UInt64) {
        guard excess >= 0 else { return }
        health[index].heldSince = now
        health[index].heldUntil = now + min(Self.firstHold << UInt64(min(excess, 8)), Self.longestHold)
    }
}
