import DNS
import TestSupport
import Testing

@testable import Resolver

/// The hostile answers and malformed queries of the shared suites, through real sockets.
@Suite(
    .enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)),
    .timeLimit(.minutes(2))
)
struct SuiteTests {
    private static let asked = "update.microsoft.com"

    /// What a client may get for each hostile answer; the truth is 192.0.2.1 and comes 30 ms later where it matters.
    private static let expectations: [String: Set<String>] = [
        "wrong_id": ["true"], "wrong_qname": ["true"], "wrong_qtype": ["true"], "wrong_qclass": ["true"],
        "qr0": ["true"], "case_changed": ["20.54.100.10"], "tc": ["true"], "authority_ns_poison": ["20.54.100.10"],
        "cname_loop": ["SERVFAIL"], "cname_self": ["SERVFAIL"], "rrset_4000": ["SERVFAIL"],
        "compression_bomb": ["SERVFAIL"], "rdlength_short": ["SERVFAIL"], "rdlength_long": ["SERVFAIL"],
        "refused": ["REFUSED"], "opt_two": ["SERVFAIL"], "trailing": ["20.54.100.10"],
    ]

    @Test func survivesEveryHostileAnswer() throws {
        for row in try SharedSuites.rows("data/suites/evil-upstream/cases.tsv") {
            guard let expected = Self.expectations[row[0]] else { continue }
            let hostile = octets(hex: row[2])
            let sendsTruth = expected.contains("true")
            let upstream = FakeUpstream { query in
                let truth = FakeUpstream.Action.send(makeReply(to: query.octets, [.a(Self.asked)]))
                if query.overTCP { return [truth] }
                var octets = hostile
                if row[0] == "wrong_id" {
                    octets.replaceSubrange(0..<2, with: [query.octets[0] ^ 0x55, query.octets[1]])
                } else {
                    octets.replaceSubrange(0..<2, with: query.octets[0..<2])
                }
                return sendsTruth && row[0] != "tc" ? [.send(octets), .pause(30), truth] : [.send(octets)]
            }
            let served = try TestServer([upstream.address]) { $0.tryTimeout = 300 }
            let reply = ReplySummary(served.ask(makeQuery(Self.asked)))
            served.server.stop()
            upstream.stop()
            let result: String
            switch reply?.records {
            case ["\(Self.asked) A 192.0.2.1"]: result = "true"
            case ["\(Self.asked) A 20.54.100.10"]: result = "20.54.100.10"
            case []: result = reply?.code.description ?? "none"
            default: result = "\(String(describing: reply))"
            }
            #expect(expected.contains(result), "\(row[0]): \(result)")
        }
    }

    @Test func survivesEveryMalformedQuery() throws {
        let upstream = FakeUpstream { query in [.send(makeReply(to: query.octets, bits: 0x8183))] }
        let served = try TestServer([upstream.address])
        defer {
            served.server.stop()
            upstream.stop()
        }
        for row in try SharedSuites.rows("data/suites/malformed-queries/cases.tsv") {
            let query = octets(hex: row[3])
            let allowed = row[1].split(separator: ",").map(String.init)
            let reply = served.ask(query, milliseconds: allowed == ["DROP"] ? 50 : 500)
            if let reply {
                #expect(reply.count <= query.count + 120, "\(row[0]): no amplification")
                #expect(Array(reply.prefix(2)) == Array(query.prefix(2)))
            } else {
                #expect(allowed.contains("DROP"), "\(row[0])")
            }
            #expect(ReplySummary(served.ask(makeQuery("alive.example")))?.code == .nxDomain, "after \(row[0])")
        }
    }
}
