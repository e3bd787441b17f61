import DNS
import TestSupport
import Testing

@testable import Resolver

@Suite struct ScreeningTests {
    /// `accept`, a response code, or `junk`.
    private func outcome(_ octets: [UInt8], answersWithoutRD: Bool = false, overTCP: Bool = false) -> String {
        var buffer = NameBuffer()
        switch screen(octets.span, name: &buffer, overTCP: overTCP, answersWithoutRD: answersWithoutRD) {
        case .junk: return "junk"
        case .reject(_, let code): return code.description
        case .accept: return "accept"
        }
    }

    @Test(arguments: [
        (makeQuery("www.example"), "accept"),
        (makeQuery("www.example", edns: EDNS(payloadSize: 0)), "accept"),
        (makeQuery("www.example", edns: EDNS(payloadSize: 1_232, version: 1)), "BADVERS"),
        (makeQuery("www.example", bits: 0x8100), "junk"),
        (makeQuery("www.example", bits: 0x2900), "NOTIMP"),
        (makeQuery("www.example", bits: 0x07FF), "accept"),
        (makeQuery("www.example", bits: 0x0000), "REFUSED"),
        (makeQuery("www.example", .axfr), "REFUSED"),
        (makeQuery("www.example", RRType(rawValue: 0)), "FORMERR"),
        (makeQuery("www.example", RRType(rawValue: 65_296)), "accept"),
        (Array(makeQuery("www.example").prefix(11)), "junk"),
        (Array(makeQuery("www.example").prefix(12)), "FORMERR"),
        (Array(makeQuery("www.example").dropLast()), "FORMERR"),
        (makeQuery("www.example") + [0], "FORMERR"),
    ])
    func decidesByTheHeaderAndTheQuestion(octets: [UInt8], expected: String) {
        #expect(outcome(octets) == expected)
    }

    @Test func answersWithoutRDOnlyWhenTold() {
        #expect(outcome(makeQuery("www.example", bits: 0), answersWithoutRD: true) == "accept")
    }

    @Test func limitsRepliesToWhatTheClientCanTake() {
        func limit(_ edns: EDNS?, overTCP: Bool = false) -> UInt16 {
            var buffer = NameBuffer()
            let query = makeQuery("www.example", edns: edns)
            guard
                case .accept(let accepted) = screen(
                    query.span,
                    name: &buffer,
                    overTCP: overTCP,
                    answersWithoutRD: false
                )
            else { return 0 }
            return accepted.limit
        }
        #expect(limit(nil) == 512)
        #expect(limit(EDNS(payloadSize: 100)) == 512)
        #expect(limit(EDNS(payloadSize: 1_000)) == 1_000)
        #expect(limit(EDNS(payloadSize: 4_096)) == 1_232)
        #expect(limit(nil, overTCP: true) == .max)
    }

    @Test func boundsTheNumberOfOptions() {
        func query(options: Int) -> [UInt8] {
            var octets = makeQuery("www.example", edns: EDNS(payloadSize: 1_232))
            octets[octets.count - 2] = UInt8((options * 4) >> 8)
            octets[octets.count - 1] = UInt8((options * 4) & 255)
            for _ in 0..<options { octets += [0xFD, 0xE9, 0, 0] }
            return octets
        }
        #expect(outcome(query(options: 100)) == "accept")
        #expect(outcome(query(options: 101)) == "FORMERR")
    }

    @Test(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
    func judgesEveryMalformedQueryAsTheSuiteAllows() throws {
        for row in try SharedSuites.rows("data/suites/malformed-queries/cases.tsv") {
            let result = outcome(octets(hex: row[3]))
            let words = ["accept": "ANSWER", "junk": "DROP"]
            #expect(row[1].split(separator: ",").contains(Substring(words[result] ?? result)), "\(row[0]): \(result)")
        }
    }
}
