public import DNS

/// What addresses in real answers change.
extension CompiledStack {
    /// What becomes of the decision on a name and its aliases once the addresses of the real answer are known.
    ///
    /// A pass may end at an address, the innermost layer seeing it first; an engine that goes zone by zone lets an earlier
    /// zone's rule about an address take the place of a later one's about the name that has it.
    ///
    /// - Parameters:
    ///   - aliases: how many aliases lead to the addresses.
    ///   - decided: of which of them `own` is the decision; 0 for the name asked for.
    func decide(
        addresses: [IPAddress],
        of asked: borrowing NameBuffer,
        aliases: Int,
        decided: Int,
        type: RRType,
        context: borrowing QueryContext = .unknown,
        after own: Decision
    ) -> Decision {
        guard own.kind == .pass || own.kind == .route else {
            if decided > 0, let spared = spared(own, by: addresses, type: type) { return spared }
            guard decided == aliases, awaitsAddresses(own, type: type) else { return own }
            let zones = layers[Int(own.layer)].listIndex(Int(own.rule))
            let earlier = layers[Int(own.layer)].decide(
                addresses: addresses,
                of: asked,
                type: type,
                context: context,
                index: own.layer,
                zones: zones
            )
            guard earlier.kind == .pass, earlier.hasRule, hasLayers(behind: own, context) else {
                return earlier.hasRule || earlier.kind == .unsupported ? earlier : own
            }
            // The layers behind were not asked, and what they answer is what the rule looks at.
            return Decision(kind: .unsupported, layer: own.layer, rule: earlier.rule, exempt: own.exempt)
        }
        for index in layers.indices.reversed() where context.layers >> UInt64(index) & 1 == 1 {
            let layer = layers[index]
            // What dnsmasq sends on it looks at like everything else that comes back.
            let looksAtAll = layer.profile.order == .longestFirst || layer.profile.order == .localZone
            let sparesLaterOnly =
                layer.profile.passSparesLaterZonesOnly
                || layer.profile.triggerOrder == .zoneByZone && decided == aliases
            guard sees(index, what: own) else { continue }
            var zones = zonesMet(index, after: own, sparesLaterOnly: sparesLaterOnly)
            if looksAtAll { zones = (layer.policyZones != nil && zones == nil ? 0 : .max, true) }
            guard let zones else { continue }
            var decision = layer.decide(
                addresses: addresses,
                of: asked,
                type: type,
                context: context,
                index: UInt8(index),
                zones: zones.count,
                aliases: aliases
            )
            if aliases > 0,
                let again = layer.secondLook(
                    decision,
                    addresses,
                    of: asked,
                    type: type,
                    context: context,
                    aliases: aliases
                )
            {
                decision = again
            } else if aliases > 0, layer.lacksData(decision) {
                continue
            }
            if aliases > 0, type == .any, layer.profile.triggerOrder == .clientFirst, layer.awaitsAddresses(type) {
                // PowerDNS goes on to records that the answer to the alias does not show.
                return Decision(kind: .unsupported, layer: UInt8(index), rule: Decision.noRule)
            }
            guard decision.kind == .pass else {
                if !zones.isKnown { decision.kind = .unsupported }
                return decision
            }
        }
        return own
    }

    /// What becomes of the decision of dnscrypt-proxy on an alias where the answer has an address that it allows: it asks
    /// its allowed addresses first (`plugins.go`). What other layers make of the answer then is not known here.
    private func spared(_ own: Decision, by addresses: [IPAddress], type: RRType) -> Decision? {
        guard own.hasRule else { return nil }
        let layer = layers[Int(own.layer)]
        guard layer.engine == .dnscryptProxy, let rule = layer.allowingRule(addresses, type) else { return nil }
        guard layers.count == 1 else {
            return Decision(kind: .unsupported, layer: own.layer, rule: own.rule, exempt: own.exempt)
        }
        return layer.decision(rule: rule, type: type, index: own.layer)
    }

    /// What becomes of a decision whatever addresses the real answer has, where a layer treats all alike.
    public func decideAnyAddress(
        of asked: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown,
        after own: Decision
    ) -> Decision {
        guard readsAddresses, own.kind == .pass || own.kind == .route else { return own }
        for index in layers.indices.reversed() where context.layers >> UInt64(index) & 1 == 1 {
            let decision = layers[index].decideAnyAddress(type, of: asked, context: context, index: UInt8(index))
            if decision.kind != .pass { return decision }
        }
        return own
    }

    /// How many rules are about addresses in answers.
    public var addressRuleCount: Int { layers.reduce(0) { $0 + $1.addressRuleCount(.answer) } }

    /// Whether a rule about addresses in answers could change what happens to a query of a type.
    public func awaitsAddresses(_ type: RRType) -> Bool {
        readsAddresses && layers.contains { $0.awaitsAddresses(type) }
    }

    /// Whether the addresses of the real answer can still change a decision that is no pass.
    public func awaitsAddresses(_ decision: Decision, type: RRType) -> Bool {
        guard decision.hasRule else { return false }
        let layer = layers[Int(decision.layer)]
        return layer.profile.triggerOrder == .zoneByZone && layer.awaitsAddresses(type)
            && layer.listIndex(Int(decision.rule)) > 0
    }
}
