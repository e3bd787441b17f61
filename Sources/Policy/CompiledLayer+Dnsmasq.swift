import DNS

extension CompiledLayer {
    /// dnsmasq's choice: the longest rule that covers the type. A name that has local data of another type, or a hosts
    /// name below it, exists: then NXDOMAIN turns into NODATA (`domain-match.c`, compared with dnsmasq 2.90).
    func decideLongestFirst(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let choice = strongestRule(name, hashes, type: type, context: context, index: index)
        guard choice.doubtfulRule == nil else { return decision(choice, type: type, index: index) }
        var strongest = choice.rule
        if let strongest, record(strongest).ruleClass == .special {
            return strongest < records.count
                ? decideAlias(strongest, type: type, index: index) : decision(choice, type: type, index: index)
        }
        if isReverseOfHost(name, type) {
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        if let unasked = decidePointer(name, hashes, type, strongest, index) { return unasked }
        if type == .any { strongest = strongest.map(secondFamily) }
        var decision = self.decision(rule: strongest, type: type, index: index)
        if type == .any, let strongest, strongest >= records.count, !decision.kind.isPass, decision.kind != .nxdomain {
            // Which of several partial wildcards with addresses answer ANY is not modelled.
            decision.kind = .unsupported
        }
        if let rule = undottedRule(name, type, decision) {
            decision = self.decision(rule: rule, type: type, index: index)
        }
        if isFilteredLater(decision, name, hashes, type, context, index) { decision.kind = .unsupported }
        guard decision.kind == .nxdomain else { return filtered(decision, name, hashes, type, index) }
        let rule = Int(decision.rule)
        let winner = rule < records.count ? rule : nil
        if winner == nil, hasSiblingPattern(rule - records.count) { decision.kind = .nodata }
        let total = name.labelCount
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                switch record.ruleClass {
                case .hosts where labels == total: decision.kind = .nodata
                // The chain of a rule is that of its name, so the sibling has the same name.
                case .data, .nullData:
                    if let winner, record.scope == records[winner].scope, isSibling(next, winner) {
                        decision.kind = .nodata
                    }
                default: break
                }
                next = Int(record.next) - 1
            }
        }
        if isOwn(name) { decision.kind = .nodata }
        return filtered(decision, name, hashes, type, index)
    }

    /// Whether a rule with addresses of a family that is left out of real answers counts only until the real address of the
    /// other family is in the cache (compared with 2.90).
    private func isFilteredLater(
        _ decision: Decision,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ index: UInt8
    ) -> Bool {
        guard mayCache, !filteringRules.isEmpty, decision.hasRule, filterDecision(type, index: 0) != nil,
            record(Int(decision.rule)).ruleClass == .data
        else { return false }
        let other = type == .a ? RRType.aaaa : .a
        let choice = strongestRule(name, hashes, type: other, context: context, index: index)
        return self.decision(choice, type: other, index: index).kind.isPass
    }

    /// Whether a decision is NXDOMAIN for an address (`bogus-nxdomain`), which dnsmasq keeps in its cache for all types of the
    /// name (`check_for_bogus_wildcard`, compared with 2.90).
    func keepsDenial(_ decision: Decision) -> Bool {
        engine == .dnsmasq && mayCache && decision.kind == .nxdomain && decision.hasRule
            && trigger(Int(decision.rule)) == .answer
    }

    /// The same of a rule that has denied a name.
    func keepsDenial(at rule: Int) -> Bool { engine == .dnsmasq && mayCache && trigger(rule) == .answer }

    /// What is left out of answers of a type is nothing but left out at a name that hosts lines know by another family.
    private func filtered(
        _ decision: Decision,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ type: RRType,
        _ index: UInt8
    ) -> Decision {
        guard let filtered = filterDecision(type, index: index),
            !decision.hasRule || record(Int(decision.rule)).ruleClass != .hosts
        else { return decision }
        let total = name.labelCount
        var isHost = false
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0, labels == total {
                if records[next].ruleClass == .hosts, records[next].scope == .exact,
                    covers(records[next], .a) || covers(records[next], .aaaa)
                {
                    isHost = true
                }
                next = Int(records[next].next) - 1
            }
        }
        return isHost ? filtered : decision
    }

    /// Of the rules with addresses at one name the one that a query for ANY is answered by: AAAA before A.
    private func secondFamily(_ rule: Int) -> Int {
        guard rule < records.count, records[rule].ruleClass == .data else { return rule }
        var next = rule
        while next >= 0 {
            let record = records[next]
            if record.scope == records[rule].scope, record.ruleClass == .data,
                case .records(let list) = actions[Int(record.action)], list.contains(where: { $0.type == .aaaa })
            {
                return next
            }
            next = Int(record.next) - 1
        }
        return rule
    }

    /// Whether a partial wildcard with addresses is spelled like another.
    private func hasSiblingPattern(_ offset: Int) -> Bool {
        guard case .text(let pattern) = patterns[patternRecords[offset].pattern] else { return false }
        return patternRecords.contains { record in
            guard case .records = actions[Int(record.rule.action)], case .text(let other) = patterns[record.pattern]
            else {
                return false
            }
            return other == pattern
        }
    }

    /// Whether a rule with addresses is about the same name as another.
    private func isSibling(_ rule: Int, _ other: Int) -> Bool {
        guard case .records = actions[Int(records[rule].action)] else { return false }
        return records.haveSameName(rule, other)
    }

    /// The data of all rules of a kind about the names whose text ends alike, as often as it is configured (compared with
    /// 2.90).
    func dataOfPattern(_ offset: Int) -> [LocalRecord] {
        let winner = patternRecords[offset]
        guard case .text(let pattern) = patterns[winner.pattern] else { return [] }
        return patternRecords.flatMap { record -> [LocalRecord] in
            guard record.rule.ruleClass == winner.rule.ruleClass, case .text(let other) = patterns[record.pattern],
                other == pattern
            else { return [] }
            return addressesOrRecords(record.rule)
        }
    }
}
