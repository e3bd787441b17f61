import DNS
import Findings
import Policy
import QueryLogs
import Replay
import Testing

@Suite struct ObservationTests {
    static func judged(_ event: QueryEvent, exists: Bool = true) -> String {
        guard let found = Observation(event, exists: exists) else { return "fine" }
        return "\(found.detection) \(found.rule.rawValue) \(found.kind) \(found.evidence.rawValue)"
    }

    static let table: [(ResponseCode, [String], RRType, ResponseFlags?, String)] = [
        // D05: a filter's NXDOMAIN has neither RA nor AA; without flags nothing follows.
        (
            ResponseCode.nxDomain, [], .a, [],
            "D05 observed-filtered nxdomain strong"
        ),
        (.nxDomain, [], .a, [.recursionAvailable], "D09 observed-missing nxdomain weak"),
        (.nxDomain, [], .a, [.authoritative], "D09 observed-missing nxdomain weak"),
        (.nxDomain, [], .a, nil, "D09 observed-missing nxdomain weak"),
        (.nxDomain, [], .aaaa, nil, "D09 observed-missing nxdomain weak"),
        // D06: addresses that lead nowhere, or into a private network, whatever the response code says.
        (.noError, ["0.0.0.0"], .a, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["127.0.0.1"], .a, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["::"], .aaaa, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["::1"], .aaaa, nil, "D06 observed-filtered sinkhole strong"),
        (.nxDomain, ["0.0.0.0"], .a, [.recursionAvailable], "D06 observed-filtered sinkhole strong"),
        (.noError, ["cdn.example", "0.0.0.0"], .a, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["10.1.2.3"], .a, nil, "D06 observed-filtered redirect weak"),
        // Addresses come in any order.
        (.noError, ["10.1.2.3", "0.0.0.0"], .a, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["0.0.0.0", "10.1.2.3"], .a, nil, "D06 observed-filtered sinkhole strong"),
        (.noError, ["172.31.255.1"], .a, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["172.32.0.1"], .a, nil, "fine"),
        (.noError, ["192.168.0.9"], .a, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["169.254.1.1"], .a, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["100.64.0.1"], .a, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["100.127.255.255"], .a, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["100.128.0.1"], .a, nil, "fine"), (.noError, ["100.63.255.255"], .a, nil, "fine"),
        (.noError, ["fd00::1"], .aaaa, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["fe80::1"], .aaaa, nil, "D06 observed-filtered redirect weak"),
        (.noError, ["2603:1030::1"], .aaaa, nil, "fine"),
        // D09: no address, judged for A only, and not when the answer was cut.
        (.noError, [], .a, [.recursionAvailable], "D09 observed-missing nodata weak"),
        (.noError, ["cdn.example"], .a, [.recursionAvailable], "D09 observed-missing nodata weak"),
        (.noError, [], .a, [.recursionAvailable, .truncated], "fine"), (.noError, [], .aaaa, [], "fine"),
        (.noError, [], .https, [], "fine"),
        // A text log says NODATA in so many words; an answer with a line missing says nothing.
        (.noError, [], .a, nil, "D09 observed-missing nodata weak"), (.noError, ["cdn.example"], .a, nil, "fine"),
        // D12, D13.
        (.servFail, [], .a, nil, "D12 observed-broken servfail strong"),
        (.servFail, [], .a, [.recursionAvailable], "D12 observed-broken servfail strong"),
        (.refused, [], .a, nil, "D13 observed-broken refused strong"),
        (ResponseCode(rawValue: 1), [], .a, nil, "D12 observed-broken servfail weak"),
        (ResponseCode(rawValue: 4), [], .a, nil, "D12 observed-broken servfail weak"),
        (.noError, ["20.54.30.3"], .a, nil, "fine"),
    ]

    @Test(arguments: table)
    func answers(code: ResponseCode, answers: [String], type: RRType, flags: ResponseFlags?, expected: String) throws {
        #expect(Self.judged(try Events.answered(code, answers, type: type, flags: flags)) == expected)
    }

    /// NXDOMAIN and no data say nothing about a name that nobody is known to have seen; all else does.
    @Test(arguments: [
        (ResponseCode.nxDomain, [] as [String], "fine"), (.noError, [], "fine"),
        (.noError, ["0.0.0.0"], "D06 observed-filtered sinkhole strong"),
        (.servFail, [], "D12 observed-broken servfail strong"), (.refused, [], "D13 observed-broken refused strong"),
    ])
    func namesThatMayNotExist(code: ResponseCode, answers: [String], expected: String) throws {
        #expect(Self.judged(try Events.answered(code, answers, flags: []), exists: false) == expected)
    }

    @Test func noAnswer() throws {
        var event = try Events.event()
        #expect(Self.judged(event) == "D14 observed-broken drop weak")
        #expect(Self.judged(event, exists: false) == "D14 observed-broken drop weak")
        event.reply = .unknown
        #expect(Self.judged(event) == "fine")
    }

    @Test(arguments: [
        (ResponseCode.nxDomain, [] as [String], VerdictKind.nxdomain), (.noError, [], .nodata),
        (.noError, ["0.0.0.0"], .sinkhole), (.refused, [], .refused), (.servFail, [], .servfail),
        (.noError, ["146.112.61.104"], .redirect), (.noError, ["10.0.0.1"], .redirect),
    ])
    func whatTheLogOrTheAnswerStatesIsProven(code: ResponseCode, answers: [String], kind: VerdictKind) throws {
        let event = try Events.answered(code, answers)
        let logged = Events.blocked(event, LoggedBlock(source: "gravity blocked", rule: "ads", isAlias: true))
        #expect(Self.judged(logged) == "D02 observed-filtered \(kind) proven")
        let text = try #require(Observation(logged, exists: false)).text
        #expect(text == "the log says blocked: gravity blocked (ads) because of an alias")
        for extended in [15, 16, 17, 18] as [UInt16] {
            #expect(Self.judged(Events.extended(event, extended)) == "D03 observed-filtered \(kind) proven")
        }
    }

    @Test func otherExtendedErrorsSayNothingAboutFilters() throws {
        for code in [3, 22, 23, 24] as [UInt16] {
            #expect(Self.judged(Events.extended(try Events.answered(.noError, ["20.54.30.3"]), code)) == "fine")
        }
    }

    @Test func wordsOfTheCaptureAreCut() throws {
        let long = String(repeating: "x", count: 60_000)
        let event = try Events.answered(.nxDomain)
        let extended = try #require(Observation(Events.extended(event, 15, long), exists: true))
        #expect(extended.text.utf8.count < 300)
        let logged = Events.blocked(event, LoggedBlock(source: long, rule: long))
        #expect(try #require(Observation(logged, exists: true)).text.utf8.count < 600)
    }
}
