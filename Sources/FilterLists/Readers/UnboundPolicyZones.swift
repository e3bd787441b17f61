import DNS
import Policy
import TextScan

/// The clauses of response policy zones in a configuration of Unbound (`rpz:`, compared with 1.17.1). Their rules stand in
/// files of their own, which are lists of the layer behind the configuration as far as they can be read; behind local zones
/// what of them cannot be read may change any answer.
struct UnboundPolicyZones {
    /// A clause.
    struct Clause {
        var rule: Range<Int>
        var line: Int
        /// Its name; empty for one that is skipped.
        fileprivate(set) var name = ""
        /// What is done with whatever meets it; empty for what its rules say.
        fileprivate var action = ""
        /// The line that says so.
        fileprivate var actionLine = 0
        /// The alias that is given in place of what its rules say.
        fileprivate var alias = ""
        /// The file that its rules are in.
        fileprivate(set) var file = ""
        /// Whether its rules come over the network, too.
        fileprivate var isTransferred = false
        /// Whether names below its own are answered from it.
        fileprivate var isServed = false
        /// Whether its NXDOMAIN says that there is no recursion.
        fileprivate var hidesRecursion = false
        /// The tags of the clients that it is for; nil for all.
        fileprivate var tags: [Int]?

        /// Whether it says nothing, whatever stands in it.
        fileprivate var isSilent: Bool { name.isEmpty || action == "disabled" || file.isEmpty && !isTransferred }
        /// Whether Unbound does not start with it.
        fileprivate var lacksAlias: Bool {
            action == "cname" && !UnboundValue.name.accepts(Array(alias.utf8).span)
        }

        /// What the layer has to know of the zone.
        var zone: PolicyZones.Zone? {
            guard !name.isEmpty, !lacksAlias, let name = try? DomainName(name) else { return nil }
            var zone = PolicyZones.Zone(name: name.lowercased)
            zone.tags = tags
            zone.hidesRecursion = hidesRecursion
            zone.isDisabled = action == "disabled"
            switch action {
            case "nxdomain": zone.override = .nxdomain
            case "nodata": zone.override = .nodata
            case "passthru": zone.override = .allow
            case "drop": zone.override = .drop
            case "cname": zone.override = (try? DomainName(alias)).map { .redirect($0) }
            default: break
            }
            return zone
        }
    }

    private(set) var clauses: [Clause] = []
    private var authorities: Set<String> = []
    /// The folder that relative paths begin at, if it is stated.
    private var directory = ""

    /// Whether there are none; one without a name is skipped.
    var isEmpty: Bool { !clauses.contains { !$0.name.isEmpty } }

    /// Begins a clause.
    mutating func begin(_ rule: Range<Int>, _ line: Int) { clauses.append(Clause(rule: rule, line: line)) }

    /// Takes the name of an `auth-zone`, which may be that of a policy zone.
    mutating func noteAuthority(_ name: String) { authorities.insert(Self.key(name)) }

    /// Takes a statement of the clause begun last; false when Unbound would refuse it.
    mutating func take(_ key: Span<UInt8>, _ value: String, _ line: Int, _ clients: UnboundClients) -> Bool {
        let last = clauses.count - 1
        switch key.string {
        case "name": clauses[last].name = value
        case "rpz-cname-override": clauses[last].alias = value
        case "rpz-action-override":
            guard ["nxdomain", "nodata", "passthru", "drop", "cname", "disabled"].contains(value) else { return false }
            (clauses[last].action, clauses[last].actionLine) = (value, line)
        case "zonefile": clauses[last].file = value
        case "url", "primary", "master": if !value.isEmpty { clauses[last].isTransferred = true }
        case "rpz-signal-nxdomain-ra": clauses[last].hidesRecursion = value == "yes"
        case "for-downstream": clauses[last].isServed = value == "yes"
        case "tags":
            guard let tags = clients.tags(value) else { return false }
            clauses[last].tags = tags
        default: break
        }
        return true
    }

    private static func key(_ name: String) -> String {
        let lowered = name.lowercased()
        return lowered.hasSuffix(".") ? String(lowered.dropLast()) : lowered
    }

    /// The names that several zones have: what those come to is not evaluated.
    private var sharedNames: Set<String> {
        var (seen, shared) = (authorities, Set<String>())
        for clause in clauses where !seen.insert(Self.key(clause.name)).inserted {
            shared.insert(Self.key(clause.name))
        }
        return shared
    }

    /// By number: whether a clause decides nothing, whatever stands in it. What one lets pass is passed by those behind it.
    private var areIdle: [Bool] {
        let last = clauses.lastIndex { !$0.isSilent }
        return clauses.indices.map { clauses[$0].isSilent || $0 == last && clauses[$0].action == "passthru" }
    }

    // MARK: - Rules

    /// Counts the clauses whose rules are not at hand, and leaves open what they may change; whether there is one. What is
    /// known of the others is noted for the lists behind this one.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) -> Bool {
        var isOpen = false
        var list = sink.builder.lists.count
        let (idle, shared) = (areIdle, sharedNames)
        for (index, clause) in clauses.enumerated() {
            if !clause.name.isEmpty, clause.lacksAlias { sink.drop(.badStatement, text, clause.rule, clause.line) }
            if sink.policyZones.contains(clause.rule.lowerBound), var zone = clause.zone {
                if zone.override != nil {
                    let path = TerminalText.escaped(sink.path)
                    zone.overrideSource = "\(path):\(clause.actionLine): rpz-action-override: \(clause.action)"
                }
                sink.builder.policyZones[list] = zone
                list += 1
                finish(clause, zone, text, &sink)
                continue
            }
            // Without a name Unbound skips it. One without a place to take rules from has none.
            guard !idle[index] else {
                sink.drop(.option, text, clause.rule, clause.line)
                continue
            }
            sink.skip(
                reason(clause, isShared: shared.contains(Self.key(clause.name)), isBehind: isOpen),
                text,
                clause.rule,
                clause.line
            )
            if !isOpen { sink.leaveOpen(.subtree, .root, class: .open, rule: clause.rule, line: clause.line) }
            isOpen = true
        }
        return isOpen
    }

    /// Says what of a zone that is read is not in its file.
    private func finish(
        _ clause: Clause,
        _ zone: PolicyZones.Zone,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        if clause.isTransferred {
            let said = "the policy zone comes over the network; verdicts are those of the file that it was kept in"
            sink.note("kept-zone", said, text, clause.rule, clause.line)
        }
        guard clause.isServed else { return }
        sink.skip(.forward, text, clause.rule, clause.line)
        sink.leaveOpen(.subtree, zone.name, class: .open, rule: clause.rule, line: clause.line)
    }

    private func reason(_ clause: Clause, isShared: Bool, isBehind: Bool) -> UnsupportedReason {
        if isBehind { return .policyZone("it stands behind one that is not evaluated") }
        if isShared { return .policyZone("another zone has its name") }
        return clause.file.isEmpty ? .policyZone("its rules come over the network") : .noZoneFile
    }

    // MARK: - Files

    /// The clauses of a configuration, without checks.
    init(_ text: Span<UInt8>) {
        self.init()
        guard text.firstRange(of: "rpz:") != nil, let builder = LayerBuilder(engine: .unbound) else { return }
        var sink = RuleSink(builder: builder, path: "", role: .block, removals: BadfilterSet(), octets: 0)
        var words = UnboundWords(text)
        var clause = UnboundClause.server
        while let key = words.keyword(&sink) {
            guard key.isKeyword else {
                words.skipLine()
                continue
            }
            let word = text.extracting(key.range.lowerBound..<(key.range.upperBound - 1))
            if let begun = UnboundClause(word) {
                clause = begun
                if clause == .rpz { begin(key.range, words.line) }
                continue
            }
            var value: Range<Int>?
            for _ in 0..<UnboundStatement.valueCount(word) { value = words.value(&sink) }
            guard let value else { continue }
            switch clause {
            case .rpz: _ = take(word, text.extracting(value).string, words.line, UnboundClients())
            case .authority where word.equals("name"): noteAuthority(text.extracting(value).string)
            case .server where word.equals("directory"): directory = text.extracting(value).string
            default: break
            }
        }
    }

    init() {}

    /// The clauses whose files can be read, in their order, as far as the first that decides something and cannot.
    func readable(_ read: (String) -> ListText.Companion?) -> [(clause: Clause, file: ListText.Companion)] {
        var found: [(Clause, ListText.Companion)] = []
        let (idle, shared) = (areIdle, sharedNames)
        for (index, clause) in clauses.enumerated() where clause.zone != nil {
            if !clause.file.isEmpty, !shared.contains(Self.key(clause.name)), let file = read(path(clause.file)) {
                found.append((clause, file))
            } else if !idle[index] {
                break
            }
        }
        return found
    }

    /// The files that clauses name.
    var files: Set<String> { Set(clauses.filter { $0.zone != nil && !$0.file.isEmpty }.map { path($0.file) }) }

    private func path(_ file: String) -> String {
        file.hasPrefix("/") || !directory.hasPrefix("/") ? file : "\(directory)/\(file)"
    }
}
