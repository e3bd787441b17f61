import DNS
import FilterLists
import Policy

/// What an engine and the model said so far.
struct Tally {
    var verdicts = 0
    /// Queries that the model declares it cannot decide.
    var unsupported = 0
    var mismatches = 0
    var rounds = 0
    /// Rounds in which the engine did not come up.
    var failures = 0
}

/// Asks an engine and the model the same questions.
struct Comparison {
    let setup: EngineSetup
    private var engine: Engine { setup.engine }

    /// Plays one round; false when the engine does not run.
    func play(seed: UInt64, _ tally: inout Tally) throws -> Bool {
        let mismatches = tally.mismatches
        defer {
            if tally.mismatches > mismatches {
                say("  again    Scripts/oracle --engine \(engine.rawValue) --round \(seed)")
            }
        }
        var maker = RoundMaker(seed: seed)
        guard let program = setup.path, let own = LoopbackSocket() else { return false }
        var round = maker.round(for: setup)
        func filled(_ text: String) -> String { text.replacing("@UPSTREAM@", with: String(own.port)) }
        for index in round.lists.indices { round.lists[index].text = filled(round.lists[index].text) }
        var aliases: [DomainName: DomainName] = [:]
        for (name, target) in round.aliases { aliases[try DomainName(name)] = try DomainName(target) }
        let upstream = Upstream(socket: own, aliases: aliases, timeToLive: setup.addressLifetime)
        defer { upstream.stop() }
        let process = try EngineProcess(
            program,
            arguments: setup.arguments,
            files: round.lists.map { ($0.name, $0.text) } + setup.files(round).map { ($0.name, filled($0.text)) },
            blocked: round.blocked.map { try DomainName($0) },
            client: round.client,
            isProxy: setup.isProxy
        )
        guard let process else { return false }
        defer { process.stop() }
        let questions = try round.questions.map { Question(name: try DomainName($0.name), type: $0.type) }
        let stack = try model(round)
        // A query that the engine would not survive would spoil the rest.
        let context = QueryContext(client: Client(address: .v4(round.client)))
        let decided = questions.map { question in
            let verdict = stack.verdict(
                question.name,
                type: question.type,
                chain: upstream.chain(question.name),
                addresses: upstream.shownAddresses(question.name, question.type),
                context: context
            )
            return (question, verdict)
        }
        tally.unsupported += decided.count { isOpen($0.0, $0.1, stack) }
        let asked = decided.filter { !isOpen($0.0, $0.1, stack) }
        let isOnce = engine.profile.chain == .untilCached
        let outcomes = process.ask(asked.map(\.0), isSilent: { asked[$0].1.kind == .drop }, isOnce: isOnce)
        for ((question, verdict), outcome) in zip(asked, outcomes) {
            judge(question, verdict, outcome ?? .drop, round, upstream, &tally)
        }
        return true
    }

    /// Whether the model does not say what the whole answer is: where it says so itself, and where the target of a
    /// redirect meets rules about addresses in its turn.
    private func isOpen(_ question: Question, _ verdict: Verdict, _ stack: CompiledStack) -> Bool {
        verdict.kind == .unsupported
            || verdict.kind == .redirect && engine.profile.chain == .untilCached
                && stack.layers[0].awaitsAddresses(question.type)
    }

    private func model(_ round: Round) throws -> CompiledStack {
        let loaded = try LayerLoader.load(
            round.lists.map { ListInput(path: $0.name, format: $0.format, octets: Array($0.text.utf8)) },
            engine: engine,
            mayBeEmpty: true
        )
        return CompiledStack(layers: [loaded.layer])
    }

    private func judge(
        _ question: Question,
        _ verdict: Verdict,
        _ theirs: Outcome,
        _ round: Round,
        _ upstream: Upstream,
        _ tally: inout Tally
    ) {
        tally.verdicts += 1
        var ours = Outcome(
            verdict,
            name: question.name,
            type: question.type,
            upstream: upstream,
            profile: engine.profile
        )
        // A proxy says yes or no.
        if setup.isProxy { ours.extent = .code }
        let chain = upstream.chain(question.name)
        if !ours.isMet(by: theirs) {
            tally.mismatches += 1
            report(question, theirs, ours, verdict, chain, round)
        }
    }

    /// Prints a mismatch as a test case: the rules near the name, the query, both answers.
    private func report(
        _ question: Question,
        _ theirs: Outcome,
        _ ours: Outcome,
        _ verdict: Verdict,
        _ chain: [DomainName],
        _ round: Round
    ) {
        var text = "MISMATCH \(engine.rawValue) \(question.name) \(question.type)\n"
        if !chain.isEmpty { text += "  chain    \(chain.map(\.description).joined(separator: " "))\n" }
        text += "  expected \(theirs)\n  got      \(ours)"
        if let rule = verdict.matched?.rule { text += "   by \(rule.list):\(rule.line) \(rule.text)" }
        text += "\n"
        let marks = ([question.name] + chain).map { name in
            name.labels.suffix(2).map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".").lowercased()
        }
        for list in round.lists {
            for (index, line) in list.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let lowered = line.lowercased()
                if lowered.hasPrefix("* ") || lowered.contains(".rpz-") || marks.contains(where: lowered.contains) {
                    text += "  \(list.name):\(index + 1)\t\(line)\n"
                }
            }
        }
        say(text)
    }
}
