import DNS

extension CompiledLayer {
    /// What the layer does to an answer because of one alias in it, as its engine looks at aliases; pass where it does not.
    ///
    /// - Parameters:
    ///   - place: which of the aliases it is, from 1.
    ///   - zones: how many of its policy zones count, from the first.
    func decide(
        alias: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        place: Int,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8,
        zones: Int
    ) -> Decision {
        let asked = profile.chain == .everyAliasAsCNAME ? RRType.cname : type
        var decision =
            policyZones == nil
            ? decideElement(alias, hashes, type: asked, context: context, index: index, zones: zones)
            : decidePolicyZones(
                alias,
                hashes,
                type: type,
                client: context.client?.address,
                isAlias: true,
                index: index
            )
        guard decision.kind != .pass else { return decision }
        switch profile.chain {
        case .everyAliasAsCNAME: if decision.kind != .unsupported { decision = recast(decision, type: type) }
        case .untilCached: decision.kind = kindWhileIterating(decision)
        case .never, .everyAlias: break
        }
        return decision
    }

    /// Whether the layer looks at an alias of an answer.
    func looksAtAlias(_ place: Int, type: RRType) -> Bool {
        profile.chain != .never && type != .cname && place <= profile.aliasLimit
            && (type != .any || profile.answerStyle.chasesAny)
    }

    /// Whether an alias that a rule lets pass frees those behind it.
    var passFreesLaterAliases: Bool { profile.order.isZoneByZone || policyZones != nil || engine == .technitium }

    /// What a name in an answer comes to, or the text of an address: like a name asked for, but for the rules that only
    /// those meet.
    func decideElement(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8,
        zones: Int = .max
    ) -> Decision {
        let decision = decide(name, hashes, type: type, context: context, index: index, zones: zones)
        // Blocky resolves no alias itself, so it does not answer one.
        guard decision.hasRule else { return engine == .blocky ? .pass(index) : decision }
        switch engine {
        case .dnscryptProxy: return decideBlockedName(name, type: type, context: context, index: index)
        case .blocky: return withoutConfiguration(decision, name, type: type, context: context)
        case .adguardHome:
            let filtered = withoutTable(decision, name, type: type, context: context)
            return spares(filtered) ? .pass(index) : filtered
        default: return decision
        }
    }

    /// A decision made for the type of a record in the answer, answered for the type that was asked.
    func recast(_ decision: Decision, type: RRType) -> Decision {
        var recast = decision
        recast.kind = kind(of: actions[Int(record(Int(decision.rule)).action)], type: type)
        return recast
    }

    /// Whether an alias that meets a rule is left alone: AdGuard Home finds a rewrite, which is no reason to filter the
    /// answer, and looks no further (`internal/dnsforward/filter.go`, `filterDNSResponse`).
    private func spares(_ decision: Decision) -> Bool {
        decision.hasRule && decision.kind != .unsupported && record(Int(decision.rule)).ruleClass == .rewrite
    }

    /// What Unbound 1.17 makes of a rule that an alias meets while it iterates (compared with 1.17.1): data and
    /// redirects of a wildcard become NODATA, and `rpz-tcp-only` ends the daemon with a segmentation fault.
    private func kindWhileIterating(_ decision: Decision) -> VerdictKind {
        guard decision.hasRule else { return decision.kind }
        return switch actions[Int(record(Int(decision.rule)).action)] {
        case .truncate: .unsupported
        // An alias in place of all that a zone says: here the data of the zone still count, if it has some.
        case .redirect: .unsupported
        case .records, .redirectBelow:
            if record(Int(decision.rule)).scope == .below {
                .nodata
            } else {
                // Addresses that a zone gives meet its rules about addresses in their turn.
                meetsAddressRule(Int(decision.rule)) ? .unsupported : decision.kind
            }
        default: decision.kind
        }
    }
}
