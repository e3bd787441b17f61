import CSockets
import DNS
import Policy
import TestSupport

@testable import Resolver

/// A story about one worker, with upstreams as it says and time as it says: nothing sleeps and nothing is sent but to itself.
///
/// Lines of a scenario, `#` begins a remark:
/// - `set SETTING VALUE`, before the first other line
/// - `upstream NUMBER NAME|* CODE [NAME TYPE DATA TTL]…`, or `silent`, or `refuses`: what it says from now on
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

    private static let seconds: UInt64 = 1_000_000_000
    private static let start: UInt64 = 1_000_000 * seconds

    /// Runs it; gives what did not come as it should, with line numbers.
    func run() throws -> [String] {
        var faults: [String] = []
        var configuration = ServerConfiguration(upstreams: [SocketAddress]())
        let dead = SocketAddress(.v4(0x7F00_0001), port: 9)
        configuration.upstreams = [Upstream(dead), Upstream(dead)]
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
        var sayings: [[Saying]] = configuration.upstreams.map { _ in [] }
        var answered: Set<[Int]> = []
        var asked = configuration.upstreams.map { _ in 0 }
        var id: UInt16 = 0
        for (number, words) in lines {
            switch words[0] {
            case "upstream":
                let which = Int(words[1]) ?? 0
                sayings[which].removeAll { $0.name == words[2] }
                sayings[which].append(Saying(name: words[2], words: Array(words.dropFirst(3))))
            case "policy":
                let stack = CompiledStack(layers: [try blockingLayer(Array(words.dropFirst()))])
                worker.policy = ActivePolicy(
                    ServerPolicy(stack: stack),
                    mode: .enforce,
                    generation: worker.policy.generation + 1
                )
            case "at":
                let end = Self.start + UInt64((Double(words[1]) ?? 0) * 1e9)
                while let due = worker.table.nextDeadline, due <= end {
                    worker.now = max(worker.now, due)
                    worker.expire()
                    Self.settle(&worker, sayings, &answered, &asked)
                }
                worker.now = end
            case "ask":
                id += 1
                let edns = EDNS(payloadSize: 1_232, dnssecOK: words.contains("do"))
                let bits: UInt16 = words.contains("nord") ? 0 : 0x0100
                client.send(makeQuery(words[1], RRType(words[2]) ?? .a, id: id, bits: bits, edns: edns))
                worker.receiveDatagrams(socket)
                Self.settle(&worker, sayings, &answered, &asked)
            case "gets":
                worker.flush()
                let reply = ReplySummary(client.receive(milliseconds: words[1] == "nothing" ? 0 : 500))
                let got = Self.text(reply)
                let expected = words.dropFirst().joined(separator: " ")
                if got != expected { faults.append("line \(number): expected \(expected), got \(got)") }
            case "asked":
                let count = words.count > 3 ? asked[Int(words[3]) ?? 0] : asked.reduce(0, +)
                if count != Int(words[1]) { faults.append("line \(number): asked \(count) times") }
                asked = asked.map { _ in 0 }
            default: faults.append("line \(number): \(words[0])?")
            }
        }
        return faults
    }

    private func apply(_ words: [String], to configuration: inout ServerConfiguration) {
        let value = Int(words[2]) ?? 0
        switch words[1] {
        case "upstreams": configuration.upstreams = Array(configuration.upstreams.prefix(value))
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

    /// Lets the upstreams answer the tries that are under way, until none is left that is answered.
    private static func settle(
        _ worker: inout Worker,
        _ sayings: [[Saying]],
        _ answered: inout Set<[Int]>,
        _ asked: inout [Int]
    ) {
        var isDone = false
        while !isDone {
            isDone = true
            var next = worker.table.flights.nextLive(from: 0)
            while let flight = next {
                next = worker.table.flights.nextLive(from: flight + 1)
                let state = worker.table.flights[flight]
                let tryNumber = [flight, Int(worker.table.flights.generation(flight)), Int(state.tries)]
                guard state.tries > 0, state.upstream >= 0, answered.insert(tryNumber).inserted else { continue }
                isDone = false
                asked[Int(state.upstream)] += 1
                answer(flight, state, &worker, sayings[Int(state.upstream)])
            }
        }
    }

    private static func answer(_ flight: Int, _ state: Flight, _ worker: inout Worker, _ sayings: [Saying]) {
        worker.table.fillName(of: flight, &worker.flightName)
        let asked = worker.flightName.name.description
        let saying = sayings.first { $0.name == asked } ?? sayings.first { $0.name == "*" }
        guard let words = saying?.words, words[0] != "silent" else { return }
        let codes: [String: UInt16] = ["NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": 3, "REFUSED": 5]
        let query = makeQuery(asked, RRType(rawValue: state.key.type), id: 1)
        let reply = makeReply(to: query, records(words), bits: 0x8180 | (codes[words[0]] ?? 0))
        let fault = worker.scrubber.scrub(reply.span, id: 1, name: worker.flightName, key: state.key)
        let upstream = Int(state.upstream)
        if let fault {
            worker.perform(worker.table.ended(flight, .fault(fault), upstream: upstream, now: worker.now), for: flight)
        } else {
            worker.table.answered(flight, by: upstream)
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
