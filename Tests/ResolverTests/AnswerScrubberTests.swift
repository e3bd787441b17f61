import DNS
import Testing

@testable import Resolver

/// What a scrubber makes of a reply.
private struct Scrubbed {
    var fault: ReplyFault?
    var summary: ReplySummary?
    var lifetime: UInt32

    init(_ reply: [UInt8], _ text: String = "www.example", _ type: RRType = .a, dnssecOK: Bool = false) {
        var scrubber = AnswerScrubber(maximumTTL: 86_400, maximumNegativeTTL: 3_600)
        let key = AnswerKey(type: type.rawValue, dnssecOK: dnssecOK, checkingDisabled: false)
        fault = scrubber.scrub(reply.span, id: 0x1234, name: NameBuffer(name(text)), key: key)
        lifetime = scrubber.lifetime
        var octets: [UInt8] = []
        for index in 0..<scrubber.message.count { octets.append(scrubber.message.octets[index]) }
        summary = fault == nil ? ReplySummary(octets) : nil
    }
}

@Suite struct AnswerScrubberTests {
    private let query = makeQuery("www.example")

    /// An owner that is no name makes the whole message worthless: it must not look like "no such data".
    @Test(arguments: [[0xC0, 0x1D], [0xC0, 0xFF], [0xFF, 0xFF], [0x40, 0x00], [0xC0, 0x1E]] as [[UInt8]])
    func ownersThatAreNoNamesMakeAMessageMalformed(owner: [UInt8]) {
        // The owner of the first record stands at 29, behind a header of 12 octets and a question of 17.
        var reply = makeReply(to: query, [.a("www.example")])
        #expect(Scrubbed(reply).fault == nil && reply[29...30] == [0xC0, 0x0C])
        reply.replaceSubrange(29...30, with: owner)
        #expect(Scrubbed(reply).fault == .malformed, "\(owner)")
    }

    @Test func keepsTheChainInWhateverOrderItStands() {
        let records: [Record] = [
            .a("c.example", ttl: 20), .cname("b.example", "c.example"), .cname("www.example", "b.example"),
        ]
        let scrubbed = Scrubbed(makeReply(to: query, records))
        #expect(scrubbed.fault == nil)
        #expect(scrubbed.lifetime == 20)
        #expect(
            scrubbed.summary?.records == [
                "www.example CNAME b.example", "b.example CNAME c.example", "c.example A 192.0.2.1",
            ]
        )
    }

    @Test(arguments: [
        Record.a("evil.example", 66), .a("www.example.evil", 66), .ns("example", "ns.evil"),
        .a("ns.evil", 66, in: .additional), Record(owner: "www.example", type: .txt, data: [1, 65]),
        Record(owner: "www.example", type: .rrsig, data: [UInt8](repeating: 0, count: 18) + [0, 1]),
    ])
    func dropsWhatTheQuestionDoesNotJustify(extra: Record) {
        let scrubbed = Scrubbed(makeReply(to: query, [extra, .a("www.example"), extra]))
        #expect(scrubbed.summary?.records == ["www.example A 192.0.2.1"])
    }

    @Test func keepsSignaturesOnlyForThoseWhoWantThem() {
        let signature: [UInt8] = [0, 1] + [UInt8](repeating: 0, count: 16) + [0, 9]
        let reply = makeReply(
            to: query,
            [.a("www.example"), Record(owner: "www.example", type: .rrsig, data: signature)]
        )
        #expect(Scrubbed(reply, dnssecOK: true).summary?.records.count == 2)
        #expect(Scrubbed(reply).summary?.records.count == 1)
    }

    private static let impossible: [(records: [Record], why: String)] = [
        ([.cname("www.example", "www.example")], "loop of one"),
        ([.cname("www.example", "a.example"), .cname("a.example", "www.example")], "loop of two"),
        ([.cname("www.example", "a.example"), .cname("www.example", "b.example")], "fork"),
        ([Record(owner: "www.example", type: .a, data: [1, 2, 3])], "A of three octets"),
        ([Record(owner: "www.example", type: .a, data: [1, 2, 3, 4, 5])], "A of five octets"),
        (longChain, "13 aliases"),
        (largeSet, "101 addresses"),
    ]

    private static let longChain: [Record] = (0..<13).map { hop in
        .cname(hop == 0 ? "www.example" : "a\(hop).example", "a\(hop + 1).example")
    }

    private static let largeSet: [Record] = (0..<101).map { .a("www.example", $0) }

    @Test(arguments: impossible)
    func refusesWhatCannotBeTrue(records: [Record], why: String) {
        #expect(Scrubbed(makeReply(to: query, records)).fault == .malformed, "\(why)")
    }

    @Test func refusesStringsThatExceedTheirRecord() {
        let reply = makeReply(
            to: makeQuery("www.example", .txt),
            [Record(owner: "www.example", type: .txt, data: [5, 65])]
        )
        #expect(Scrubbed(reply, "www.example", .txt).fault == .malformed)
    }

    private static let misfits: [(RRType, [UInt8], Bool)] = [
        (RRType(rawValue: 13), [1, 65, 1, 66], false), (RRType(rawValue: 13), [1, 65], true),
        (RRType(rawValue: 47), [0, 0, 1, 64], false), (RRType(rawValue: 47), [0, 0, 2, 64], true),
        (RRType(rawValue: 50), [1, 0, 0, 0, 0, 1, 9], false), (RRType(rawValue: 50), [1, 0, 0, 0, 0, 0], true),
        (RRType(rawValue: 109), [1, 2, 3, 4, 5, 6, 7, 8], false), (RRType(rawValue: 109), [0], true),
        (RRType(rawValue: 65_280), [], false),
    ]

    @Test(arguments: misfits)
    func refusesDataThatDoesNotFitItsType(type: RRType, data: [UInt8], isRefused: Bool) {
        let reply = makeReply(
            to: makeQuery("www.example", type),
            [Record(owner: "www.example", type: type, data: data)]
        )
        #expect((Scrubbed(reply, "www.example", type).fault == .malformed) == isRefused)
    }

    /// A pointer in a target would refer to the rebuilt message, whose octets a hostile upstream could choose.
    @Test func refusesCompressedServiceTargets() {
        let plain: [UInt8] = [0, 1, 3, 0x66, 0x6F, 0x6F, 0]
        let compressed: [UInt8] = [0, 1, 3, 0x66, 0x6F, 0x6F, 0xC0, 0x0C]
        for (data, isRefused) in [(plain, false), (compressed, true)] {
            let reply = makeReply(
                to: makeQuery("www.example", .https),
                [Record(owner: "www.example", type: .https, data: data)]
            )
            #expect((Scrubbed(reply, "www.example", .https).fault == .malformed) == isRefused)
        }
    }

    @Test func acceptsOnlyResponsesToTheQuestion() {
        let good = makeReply(to: query, [.a("www.example")])
        #expect(Scrubbed(good).fault == nil)
        #expect(Scrubbed(makeReply(to: makeQuery("WWW.Example"), [.a("www.example")])).fault == nil)
        let others = [
            makeReply(to: makeQuery("www.example", id: 0x4321)), makeReply(to: makeQuery("evil.example")),
            makeReply(to: makeQuery("www.example", .aaaa)), query, Array(good.prefix(11)), [],
            makeReply(to: query, bits: 0xA180),
        ]
        for other in others { #expect(Scrubbed(other).fault == .mismatch) }
    }

    @Test(arguments: [
        (UInt16(0x8380), ReplyFault.truncated), (0x8182, .refusal(.servFail)), (0x8185, .refusal(.refused)),
        (0x8181, .refusal(.formErr)),
    ])
    func tellsOtherAnswersApart(bits: UInt16, fault: ReplyFault) {
        #expect(Scrubbed(makeReply(to: query, bits: bits)).fault == fault)
    }

    @Test(arguments: [
        (UInt32(900), UInt32(60), UInt32(60)), (30, 60, 30), (90_000, 90_000, 3_600), (0, 60, 0), (0x8000_0000, 60, 0),
        (60, 0x8000_0000, 0),
    ])
    func keepsNegativeAnswersAsLongAsTheirSOASays(ttl: UInt32, minimum: UInt32, lifetime: UInt32) {
        for bits: UInt16 in [0x8183, 0x8180] {
            let soa = Record.soa("example", ttl: ttl, minimum: minimum)
            let scrubbed = Scrubbed(makeReply(to: query, [soa], bits: bits))
            #expect(scrubbed.fault == nil)
            #expect(scrubbed.lifetime == lifetime)
            #expect(scrubbed.summary?.ttls == [lifetime])
        }
    }

    @Test func passesNegativeAnswersWithoutSOAButDoesNotKeepThem() {
        let scrubbed = Scrubbed(makeReply(to: query, [.soa("other.example")], bits: 0x8183))
        #expect(scrubbed.fault == nil)
        #expect(scrubbed.summary?.code == .nxDomain)
        #expect(scrubbed.summary?.records == [])
        #expect(scrubbed.lifetime == 0)
    }

    /// Referrals lead a resolver on; a forwarder that passed them on as "no such data" would lie. BIND, too, fails then.
    @Test(arguments: [
        ([Record.ns("example", "ns.example")], UInt16(0x8180), true),
        ([.ns("www.example", "ns.example")], 0x8100, true),
        ([.ns("other", "ns.other")], 0x8180, false), ([.ns("a.www.example", "ns.example")], 0x8180, false),
        ([.ns("example", "ns.example")], 0x8580, false), ([.ns("example", "ns.example")], 0x8183, false),
        ([.ns("example", "ns.example"), .soa("example")], 0x8180, false), ([], 0x8180, false),
        ([.ns("example", "ns.example"), .soa("other")], 0x8180, true),
        ([.a("www.example"), .ns("example", "ns.example")], 0x8180, false),
        ([.cname("www.example", "a.other"), .ns("other", "ns.other")], 0x8180, true),
        ([.cname("www.example", "a.other"), .ns("example", "ns.example")], 0x8180, false),
    ])
    func tellsReferralsFromDenials(records: [Record], bits: UInt16, isReferral: Bool) {
        #expect((Scrubbed(makeReply(to: query, records, bits: bits)).fault == .referral) == isReferral)
    }

    @Test func countsTTLsWithTheTopBitAsZeroAndCapsLongOnes() {
        #expect(Scrubbed(makeReply(to: query, [.a("www.example", ttl: 0x8000_0001)])).lifetime == 0)
        #expect(Scrubbed(makeReply(to: query, [.a("www.example", ttl: 0x7FFF_FFFF)])).summary?.ttls == [86_400])
    }

    @Test func followsDNAMEAndSynthesizesTheMissingAlias() {
        let records = [
            Record(owner: "example", type: .dname, data: name("example.net").wire), .a("www.example.net"),
        ]
        #expect(
            Scrubbed(makeReply(to: query, records)).summary?.records.dropFirst() == [
                "www.example CNAME www.example.net", "www.example.net A 192.0.2.1",
            ]
        )
    }

    @Test func expandsCompressedNamesInData() {
        // MX 10 with a pointer to the question name.
        let query = makeQuery("www.example", .mx)
        let reply = makeReply(to: query, [Record(owner: "www.example", type: .mx, data: [0, 10, 0xC0, 12])])
        let octets = name("www.example").wire.map(String.init).joined(separator: ".")
        #expect(Scrubbed(reply, "www.example", .mx).summary?.records == ["www.example MX 0.10.\(octets)"])
    }

    @Test func dropsTrailingOctets() {
        let scrubbed = Scrubbed(makeReply(to: query, [.a("www.example")]) + [1, 2, 3])
        #expect(scrubbed.summary?.records == ["www.example A 192.0.2.1"])
    }
}
