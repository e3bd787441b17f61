import DNS
import Policy

/// Says what the model expects of an engine in a round, and where the engine does something else.
struct Judge {
    let setup: EngineSetup
    let stack: CompiledStack
    let upstream: Upstream
    let round: Round
    private var engine: Engine { setup.engine }
    /// The engine's own, behind which there is none.
    private var layer: CompiledLayer { stack.layers[stack.layers.count - 1] }

    func verdict(_ question: Question) -> Verdict { verdict(question.name, question.type) }

    private func verdict(_ name: DomainName, _ type: RRType) -> Verdict {
        stack.verdict(
            name,
            type: type,
            chain: upstream.chain(name),
            addresses: upstream.shownAddresses(name, type),
            context: QueryContext(client: Client(address: .v4(round.client)))
        )
    }

    /// Whether the model says what is done, but not what the whole answer is: where the aliases or addresses
    /// behind the target of a redirect meet rules in their turn.
    func isOpen(_ question: Question, _ verdict: Verdict) -> Bool {
        if let target = stack.judgedTarget(of: verdict, type: question.type) {
            let settled = stack.settled(
                verdict,
                target: target,
                chain: upstream.chain(target),
                addresses: upstream.shownAddresses(target, question.type),
                type: question.type,
                context: QueryContext(client: Client(address: .v4(round.client)))
            )
            if settled.kind == .unsupported { return true }
        }
        guard verdict.kind == .redirect,
            engine.profile.chain == .untilCached || engine.profile.order == .localZone,
            layer.readsAnswers(question.type),
            let alias = verdict.answer?.records.first(where: { $0.type == .cname }),
            let target = try? DomainName(wire: alias.data)
        else { return false }
        let addresses = upstream.shownAddresses(target, question.type)
        return layer.meetsAddressRule(addresses)
    }

    /// The test case of a mismatch; nil where the engine does what is expected.
    func mismatch(_ question: Question, _ verdict: Verdict, _ theirs: Outcome) -> String? {
        var ours = Outcome(
            verdict,
            name: question.name,
            type: question.type,
            upstream: upstream,
            profile: engine.profile
        )
        if verdict.kind.isPass, ours.code == ResponseCode.nxDomain.description, isTurned(question) {
            ours.code = ResponseCode.noError.description
        }
        // A proxy says yes or no.
        if setup.isProxy {
            ours.extent = .code
            if verdict.kind == .redirect { ours.code = "REDIRECT" }
        }
        return ours.isMet(by: theirs) ? nil : report(question, theirs, ours, verdict)
    }

    /// Whether the engine makes NODATA of the real answer, which is NXDOMAIN.
    private func isTurned(_ question: Question) -> Bool {
        let name = NameBuffer(question.name)
        let context = QueryContext(client: Client(address: .v4(round.client)))
        let own = stack.decide(name, type: question.type, context: context)
        return stack.layerTurningDenial(of: name, context: context, after: own) != nil
    }

    /// The rules near the name, the query, both answers.
    private func report(_ question: Question, _ theirs: Outcome, _ ours: Outcome, _ verdict: Verdict) -> String {
        let chain = upstream.chain(question.name)
        var text = "MISMATCH \(engine.rawValue) \(question.name) \(question.type)\n"
        if !chain.isEmpty { text += "  chain    \(chain.map(\.description).joined(separator: " "))\n" }
        text += "  expected \(theirs)\n  got      \(ours)"
        if let rule = verdict.matched?.rule { text += "   by \(rule.list):\(rule.line) \(rule.text)" }
        text += "\n"
        let marks = ([question.name] + chain).map { name in
            name.labels.suffix(2).map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".").lowercased()
        }
        var shown = 0
        for list in round.lists {
            for (index, line) in list.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
                guard shown < Self.shownRules else { return text }
                let line = String(line) ?? ""
                let lowered = line.lowercased()
                let isNear =
                    lowered.hasPrefix("* ") || lowered.contains(".rpz-") || marks.contains(where: lowered.contains)
                guard isNear else { continue }
                shown += 1
                text += "  \(list.name):\(index + 1)\t\(line)\n"
            }
        }
        return text
    }

    private static let shownRules = 40
}
