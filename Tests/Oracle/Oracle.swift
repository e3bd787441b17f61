import Foundation
import Policy
import Synchronization

/// `oracle [--seed N] [--verdicts N] [--engine E] [--round N] [--serve yes] [--logs yes]`: random rules and names, decided by the engines and by the
/// model; with `--lists DIR [--names N]` the lists in a folder, instead of random rules; with `--cases DIR` rounds by hand.
@main struct Oracle {
    private var seed = UInt64.random(in: 0..<1_000_000)
    private var verdicts = 50_000
    private var engines = EngineSetup.all
    private var mustRun = false
    /// Whether a server of ours is asked, too.
    private var serves = false
    /// Whether logs and captures of the engines are read and compared, too.
    private var logs = false
    /// The one round to play, as a mismatch names it.
    private var round: UInt64?
    /// Where the lists are, and how many names to ask about each.
    private var lists: String?
    private var names = 2000
    /// Where rounds are that somebody wrote.
    private var cases: String?
    /// Builds of one list, whose differences are asked.
    private var builds: [String] = []
    /// The list for which exceptions are found and tried.
    private var excepted: String?
    /// Where rules are that let the names of the catalog pass.
    private var passing: String?

    static func main() {
        guard let oracle = Oracle(Array(CommandLine.arguments.dropFirst())) else {
            let names = EngineSetup.all.map(\.engine.rawValue).joined(separator: "|")
            say(
                "usage: oracle [--seed N] [--verdicts N] [--engine \(names)] [--round N] [--serve yes] [--logs yes] | --lists DIR [--names N] | --cases DIR | --equivalent A,B | --allow LIST | --passthru DIR[/PROFILE]"
            )
            exit(2)
        }
        exit(oracle.run())
    }

    private init?(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst() else { return nil }
            switch option {
            case "--seed":
                guard let number = UInt64(value) else { return nil }
                seed = number
            case "--verdicts":
                guard let number = Int(value), number > 0 else { return nil }
                verdicts = number
            case "--round":
                guard let number = UInt64(value) else { return nil }
                round = number
                verdicts = 1
            case "--lists": lists = value
            case "--cases": cases = value
            case "--allow": excepted = value
            case "--passthru": passing = value
            case "--equivalent": builds = value.split(separator: ",").map(String.init)
            case "--serve": serves = value == "yes"
            case "--logs": logs = value == "yes"
            case "--names":
                guard let number = Int(value), (1...16_000).contains(number) else { return nil }
                names = number
            case "--engine":
                engines = EngineSetup.all.filter { $0.engine.rawValue == value }
                guard !engines.isEmpty else { return nil }
                mustRun = true
            default: return nil
            }
        }
    }

    /// 0 without a mismatch, 1 with one, 3 when less was compared than was asked for.
    private func run() -> Int32 {
        let start = ContinuousClock.now
        say("seed \(seed)")
        let present = engines.filter { $0.path != nil }
        for setup in engines where setup.path == nil { say("\(setup.engine.rawValue) is not installed: skipped") }
        guard !present.isEmpty else {
            say("nothing was compared: no engine is installed")
            return 3
        }
        if !builds.isEmpty { return EquivalenceTrial(paths: builds).run(present) }
        if let excepted { return ExceptionRoundTrip(path: excepted).run(present) }
        if let passing { return PassThroughTrial(path: passing).run(present) }
        if let cases { return HandMadeRound.run(cases, present, serves: serves) }
        if let lists { return ListTrials(folder: lists, names: names, seed: seed).run(present) }
        let tallies = tallies(of: present)
        return report(present, tallies, since: start)
    }

    private func report(_ present: [EngineSetup], _ tallies: [Tally], since start: ContinuousClock.Instant) -> Int32 {
        var code: Int32 = 0
        let share = share(present.count)
        for (setup, tally) in zip(present, tallies) {
            var line = "\(setup.engine.rawValue) \(tally.description) rounds \(tally.rounds)"
            if tally.refusals > 0 { line += " rounds that did not start \(tally.refusals)" }
            if tally.verdicts < share {
                line += ": given up, too few rounds start"
                code = 3
            }
            say(line)
        }
        if logs, !tallies.contains(where: { $0.logged["pcap"] != nil }) {
            say("packets were not recorded: tcpdump is missing, or may not capture here")
        }
        if tallies.contains(where: { $0.mismatches > 0 }) { code = 1 }
        func sum(_ count: (Tally) -> Int) -> Int { tallies.reduce(0) { $0 + count($1) } }
        var line = "all verdicts \(sum(\.verdicts)) mismatches \(sum(\.mismatches))"
        line += " that did not repeat \(sum(\.unrepeated)) open \(sum(\.open)) in \(ContinuousClock.now - start)"
        say(line)
        return code
    }

    private func share(_ engines: Int) -> Int { (verdicts + engines - 1) / engines }

    /// Every engine plays until it has its share, a few engines at a time: they wait more than they work.
    private func tallies(of engines: [EngineSetup]) -> [Tally] {
        let share = share(engines.count)
        let board = Scoreboard(engines.count)
        let isDone = DispatchSemaphore(value: 0)
        let workers = min(3, engines.count)
        for _ in 0..<workers {
            Thread.detachNewThread { [seed, round, serves, logs] in
                while let index = board.takeEngine() {
                    let tally = Self.tally(
                        engines[index],
                        share: share,
                        seed: seed,
                        only: round,
                        serves: serves,
                        logs: logs
                    )
                    board.tallies.withLock { $0[index] = tally }
                }
                isDone.signal()
            }
        }
        for _ in 0..<workers { isDone.wait() }
        return board.tallies.withLock { $0 }
    }

    private static func tally(_ setup: EngineSetup, share: Int, seed: UInt64, only: UInt64?, serves: Bool, logs: Bool)
        -> Tally
    {
        let comparison = Comparison(setup: setup, serves: serves, logs: logs)
        // An engine keeps its rounds whatever others there are.
        let own = setup.engine.rawValue.utf8.reduce(UInt64(0)) { ($0 &* 31 &+ UInt64($1)) & 0xFFFF }
        var tally = Tally()
        var number: UInt64 = 0
        // Now and then the generator makes what an engine refuses; an engine that takes little of it is no proof.
        while tally.verdicts < share, tally.refusals < 3 + tally.rounds / 4 {
            let seed = only ?? seed &+ own << 48 &+ number << 24
            number += 1
            var refusal: (any Error)?
            for _ in 0..<2 {
                do {
                    try comparison.play(seed: seed, &tally)
                    refusal = nil
                    break
                } catch { refusal = error }
            }
            if let refusal {
                say("\(setup.engine.rawValue) round \(seed): \(refusal)")
                tally.refusals += 1
            } else {
                tally.rounds += 1
            }
        }
        return tally
    }
}

/// Who plays next, and what came of it.
private final class Scoreboard: Sendable {
    private let next = Atomic(0)
    private let count: Int
    let tallies: Mutex<[Tally]>

    init(_ count: Int) {
        self.count = count
        tallies = Mutex([Tally](repeating: Tally(), count: count))
    }

    func takeEngine() -> Int? {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return index < count ? index : nil
    }
}

/// Prints at once, in one piece, so that engines that run at the same time do not mix their lines.
func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
