public import DNS

/// Where the text of a rule stands, for those who write it without making strings of it.
public struct RulePlace: Sendable {
    /// The position of its list in the layer.
    public var list: Int
    /// The line in the list, 1-based.
    public var line: Int
    /// The octets of the rule in the list.
    public var text: Range<Int>
    /// The class that decides its precedence.
    public var ruleClass: RuleClass
    /// The value of its lists that is meant in its place.
    public var entry: ListEntry?

    /// A place.
    public init(
        list: Int,
        line: Int = 0,
        text: Range<Int>,
        ruleClass: RuleClass = .block,
        entry: ListEntry? = nil
    ) {
        self.entry = entry
        self.list = list
        self.line = line
        self.text = text
        self.ruleClass = ruleClass
    }
}

/// The rules of one layer that match a name and cover a type, strongest first by the engine's own order; keeps its memory
/// from name to name.
public struct RuleMatches: Sendable {
    private var found: [(key: UInt64, rule: Int)] = []
    /// Whether a named rule was found that shares its name with others, whatever they cover.
    fileprivate(set) var sharesNames = false

    /// No rules.
    public init() {}

    /// How many there are.
    public var count: Int { found.count }

    /// A rule.
    public subscript(_ index: Int) -> Int { found[index].rule }

    fileprivate mutating func removeAll() {
        found.removeAll(keepingCapacity: true)
        sharesNames = false
    }

    fileprivate mutating func append(_ rule: Int, key: UInt64) {
        found.append((key, rule))
    }

    fileprivate mutating func sort() {
        if found.count > 1 { found.sort { $0.key < $1.key } }
    }
}

extension CompiledLayer {
    /// The place of a rule in its list.
    /// - Complexity: O(1); the line is counted from a mark near it
    public func place(_ rule: Int) -> RulePlace {
        let record = record(rule)
        let count = records.octetCount(Int(record.list))
        let position = position(rule)
        let start = min(position.offset, count)
        let end = min(start + min(position.length, 65_535), count)
        return RulePlace(list: Int(record.list), line: position.line, text: start..<end, ruleClass: record.ruleClass)
    }

    /// Where the texts of rules stand, list by list: of those that are wanted, and of all others.
    /// - Complexity: O(rules)
    public func ruleTexts(kept: Set<Int>) -> [(kept: [Range<Int>], others: [Range<Int>])] {
        var found = lists.map { _ in (kept: [Range<Int>](), others: [Range<Int>]()) }
        for rule in 0..<addressRules.upperBound {
            let record = record(rule)
            guard record.scope != .node, !lists[Int(record.list)].isOfEngine else { continue }
            let place = place(rule)
            if kept.contains(rule) {
                found[place.list].kept.append(place.text)
            } else {
                found[place.list].others.append(place.text)
            }
        }
        return found
    }

    /// Calls `body` with the text of a rule.
    public func withText(_ place: RulePlace, _ body: (Span<UInt8>) -> Void) {
        records.withText(place.list, place.text, body)
    }

    /// The rule of a decision as its list states it.
    public func reference(_ rule: Int) -> RuleReference {
        let place = place(rule)
        let list = lists[place.list]
        return RuleReference(
            engine: profile(of: rule).engine,
            list: list.path,
            line: place.line,
            text: String(decoding: place.text.map { list.octets.span[$0] }, as: UTF8.self),
            ruleClass: place.ruleClass
        )
    }

    /// Finds every rule that matches a name; for derivations and reports, not the data plane.
    ///
    /// `layer` is the number of the layer in the stack that has narrowed the hashes, if it is in one.
    public func match(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        layer: UInt8? = nil,
        into matches: inout RuleMatches
    ) {
        let longestFirst = profile.order != .classFirst
        let inListOrder = profile.order == .firstMatch
        matches.removeAll()
        table.forEachSuffix(name, hashes, records, layer: layer) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.next != 0 || next != head { matches.sharesNames = true }
                if isMet(record, labels, name, type, context) {
                    let key = order(record, labels: labels, rule: next, longestFirst: longestFirst)
                    matches.append(next, key: inListOrder ? placeInOrder(next) : key)
                }
                next = Int(record.next) - 1
            }
        }
        if !patternRecords.isEmpty, hashes.layersBesideRules >> UInt64(layer ?? 0) & 1 != 0 || layer == nil {
            for offset in matchingPatterns(name, hashes.text.span, type, context) {
                let rule = records.count + offset
                matches.append(rule, key: inListOrder ? placeInOrder(rule) : order(pattern: offset))
            }
        }
        matches.sort()
    }

    /// Whether a rule about the last `labels` labels of a name counts for it and a type, or may count.
    @inline(__always)
    func isMet(
        _ record: RuleRecord,
        _ labels: Int,
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: borrowing QueryContext
    ) -> Bool {
        applies(record, labels, name.labelCount) && covers(record, type)
            && (record.guardID == 0 || guards[Int(record.guardID)].holds(name, context) != .no)
    }

    /// Every rule that matches a name, strongest first.
    public func matchingRules(
        _ name: DomainName,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> [Int] {
        let buffer = NameBuffer(name)
        var matches = RuleMatches()
        match(buffer, SuffixHashes(buffer), type: type, context: context, into: &matches)
        return (0..<matches.count).map { matches[$0] }
    }

    /// Whether no line says what a rule does, but the engine follows it from the list.
    public func isImplied(_ rule: Int) -> Bool { record(rule).ruleClass == .implied }

    /// Whether a rule answers with an alias, whose target may hold the name asked for.
    private func namesTarget(_ rule: Int) -> Bool {
        guard case .records(let records) = actions[Int(record(rule).action)] else { return false }
        return records.contains { $0.type == .cname }
    }

    /// A number that stands for the answer of a rule, the same for all rules of the layer that answer a type alike; nil
    /// when the answer may depend on the name asked for or on other rules than this.
    public func answerKey(_ rule: Int, among matches: RuleMatches) -> UInt32? {
        let action = record(rule).action
        switch actions[Int(action)] {
        case .block, .allow, .nxdomain, .nodata, .refused, .drop, .servfail, .truncate, .redirect, .route: return action
        case .records, .blockAddress:
            guard !namesTarget(rule), !(0..<matches.count).contains(where: { namesTarget(matches[$0]) }) else {
                return nil
            }
            // What several rules of one name make together is that of the first of them.
            return matches.sharesNames ? 1 << 31 | UInt32(rule) : action
        case .redirectBelow, .localZone, .negative, .rewrite, .unsupported, .none: return nil
        }
    }
}
