import DNS

/// The rules of a layer of dnscrypt-proxy that match a name, and which of them it takes (`pattern_matcher.go`). They are gone
/// through for every question, so that nothing is allocated.
struct DNSCryptRules {
    /// When a rule is tried: what is less comes first.
    private struct Turn: Comparable {
        var kind: Int
        var length = 0
        let rule: Int

        /// Of exact names the last one comes first.
        private var place: Int { kind == 0 ? -rule : rule }

        static func < (left: Turn, right: Turn) -> Bool {
            (left.kind, left.length, left.place) < (right.kind, right.length, right.place)
        }
    }

    private let layer: CompiledLayer
    private let type: RRType
    private let index: UInt8
    private let isShort: Bool

    /// The rules for a type.
    /// - Parameters:
    ///   - index: the number of the layer in the stack that has narrowed the hashes.
    ///   - isShort: whether the name is one on which patterns are not tried.
    init(_ layer: CompiledLayer, _ type: RRType, _ index: UInt8, isShort: Bool = false) {
        self.layer = layer
        self.type = type
        self.index = index
        self.isShort = isShort
    }

    /// The rule of a class that the engine takes: an exact name, else the longest suffix, the longest prefix, the first
    /// text inside, the first glob. Of two exact ones for a name it is the last, of other equals the first; but
    /// equal texts inside and globs share what was said last (`indirectVals`).
    func taken(_ ruleClass: RuleClass, _ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Int? {
        var first: Turn?
        forEach(ruleClass, name, hashes) { turn in if first.map({ turn < $0 }) ?? true { first = turn } }
        guard let first else { return nil }
        guard (3...4).contains(first.kind), let text = textPattern(first.rule) else { return first.rule }
        var last = first.rule
        forEach(ruleClass, name, hashes) { turn in
            if turn.rule > last, textPattern(turn.rule) == text { last = turn.rule }
        }
        return last
    }

    /// The first rule of a class in the order of the files.
    func first(_ ruleClass: RuleClass, _ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Int? {
        var first: Int?
        forEach(ruleClass, name, hashes) { first = min(first ?? $0.rule, $0.rule) }
        return first
    }

    /// Whether another cloaking rule is tried in the same turn and does something else: these are kept in a map, so that which
    /// comes first is another at each start.
    func isOneOfSeveral(_ rule: Int, _ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Bool {
        var own: Turn?
        forEach(.data, name, hashes) { if $0.rule == rule { own = $0 } }
        guard let own else { return false }
        var isOneOfSeveral = false
        let action = layer.record(rule).action
        forEach(.data, name, hashes) { turn in
            guard turn.kind == own.kind, turn.length == own.length, turn.rule != rule else { return }
            isOneOfSeveral = isOneOfSeveral || layer.record(turn.rule).action != action
        }
        return isOneOfSeveral
    }

    /// Calls `visit` for the rules of a class that match, in no order, with some more than once.
    private func forEach(
        _ ruleClass: RuleClass,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ visit: (Turn) -> Void
    ) {
        if isShort, ruleClass != .open, ruleClass != .special { return }
        // Schedules are known only by the clock, so that a context without one hides no rule.
        let context = QueryContext.unknown
        layer.table.forEachSuffix(name, hashes, layer.records, layer: index) { labels, head in
            var rule = head
            while rule >= 0 {
                let record = layer.records[rule]
                if record.ruleClass == ruleClass, layer.isMet(record, labels, name, type, context) {
                    visit(
                        record.scope == .exact ? Turn(kind: 0, rule: rule) : Turn(kind: 1, length: -labels, rule: rule)
                    )
                }
                rule = Int(record.next) - 1
            }
        }
        guard !layer.patternRecords.isEmpty, hashes.layersBesideRules >> UInt64(index) & 1 != 0 else { return }
        layer.forEachMatchingPattern(hashes.text.span, type) { offset in
            let record = layer.patternRecords[offset].rule
            guard record.ruleClass == ruleClass, layer.guards[Int(record.guardID)].holds(name, context) != .no else {
                return
            }
            visit(turn(pattern: layer.records.count + offset))
        }
    }

    private func turn(pattern rule: Int) -> Turn {
        guard let text = textPattern(rule) else { return Turn(kind: 5, rule: rule) }
        if text.endsAtEnd { return Turn(kind: 4, rule: rule) }
        return text.start == .beginning
            ? Turn(kind: 2, length: -text.tokens.count, rule: rule) : Turn(kind: 3, rule: rule)
    }

    private func textPattern(_ rule: Int) -> TextPattern? {
        guard rule >= layer.records.count,
            case .text(let text) = layer.patterns[layer.patternRecords[rule - layer.records.count].pattern]
        else {
            return nil
        }
        return text
    }
}
