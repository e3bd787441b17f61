import DNS
import Policy
import Resolver

/// `serve` in mode enforce in front of a round's upstream: its answers must be the engine's, too.
final class ServedRound {
    private let server: Server
    private let port: UInt16
    private let client: LoopbackSocket

    /// Nil where no socket is free.
    init?(_ stack: CompiledStack, upstream: UInt16, client address: UInt32) {
        let loopback = IPAddress.v4(0x7F00_0001)
        var configuration = ServerConfiguration(upstreams: [SocketAddress(loopback, port: upstream)])
        configuration.listen = [SocketAddress(loopback, port: 0)]
        configuration.mode = .enforce
        configuration.cacheSize = 4 << 20
        // The engines are told to forward everything.
        configuration.forwardedSpecialNames = [.root]
        guard let client = LoopbackSocket(address: address),
            let server = try? Server(configuration, policy: ServerPolicy(stack: stack)), (try? server.start()) != nil
        else { return nil }
        self.client = client
        self.server = server
        port = server.addresses[0].port
        client.wait(milliseconds: 900)
    }

    func stop() { server.stop() }

    /// What is told to a client and is not what the engine tells; nil where it is the same. ANY would be answered in our own
    /// way (RFC 8482).
    func difference(_ question: Question, _ verdict: Verdict, _ theirs: Outcome) -> String? {
        client.wait(milliseconds: theirs.code == Outcome.drop.code ? 60 : 900)
        let ours = ask(question)
        let isSame =
            ours.code == theirs.code
            && (ours.code == "TC" || Self.records(ours) == Self.records(theirs))
            && (verdict.kind.isPass || ours.isAuthoritative == theirs.isAuthoritative)
        guard !isSame else { return nil }
        return "SERVED \(question.name) \(question.type)\n  engine   \(theirs)\n  served   \(ours)"
            + (verdict.matched.map { "   by \($0.rule.list):\($0.rule.line) \($0.rule.text)" } ?? "")
    }

    /// Without TTL, and each once.
    private static func records(_ outcome: Outcome) -> Set<String> {
        Set(outcome.answer.map { Outcome.Entry(owner: $0.owner, type: $0.type, data: $0.data).description })
    }

    private func ask(_ question: Question) -> Outcome {
        var writer = MessageWriter()
        writer.begin(id: 1, bits: MessageHeader.recursionDesiredFlag)
        writer.question(question.name, type: question.type)
        writer.opt(EDNS(payloadSize: 1_232))
        client.send(writer.octets, to: port)
        while let reply = client.receive() {
            guard let view = try? MessageView(reply.octets.span), let name = try? view.questionName(),
                name == question.name, view.questionType == question.type
            else { continue }
            return Outcome(view)
        }
        return .drop
    }
}
