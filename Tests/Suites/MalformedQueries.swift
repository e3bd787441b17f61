import DNS
import TestSupport

extension CaseSuite {
    /// Queries that are malformed or odd, sent to a running server as they are.
    static let malformedQueries = CaseSuite(
        fits: { $0.heading("cases.tsv").prefix(2) == ["name", "expected_one_of"] },
        run: { try MalformedQueries().run($0) }
    )
}

/// Each row: a packet in hexadecimal and the outcomes allowed: a response code, `ANSWER` (NOERROR or NXDOMAIN), `DROP`.
struct MalformedQueries {
    /// Octets that a reply may have more than its query: an OPT record and an SOA.
    private static let allowance = 120

    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        let heading = folder.heading("cases.tsv")
        guard let column = heading.firstIndex(of: "hex") else { return score }
        let served = try ServedCase()
        defer { served.stop() }
        for row in try folder.rows("cases.tsv") where row.count > column {
            let packet = octets(hex: row[column])
            let allowed = row[1].split(separator: ",").map(String.init)
            served.upstreams[0].follow { query, _ in [(0, ServedReply.address(to: query, [192, 0, 2, 1]))] }
            var got = Self.outcome(of: packet, served, mayDrop: allowed.contains("DROP"))
            let isAllowed = allowed.contains(got)
            if !served.isAlive { got += ", and then no longer alive" }
            score.check(isAllowed && !got.contains(","), row[0], expected: row[1], got: got)
        }
        return score
    }

    /// What became of a packet, in the suite's words; more words when the reply is wrong in itself.
    private static func outcome(of packet: [UInt8], _ served: ServedCase, mayDrop: Bool) -> String {
        guard let reply = served.ask(packet, milliseconds: mayDrop ? 150 : 2_000) else { return "DROP" }
        guard let read = ServedReply(reply) else { return "a malformed reply, \(hex(reply))" }
        let code = ["NOERROR", "NXDOMAIN"].contains(read.code) ? "ANSWER" : read.code
        if !reply.prefix(2).elementsEqual(packet.prefix(2)) { return "\(code), another id" }
        if !read.view.has(MessageHeader.responseFlag) { return "\(code), no response" }
        if reply.count > packet.count + allowance { return "\(code), amplified to \(reply.count) octets" }
        if code != "ANSWER", !read.records.isEmpty { return "\(code), with records" }
        return code
    }
}
