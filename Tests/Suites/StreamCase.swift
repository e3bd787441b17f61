import DNS
import Glibc

/// What a server has to bear over TCP (RFC 7766).
enum StreamCase {
    /// Two queries in one segment.
    case twoAtOnce
    /// Length and message one octet at a time.
    case octetByOctet
    /// A thousand clients that say nothing, and then one that asks.
    case silentClients

    private static let clientCount = 1_000
    /// Milliseconds in which the client that asks is answered all the same (promise C3).
    private static let patience = 200

    /// What went wrong; nil when nothing did.
    func run(port: UInt16) -> String? {
        guard let name = try? DomainName("tcp.example") else { return "no name" }
        let queries = [1, 2].map { ServedReply.query(name, .a, id: $0) }
        switch self {
        case .twoAtOnce:
            let client = LoopbackClient(port: port, overTCP: true)
            Loopback.write(client.descriptor, queries.flatMap(Loopback.framed))
            let ids = queries.compactMap { _ in ServedReply(client.receive(milliseconds: 1_000))?.view.id }
            return Set(ids) == [1, 2] ? nil : "answers to \(ids)"
        case .octetByOctet:
            let client = LoopbackClient(port: port, overTCP: true)
            for octet in Loopback.framed(queries[0]) {
                Loopback.write(client.descriptor, [octet])
                usleep(1_000)
            }
            return ServedReply(client.receive(milliseconds: 1_000)) == nil ? "no answer" : nil
        case .silentClients:
            var clients: [LoopbackClient] = []
            for _ in 0..<Self.clientCount {
                let client = LoopbackClient(port: port, overTCP: true, from: 0x7F00_0002)
                if client.descriptor >= 0 { clients.append(client) }
                Loopback.write(client.descriptor, [0])
            }
            let client = LoopbackClient(port: port, overTCP: true, from: 0x7F00_0003)
            let reply = ServedReply(client.ask(queries[0], milliseconds: Self.patience))
            guard clients.count == Self.clientCount else { return "only \(clients.count) connections" }
            return reply == nil ? "no answer within \(Self.patience) ms" : nil
        }
    }
}
