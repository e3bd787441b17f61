public import DNS

extension CompiledStack {
    /// What becomes of a decision because of the address hints in HTTPS records of the real answer, the innermost layer
    /// seeing them first.
    /// - Complexity: O(layers × hints)
    func decide(
        hints: [IPAddress],
        type: RRType,
        context: borrowing QueryContext,
        after own: Decision
    ) -> Decision {
        guard !hints.isEmpty, own.kind == .pass else { return own }
        for index in layers.indices.reversed() where (context.layers & ~own.exempt) >> UInt64(index) & 1 == 1 {
            let decision = layers[index].decide(hints: hints, type: type, context: context, index: UInt8(index))
            if decision.kind != .pass { return decision }
        }
        return own
    }
}

extension CompiledStack {
    /// What a rule looked at that decided on something met as `met`: rules about addresses say it themselves.
    public func relation(_ decision: Decision, met: Relation) -> Relation {
        guard decision.hasRule, let trigger = layers[Int(decision.layer)].trigger(Int(decision.rule)) else {
            return met
        }
        return trigger == .client ? .client : .address
    }

    /// What a rule looked at that decided on a name or an alias, found out afterwards: an engine that looks addresses up like
    /// names may have found it by an address or hint of the answer.
    public func relation(_ decision: Decision, of element: DomainName, type: RRType, isAlias: Bool) -> Relation {
        let met = relation(decision, met: isAlias ? .cname : .qname)
        guard decision.hasRule, met == .cname || met == .qname else { return met }
        let layer = layers[Int(decision.layer)]
        guard layer.profile.readsAddressesAsNames else { return met }
        let types = isAlias ? [type, .cname] : [type]
        let isByName = types.contains { layer.matchingRules(element, type: $0).contains(Int(decision.rule)) }
        return isByName ? met : type == .https ? .hint : .address
    }
}

extension CompiledLayer {
    /// What this layer does because of address hints: AdGuard Home looks each of them up as if its text were a name asked
    /// for with type HTTPS, in the order of the records (`internal/dnsforward/filter.go`, `filterHTTPSRecords`).
    func decide(
        hints: [IPAddress],
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        guard profile.readsHints else { return .pass(index) }
        for hint in hints {
            // A message with such a hint is malformed for the library that AdGuard Home reads it with.
            if hint.isMapped { return Decision(kind: .unsupported, layer: index, rule: Decision.noRule) }
            let decision = decide(textOf: hint, type: .https, context: context, index: index)
            guard !decision.kind.isPass else { continue }
            return type == .https || decision.kind == .unsupported ? decision : recast(decision, type: type)
        }
        return .pass(index)
    }

    /// What the text of an address comes to for engines that look it up like a name; Go writes mapped addresses as those of IPv4
    /// (`net.IP.String`).
    func decide(
        textOf address: IPAddress,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        guard let name = try? DomainName(address.unmapped.description) else { return .pass(index) }
        let buffer = NameBuffer(name)
        return decideElement(buffer, SuffixHashes(buffer), type: type, context: context, index: index)
    }
}
