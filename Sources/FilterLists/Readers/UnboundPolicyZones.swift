import DNS
import Policy
import TextScan

/// The clauses of response policy zones in a configuration of Unbound (`rpz:`, compared with 1.17.1). Their rules stand in
/// other files: behind local zones they may change any answer, unless the clause says that they do not.
struct UnboundPolicyZones {
    private struct Clause {
        var rule: Range<Int>
        var line: Int
        var isNamed = false
        var isDisabled = false
        /// Whether its rules let pass what they match, whatever they say.
        var passes = false
        /// Whether it has a place to take rules from.
        var hasSource = false
        /// Whether its rules become aliases, and the alias, if it is a name.
        var isAlias = false
        var hasAlias = false
        /// The tags of the clients that it is for; nil for all.
        var tags: [Int]?
    }

    private var clauses: [Clause] = []

    /// Whether there are none; one without a name is skipped.
    var isEmpty: Bool { !clauses.contains { $0.isNamed } }

    /// Begins a clause.
    mutating func begin(_ rule: Range<Int>, _ line: Int) { clauses.append(Clause(rule: rule, line: line)) }

    /// Takes a statement of the clause begun last; false when Unbound would refuse it.
    mutating func take(_ key: Span<UInt8>, _ value: String, _ clients: UnboundClients) -> Bool {
        let last = clauses.count - 1
        switch key.string {
        case "name": clauses[last].isNamed = !value.isEmpty
        case "rpz-cname-override": clauses[last].hasAlias = UnboundValue.name.accepts(Array(value.utf8).span)
        case "rpz-action-override":
            guard ["nxdomain", "nodata", "passthru", "drop", "cname", "disabled"].contains(value) else { return false }
            clauses[last].isDisabled = value == "disabled"
            clauses[last].isAlias = value == "cname"
            clauses[last].passes = value == "passthru"
        case "zonefile", "url", "primary", "master": if !value.isEmpty { clauses[last].hasSource = true }
        case "tags":
            guard let tags = clients.tags(value) else { return false }
            clauses[last].tags = tags
        default: break
        }
        return true
    }

    /// Counts the clauses, and leaves open what those that count may change; whether there is one.
    func finish(_ clients: UnboundClients, _ text: Span<UInt8>, _ sink: inout RuleSink) -> Bool {
        var isOpen = false
        for clause in clauses {
            if clause.isNamed, clause.isAlias, !clause.hasAlias {
                sink.drop(.badStatement, text, clause.rule, clause.line)
            }
            // Without a name Unbound skips it; one for tags counts for no client that has none of them. One without a place to
            // take rules from has none.
            let isForNobody = clause.tags.map { !clients.mayHave($0) } ?? false
            let isIdle = clause.isDisabled || clause.passes || !clause.hasSource
            guard clause.isNamed, !isIdle, !isForNobody else {
                sink.drop(.option, text, clause.rule, clause.line)
                continue
            }
            sink.skip(.otherPolicy("unbound-rpz"), text, clause.rule, clause.line)
            if !isOpen { sink.leaveOpen(.subtree, .root, class: .open, rule: clause.rule, line: clause.line) }
            isOpen = true
        }
        return isOpen
    }
}
