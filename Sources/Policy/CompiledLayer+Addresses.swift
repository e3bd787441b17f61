public import DNS

extension CompiledLayer {
    /// How many rules are about addresses in answers, and how many about the client's.
    public func addressRuleCount(_ trigger: AddressTrigger) -> Int {
        addressRecords.ruleCount(trigger) + (trigger == .client ? clientRuleCount : 0)
    }

    /// Whether a rule about some addresses could change what happens to a query of a type once its answer is known.
    public func awaitsAddresses(_ type: RRType) -> Bool {
        switch type {
        case .a: addressIndex.isAboutSome(isV4: true)
        case .aaaa: addressIndex.isAboutSome(isV4: false)
        case .any: addressIndex.has(.answer)
        default: false
        }
    }

    /// Whether answers to queries of a type meet rules about addresses at all.
    public func readsAnswers(_ type: RRType) -> Bool {
        (type == .a || type == .aaaa || type == .any) && addressIndex.has(.answer)
    }

    /// What becomes of every answer to a query of a type whatever addresses it has; pass where that depends on them.
    func decideAnyAddress(
        _ type: RRType,
        of asked: borrowing NameBuffer,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        guard type == .a || type == .aaaa, let addresses = addressIndex.stand(forAllOf: type == .a) else {
            return .pass(index)
        }
        if addresses.isEmpty { return Decision(kind: .unsupported, layer: index, rule: Decision.noRule) }
        var (most, open): (Decision?, Decision?)
        for address in addresses {
            let decision = decide(addresses: [address], of: asked, type: type, context: context, index: index)
            if decision.kind == .pass { return .pass(index) }
            if decision.kind == .unsupported { open = open ?? decision }
            // That of the rule about all addresses is told: the others are the exceptions.
            if most == nil || isAboutAllAddresses(decision) { most = decision }
        }
        return open ?? most ?? .pass(index)
    }

    private func isAboutAllAddresses(_ decision: Decision) -> Bool {
        guard decision.hasRule, trigger(Int(decision.rule)) == .answer else { return false }
        return addressRange(Int(decision.rule)).prefixLength == 0
    }

    /// The decision of a rule that leaves all addresses of the family that a type asks for out of answers.
    func filterDecision(_ type: RRType, index: UInt8) -> Decision? {
        guard !filteringRules.isEmpty, type == .a || type == .aaaa,
            let rule = filteringRules.first(where: { addressRecords[$0].range.address.recordType == type })
        else { return nil }
        return decision(rule: records.count + patternRecords.count + rule, type: type, index: index)
    }

    /// Rules about addresses that leave out the records of a family and nothing else (dnsmasq `filter-A`).
    static func filteringRules(_ addressRecords: [AddressRecord], _ actions: [RuleAction]) -> [Int] {
        addressRecords.indices.filter { offset in
            let record = addressRecords[offset]
            return record.trigger == .answer && record.range.prefixLength == 0
                && actions[Int(record.rule.action)] == .nodata
        }
    }

    /// The rule about an address, by its number in the layer: of several about a range one that has data of the type.
    func addressRule(_ trigger: AddressTrigger, _ address: IPAddress, _ type: RRType, list: Int) -> Int? {
        guard var offset = addressIndex.rule(trigger, address, list: list) else { return nil }
        let base = records.count + patternRecords.count
        var best = base + offset
        while let next = addressIndex.following(offset) {
            best = actions[Int(record(best).action)] == .none ? base + next : better(best, base + next, type)
            offset = next
        }
        return actions[Int(record(best).action)] == .none ? nil : best
    }

    /// The same of the first list that has one. BIND asks no later zone once it has found a range, even where the policy
    /// of the range stands under another name than it expects (compared with 9.18).
    func firstAddressRule(_ trigger: AddressTrigger, _ address: IPAddress, _ type: RRType, zones: Int) -> Int? {
        for list in 0..<zones where addressIndex.rule(trigger, address, list: list) != nil {
            return addressRule(trigger, address, type, list: list)
        }
        return nil
    }

    /// Whether an address that a rule gives is one that rules about addresses in answers look for.
    func meetsAddressRule(_ rule: Int) -> Bool {
        guard addressIndex.has(.answer), case .records(let list) = actions[Int(record(rule).action)] else {
            return false
        }
        return meetsAddressRule(list.compactMap(\.address))
    }

    /// Whether any of some addresses is one that rules about addresses in answers look for.
    /// - Complexity: O(addresses × lists × prefix lengths)
    public func meetsAddressRule(_ addresses: [IPAddress]) -> Bool {
        addresses.contains { address in
            lists.indices.contains { addressIndex.rule(.answer, address, list: $0) != nil }
        }
    }

    /// What a rule looks at that is about addresses; nil for the others.
    func trigger(_ rule: Int) -> AddressTrigger? {
        let offset = rule - records.count - patternRecords.count
        return offset < 0 ? nil : addressRecords[offset].trigger
    }

    /// Whether a rule about an address has local data, but none of the type asked for: behind an alias PowerDNS then gives
    /// the real answer (compared with 4.8).
    func lacksData(_ decision: Decision) -> Bool {
        guard profile.triggerOrder == .clientFirst, decision.kind == .nodata, decision.hasRule else { return false }
        if case .records = actions[Int(record(Int(decision.rule)).action)] { return true }
        return false
    }

    /// PowerDNS looks at the addresses behind an alias once more for every alias, in the zones before the one whose rule
    /// let them pass; nil where that finds nothing (compared with 4.8).
    func secondLook(
        _ first: Decision,
        _ addresses: [IPAddress],
        of asked: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        aliases: Int
    ) -> Decision? {
        guard profile.triggerOrder == .clientFirst else { return nil }
        var found: Decision?
        for _ in 0..<aliases {
            let last = found ?? first
            guard last.hasRule, last.kind == .pass else { break }
            let zones = listIndex(Int(last.rule))
            guard zones > 0 else { break }
            let next = decide(
                addresses: addresses,
                of: asked,
                type: type,
                context: context,
                index: first.layer,
                zones: zones
            )
            guard next.hasRule else { break }
            found = next
        }
        // Then the answer is empty, without the aliases, which no answer here says.
        if var last = found, lacksData(last) {
            last.kind = .unsupported
            found = last
        }
        return found
    }

    /// Unbound answers NODATA where a rule about the client has an alias, unless that is asked for (compared with
    /// 1.17.1).
    func settled(_ decision: Decision, _ type: RRType) -> Decision {
        var settled = decision
        if profile.triggerOrder == .answerLast, type != .cname, decision.kind == .redirect,
            trigger(Int(decision.rule)) == .client,
            case .records(let list) = actions[Int(record(Int(decision.rule)).action)],
            list.contains(where: { $0.type == .cname })
        {
            settled.kind = .nodata
        }
        // PowerDNS looks up what the alias of a rule about the client leads to for this type, too, and adds what it finds.
        if profile.triggerOrder == .clientFirst, type == .cname, decision.kind == .redirect,
            trigger(Int(decision.rule)) == .client, leadsElsewhere(Int(decision.rule))
        {
            settled.kind = .unsupported
        }
        return settled
    }

    /// What this layer does because of the addresses in an answer.
    /// - Complexity: O(addresses × lists × prefix lengths)
    func decide(
        addresses: [IPAddress],
        of asked: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8,
        zones: Int = .max,
        aliases: Int = 0
    ) -> Decision {
        if profile.readsAddressesAsNames {
            for address in addresses {
                let decision = decide(textOf: address, type: type, context: context, index: index)
                if !decision.kind.isPass { return decision }
            }
        }
        guard readsAnswers(type) else {
            return .pass(index)
        }
        if profile.order == .localZone {
            let local = decideLocalAnswer(addresses, asked, type, context, aliases: aliases, index: index)
            // What is said of addresses, even that nothing is done, comes before policy zones (compared with 1.17.1).
            guard policyZones != nil, local.kind == .pass, !local.hasRule else { return local }
            return decidePolicyZones(
                addresses: addresses,
                type,
                client: context.client?.address,
                zones: zones,
                index: index
            )
        }
        if engine == .dnscryptProxy || engine == .packetFilter {
            return decideAddressLists(addresses, type, index: index)
        }
        if profile.triggerOrder == .zoneByZone, asked.labelCount == 0 { return .pass(index) }
        if profile.triggerOrder == .zoneByZone, addresses.contains(where: \.isMapped) {
            // BIND keeps IPv4 ranges in mapped form; which of them a mapped address meets is not modelled.
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        if profile.triggerOrder == .zoneByZone,
            let open = lackingRule(addresses, type, zones: min(zones, lists.count))
        {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(open))
        }
        let rule =
            profile.order == .longestFirst
            ? firstStage(addresses, asked) : answerRule(addresses, type, zones: min(zones, lists.count))
        var found = decision(rule: rule, type: type, index: index)
        // BIND gives such an alias all the same.
        if aliases == 0, engine == .pdnsRPZ { found = unlooped(found, asked, type) }
        // Which records an answer to ANY holds depends on the engine's cache.
        if type == .any, found.hasRule { found.kind = .unsupported }
        return found
    }

    /// dnsmasq's: first it ignores answers, then it denies their names, then it empties them, then it leaves records out;
    /// only the second last asks which name it is about (`forward.c`, compared with 2.90).
    func firstStage(_ addresses: [IPAddress], _ asked: borrowing NameBuffer) -> Int? {
        let base = records.count + patternRecords.count
        var best: (stage: Int, rule: Int)?
        for address in addresses {
            for list in lists.indices {
                var candidates: [Int] = []
                addressIndex.forEachRule(.answer, address, list: list) { candidates.append($0) }
                for offset in candidates {
                    let record = addressRecords[offset]
                    let stage =
                        switch actions[Int(record.rule.action)] {
                        case .drop: 0
                        // Addresses that are translated; what comes behind sees the new ones.
                        case .unsupported: 1
                        case .nxdomain: 2
                        default: filteringRules.contains(offset) ? 4 : 3
                        }
                    guard stage < best?.stage ?? 5,
                        guards[Int(record.rule.guardID)].holds(asked, .unknown) == .yes
                    else { continue }
                    best = (stage, base + offset)
                }
            }
        }
        return best?.rule
    }

    /// Whether an answer that a rule about addresses made still has the aliases of the real one: where only the
    /// addresses are left out, but not where dnsmasq empties it.
    func keepsAliases(behind rule: Int) -> Bool {
        profile.order != .longestFirst || trigger(rule) != .answer
            || filteringRules.contains(rule - records.count - patternRecords.count)
    }

    private func answerRule(_ addresses: [IPAddress], _ type: RRType, zones: Int) -> Int? {
        switch profile.triggerOrder {
        case .clientFirst:
            for address in addresses {
                if let rule = firstAddressRule(.answer, address, type, zones: zones) { return rule }
            }
            return nil
        case .answerLast:
            for list in 0..<zones {
                for address in addresses {
                    if let rule = addressRule(.answer, address, type, list: list) { return rule }
                }
            }
            return nil
        case .zoneByZone: return longestAnswerRule(addresses, type, zones: zones)
        }
    }

    /// BIND's: in the first zone that has any, the one with the longest prefix.
    private func longestAnswerRule(_ addresses: [IPAddress], _ type: RRType, zones: Int) -> Int? {
        var open = addresses
        for list in 0..<zones {
            // The longest prefix of all, IPv4 as its mapped form; then the first owner in the order of RDATA.
            let rules = open.compactMap { address in
                addressRule(.answer, address, type, list: list).map { (rule: $0, range: addressRange($0)) }
            }
            let best = rules.min { left, right in
                let (one, other) = (left.range.mappedLength, right.range.mappedLength)
                return one != other
                    ? one > other : left.range.policyZoneOwner.lexicographicallyPrecedes(right.range.policyZoneOwner)
            }
            if let best { return best.rule }
            open.removeAll { addressIndex.rule(.answer, $0, list: list) != nil }
        }
        return nil
    }

    /// Where several addresses meet different rules of BIND's first zone that has any, one that has data, and none of the type
    /// asked for: it is not known when that one yields to shorter prefixes, as was seen in 9.18.
    private func lackingRule(_ addresses: [IPAddress], _ type: RRType, zones: Int) -> Int? {
        guard addresses.count > 1 else { return nil }
        for list in 0..<zones {
            let met = Set(addresses.compactMap { addressRule(.answer, $0, type, list: list) })
            if met.isEmpty { continue }
            guard met.count > 1 else { return nil }
            return met.sorted().first { rule in
                guard case .records = actions[Int(record(rule).action)] else { return false }
                return decision(rule: rule, type: type, index: 0).kind == .nodata
            }
        }
        return nil
    }

    private func addressRange(_ rule: Int) -> AddressRange {
        addressRecords[rule - records.count - patternRecords.count].range
    }
}

extension AddressRange {
    fileprivate var mappedLength: Int { address.isV4 ? prefixLength + 96 : prefixLength }

    /// The labels that stand for the range in a policy zone, each behind its length: the prefix length, then the parts of
    /// the address in reverse order, `zz` for the first longest run of zero words (draft-vixie-dnsop-dns-rpz §4.1.1).
    public var policyZoneOwner: [UInt8] {
        policyZoneLabels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    }

    /// The same as text, without a dot at the end.
    public var policyZoneText: String { policyZoneLabels.joined(separator: ".") }

    private var policyZoneLabels: [String] {
        let octets = firstAddress.octets
        guard !address.isV4 else { return [String(prefixLength)] + octets.reversed().map(String.init) }
        let words = (0..<8).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
        var gap = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || words[index] != 0 {
            if index - start > max(gap.count, 1) { gap = start..<index }
            start = index + 1
        }
        let shown = words.indices.filter { !gap.contains($0) || $0 == gap.lowerBound }
        return [String(prefixLength)]
            + shown.reversed().map { gap.contains($0) ? "zz" : String(words[$0], radix: 16) }
    }
}
