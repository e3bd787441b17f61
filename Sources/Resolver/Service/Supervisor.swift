internal import CSockets
internal import Detection
internal import Policy
internal import Synchronization

/// What can be seen of a server from outside its workers: whether they live, what they have counted, which policy is in force.
final class Supervisor: Sendable {
    private struct State {
        var outcomes: [String: UInt64] = [:]
        var differences: [DetectionRule: UInt64] = [:]
        var pings: UInt64 = 0
        var pingedAt: UInt64 = 0
        var policy: ActivePolicy
    }

    private let links: [WorkerLink]
    private let startedAt = patchway_monotonic_ns()
    private let state: Mutex<State>
    private let lostRecords = Atomic<UInt64>(0)

    /// Nanoseconds that a worker has to say that it lives.
    static let patience: UInt64 = 2_000_000_000

    /// Of some workers.
    init(_ links: [WorkerLink], _ policy: ActivePolicy) {
        self.links = links
        state = Mutex(State(policy: policy))
    }

    /// Another policy is in force.
    func note(_ policy: ActivePolicy) { state.withLock { $0.policy = policy } }

    /// Capture records could not be written.
    func noteLost(_ records: UInt64) { lostRecords.add(records, ordering: .relaxed) }

    /// A comparison was judged.
    func note(_ outcome: Comparison.Outcome) {
        state.withLock { state in
            state.outcomes[outcome.word, default: 0] += 1
            if case .flagged(let found) = outcome { state.differences[found.rule, default: 0] += 1 }
        }
    }

    /// What has been counted so far, all workers and the capture writer together.
    var counters: Counters {
        var sum = links.reduce(Counters()) { sum, link in sum + link.counters.withLock { $0 } }
        sum.droppedRecords += lostRecords.load(ordering: .relaxed)
        sum.differences += state.withLock { $0.outcomes["flagged"] ?? 0 }
        return sum
    }

    /// Whether no worker has been silent for longer than `patience` nanoseconds after it was asked; asks them again.
    func isResponsive(patience: UInt64 = patience) -> Bool {
        state.withLock { state in
            let now = patchway_monotonic_ns()
            guard links.allSatisfy({ $0.answered.load(ordering: .relaxed) >= state.pings }) else {
                return now &- state.pingedAt < patience
            }
            state.pings += 1
            state.pingedAt = now
            for link in links { link.mailbox.send(.ping) }
            return true
        }
    }

    /// The page at a path, or nil: `/health` and `/metrics` (Prometheus text format 0.0.4).
    ///
    /// No metric has a name of DNS or a client as a label: their number is fixed.
    func page(_ path: String) -> (status: Int, text: [UInt8])? {
        switch path {
        case "/health":
            let isResponsive = isResponsive()
            return (isResponsive ? 200 : 503, Array((isResponsive ? "ok\n" : "a worker does not answer\n").utf8))
        case "/metrics": return (200, Array(metrics.utf8))
        default: return nil
        }
    }

    /// The rules and outcomes are fixed, so their number is.
    private var comparisonMetrics: String {
        let (outcomes, differences) = state.withLock { ($0.outcomes, $0.differences) }
        var text = "# HELP patchway_compared_total What came of comparisons with references.\n"
        text += "# TYPE patchway_compared_total counter\n"
        for word in Comparison.Outcome.words {
            text += "patchway_compared_total{outcome=\"\(word)\"} \(outcomes[word] ?? 0)\n"
        }
        text += "# HELP patchway_differences_by_rule_total Differences that are flagged, by detection rule.\n"
        text += "# TYPE patchway_differences_by_rule_total counter\n"
        for rule in DetectionRule.allCases {
            text += "patchway_differences_by_rule_total{rule=\"\(rule.rawValue)\"} \(differences[rule] ?? 0)\n"
        }
        return text
    }

    private var metrics: String {
        let counters = counters
        var text = ""
        for entry in Counters.table {
            text += "# HELP patchway_\(entry.name)_total \(entry.help)\n# TYPE patchway_\(entry.name)_total counter\n"
            text += "patchway_\(entry.name)_total \(counters[keyPath: entry.path])\n"
        }
        let policy = state.withLock { $0.policy }
        let gauges: [(String, String, Int)] = [
            ("rules", "Rules in force.", policy.policy.stack.ruleCount),
            ("layers", "Layers of the stack.", policy.policy.stack.layers.count),
            ("reloads", "Policies put in force since the start.", Int(policy.generation)),
            ("workers", "Worker threads.", links.count),
            ("uptime_seconds", "Seconds since the start.", Int((patchway_monotonic_ns() &- startedAt) / 1_000_000_000)),
        ]
        text += comparisonMetrics
        for (name, help, value) in gauges {
            text += "# HELP patchway_\(name) \(help)\n# TYPE patchway_\(name) gauge\npatchway_\(name) \(value)\n"
        }
        return text
    }
}
