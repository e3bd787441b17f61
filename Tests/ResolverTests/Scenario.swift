import CSockets
import DNS
import Policy
import TestSupport

@testable import Resolver

/// A story about one worker, with upstreams as it says and time as it says: nothing sleeps and nothing is sent but to itself.
///
/// Lines of a scenario, `#` begins a remark:
/// - `set SETTING VALUE`, before the first other line
/// - `upstream NUMBER NAME|* CODE [NAME TYPE DATA TTL]… [after SECONDS]`, or `silent`: what it says from now on
/// - `policy NAME…`: these names are blocked from now on
/// - `at SECONDS`: time goes on, and what falls due is done in order
/// - `ask NAME TYPE [do] [tcp] [nord]`: a client asks; replies are read with `gets`
/// - `gets CODE [NAME TYPE DATA TTL]… [ede N]`: the next reply, or `gets nothing`
/// - `asked N`: how many upstream queries there were since the last such line; `asked N of NUMBER` to one upstream
struct Scenario {
    private let lines: [(number: Int, words: [String])]
    private let settings: [[String]]

    /// Reads a scenario.
    init(_ text: String) {
        let all = text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { index, line in
            (number: index + 1, words: line.prefix { $0 != "#" }.split(separator: " ").map(String.init))
        }
        settings = all.map(\.words).filter { $0.first == "set" }
        lines = all.filter { !$0.words.isEmpty && $0.words[0] != "set" }
    }

    /// What an upstream says.
    private struct Saying {
        var name: String
        var words: [String]
    }

    /// An answer on its way.
    private struct Reply {
        var due: UInt64
        var flight: Int
        var generation: UInt32
        var upstream: Int
        var sentAt: UInt64
        var words: [String]
    }

    /// The upstreams: what they say, what they have been asked, what is on its way.
    private struct Upstreams {
        var sayings: [[Saying]]
        var asked: [Int]
        var known: Set<[Int]> = []
        var replies: [Reply] = []

        init(count: Int) {
            sayings = Array(repeating: [], count: count)
            asked = Array(repeating: 0, count: count)
        }
    }

    private static let seconds: UInt64 = 1_000_000_000
    private static let start: UInt64 = 1_000_000 * seconds

    /// Runs it; gives what did not come as it should, with line numbers.
    func run() throws -> [String] {
        var faults: [String] = []
        var configuration = ServerConfiguration(upstreams: [Self.dead, Self.dead])
        for words in settings { apply(words, to: &configuration) }
        configuration.cacheSize = 1 << 20
        var own = SocketAddress(.v4(0x7F00_0001), port: 0).peer
        let socket = unsafe patchway_udp_listen(&own, 1 << 20, 0)
        defer { _ = patchway_close(socket) }
        let client = TestClient(SocketAddress(.v4(0x7F00_0001), port: UInt16(patchway_local_port(socket))))
        let policy = ActivePolicy(ServerPolicy(stack: CompiledStack(layers: [])), mode: .enforce, generation: 0)
        let made = Worker(
            configuration,
            try WorkerLink(ring: nil),
            policy,
            tls: try TLSContexts(configuration),
            sockets: [],
            supervisor: Supervisor([], policy),
            seed: 7
        )
        guard var worker = made else { return ["no worker"] }
        worker.now = Self.start
        var upstreams = Upstreams(count: worker.forwarding.upstreams.count)
        var id: UInt16 = 0
        for (number, words) in lines {
            switch words[0] {
            case "upstream":
                let which = Int(words[1]) ?? 0
                upstreams.sayings[which].removeAll { $0.name == words[2] }
                upstreams.sayings[which].append(Saying(name: words[2], words: Array(words.dropFirst(3))))
            case "policy":
                let stack = CompiledStack(layers: [try blockingLayer(Array(words.dropFirst()))])
                worker.policy = ActivePolicy(
                    ServerPolicy(stack: stack),
                    mode: .enforce,
                    generation: worker.policy.generation + 1
                )
            case "at":
                let end = Self.start + UInt64((Double(words[1]) ?? 0) * 1e9)
                while let due = Self.nextDue(worker, upstreams), due <= end {
                    worker.now = max(worker.now, due)
                    Self.settle(&worker, &upstreams)
                    worker.expire()
                    Self.settle(&worker, &upstreams)
                }
                worker.now = end
            case "ask":
                id += 1
                let edns = EDNS(payloadSize: 1_232, dnssecOK: words.contains("do"))
                let bits: UInt16 = words.contains("nord") ? 0 : 0x0100
                client.send(makeQuery(words[1], RRType(words[2]) ?? .a, id: id, bits: bits, edns: edns))
                worker.receiveDatagrams(socket)
                Self.settle(&worker, &upstreams)
            case "gets":
                worker.flush()
                let reply = ReplySummary(client.receive(milliseconds: words[1] == "nothing" ? 0 : 500))
                let got = Self.text(reply)
                let expected = words.dropFirst().joined(separator: " ")
                if got != expected { faults.append("line \(number): expected \(expected), got \(got)") }
            case "asked":
                let count = words.count > 3 ? upstreams.asked[Int(words[3]) ?? 0] : upstreams.asked.reduce(0, +)
                if count != Int(words[1]) { faults.append("line \(number): asked \(count) times") }
                if words.count <= 3 {
                    upstreams.asked = upstreams.asked.map { _ in 0 }
                } else {
                    upstreams.asked[Int(words[3]) ?? 0] = 0
                }
            default: faults.append("line \(number): \(words[0])?")
            }
        }
        return faults
    }

    private static let dead = SocketAddress(.v4(0x7F00_0001), port: 9)
    private static let codes: [String: ResponseCode] = [
        "NOERROR": .noError, "SERVFAIL": .servFail, "NXDOMAIN": .nxDomain, "REFUSED": .refused,
    ]

    private func apply(_ words: [String], to configuration: inout ServerConfiguration) {
        let value = Int(words[2]) ?? 0
        switch words[1] {
        case "upstreams": configuration.upstreams = Array(repeating: Upstream(Self.dead), count: value)
        case "strategy": configuration.asking.strategy = UpstreamStrategy(rawValue: words[2]) ?? .failover
        case "width": configuration.asking.width = value
        case "fail-over": configuration.asking.failOverCodes = words.dropFirst(2).compactMap { Self.codes[$0] }
        case "route":
            let upstreams = Array(repeating: Upstream(Self.dead), count: Int(words[3]) ?? 0)
            let fallsBack = words.contains("fall-back")
            configuration.routes.append(UpstreamRoute(name(words[2]), to: upstreams, fallsBack: fallsBack))
        case "stale": configuration.staleLimit = value
        case "prefetch": configuration.prefetches = value != 0
        case "max-negative-ttl": configuration.maximumNegativeTTL = UInt32(value)
        case "max-ttl": configuration.maximumTTL = UInt32(value)
        case "rebinding": configuration.rebindProtection = value != 0
        case "private": configuration.rebindExempt.append(name(words[2]))
        case "nord": configuration.answersWithoutRecursionDesired = value != 0
        default: preconditionFailure("set \(words[1])")
        }
    }

    /// When something falls due next.
    private static func nextDue(_ worker: borrowing Worker, _ upstreams: Upstreams) -> UInt64? {
        [worker.table.nextDeadline, worker.trailing.nextDue, upstreams.replies.map(\.due).min()].compactMap { $0 }.min()
    }

    /// Lets the upstreams hear the tries that are under way, and answer what is due, until nothing is left.
    private static func settle(_ worker: inout Worker, _ upstreams: inout Upstreams) {
        while true {
            hear(worker, &upstreams)
            let due = upstreams.replies.indices.filter { upstreams.replies[$0].due <= worker.now }
            guard let first = due.min(by: { upstreams.replies[$0].due < upstreams.replies[$1].due }) else { return }
            deliver(upstreams.replies.remove(at: first), to: &worker)
        }
    }

    private static func hear(_ worker: borrowing Worker, _ upstreams: inout Upstreams) {
        var next = worker.table.flights.nextLive(from: 0)
        while let flight = next {
            next = worker.table.flights.nextLive(from: flight + 1)
            let state = worker.table.flights[flight]
            guard state.tries > 0 else { continue }
            let generation = worker.table.flights.generation(flight)
            for upstream in state.asking.union(state.riders) {
                let tryNumber = [flight, Int(generation), Int(state.tries), upstream]
                // A rider of an earlier try has been asked already.
                let earlier = [flight, Int(generation), Int(state.tries) - 1, upstream]
                guard !(state.riders.contains(upstream) && upstreams.known.contains(earlier)),
                    upstreams.known.insert(tryNumber).inserted
                else { continue }
                upstreams.asked[upstream] += 1
                var name = NameBuffer()
                worker.table.fillName(of: flight, &name)
                let sayings = upstreams.sayings[upstream]
                let asked = name.name.description
                let saying = sayings.first { $0.name == asked } ?? sayings.first { $0.name == "*" }
                guard var words = saying?.words, words[0] != "silent" else { continue }
                var delay = 0.0
                if words.count > 2, words[words.count - 2] == "after" {
                    delay = Double(words.removeLast()) ?? 0
                    words.removeLast()
                }
                let due = worker.now + UInt64(delay * Double(seconds))
                upstreams.replies.append(
                    Reply(
                        due: due,
                        flight: flight,
                        generation: generation,
                        upstream: upstream,
                        sentAt: worker.now,
                        words: words
                    )
                )
            }
        }
    }

    private static func deliver(_ reply: Reply, to worker: inout Worker) {
        let flight = reply.flight
        guard worker.table.flights.isLive(flight, generation: reply.generation) else {
            var next = worker.upstreamSockets.nextLive(from: 0)
            while let number = next {
                next = worker.upstreamSockets.nextLive(from: number + 1)
                let socket = worker.upstreamSockets[number]
                guard worker.trailing.contains(number), Int(socket.upstream) == reply.upstream,
                    socket.sentAt == reply.sentAt
                else { continue }
                return worker.concludeLate(number)
            }
            return
        }
        worker.table.fillName(of: flight, &worker.flightName)
        let key = worker.table.flights[flight].key
        let query = makeQuery(worker.flightName.name.description, RRType(rawValue: key.type), id: 1)
        let bits = 0x8180 | (codes[reply.words[0]]?.rawValue ?? 0)
        let message = makeReply(to: query, records(reply.words), bits: bits)
        let fault = worker.scrubber.scrub(message.span, id: 1, name: worker.flightName, key: key)
        if let fault {
            let step = worker.table.ended(flight, .fault(fault), upstream: reply.upstream, now: worker.now)
            worker.perform(step, for: flight)
        } else {
            worker.table.answered(flight, by: reply.upstream, sentAt: reply.sentAt, now: worker.now)
            worker.deliver(flight, answeredOn: nil)
        }
    }

    /// Records of four words each; an SOA's data is its minimum.
    private static func records(_ words: [String]) -> [Record] {
        stride(from: 1, to: words.count - 3, by: 4).map { place in
            let (owner, type, data) = (words[place], words[place + 1], words[place + 2])
            let ttl = UInt32(words[place + 3]) ?? 0
            switch type {
            case "CNAME": return .cname(owner, data, ttl: ttl)
            case "SOA": return .soa(owner, ttl: ttl, minimum: UInt32(data) ?? 0)
            case "HTTPS": return Record(owner: owner, type: .https, ttl: ttl, data: octets(hex: data))
            default:
                let octets = IPAddress(data)?.octets ?? []
                return Record(owner: owner, type: octets.count == 4 ? .a : .aaaa, ttl: ttl, data: octets)
            }
        }
    }

    private static func text(_ reply: ReplySummary?) -> String {
        guard let reply else { return "nothing" }
        var words = [reply.code.description]
        for (record, ttl) in zip(reply.records, reply.ttls) { words.append("\(record) \(ttl)") }
        return (words + reply.errors.map { "ede \($0)" }).joined(separator: " ")
    }
}
