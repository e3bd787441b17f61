public import DNS

/// What the engine's cache changes about a pass.
extension CompiledStack {
    /// What a pass depends on that a policy zone of Unbound gives: only an answer that it has just looked up is spared by rules
    /// about addresses, one from its cache meets them (compared with 1.17.1).
    ///
    /// - Parameters:
    ///   - own: the decision, with a bit for each layer that a rule of a name or an alias spared.
    ///   - addresses: those of the real answer; nil where nobody knows them.
    func cacheNote(
        onPass own: Decision,
        _ addresses: [IPAddress]?,
        of asked: borrowing NameBuffer,
        type: RRType,
        _ context: borrowing QueryContext
    ) -> String? {
        guard own.exempt != 0, own.kind == .pass || own.kind == .route else { return nil }
        for index in layers.indices.reversed() where own.exempt >> UInt64(index) & 1 == 1 && sees(index, what: own) {
            let layer = layers[index]
            guard layer.sparesFreshAnswersOnly else { continue }
            guard let addresses else {
                guard let rule = layer.firstZoneAddressRule(type) else { continue }
                let place = layer.reference(rule)
                return
                    "only while the answer is not in the cache; one from there meets the zones' rules about addresses, the "
                    + "first of them \(place.list):\(place.line)"
            }
            let later = layer.decide(
                addresses: addresses,
                of: asked,
                type: type,
                context: context,
                index: UInt8(index)
            )
            guard later.kind != .pass, later.hasRule else { continue }
            let place = layer.reference(Int(later.rule))
            return
                "only while the answer is not in the cache; one from there meets \(place.list):\(place.line), a rule about its "
                + "address"
        }
        return nil
    }
}

extension CompiledLayer {
    /// Whether policy zones spare only answers that have just been looked up.
    fileprivate var sparesFreshAnswersOnly: Bool {
        engine == .unboundRPZ || engine == .unbound && policyZones != nil
    }

    /// The first rule of a policy zone about addresses in answers to a query of a type that does not let them pass.
    /// - Complexity: O(rules about addresses)
    fileprivate func firstZoneAddressRule(_ type: RRType) -> Int? {
        guard readsAnswers(type) else { return nil }
        let offset = addressRecords.firstIndex { record in
            guard record.trigger == .answer, type == .any || record.range.address.recordType == type,
                policyZones == nil || policyZones?[Int(record.rule.list)] != nil
            else { return false }
            return switch actions[Int(record.rule.action)] {
            case .allow, .none: false
            default: true
            }
        }
        return offset.map { records.count + patternRecords.count + $0 }
    }
}

extension CompiledStack {
    /// A verdict on a name, given all addresses behind it, with what dnsmasq's cache may change: once it has denied the name for
    /// an address of one family, that comes before what it sends on or answers for other types (compared with 2.90). Of an alias
    /// the name that has the address is denied, as long as the cache leads there.
    public func noted(
        _ verdict: Verdict,
        beside addresses: [IPAddress],
        behind chain: [DomainName],
        of name: DomainName,
        type: RRType,
        context: QueryContext = .unknown
    ) -> Verdict {
        guard layers.contains(where: { $0.engine == .dnsmasq && $0.readsAnswers(.any) }) else { return verdict }
        for other in [RRType.a, .aaaa] where other != type {
            let held = addresses.filter { $0.recordType == other }
            guard !held.isEmpty else { continue }
            let denial = self.verdict(name, type: other, chain: chain, addresses: held, context: context)
            guard denial.kind == .nxdomain, let met = denial.matched, met.relation == .address,
                let rule = met.number, layers[met.layer].keepsDenial(at: rule),
                Self.comesBehind(verdict, layer: met.layer)
            else { continue }
            let said =
                chain.isEmpty
                ? "once the name has been denied for its address, it gets NXDOMAIN as long as dnsmasq's cache has that"
                : "once \(chain[chain.count - 1]) has been denied for its address, the name gets NXDOMAIN where dnsmasq's cache has "
                    + "that and the alias"
            var noted = verdict
            noted.note = [verdict.note, said].compactMap(\.self).joined(separator: "; ")
            return noted
        }
        return verdict
    }

    /// Whether a verdict is what a layer of dnsmasq sends on, or answers by `address=` and its like behind its cache.
    private static func comesBehind(_ verdict: Verdict, layer: Int) -> Bool {
        guard let matched = verdict.matched, !verdict.kind.isPass else { return verdict.kind.isPass }
        return matched.layer == layer && matched.relation == .qname
            && [.data, .nullData].contains(matched.rule.ruleClass)
    }
}
