import DNS
import FilterLists
import Foundation
import Policy

/// Rounds that somebody wrote, for what a generator does not come to. A file is one: `%` begins a line that says what
/// follows.
///
///     %engine unbound
///     %list rules unbound        the list of that name, as its engine's setup names it, to the next `%`
///     %file other.conf           a file that a list names
///     %alias www.example cdn.example
///     %missing nx.example        a name that does not exist
///     %client 127.0.0.2
///     %ask www.example,x.example A,TXT
///     %refused                   the model says, too, whether the engine starts
struct HandMadeRound {
    let path: String
    private(set) var engine: Engine?
    private(set) var round = Round()

    init(path: String) throws {
        self.path = path
        var isFile = false
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.first == "%" else {
                if isFile { round.files[round.files.count - 1].text += line + "\n" }
                if !isFile, !round.lists.isEmpty { round.lists[round.lists.count - 1].text += line + "\n" }
                continue
            }
            let words = line.dropFirst().split(separator: " ").map(String.init)
            guard take(words) else { throw EngineRefusal(log: "\(path): what is '\(line)'?") }
            if words[0] == "list" || words[0] == "file" { isFile = words[0] == "file" }
        }
        guard engine != nil else { throw EngineRefusal(log: "\(path): no line says %engine") }
    }

    private mutating func take(_ words: [String]) -> Bool {
        switch (words.first, words.count) {
        case ("engine", 2):
            guard let engine = Engine(rawValue: words[1]) else { return false }
            self.engine = engine
        case ("list", 3):
            guard let format = ListFormat.named(words[2]) else { return false }
            round.lists.append((words[1], format, ""))
        case ("file", 2): round.files.append((words[1], ""))
        case ("alias", 3): round.aliases[words[1]] = words[2]
        case ("missing", 2): round.missing.append(words[1])
        case ("refused", 1): round.mayBeRefused = true
        case ("origin", 3): round.origins[words[1]] = words[2]
        case ("client", 2):
            guard case .v4(let address)? = IPAddress(words[1]) else { return false }
            round.client = address
        case ("ask", 3):
            for name in words[1].split(separator: ",") {
                for type in words[2].split(separator: ",") {
                    guard let type = RRType(type) else { return false }
                    round.questions.append((String(name), type))
                }
            }
        default: return false
        }
        return true
    }

    /// The round, with a rule that shows that the first list is in force.
    var probed: Round {
        var round = round
        guard let format = round.lists.first?.format, let probe = engine.flatMap({ Self.probe($0, format) }) else {
            return round
        }
        round.blocked = ["ready0.probe"]
        if probe.isFirst {
            round.lists[0].text = probe.rule + "\n" + round.lists[0].text
        } else {
            round.lists[0].text += probe.rule + "\n"
        }
        return round
    }

    private static func probe(_ engine: Engine, _ format: ListFormat) -> (rule: String, isFirst: Bool)? {
        switch engine {
        case .squid where format != .squidConfiguration: ("ready0.probe", false)
        case .unbound: ("server:\nlocal-zone: ready0.probe always_nxdomain", false)
        case .dnsmasq: ("address=/ready0.probe/", false)
        case .dnsdist: ("addAction(QNameRule(\"ready0.probe\"), RCodeAction(DNSRCode.NXDOMAIN))", true)
        case .knotPolicy: ("policy.add(policy.domains(policy.DENY, {todname('ready0.probe')}))", true)
        case .squid: ("acl ready0 dstdomain ready0.probe\nhttp_access deny ready0", true)
        default: ("ready0.probe CNAME .", false)
        }
    }

    /// Says what the model says, where the engine says nothing.
    private func sayVerdicts(of round: Round, _ setup: EngineSetup) {
        guard let stack = try? Comparison(setup: setup).stack(of: round) else { return }
        let context = QueryContext(client: Client(address: .v4(round.client)))
        for (name, type) in round.questions {
            guard let name = try? DomainName(name) else { continue }
            let verdict = stack.verdict(name, type: type, context: context)
            let rule = verdict.matched.map { "   by \($0.rule.list):\($0.rule.line) \($0.rule.text)" } ?? ""
            say("  \(verdict.kind == .unsupported ? "open" : "FIRM") \(name) \(type) \(verdict.kind)\(rule)")
        }
    }

    /// Plays all files of a folder, or one; 0 without a mismatch, 1 with one.
    static func run(_ path: String, _ setups: [EngineSetup], serves: Bool) -> Int32 {
        let found = try? FileManager.default.contentsOfDirectory(atPath: path)
        var total = Tally()
        for file in found?.sorted().map({ "\(path)/\($0)" }) ?? [path] {
            var tally = Tally()
            do {
                let made = try HandMadeRound(path: file)
                guard let setup = setups.first(where: { $0.engine == made.engine }) else { continue }
                guard let socket = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
                var round = made.probed
                for index in round.lists.indices {
                    round.lists[index].text = round.lists[index].text
                        .replacing("@UPSTREAM@", with: String(socket.port))
                }
                let again = "Scripts/oracle --cases \(file)"
                defer { if tally.verdicts == 0 { made.sayVerdicts(of: round, setup) } }
                try Comparison(setup: setup, serves: serves).play(
                    round,
                    on: socket,
                    patience: .seconds(5),
                    again: again,
                    &tally
                )
                say("\(file): \(tally.description)")
            } catch {
                say("\(file): \(error)")
                tally.mismatches += 1
            }
            total.add(verdicts: tally.verdicts, unsupported: tally.unsupported, open: tally.open)
            total.mismatches += tally.mismatches
        }
        say("all cases \(total.description)")
        return total.mismatches > 0 ? 1 : total.verdicts > 0 ? 0 : 3
    }
}
