import DNS
import Foundation

/// One query of a round.
struct Question {
    var name: DomainName
    var type: RRType
}

/// An engine did not start, or its policy did not come into force.
struct EngineRefusal: Error, CustomStringConvertible {
    /// The end of what it printed.
    var log: String
    /// Whether it ended by itself.
    var hasEnded = false
    var description: String { "does not answer; its log ends with:\n\(log)" }
}

/// A DNS server of another project, run on loopback for one round and ended by its process id.
final class EngineProcess {
    private let process = Process()
    private let folder: URL
    /// Asks whether the engine is ready; no rule is about its address.
    private let prober: LoopbackSocket
    private let client: LoopbackSocket
    private let port: UInt16
    private let log: URL
    /// Asks a proxy; nil for servers of DNS.
    private let proxy: ProxyClient?
    /// Records what goes through it, where that is wanted.
    private let watch: LogWatch?

    /// Starts a program with files of its own.
    /// - Parameters:
    ///   - files: name and text; `@PORT@` and `@FOLDER@` are filled in, in the arguments too.
    ///   - lists: name and text of files that are taken as they are.
    ///   - blocked: names that get NXDOMAIN once the policy is in force.
    ///   - address: the address that asks.
    ///   - logs: whether what goes through it is recorded, and its own log of it, if any.
    ///   - patience: how long that may take.
    /// - Throws: ``EngineRefusal`` when it is not ready by then.
    init(
        _ program: String,
        arguments: [String],
        files: [(name: String, text: String)],
        lists: [(name: String, text: String)],
        blocked: [DomainName],
        client address: UInt32,
        isProxy: Bool,
        logs: (isWanted: Bool, own: EngineLog?),
        patience: Duration
    ) throws {
        guard let port = Self.freePort(), let prober = LoopbackSocket(), let client = LoopbackSocket(address: address)
        else { throw EngineRefusal(log: "no port is free") }
        self.port = port
        self.prober = prober
        self.client = client
        proxy = isProxy ? ProxyClient(port: port, address: address) : nil
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-oracle-\(UUID().uuidString)")
        log = folder.appendingPathComponent("log")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let watch = logs.isWanted ? LogWatch(logs.own, folder: folder, port: port) : nil
        self.watch = watch
        let (folderPath, portText) = (folder.path, String(port))
        func filled(_ text: String) -> String {
            text.replacing("@FOLDER@", with: folderPath).replacing("@PORT@", with: portText)
        }
        for list in lists { try Data(list.text.utf8).write(to: folder.appendingPathComponent(list.name)) }
        for file in files {
            let text = watch?.filled(file.name, file.text) ?? file.text
            try Data(filled(text).utf8).write(to: folder.appendingPathComponent(file.name))
        }
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments.map(filled)
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = output
        try process.run()
        guard becomesReady(blocked, patience) else {
            let refusal = EngineRefusal(log: logTail(), hasEnded: !process.isRunning)
            stop()
            throw refusal
        }
    }

    /// A port from 26000 that nobody has now; the engine takes it in a moment.
    private static func freePort() -> UInt16? {
        for _ in 0..<100 {
            let candidate = UInt16.random(in: 26_000..<32_000)
            if LoopbackSocket(port: candidate) != nil { return candidate }
        }
        return nil
    }

    private func becomesReady(_ blocked: [DomainName], _ patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        let probes = blocked.map { Question(name: $0, type: .a) }
        while process.isRunning, ContinuousClock.now < deadline {
            var outcomes = [Outcome?](repeating: nil, count: probes.count)
            ask(probes, Array(probes.indices), &outcomes, window: probes.count, patience: 100, through: prober)
            if outcomes.allSatisfy({ $0?.code == (proxy == nil ? "NXDOMAIN" : "REFUSED") }) { return true }
            Thread.sleep(forTimeInterval: 0.02)
        }
        return false
    }

    private func logTail() -> String {
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }

    /// Ends it, and gives what was recorded.
    func records() -> (sources: [LogWatch.Source], port: UInt16) {
        let sources = watch?.finish {
            // With leave to write what it still has.
            kill(process.processIdentifier, SIGTERM)
            for _ in 0..<100 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        }
        return (sources ?? [], port)
    }

    func stop() {
        watch?.end()
        // The child may have inherited a mask that keeps SIGTERM from it.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
        // Memory that squid shares, with nobody here.
        let memory = "/dev/shm"
        let left = proxy == nil ? nil : try? FileManager.default.contentsOfDirectory(atPath: memory)
        for name in left ?? [] where name.hasPrefix("patchway\(port)-") {
            try? FileManager.default.removeItem(atPath: "\(memory)/\(name)")
        }
    }

    /// Asks all questions, some dozens at a time.
    /// - Parameters:
    ///   - questions: at most 65,536.
    ///   - isSilent: whether no answer is expected to the question at this index, so that it is not asked forever.
    ///   - isOnce: whether a second query would get another answer than the first.
    /// - Returns: what came, in order; nil where nothing did.
    func ask(_ questions: [Question], isSilent: (Int) -> Bool, isOnce: Bool) -> [Outcome?] {
        var outcomes = [Outcome?](repeating: nil, count: questions.count)
        ask(questions, Array(questions.indices), &outcomes, window: 40, patience: 120)
        let open = questions.indices.filter { outcomes[$0] == nil && !(isOnce && isSilent($0)) }
        // What is still open is mostly silence: no need to wait for it in turns.
        ask(questions, open, &outcomes, window: 400, patience: 500)
        for _ in 0..<4 {
            let lost = questions.indices.filter { outcomes[$0] == nil && !isSilent($0) }
            if lost.isEmpty { break }
            ask(questions, lost, &outcomes, window: 20, patience: 900)
        }
        return outcomes
    }

    /// Asks once; `patience` is how many milliseconds of silence end the wait for what is open.
    private func ask(
        _ questions: [Question],
        _ indices: [Int],
        _ outcomes: inout [Outcome?],
        window: Int,
        patience: Int,
        through socket: LoopbackSocket? = nil
    ) {
        if let proxy {
            for index in indices where outcomes[index] == nil {
                outcomes[index] = proxy.ask(questions[index].name, isTunnel: questions[index].type == .https)
            }
            return
        }
        let client = socket ?? client
        client.wait(milliseconds: patience)
        var waiting = indices[...]
        var open = 0
        while !waiting.isEmpty || open > 0 {
            while open < window, let index = waiting.popFirst() {
                send(questions[index], id: UInt16(index), through: client)
                open += 1
            }
            guard let reply = client.receive() else {
                open = 0
                continue
            }
            guard let view = try? MessageView(reply.octets.span) else { continue }
            let index = Int(view.header.id)
            guard index < questions.count, outcomes[index] == nil, let name = try? view.questionName(),
                name == questions[index].name, view.questionType == questions[index].type
            else { continue }
            outcomes[index] = Outcome(view)
            open = max(0, open - 1)
        }
    }

    private func send(_ question: Question, id: UInt16, through client: LoopbackSocket) {
        var writer = MessageWriter()
        writer.begin(id: id, bits: MessageHeader.recursionDesiredFlag)
        writer.question(question.name, type: question.type)
        writer.opt(EDNS(payloadSize: 1232))
        client.send(writer.octets, to: port)
    }
}
