internal import CSockets
internal import DNS
internal import Policy
internal import TextScan

/// `why.NAME TXT` from this host: what the policy does with NAME, a text for each type that clients ask for.
extension Worker {
    /// The types that the answer is about.
    private static let whyTypes: [RRType] = [.a, .aaaa, .https]
    /// The label that stands before the name in question.
    private static let whyLabel: StaticString = "\u{3}why"

    /// Whether the question in `name` is one of them.
    @inline(__always)
    func asksWhy(_ query: ClientQuery, _ origin: Origin) -> Bool {
        guard query.type == RRType.txt.rawValue, name.labelCount > 1, name[0] == 3, name[1] == UInt8(ascii: "w"),
            name[2] == UInt8(ascii: "h"), name[3] == UInt8(ascii: "y")
        else { return false }
        // Who asks over HTTP without TLS is a proxy on this host, for anybody.
        let isProxied = query.overTCP && streams.slots[Int(origin.socket)].speaks == .dnsOverHTTP
        return !isProxied && origin.peer.address?.isLoopback == true
    }

    /// Answers such a question, for a client that asks the way this one did. What is kept of a real answer counts, aliases and
    /// addresses included; without one the name alone is looked at.
    mutating func answerWhy(_ query: ClientQuery, _ key: AnswerKey, _ message: Span<UInt8>) {
        let asked = NameBuffer(
            DomainName(trustedWire: Array(name.name.wire.dropFirst(Self.whyLabel.utf8CodeUnitCount)))
        )
        counters.local += 1
        reply.beginReply(query, .noError, message: message)
        for type in Self.whyTypes {
            let text = Array(why(asked, type, key).utf8.prefix(255))
            guard reply.count + 12 + 1 + text.count + MessageBuffer.optSize <= Int(query.limit) else {
                return reply.replaceByTruncated(query)
            }
            // Nothing of it is kept: the next question is decided anew.
            reply.appendOwn(.txt, ttl: 0, data: [UInt8(text.count)] + text)
        }
        let none: [UInt8] = []
        reply.appendOPT(query, .noError, options: none.span)
    }

    private mutating func why(_ asked: borrowing NameBuffer, _ type: RRType, _ key: AnswerKey) -> String {
        let isOurs = special.answer(asked) != nil || configuration.localZone?.answer(asked.name, type: type) != nil
        guard !isOurs else { return "\(type): answered here, before the policy" }
        var key = key
        key.type = type.rawValue
        let hash = keyedHash(asked, key, seed: seed)
        var (decision, alias) = (policy.decide(asked, type, policy.context(key)), "")
        var isKnown = false
        if let place = cache.find(asked, key, hash: hash, now: now), cache.entry(place).generation == policy.generation
        {
            decision = cache.entry(place).decision.decision
            if cache.fillAlias(place, &aliasName) { alias = ", because of its alias \(aliasName.name)" }
            isKnown = true
        }
        var text = "\(type): " + what(decision, asked, isKnown: isKnown) + alias
        guard policy.enforces(decision, for: asked) else { return text }
        if !isKnown, policy.policy.stack.awaitsAddresses(decision, type: type) {
            text += "; addresses of the real answer can change it, ask for it first"
        } else if sparesSigned(key) {
            text += "; a signed answer is given all the same (DO)"
        }
        return text
    }

    private func what(_ decision: Decision, _ asked: borrowing NameBuffer, isKnown: Bool) -> String {
        let rule = decision.hasRule ? rule(decision) : ""
        if decision.kind.isPass {
            return "passes\(rule)" + (isKnown ? "" : "; what its answer holds was not looked at, ask for it first")
        }
        let done =
            policy.enforces(decision, for: asked) || policy.truncates(decision, for: asked)
            ? "carried out" : "the real answer is given"
        return "\(decision.kind)\(rule); \(policy.mode(of: Int(decision.layer)).rawValue): \(done)"
    }

    private func rule(_ decision: Decision) -> String {
        let layer = Int(decision.layer)
        let compiled = policy.policy.stack.layers[layer]
        let rule = compiled.reference(Int(decision.rule))
        let name = policy.policy.layerName(layer).map { "\(TerminalText.escaped($0)), " } ?? ""
        // The end of a path tells most, and the text of a rule must fit beside it.
        let list = TerminalText.escaped(rule.list)
        let path = list.count > 60 ? "..." + list.suffix(60) : list
        return
            " by \(name)\(compiled.engine.rawValue), \(path):\(rule.line): \(TerminalText.escaped(rule.text, limit: 80))"
    }
}
