import DNS
import Detection
import Policy
import Testing

/// An answer and what references say to the same question.
@Suite struct ComparisonTests {
    /// `A` and `CNAME` words are data: `NXDOMAIN`, `REFUSED`, `SERVFAIL`, `none`, `silence`, `-ra`, `ede15`, addresses, aliases.
    static func facts(_ words: String, type: RRType = .a) -> AnswerFacts {
        var facts = AnswerFacts()
        facts.code = .noError
        var flags = AnswerFacts.Flags(recursionAvailable: true, authoritative: false, truncated: false)
        facts.hasSOA = true
        for word in words.split(separator: " ") {
            switch word {
            case "NXDOMAIN": facts.code = .nxDomain
            case "REFUSED": facts.code = .refused
            case "SERVFAIL": facts.code = .servFail
            case "none": break
            case "silence":
                facts = .silence
            case "-ra": flags.recursionAvailable = false
            case "+aa": flags.authoritative = true
            case "+tc": flags.truncated = true
            case "data": facts.types.append(type)
            case "ede15": facts.errors.append(ExtendedError(code: ExtendedErrorCode(rawValue: 15), text: []))
            case "ede3": facts.errors.append(ExtendedError(code: ExtendedErrorCode(rawValue: 3), text: []))
            default:
                if let address = IPAddress(word) {
                    facts.addresses.append(address)
                    facts.types.append(address.isV4 ? .a : .aaaa)
                } else if word.hasPrefix("soa:"), let name = try? DomainName(String(word.dropFirst(4))) {
                    facts.zoneNames.append(name)
                } else if let name = try? DomainName(String(word)) {
                    facts.aliases.append(name)
                    facts.types.append(.cname)
                }
            }
        }
        if facts.code != nil { facts.flags = flags }
        return facts
    }

    static func judged(
        _ answer: String,
        _ references: [String],
        type: RRType = .a,
        healthy: Bool = true,
        known: String = ""
    ) -> String {
        let comparison = Comparison(
            type: type,
            answer: facts(answer, type: type),
            references: references.map { facts($0, type: type) },
            isHealthy: healthy
        )
        switch comparison.judged(isKnown: { $0.description == known }) {
        case .agreed(let rule): return "agreed \(rule?.rawValue ?? "-")"
        case .different: return "different"
        case .unstable: return "unstable"
        case .unanswered: return "unanswered"
        case .flagged(let found):
            return "\(found.rule.rawValue) \(found.meaning) \(found.kind) \(found.confidence)"
        }
    }

    static let table: [(String, [String], String)] = [
        // D03, D04: the answer says it, whatever the references say.
        ("NXDOMAIN ede15", ["20.1.1.1"], "D03 filtered nxdomain proven"),
        ("NXDOMAIN ede15", ["silence"], "D03 filtered nxdomain proven"),
        ("20.1.1.1 ede3", ["20.1.1.1"], "agreed D17"),
        ("146.112.61.106", ["20.1.1.1"], "D04 filtered redirect proven"),
        ("146.112.61.103", ["20.1.1.1"], "different"), ("146.112.61.111", ["20.1.1.1"], "different"),
        ("::ffff:146.112.61.104", ["20.1.1.1"], "D04 filtered redirect proven"),
        ("blockpage.nextdns.io 20.9.9.9", ["20.1.1.1"], "D04 filtered redirect proven"),
        ("NXDOMAIN soa:fake-for-negative-caching.adguard.com", ["20.1.1.1"], "D04 filtered nxdomain strong"),
        // D05: an authoritative server has no RA either.
        ("NXDOMAIN -ra", ["20.1.1.1"], "D05 filtered nxdomain strong"),
        ("NXDOMAIN -ra +aa", ["20.1.1.1"], "D09 filtered nxdomain weak"),
        ("NXDOMAIN -ra", ["none"], "D05 filtered nxdomain strong"),
        ("NXDOMAIN -ra", ["NXDOMAIN"], "agreed D11"),
        // D06, D07.
        ("0.0.0.0", ["20.1.1.1"], "D06 filtered sinkhole strong"),
        ("127.0.0.1", ["silence"], "D06 filtered sinkhole strong"),
        ("10.1.2.3", ["20.1.1.1"], "D06 filtered redirect weak"),
        ("20.1.1.1 0.0.0.0", ["20.1.1.1"], "D06 filtered sinkhole strong"),
        ("0.0.0.0", ["0.0.0.0"], "D07 broken sinkhole strong"),
        ("10.1.2.3", ["10.1.2.3 10.1.2.4"], "D07 broken redirect strong"),
        // D09: no data where there is some; the chain that was cut tells where.
        ("NXDOMAIN", ["20.1.1.1"], "D09 filtered nxdomain weak"),
        ("none", ["20.1.1.1"], "D09 filtered nodata weak"),
        ("cdn.example", ["cdn.example 20.1.1.1"], "D09 filtered nodata weak"),
        ("NXDOMAIN cdn.example", ["cdn.example 20.1.1.1"], "D09 filtered nxdomain weak"),
        ("none +tc", ["20.1.1.1"], "agreed -"), ("none", ["none"], "agreed -"),
        ("NXDOMAIN", ["NXDOMAIN"], "agreed D11"), ("NXDOMAIN", ["none"], "different"),
        // D12 to D14.
        ("SERVFAIL", ["20.1.1.1"], "D12 broken servfail strong"), ("SERVFAIL", ["SERVFAIL"], "unanswered"),
        ("REFUSED", ["20.1.1.1"], "D13 filtered refused strong"), ("REFUSED", ["REFUSED"], "unanswered"),
        ("silence", ["20.1.1.1"], "D14 broken drop weak"), ("silence", ["silence"], "unanswered"),
        ("20.1.1.1", ["silence"], "unanswered"), ("20.1.1.1", [], "unanswered"),
        // D17, D18, D20: servers differ by place, and that is no filter.
        ("20.1.1.1", ["20.1.1.1"], "agreed D17"), ("20.1.1.2 20.1.1.1", ["20.1.1.1 20.1.1.3"], "agreed D17"),
        ("edge.example 20.1.1.2", ["edge.example 20.1.1.1"], "agreed D18"),
        ("far.example 20.1.1.2", ["edge.example 20.1.1.1"], "different"), ("20.1.1.2", ["20.1.1.1"], "different"),
        ("20.1.1.2", ["none"], "different"), ("20.1.1.2", ["NXDOMAIN"], "different"),
        // D21: nothing follows from references that do not agree.
        ("NXDOMAIN", ["20.1.1.1", "NXDOMAIN"], "unstable"), ("none", ["20.1.1.1", "none"], "unstable"),
        ("0.0.0.0", ["20.1.1.1", "NXDOMAIN"], "D06 filtered sinkhole strong"),
        ("NXDOMAIN", ["20.1.1.1", "silence"], "D09 filtered nxdomain weak"),
        ("NXDOMAIN", ["20.1.1.1", "20.1.1.2"], "D09 filtered nxdomain weak"),
        ("20.1.1.2", ["20.1.1.1", "20.1.1.2"], "agreed D17"),
    ]

    @Test(arguments: table)
    func judges(_ answer: String, _ references: [String], _ expected: String) {
        #expect(Self.judged(answer, references) == expected)
    }

    @Test func acquitsWhereTheNameIsKnownToLead() {
        #expect(Self.judged("far.example 20.1.1.2", ["20.1.1.1"], known: "far.example") == "agreed D18")
        // Only the end of the chain counts.
        #expect(Self.judged("far.example x.example 20.1.1.2", ["20.1.1.1"], known: "far.example") == "different")
    }

    @Test func blamesNoNameForAServerThatAnswersNothing() {
        #expect(Self.judged("silence", ["20.1.1.1"], healthy: false) == "unanswered")
        #expect(Self.judged("REFUSED", ["20.1.1.1"], healthy: false) == "unanswered")
        #expect(Self.judged("SERVFAIL", ["20.1.1.1"], healthy: false) == "D12 broken servfail strong")
    }

    @Test func looksAtTheTypeAskedFor() {
        #expect(Self.judged("none", ["data"], type: .https) == "D09 filtered nodata weak")
        #expect(Self.judged("data", ["data"], type: .https) == "agreed -")
        #expect(Self.judged("none", ["20.1.1.1"], type: .aaaa) == "agreed -", "the reference has no AAAA either")
        #expect(Self.judged("none", ["2001:db8::1"], type: .aaaa) == "D09 filtered nodata weak")
    }

    @Test func readsMessages() throws {
        var writer = MessageWriter()
        writer.begin(id: 1, bits: 0x8483)
        let name = try DomainName("update.example")
        writer.question(name, type: .a)
        writer.record(.answer, owner: name, type: .cname, ttl: 1, data: try DomainName("cdn.example").wire)
        writer.record(
            .answer,
            owner: try DomainName("cdn.example"),
            type: .a,
            ttl: 1,
            data: [192, 0, 2, 1]
        )
        let soa =
            try DomainName("ns.example").wire + DomainName("nobody.invalid").wire + [UInt8](repeating: 0, count: 20)
        writer.record(.authority, owner: try DomainName("example"), type: .soa, ttl: 1, data: soa)
        let octets = writer.octets
        let read = AnswerFacts(message: octets.span)
        let facts = try #require(read)
        #expect(facts.code == .nxDomain)
        #expect(facts.flags == .init(recursionAvailable: true, authoritative: true, truncated: false))
        #expect(facts.aliases.map(\.description) == ["cdn.example"])
        #expect(facts.addresses == [.v4(0xC000_0201)])
        #expect(facts.types == [.cname, .a])
        #expect(facts.hasSOA == true)
        #expect(facts.zoneNames.map(\.description) == ["example", "ns.example", "nobody.invalid"])
        let broken: [UInt8] = [0, 1, 2]
        let nothing = AnswerFacts(message: broken.span)
        #expect(nothing == nil)
        for length in 0..<octets.count {
            let cut = AnswerFacts(message: octets.span.extracting(0..<length))
            #expect(cut == nil)
        }
    }
}
