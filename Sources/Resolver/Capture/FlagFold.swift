internal import DNS
internal import Detection
internal import Policy
internal import TextScan

/// Lines for people about names that an update service needs and the policy does not let pass; what repeats itself is
/// said once, then counted and summed up once a minute. Bounded: of more names than it can tell apart only the number is said.
struct FlagFold {
    private struct Key: Hashable {
        var name: DomainName
        var type: UInt16
        var decision = StoredDecision.pass
        var client: IPAddress?
        /// The rule that told an upstream's answer from those of references.
        var rule: DetectionRule?
    }

    private struct Entry {
        var line: String
        var saidAt: UInt64
        var folded = 0
    }

    private var entries: [Key: Entry] = [:]
    private var untold = 0
    private var checkedAt: UInt64 = 0

    /// Combinations of name, type, verdict and client that are told apart.
    private static let capacity = 4_096
    /// Nanoseconds for which the same is not said again.
    private static let pause: UInt64 = 60_000_000_000

    /// Appends the line of a query, unless it is none of interest or was said just now.
    mutating func append(_ query: borrowing CapturedQuery, to octets: inout [UInt8]) {
        guard let need = query.need, query.record.decision.isFlagged else { return }
        let record = query.record
        let (name, client) = (query.name.name, record.client.address)
        let key = Key(name: name, type: record.type, decision: record.decision, client: client)
        guard isNew(key) else { return }
        say(Self.line(query, key, need), key, at: query.record.time, to: &octets)
    }

    /// The same for an upstream's answer that references contradict.
    mutating func append(_ judged: JudgedComparison, to octets: inout [UInt8]) {
        guard let line = judged.line else { return }
        let comparison = judged.comparison
        let key = Key(name: comparison.name, type: comparison.type.rawValue, rule: judged.outcome.rule)
        guard isNew(key) else { return }
        say(line, key, at: comparison.time, to: &octets)
    }

    /// Whether something was not said just now; else it is counted.
    private mutating func isNew(_ key: Key) -> Bool {
        if entries[key] != nil {
            entries[key]?.folded += 1
            return false
        }
        guard entries.count < Self.capacity else {
            untold += 1
            return false
        }
        return true
    }

    private mutating func say(_ line: String, _ key: Key, at time: UInt64, to octets: inout [UInt8]) {
        entries[key] = Entry(line: line, saidAt: time)
        octets += Array("patchway: flag: \(line)\n".utf8)
    }

    /// Appends how often lines would have been said again, and forgets those that were not.
    mutating func sayFolded(now: UInt64, isLast: Bool, to octets: inout [UInt8]) {
        guard isLast || now &- checkedAt >= Self.pause / 10 else { return }
        checkedAt = now
        for (key, entry) in entries where isLast || now &- entry.saidAt >= Self.pause {
            guard entry.folded > 0 else {
                entries[key] = nil
                continue
            }
            octets += Array("patchway: flag: \(entry.line) (\(entry.folded) more)\n".utf8)
            entries[key] = Entry(line: entry.line, saidAt: now)
        }
        guard untold > 0 else { return }
        octets += Array("patchway: flag: \(untold) more queries for other update names\n".utf8)
        untold = 0
    }

    private static func line(_ query: borrowing CapturedQuery, _ key: Key, _ need: UpdateNeed) -> String {
        let client = key.client?.description ?? "unknown"
        var line = "\(key.name) \(RRType(rawValue: key.type)) from \(client): \(did(query))"
        line += " (\(need.severity), \(need.phase))"
        guard let match = query.match, let policy = query.policy?.policy else { return line }
        let rule = policy.stack.layers[match.layer].reference(match.rule)
        let layer = policy.layerName(match.layer).map { "\(TerminalText.escaped($0)), " } ?? ""
        line += "; \(layer)\(TerminalText.escaped(rule.list)):\(rule.line): "
        line += TerminalText.escaped(rule.text, limit: 200)
        if query.hasAlias { line += "; because of its alias \(query.alias.name)" }
        return line
    }

    private static func did(_ query: borrowing CapturedQuery) -> String {
        let verdict = query.record.decision.verdict.description
        return switch query.action {
        case .enforced: "got \(verdict)"
        case .protected: "would get \(verdict), protected"
        case .answered: "\(verdict), answered truthfully"
        case .shadowed, .none: "would get \(verdict)"
        }
    }
}
