import DNS
import FilterLists
import Policy
import TestSupport

/// Real lists, decided by the engines that read them and by the model.
struct ListTrials {
    /// The folder of the lists, or one list.
    let folder: String
    /// How many names each list is asked about.
    let names: Int
    let seed: UInt64
    private static let listsPerEngine = 20
    private static let refusedLines = 100

    /// 0 without a mismatch, 1 with one, 3 when nothing was compared.
    func run(_ setups: [EngineSetup]) -> Int32 {
        var (lists, others) = RealList.all(in: folder)
        var all = Tally()
        var refused = 0
        for setup in setups {
            for index in chosen(&lists, for: setup) {
                var tally = Tally()
                play(lists[index], setup, &tally)
                all.add(verdicts: tally.verdicts, unsupported: tally.unsupported, open: tally.open)
                all.mismatches += tally.mismatches
                all.unrepeated += tally.unrepeated
                if tally.rounds > 0 { all.rounds += 1 } else { refused += 1 }
            }
        }
        var line = "all lists \(all.rounds) \(all.description)"
        if refused > 0 { line += " lists not compared \(refused)" }
        say("\(line); \(lists.count) files are lists, \(others.count) are not")
        if all.verdicts == 0 {
            say("nothing was compared: no list of '\(folder)' is a file that \(Self.names(setups)) reads")
            return 3
        }
        return all.mismatches > 0 ? 1 : 0
    }

    private static func names(_ setups: [EngineSetup]) -> String {
        setups.count == 1 ? setups[0].engine.rawValue : "any of the \(setups.count) engines"
    }

    /// The biggest lists, and those with the most kinds of lines.
    private func chosen(_ lists: inout [RealList], for setup: EngineSetup) -> [Int] {
        let fit = lists.indices.filter { setup.takes(lists[$0].format) }
        for index in fit { lists[index].measure() }
        let biggest = fit.sorted { lists[$0].octets.count > lists[$1].octets.count }
        let oddest = fit.sorted { lists[$0].shapes.count > lists[$1].shapes.count }
        var chosen: [Int] = []
        for (big, odd) in zip(biggest, oddest) {
            for index in [big, odd] where !chosen.contains(index) && chosen.count < Self.listsPerEngine {
                chosen.append(index)
            }
        }
        return chosen
    }

    private func play(_ list: RealList, _ setup: EngineSetup, _ tally: inout Tally) {
        let title = "\(setup.engine.rawValue) \(list.name)"
        var refusals: [String] = []
        var refused: [String: Set<Int>] = [:]
        while true {
            do {
                try play(list, setup, without: refused, &tally)
                break
            } catch let refusal as EngineRefusal {
                // Without the line that it names it may take the rest; the model still reads it.
                if let found = refusal.line, refusals.count < Self.refusedLines,
                    refused[found.list, default: []].insert(found.line).inserted
                {
                    refusals.append(found.why)
                    continue
                }
                if setup.engine == .pdnsRPZ, refused.isEmpty, refusal.log.contains("already exists") {
                    // It names one at a time, and there are thousands.
                    refused["zone0"] = Set(list.linesWithKnownOwner)
                    refusals.append(refusal.log)
                    continue
                }
                if setup.engine == .squid, refused.isEmpty, refusal.log.contains("is a subdomain of") {
                    refused["names"] = Set(list.linesThatCoverEarlier)
                    refusals.append(refusal.log)
                    continue
                }
                return say("\(title) engine refuses: \(refusal.log)")
            } catch {
                return say("\(title) \(error)")
            }
        }
        for refusal in refusals.prefix(5) { say("  engine refuses: \(refusal)") }
        tally.rounds = 1
        var line = "\(title) \(tally.description)"
        if !refusals.isEmpty { line += " lines that the engine refuses \(refused.values.reduce(0) { $0 + $1.count })" }
        say(line)
    }

    private func play(
        _ list: RealList,
        _ setup: EngineSetup,
        without refused: [String: Set<Int>],
        _ tally: inout Tally
    ) throws {
        guard let socket = LoopbackSocket() else { throw EngineRefusal(log: "no port is free") }
        var round = try setup.round(of: list, upstream: socket.port)
        round.refused = refused
        var questions = ListQuestions(generator: SeededGenerator(seed: seed))
        let once = setup.engine.profile.chain == .untilCached
        questions.fill(&round, list, count: names, once: once, numbers: setup.engine != .squid)
        for line in refused.values.flatMap({ $0.sorted().prefix(100) }) where line <= list.lines.count {
            round.questions += list.names(line: line).map { ($0, .a) }
        }
        let again = "Scripts/oracle --lists \(list.path) --engine \(setup.engine.rawValue) --seed \(seed)"
        try Comparison(setup: setup).play(round, on: socket, patience: .seconds(30), again: again, &tally)
    }
}

extension EngineRefusal {
    /// The line of a list that the log complains about.
    var line: (list: String, line: Int, why: String)? {
        for text in log.split(separator: "\n") {
            let text = String(text)
            if let match = text.firstMatch(of: #/at line ([0-9]+) of \S*/(\w+)/#), let line = Int(match.1) {
                return (String(match.2), line, text)
            }
            if let match = text.firstMatch(of: #//(\w+):([0-9]+): /#), match.1 != "conf", let line = Int(match.2) {
                return (String(match.1), line, text)
            }
        }
        return nil
    }
}
