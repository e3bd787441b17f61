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

    /// Plays one random round; false when the engine is not installed.
    /// - Throws: ``EngineRefusal`` when it does not run.
    func play(seed: UInt64, _ tally: inout Tally) throws -> Bool {
        var maker = RoundMaker(seed: seed)
        guard let own = LoopbackSocket() else { return false }
        var round = maker.round(for: setup)
        for index in round.lists.indices { round.lists[index].text = Self.filled(round.lists[index].text, own.port) }
        let again = "Scripts/oracle --engine \(engine.rawValue) --round \(seed)"
        return try play(round, on: own, patience: .seconds(10), again: again, &tally)
    }

    private static func filled(_ text: String, _ port: UInt16) -> String {
        text.replacing("@UPSTREAM@", with: String(port))
    }

    /// Plays a round whose upstream has this socket; false when the engine is not installed.
    /// - Parameters:
    ///   - patience: how long the engine may take to start.
    ///   - again: the command that plays the round again.
    func play(
        _ round: Round,
        on socket: LoopbackSocket,
        patience: Duration,
        again: String,
        _ tally: inout Tally
    ) throws -> Bool {
        let mismatches = tally.mismatches
        defer {
            if tally.mismatches > mismatches { say("  again    \(again)") }
        }
        guard let program = setup.path else { return false }
        var aliases: [DomainName: DomainName] = [:]
        for (name, target) in round.aliases { aliases[try DomainName(name)] = try DomainName(target) }
        let upstream = Upstream(socket: socket, aliases: aliases, timeToLive: setup.addressLifetime)
        defer { upstream.stop() }
        let process = try EngineProcess(
            program,
            arguments: setup.arguments,
            files: setup.files(round).map { ($0.name, Self.filled($0.text, socket.port)) },
            lists: round.lists.map { ($0.name, round.given($0.name, $0.text)) },
            blocked: round.blocked.map { try DomainName($0) },
            client: round.client,
            isProxy: setup.isProxy,
            patience: patience
        )
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
            let isShown = tally.mismatches - mismatches < Self.shownMismatches
            judge(question, verdict, outcome ?? .drop, round, upstream, isShown: isShown, &tally)
        }
        if tally.mismatches - mismatches > Self.shownMismatches {
            say("  and \(tally.mismatches - mismatches - Self.shownMismatches) more in this round")
        }
        return true
    }

    private static let shownMismatches = 100

    /// Whether the model does not say what the whole answer is: where it says so itself, and where the target of a
    /// redirect meets rules about addresses in its turn.
    private func isOpen(_ question: Question, _ verdict: Verdict, _ stack: CompiledStack) -> Bool {
        verdict.kind == .unsupported
            || verdict.kind == .redirect && engine.profile.chain == .untilCached
                && stack.layers[0].readsAnswers(question.type)
    }

    private func model(_ round: Round) throws -> CompiledStack {
        let loaded = try LayerLoader.load(
            round.lists.map { list in
                // A zone's name is often in the configuration alone.
                let isNamed = list.format != .rpz || list.text.contains("$ORIGIN")
                let origin = isNamed ? "" : "$ORIGIN \(round.zone(list.name)).\n"
                return ListInput(path: list.name, format: list.format, octets: Array((origin + list.text).utf8))
            },
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
        isShown: Bool,
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
            if isShown { report(question, theirs, ours, verdict, chain, round) }
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
        var shown = 0
        for list in round.lists {
            for (index, line) in list.text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
                let line = String(line) ?? ""
                let lowered = line.lowercased()
                let isNear =
                    lowered.hasPrefix("* ") || lowered.contains(".rpz-") || marks.contains(where: lowered.contains)
                guard shown < 40, isNear else { continue }
                shown += 1
                text += "  \(list.name):\(index + 1)\t\(line)\n"
            }
        }
        say(text)
    }
}
