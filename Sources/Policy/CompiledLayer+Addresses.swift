public import DNS

extension CompiledLayer {
    /// How many rules are about addresses in answers, and how many about the client's.
    public func addressRuleCount(_ trigger: AddressTrigger) -> Int { addressRecords.count { $0.trigger == trigger } }

    /// Whether a rule about addresses in answers could change what happens to a query of a type.
    public func awaitsAddresses(_ type: RRType) -> Bool {
        guard type == .a || type == .aaaa || type == .any else { return false }
        return addressIndex.has(.answer)
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

    /// The same of the first list that has one.
    func firstAddressRule(_ trigger: AddressTrigger, _ address: IPAddress, _ type: RRType, zones: Int) -> Int? {
        for list in 0..<zones {
            if let rule = addressRule(trigger, address, type, list: list) { return rule }
        }
        return nil
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
        return settled
    }

    /// What this layer does because of the addresses in an answer.
    /// - Complexity: O(addresses × lists × prefix lengths)
    func decide(
        addresses: [IPAddress],
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8,
        zones: Int = .max
    ) -> Decision {
        if profile.readsAddressesAsNames {
            for address in addresses {
                guard let name = try? DomainName(address.description) else { continue }
                let decision = decide(NameBuffer(name), type: type, context: context, index: index)
                if !decision.kind.isPass { return decision }
            }
        }
        guard awaitsAddresses(type) else { return Decision(kind: .pass, layer: index, rule: Decision.noRule) }
        var found = decision(
            rule: answerRule(addresses, type, zones: min(zones, lists.count)),
            type: type,
            index: index
        )
        // Which records an answer to ANY holds depends on the engine's cache.
        if type == .any, found.hasRule { found.kind = .unsupported }
        return found
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
        for list in 0..<zones {
            // The longest prefix of all, IPv4 as its mapped form; then the first owner in the order of RDATA.
            let rules = addresses.compactMap { address in
                addressRule(.answer, address, type, list: list).map { (rule: $0, range: addressRange($0)) }
            }
            let best = rules.min { left, right in
                let (one, other) = (left.range.mappedLength, right.range.mappedLength)
                return one != other
                    ? one > other : left.range.policyZoneOwner.lexicographicallyPrecedes(right.range.policyZoneOwner)
            }
            if let best { return best.rule }
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
        // In IPv6 text "::" leaves an empty part, two at an end.
        let separator: Character = address.isV4 ? "." : ":"
        var parts = firstAddress.description.split(separator: separator, omittingEmptySubsequences: false)
        if parts.count > 2, parts[0].isEmpty { parts.removeFirst() }
        if parts.count > 2, parts[parts.count - 1].isEmpty { parts.removeLast() }
        return [String(prefixLength)] + parts.reversed().map { $0.isEmpty ? "zz" : String($0) }
    }
}
