import DNS
import LDNS
import Resolver
import TestSupport

extension CaseSuite {
    /// Packets of other projects' fuzzers: how they are read, and what a running server does with them.
    static let wirePackets = CaseSuite(
        fits: { !Set($0.files).isDisjoint(with: ["packets.tsv", "names.tsv"]) },
        run: { try WirePackets().run($0) }
    )
}

/// A packet passes when it is read as libldns reads it, when the server drops or answers it as what it is, and when a
/// client still gets a well-formed reply while an upstream sends it in place of the answer.
struct WirePackets {
    /// The longest packet sent as a datagram.
    private static let longest = 2_048
    private static let nsapPointer: UInt16 = 23
    /// Response codes for what is no query that can be answered.
    private static let rejections: Set<String> = ["FORMERR", "NOTIMP", "REFUSED", "BADVERS"]

    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        let served = try ServedCase {
            $0.tryTimeout = 40
            $0.maximumTries = 2
        }
        defer { served.stop() }
        if folder.files.contains("packets.tsv") {
            let heading = folder.heading("packets.tsv")
            guard let hexColumn = heading.firstIndex(of: "hex"), let library = heading.firstIndex(of: "ldns_wire2pkt")
            else { return score }
            for row in try folder.rows("packets.tsv") where row.count > hexColumn {
                try packet(row[0], octets(hex: row[hexColumn]), isValid: row[library] == "OK", served, &score)
            }
        }
        if folder.files.contains("names.tsv") {
            for row in try folder.rows("names.tsv") where row.count > 2 {
                name("names \(row[0])", octets(hex: row[2]), served, &score)
            }
        }
        return score
    }

    private func packet(
        _ id: String,
        _ packet: [UInt8],
        isValid: Bool,
        _ served: ServedCase,
        _ score: inout SuiteScore
    ) throws {
        var reason: WireError?
        do throws(WireError) {
            try MessageView(packet.span, allowTrailing: true).validateRecords()
        } catch {
            reason = error
        }
        if case .badPointer = reason, isValid {
            return score.skip("a pointer that points forward, which libldns follows and RFC 1035 §4.1.4 does not allow")
        }
        if let view = try? MessageView(packet.span), view.questionType.rawValue == Self.nsapPointer {
            return score.skip("NSAP-PTR, which libldns reads as a string and RFC 1348 defines as a name")
        }
        var faults: [String] = []
        if (reason == nil) != isValid { faults.append("read as \(reason.map { "\($0)" } ?? "valid")") }
        if let fault = faultAsQuery(packet, isValid: isValid, served) { faults.append(fault) }
        if let fault = faultAsAnswer(packet, served) { faults.append(fault) }
        if !served.isAlive { faults.append("no longer alive") }
        let expected = isValid ? "valid" : "invalid"
        score.check(faults.isEmpty, id, expected: expected, got: faults.joined(separator: "; "))
    }

    /// What is wrong with the reply to a packet that is sent as a query.
    private func faultAsQuery(_ packet: [UInt8], isValid: Bool, _ served: ServedCase) -> String? {
        served.upstreams[0].follow { query, _ in [(0, ServedReply.address(to: query, [192, 0, 2, 1]))] }
        let client = LoopbackClient(port: served.port, overTCP: packet.count > Self.longest)
        let mustDrop = packet.count < MessageHeader.size || packet[2] & 0x80 != 0
        guard let octets = client.ask(packet, milliseconds: mustDrop ? 15 : 1_000) else {
            return mustDrop ? nil : "as a query: no reply"
        }
        if mustDrop { return "as a query: a reply to no query" }
        guard let reply = ServedReply(octets), isWellFormed(octets) else {
            return "as a query: a malformed reply, \(hex(octets))"
        }
        guard octets.prefix(2).elementsEqual(packet.prefix(2)), reply.view.has(MessageHeader.responseFlag) else {
            return "as a query: a reply to another one"
        }
        return isValid || Self.rejections.contains(reply.code) ? nil : "as a query: \(reply.code)"
    }

    /// What is wrong with the reply to a client while an upstream answers its question with a packet.
    private func faultAsAnswer(_ packet: [UInt8], _ served: ServedCase) -> String? {
        guard packet.count >= MessageHeader.size else { return nil }
        served.upstreams[0].follow { query, _ in [(0, ServedReply.with(id: query, packet))] }
        let query = Self.question(of: packet)
        guard let octets = served.ask(query, milliseconds: 2_000) else { return "as an answer: no reply" }
        guard ServedReply(octets) != nil, isWellFormed(octets) else {
            return "as an answer: a malformed reply, \(hex(octets))"
        }
        return nil
    }

    /// A query for what a packet says it is about, where that can be asked, else for something else.
    private static func question(of packet: [UInt8]) -> [UInt8] {
        guard let view = try? MessageView(packet.span, allowTrailing: true), view.questionClass == .in,
            let name = try? view.questionName()
        else { return ServedReply.query((try? DomainName("fuzz.example")) ?? .root, .a) }
        return ServedReply.query(name, view.questionType)
    }

    /// A name, asked for: what libldns cannot read must not be answered.
    private func name(_ id: String, _ wire: [UInt8], _ served: ServedCase, _ score: inout SuiteScore) {
        served.upstreams[0].follow { query, _ in [(0, ServedReply.address(to: query, [192, 0, 2, 1]))] }
        let query: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + wire + [0, 1, 0, 1]
        var isReadable = false
        if case .success = ParseOracle.verdict(packet: query.span) { isReadable = true }
        let octets = served.ask(query, milliseconds: 1_000)
        let code = ServedReply(octets)?.code ?? "no reply"
        let isRight = isReadable ? code != "no reply" : Self.rejections.contains(code)
        let got = served.isAlive ? code : "no longer alive"
        score.check(
            isRight && got == code && isWellFormed(octets ?? []),
            id,
            expected: isReadable ? "a reply" : "FORMERR",
            got: got
        )
    }

    private func isWellFormed(_ octets: [UInt8]) -> Bool {
        if case .success = ParseOracle.verdict(packet: octets.span) { return true }
        return false
    }
}
