public import DNS

/// A name that an answer of the policy leads to and that has to be looked up before the answer is whole.
public struct AnswerTarget: Sendable, Equatable {
    /// The name.
    public var name: DomainName
    /// Whether its records are given as those of the name asked for, without an alias.
    public var isHidden: Bool
    /// What the rules make of the answer to it.
    public var policy: AnswerStyle.TargetPolicy
    /// Whether the alias stands in the failure when it cannot be looked up.
    public var keepsAliasInFailure: Bool
    /// Whether an answer that leads back to an alias in front of it is a failure (PowerDNS).
    public var failsInLoops = false
    /// Seconds to live that its records get; nil for their own.
    public var ttl: UInt32?
}

extension CompiledLayer {
    /// What has to be looked up for the answer to a decision of this layer; nil where the answer is whole or there is none.
    ///
    /// What the engines do was seen on BIND 9.18, Unbound 1.17 and PowerDNS Recursor 4.8; AdGuard Home does not filter the
    /// answer to a rewritten name (`internal/dnsforward`, `processFilteringAfterResponse`), and dnscrypt-proxy gives the
    /// addresses of a cloaked name's target as the name's own (`plugin_cloak.go`).
    public func target(of answer: PolicyAnswer?, _ decision: Decision, type: RRType) -> AnswerTarget? {
        guard decision.kind == .redirect, decision.hasRule, type != .cname, type != .any else { return nil }
        let style = profile(of: Int(decision.rule)).answerStyle
        let isSpared = decision.exempt >> UInt64(decision.layer) & 1 == 1
        if engine == .dnscryptProxy {
            guard case .redirect(let target) = actions[Int(record(Int(decision.rule)).action)] else { return nil }
            return AnswerTarget(
                name: target,
                isHidden: true,
                policy: .none,
                keepsAliasInFailure: false,
                ttl: dataTTL
            )
        }
        guard let answer, style.followsOwnAliases, !answer.endsAtAlias, answer.behind.isEmpty,
            let alias = answer.records.last, alias.type == .cname, let target = try? DomainName(wire: alias.data)
        else { return nil }
        return AnswerTarget(
            name: target,
            isHidden: false,
            policy: isSpared ? .none : style.targetPolicy,
            keepsAliasInFailure: style.keepsAliasInFailure,
            failsInLoops: failsInLoops(decision)
        )
    }

    /// Whether rules about addresses decide over what an alias of the policy leads to, which is not part of the decision.
    func judgesAddressesBehind(_ decision: Decision) -> Bool {
        guard decision.kind == .redirect, decision.hasRule, addressIndex.has(.answer) else { return false }
        let rule = Int(decision.rule)
        return profile(of: rule).answerStyle.targetPolicy == .answer && leadsElsewhere(rule)
    }
}

extension CompiledStack {
    /// What an alias of the policy's own leads to and what the rules judge once more when its answer comes; nil where that
    /// does not happen.
    public func judgedTarget(of verdict: Verdict, type: RRType) -> DomainName? {
        guard verdict.kind == .redirect, let matched = verdict.matched, let rule = matched.number,
            type != .cname, type != .any, layers[matched.layer].profile(of: rule).answerStyle.targetPolicy == .answer,
            let answer = verdict.answer, !answer.endsAtAlias, answer.behind.isEmpty,
            let alias = answer.records.last, alias.type == .cname
        else { return nil }
        return try? DomainName(wire: alias.data)
    }

    /// The verdict with what is known behind its ``judgedTarget(of:type:)``: where an alias or address there meets a rule, what
    /// comes of it depends on what the engine has in its cache, and the verdict is open.
    public func settled(
        _ verdict: Verdict,
        target: DomainName,
        chain: [DomainName],
        addresses: [IPAddress]?,
        type: RRType,
        context: QueryContext = .unknown
    ) -> Verdict {
        let name = NameBuffer(target)
        var walk = beginWalk(.pass, of: name, type: type, context: context)
        for alias in chain { self.walk(&walk, alias: NameBuffer(alias), type: type, context: context) }
        if let addresses { self.walk(&walk, addresses: addresses, of: name, type: type, context: context) }
        let met = walk.decision
        var settled = verdict
        guard met.kind != .pass else {
            if addresses != nil { settled.note = nil }
            return settled
        }
        settled.kind = .unsupported
        settled.answer = nil
        let rule = met.hasRule ? layers[Int(met.layer)].reference(Int(met.rule)) : nil
        let place = rule.map { ", \($0.list):\($0.line)" } ?? ""
        settled.note =
            "the answer behind its alias \(target) meets a rule in turn\(place); what comes of that is not modelled"
        return settled
    }
}
