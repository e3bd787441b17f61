import DNS
import Foundation
import Synchronization

/// The world behind an engine: an answer for every name of the types asked, and chains of aliases for some names.
final class Upstream: Sendable {
    /// Public addresses: engines treat those for documentation as their own.
    private static let answers: [RRType: [UInt8]] = [
        .txt: [2] + Array("up".utf8),
        // Priority 1, the owner itself, alpn=h2.
        .https: [0, 1, 0, 0, 1, 0, 3, 2] + Array("h2".utf8),
        .mx: [0, 10] + wire("mail.up"),
        .soa: wire("ns.up") + wire("root.up") + [1, 2, 3, 4, 5].flatMap { [0, 0, 0, $0] },
    ]

    /// The addresses of a name: one of a few, by its spelling, so that rules about addresses meet some.
    func addresses(_ name: DomainName, _ type: RRType) -> [IPAddress] {
        let last = chain(name).last ?? name
        // No rule is about the address of a name that shows whether the engine is ready.
        if last.labels.last?.elementsEqual("probe".utf8) == true { return [.v4(20 << 24 | 99 << 16 | 1)] }
        let sum = last.lowercased.wire.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
        func address(_ number: UInt32) -> IPAddress {
            type == .a
                ? .v4(20 << 24 | 54 << 16 | (number / 4 % 2) << 8 | number % 4)
                : .v6(0x2603_1030_0000_0000 | UInt64(number / 4 % 2), UInt64(number % 4))
        }
        if sum % 7 == 0 {
            // Some addresses that no public name has.
            let ours = ["10.0.0.1", "127.0.0.1", "192.168.1.9", "172.31.0.1", "0.0.0.0", "100.64.0.1", "203.0.113.5"]
            let theirs = ["fd00::1", "::1", "fe80::1", "fc00::1", "::", "2001:db8::7", "::ffff:10.0.0.1", "64:ff9b::1"]
            let texts = type == .a ? ours : theirs
            return [IPAddress(texts[Int(sum / 7) % texts.count]) ?? address(0)] + (sum % 2 == 0 ? [] : [address(1)])
        }
        let first = sum % 8
        return sum % 3 == 0 ? [address(first), address((first + 3) % 8)] : [address(first)]
    }

    private func data(_ name: DomainName, _ type: RRType) -> [[UInt8]] {
        switch type {
        case .a, .aaaa: addresses(name, type).map(\.octets)
        default: Self.answers[type].map { [$0] } ?? []
        }
    }

    private static func wire(_ name: String) -> [UInt8] { (try? DomainName(name).wire) ?? [0] }

    private let socket: LoopbackSocket
    private let isStopped = Mutex(false)
    private let aliases: [DomainName: DomainName]
    private let missing: Set<DomainName>
    var port: UInt16 { socket.port }

    private let timeToLive: UInt32

    /// - Parameters:
    ///   - aliases: the next name for names that are aliases; without cycles.
    ///   - missing: names that do not exist.
    ///   - timeToLive: how long addresses live; 0 keeps an engine from answering from what it has seen before.
    init(
        socket: LoopbackSocket,
        aliases: [DomainName: DomainName],
        missing: Set<DomainName>,
        timeToLive: UInt32
    ) {
        self.socket = socket
        self.timeToLive = timeToLive
        self.aliases = aliases
        self.missing = missing
        Thread.detachNewThread { [self] in
            var writer = MessageWriter()
            while !isStopped.withLock({ $0 }) {
                guard let query = socket.receive(), reply(to: query.octets, &writer) else { continue }
                socket.send(writer.octets, to: query.from)
            }
        }
    }

    func stop() { isStopped.withLock { $0 = true } }

    /// The aliases behind a name, in order.
    func chain(_ name: DomainName) -> [DomainName] {
        var chain: [DomainName] = []
        while let next = aliases[chain.last ?? name] { chain.append(next) }
        return chain
    }

    /// The aliases that a query of this type is answered with: one, where it asks for the alias itself.
    private func shown(_ name: DomainName, _ type: RRType) -> [DomainName] {
        type == .cname || type == .any ? Array(chain(name).prefix(1)) : chain(name)
    }

    /// The types of the data behind the aliases.
    private func types(_ name: DomainName, _ type: RRType) -> [RRType] {
        guard !isMissing(name, type) else { return [] }
        return type == .any ? (aliases[name] == nil ? [.a, .aaaa] : []) : type == .cname ? [] : [type]
    }

    /// Whether what is asked for, or what it leads to, does not exist.
    private func isMissing(_ name: DomainName, _ type: RRType) -> Bool {
        guard let last = shown(name, type).last else { return missing.contains(name) }
        return type != .cname && missing.contains(last)
    }

    /// The addresses that stand in the real answer.
    func shownAddresses(_ name: DomainName, _ type: RRType) -> [IPAddress] {
        types(name, type).flatMap { $0 == .a || $0 == .aaaa ? addresses(name, $0) : [] }
    }

    /// The aliases from a name to one behind it.
    func aliases(from name: DomainName, to target: DomainName) -> [Outcome.Entry] {
        var entries: [Outcome.Entry] = []
        var owner = name
        while owner != target, let next = aliases[owner] {
            entries.append(Outcome.Entry(owner: owner.lowercased, type: .cname, data: next.lowercased.wire))
            owner = next
        }
        return entries
    }

    /// The real answer.
    func outcome(_ name: DomainName, _ type: RRType) -> Outcome {
        let last = shown(name, type).last ?? name
        var outcome = Outcome(
            code: (isMissing(name, type) ? ResponseCode.nxDomain : .noError).description,
            answer: aliases(from: name, to: last)
                + types(name, type).flatMap { type in
                    data(name, type).map { Outcome.Entry(owner: last.lowercased, type: type, data: $0) }
                }
        )
        outcome.extent = type == .any ? .code : .records
        return outcome
    }

    private func reply(to query: [UInt8], _ writer: inout MessageWriter) -> Bool {
        // The name as it stands in the query: engines check that its letter case comes back.
        guard let view = try? MessageView(query.span), view.header.questionCount == 1,
            let name = try? DomainName(wire: Array(query[MessageHeader.size..<(view.answerOffset - 4)]))
        else { return false }
        let code: ResponseCode = isMissing(name, view.questionType) ? .nxDomain : .noError
        writer.begin(id: view.header.id, bits: 0x8180 | code.rawValue)
        writer.question(name, type: view.questionType)
        var owner = name
        for target in shown(name, view.questionType) {
            // No engine may answer from what it has seen before.
            writer.record(.answer, owner: owner, type: .cname, ttl: 0, data: target.wire)
            owner = target
        }
        for type in types(name, view.questionType) {
            for data in data(name, type) {
                writer.record(.answer, owner: owner, type: type, ttl: timeToLive, data: data)
            }
        }
        if writer.octets[7] == 0, let data = Self.answers[.soa] {
            writer.record(.authority, owner: owner, type: .soa, ttl: 60, data: data)
        }
        if view.optRecord != nil { writer.opt(EDNS(payloadSize: 1232), responseCode: code) }
        return true
    }
}
