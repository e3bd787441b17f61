import DNS
import Foundation
import Synchronization

/// The world behind an engine: an answer for every name of the types asked, and chains of aliases for some names.
final class Upstream: Sendable {
    /// Public addresses: engines treat those for documentation as their own.
    private static let answers: [RRType: [UInt8]] = [
        .a: [20, 54, 200, 1],
        .aaaa: [0x26, 0x03, 0x10, 0x30] + [UInt8](repeating: 0, count: 10) + [2, 0],
        .txt: [2] + Array("up".utf8),
        // Priority 1, the owner itself, alpn=h2.
        .https: [0, 1, 0, 0, 1, 0, 3, 2] + Array("h2".utf8),
    ]
    private let socket: LoopbackSocket
    private let isStopped = Mutex(false)
    private let aliases: [DomainName: DomainName]
    var port: UInt16 { socket.port }

    /// - Parameter aliases: the next name for names that are aliases; without cycles.
    init(socket: LoopbackSocket, aliases: [DomainName: DomainName]) {
        self.socket = socket
        self.aliases = aliases
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

    /// The real answer.
    func outcome(_ name: DomainName, _ type: RRType) -> Outcome {
        Outcome(
            code: ResponseCode.noError.description,
            aliases: chain(name),
            data: Self.answers[type].map { [Outcome.text(type, $0)] } ?? []
        )
    }

    private func reply(to query: [UInt8], _ writer: inout MessageWriter) -> Bool {
        // The name as it stands in the query: engines check that its letter case comes back.
        guard let view = try? MessageView(query.span), view.header.questionCount == 1,
            let name = try? DomainName(wire: Array(query[MessageHeader.size..<(view.answerOffset - 4)]))
        else { return false }
        writer.begin(id: view.header.id, bits: 0x8180)
        writer.question(name, type: view.questionType)
        var owner = name
        for target in chain(name) {
            // No engine may answer from what it has seen before.
            writer.record(.answer, owner: owner, type: .cname, ttl: 0, data: target.wire)
            owner = target
        }
        if let data = Self.answers[view.questionType] {
            writer.record(.answer, owner: owner, type: view.questionType, ttl: 0, data: data)
        }
        if view.optRecord != nil { writer.opt(EDNS(payloadSize: 1232)) }
        return true
    }
}
