import DNS
import FilterLists
import Foundation
import Policy

/// Asks an engine and the model the same questions.
struct Comparison {
    let setup: EngineSetup
    /// Whether a server of ours is asked, too.
    var serves = false
    /// Whether what the engine logs, and a capture of its packets, is read and compared, too.
    var logs = false
    private var engine: Engine { setup.engine }

    /// What came of asking everything once.
    private struct Answers {
        /// The mismatches by the place of their question, as test cases.
        var mismatches: [Int: String] = [:]
        var verdicts = 0
        var served = 0
        var logged: [String: LogTally] = [:]
        var unsupported = 0
        var open = 0
    }

    /// Plays one random round.
    /// - Throws: ``EngineRefusal`` when the engine does not run.
    func play(seed: UInt64, _ tally: inout Tally) throws {
        var maker = RoundMaker(seed: seed)
        guard let own = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
        var round = maker.round(for: setup)
        for index in round.lists.indices { round.lists[index].text = Self.filled(round.lists[index].text, own.port) }
        let again = "Scripts/oracle --engine \(engine.rawValue) --round \(seed)"
        try play(round, on: own, patience: .seconds(10), again: again, &tally)
    }

    private static func filled(_ text: String, _ port: UInt16) -> String {
        text.replacing("@UPSTREAM@", with: String(port))
    }

    /// Plays a round whose upstream has this socket. Mismatches are asked for once more, with the engine started anew: those
    /// that do not come again are counted apart.
    /// - Parameters:
    ///   - patience: how long the engine may take to start.
    ///   - again: the command that plays the round again.
    func play(
        _ round: Round,
        on socket: LoopbackSocket,
        patience: Duration,
        again: String,
        _ tally: inout Tally
    ) throws {
        let (stack, isRefused) = try model(round)
        if round.mayBeRefused, try isRefused != refuses(round, on: socket, patience) {
            let what = isRefused ? "starts with what the model says that it does not" : "refuses to start"
            say("MISMATCH \(engine.rawValue) \(what)\n\(round.lists[0].text)\n  again    \(again)")
            tally.mismatches += 1
            return
        }
        if isRefused { return tally.add(verdicts: 1, unsupported: round.questions.count, open: 0) }
        let first = try answers(round, stack, on: socket, patience)
        tally.add(verdicts: first.verdicts, unsupported: first.unsupported, open: first.open)
        tally.served += first.served
        for (format, logged) in first.logged { tally.logged[format, default: LogTally()].add(logged) }
        guard !first.mismatches.isEmpty else { return }
        let second = try answers(round, stack, on: socket, patience)
        let repeated = first.mismatches.keys.filter { second.mismatches[$0] != nil }.sorted()
        let once = first.mismatches.keys.filter { second.mismatches[$0] == nil }.sorted()
        tally.mismatches += repeated.count
        tally.unrepeated += once.count
        for place in repeated.prefix(Self.shownMismatches) { say(first.mismatches[place] ?? "") }
        if repeated.count > Self.shownMismatches {
            say("  and \(repeated.count - Self.shownMismatches) more in this round")
        }
        for place in once.prefix(Self.shownFlukes) { say("NOT REPEATED " + (first.mismatches[place] ?? "")) }
        say("  again    \(again)")
    }

    private static let shownMismatches = 100
    private static let shownFlukes = 3

    /// Whether the engine ends by itself, and does not answer.
    private func refuses(_ round: Round, on socket: LoopbackSocket, _ patience: Duration) throws -> Bool {
        do {
            try start(round, on: socket, patience).stop()
            return false
        } catch let refusal as EngineRefusal {
            guard refusal.hasEnded else { throw refusal }
            return true
        }
    }

    private func start(_ round: Round, on socket: LoopbackSocket, _ patience: Duration) throws -> EngineProcess {
        guard let program = setup.path else { throw EngineRefusal(log: "not installed") }
        return try EngineProcess(
            program,
            arguments: setup.arguments,
            files: setup.files(round).map { ($0.name, Self.filled($0.text, socket.port)) },
            lists: round.lists.map { ($0.name, round.given($0.name, $0.text)) } + round.files,
            blocked: round.blocked.map { try DomainName($0) },
            client: round.client,
            isProxy: setup.isProxy,
            logs: (logs && !setup.isProxy, EngineLog.of(engine, round)),
            patience: patience
        )
    }

    /// Starts the engine and asks everything that the model decides.
    private func answers(
        _ round: Round,
        _ stack: CompiledStack,
        on socket: LoopbackSocket,
        _ patience: Duration
    ) throws -> Answers {
        var aliases: [DomainName: DomainName] = [:]
        for (name, target) in round.aliases { aliases[try DomainName(name)] = try DomainName(target) }
        let upstream = Upstream(
            socket: socket,
            aliases: aliases,
            missing: Set(try round.missing.map { try DomainName($0) }),
            timeToLive: setup.addressLifetime
        )
        defer { upstream.stop() }
        let process = try start(round, on: socket, patience)
        defer { process.stop() }
        let judge = Judge(setup: setup, stack: stack, upstream: upstream, round: round)
        var answers = Answers()
        var asked: [(place: Int, question: Question, verdict: Verdict)] = []
        for (place, (name, type)) in round.questions.enumerated() {
            let question = Question(name: try DomainName(name), type: type)
            let verdict = judge.verdict(question)
            // A query that the engine would not survive would spoil the rest.
            if verdict.kind == .unsupported {
                answers.unsupported += 1
            } else if judge.isOpen(question, verdict) {
                answers.open += 1
            } else {
                asked.append((place, question, verdict))
            }
        }
        let isOnce = stack.layers[stack.layers.count - 1].profile.chain == .untilCached
        let outcomes = process.ask(
            asked.map(\.question),
            isSilent: { asked[$0].verdict.kind == .drop },
            isOnce: isOnce
        )
        answers.verdicts = asked.count
        let server =
            serves && setup.engine != .squid ? ServedRound(stack, upstream: upstream.port, client: round.client) : nil
        defer { server?.stop() }
        for (entry, outcome) in zip(asked, outcomes) {
            if let server, entry.question.type != .any,
                judge.mismatch(entry.question, entry.verdict, outcome ?? .drop) == nil
            {
                answers.served += 1
                answers.mismatches[entry.place] = server.difference(entry.question, entry.verdict, outcome ?? .drop)
            }
            guard let text = judge.mismatch(entry.question, entry.verdict, outcome ?? .drop) else { continue }
            answers.mismatches[entry.place] = text
        }
        if logs { review(process, asked, outcomes, &answers) }
        return answers
    }

    /// Reads what was recorded of a round whose answers were as expected.
    private func review(
        _ process: EngineProcess,
        _ asked: [(place: Int, question: Question, verdict: Verdict)],
        _ outcomes: [Outcome?],
        _ answers: inout Answers
    ) {
        let (sources, port) = process.records()
        for source in sources {
            var review = LogReview(source, engine, port: port)
            if let fault = review.headline { answers.mismatches[-1] = fault }
            for (entry, outcome) in zip(asked, outcomes) where answers.mismatches[entry.place] == nil {
                answers.mismatches[entry.place] = review.mismatch(entry.question, entry.verdict, outcome ?? .drop)
            }
            answers.logged[source.format] = review.tally
        }
    }

    /// The model of a round.
    func stack(of round: Round) throws -> CompiledStack { try model(round).stack }

    /// The model, and whether it says that the engine does not start.
    func model(_ round: Round) throws -> (stack: CompiledStack, isRefused: Bool) {
        // What a list names is looked for beside it.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        if !round.files.isEmpty {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for file in round.files { try Data(file.text.utf8).write(to: folder.appendingPathComponent(file.name)) }
        }
        defer { try? FileManager.default.removeItem(at: folder) }
        let loaded = try LayerLoader.load(
            round.lists.map { list in
                // A zone's name is often in the configuration alone.
                let isNamed = list.format != .rpz || list.text.contains("$ORIGIN")
                let origin = isNamed ? "" : "$ORIGIN \(round.zone(list.name)).\n"
                let path = round.files.isEmpty ? list.name : folder.appendingPathComponent(list.name).path
                return ListInput(path: path, format: list.format, octets: Array((origin + list.text).utf8))
            },
            engine: engine,
            // As the configuration given to BIND says.
            options: LayerOptions(checksNames: false),
            mayBeEmpty: true
        )
        let isRefused = loaded.reports.contains { $0.unsupported["bad-statement"] != nil }
        return (CompiledStack(layers: try bystanders(round) + [loaded.layer]), round.mayBeRefused && isRefused)
    }

    /// A layer in front of every other round's that no name of a round meets: what it is behind may not matter.
    private func bystanders(_ round: Round) throws -> [CompiledLayer] {
        guard round.lists.reduce(0, { $0 + $1.text.utf8.count }) % 2 == 1 else { return [] }
        let list = ListInput(path: "bystander", format: .hosts, octets: Array("0.0.0.0 bystander.invalid\n".utf8))
        return [try LayerLoader.load([list], engine: .hostsFile).layer]
    }
}
