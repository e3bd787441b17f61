import DNS
import LDNS
import Testing

@testable import Validation

/// How validation goes from step to step, and how much it does for one answer.
@Suite struct ValidatorTests {
    private static let time = 1_800_000_000
    private static func name(_ text: String) -> DomainName { (try? DomainName(text)) ?? .root }

    private struct Line {
        var section = Section.answer
        var owner: String
        var type: RRType
        var data: [UInt8]
    }

    private static func message(_ lines: [Line], code: UInt16 = 0) throws -> SignedMessage {
        var writer = MessageWriter()
        writer.begin(id: 0, bits: 0x8180 | code)
        writer.question(name("www.trap.example"), type: .a)
        for section in [Section.answer, .authority] {
            for line in lines where line.section == section {
                writer.record(section, owner: name(line.owner), type: line.type, ttl: 300, data: line.data)
            }
        }
        let octets = writer.octets
        let message = SignedMessage(octets.span)
        return try #require(message)
    }

    private static func signature(
        _ covered: RRType,
        _ signer: String,
        tag: UInt16,
        labels: UInt8 = 2,
        from: Int = -100,
        to: Int = 100,
        body: UInt8 = 1
    ) -> [UInt8] {
        func octets(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        return [UInt8(covered.rawValue >> 8), UInt8(covered.rawValue & 255), 13, labels] + octets(300)
            + octets(time + to)
            + octets(time + from) + [UInt8(tag >> 8), UInt8(tag & 255)] + name(signer).wire
            + [UInt8](repeating: body, count: 64)
    }

    /// A key whose words are in another order, so that the tag is the same.
    private static func key(_ number: Int) -> [UInt8] {
        var body = [UInt8](repeating: 7, count: 64)
        (body[2 * (number % 32)], body[2 * (number % 32) + 1]) = (UInt8(9 + number / 32), 3)
        return [1, 1, 3, 13] + body
    }

    private static var anchors: TrustAnchors {
        var anchors = TrustAnchors()
        anchors.add(name("trap.example"), key: key(0))
        return anchors
    }

    @Test func asksForKeysFirst() throws {
        var keys = KeyStore()
        var validator = Validator(Self.name("www.trap.example"), .a, try Self.message([]))
        let zone = Self.name("trap.example")
        #expect(validator.step(&keys, Self.anchors, at: Self.time) == .fetch(zone, .dnskey))
        #expect(validator.step(&keys, Self.anchors, at: Self.time) == .fetch(zone, .dnskey), "nothing has come yet")
        validator.take(nil, to: zone, .dnskey)
        #expect(validator.step(&keys, Self.anchors, at: Self.time) == .done(.unanswered))
        #expect(keys.count == 0, "what was not answered is not known")
        var other = Validator(Self.name("www.trap.example"), .a, try Self.message([]))
        other.take(try Self.message([]), to: zone, .dnskey)
        guard case .done(.bogus(let fault)) = other.step(&keys, Self.anchors, at: Self.time) else {
            Issue.record("a zone with an anchor and no keys is bogus")
            return
        }
        #expect(fault.code == .keyMissing)
        #expect(keys.delegation(zone, at: Self.time + 59) != nil)
        #expect(keys.delegation(zone, at: Self.time + 61) == nil, "bogus is not for long")
    }

    @Test func validatesNothingWithoutAnchors() throws {
        var keys = KeyStore()
        let message = try Self.message([Line(owner: "www.other.example", type: .a, data: [1, 2, 3, 4])])
        var validator = Validator(Self.name("www.other.example"), .a, message)
        #expect(validator.step(&keys, Self.anchors, at: Self.time) == .done(.insecure))
        var anchors = Self.anchors
        anchors.exempt = [Self.name("trap.example")]
        var exempt = Validator(Self.name("www.trap.example"), .a, try Self.message([]))
        #expect(exempt.step(&keys, anchors, at: Self.time) == .done(.insecure))
    }

    @Test func limitsSignaturesAndKeys() throws {
        let tag = Cryptography.keyTag(Self.key(0))
        #expect(
            (0..<100).allSatisfy {
                Cryptography.keyTag(Self.key($0)) == Cryptography.keyTag(Self.key($0 % 32)) || $0 >= 32
            }
        )
        var lines = (0..<32).map { Line(owner: "trap.example", type: .dnskey, data: Self.key($0)) }
        lines += (0..<100).map {
            Line(
                owner: "trap.example",
                type: .rrsig,
                data: Self.signature(.dnskey, "trap.example", tag: tag, body: UInt8($0))
            )
        }
        var anchors = TrustAnchors()
        for number in 0..<32 { anchors.add(Self.name("trap.example"), key: Self.key(number)) }
        var keys = KeyStore()
        var validator = Validator(Self.name("www.trap.example"), .a, try Self.message([]))
        validator.take(try Self.message(lines), to: Self.name("trap.example"), .dnskey)
        let start = ContinuousClock.now
        guard case .done(.bogus) = validator.step(&keys, anchors, at: Self.time) else {
            Issue.record("nobody signed that")
            return
        }
        let tried = ValidationBudget().signatures - validator.budget.signatures
        #expect(tried == ValidationBudget.signaturesOfSet * ValidationBudget.keysOfSignature)
        #expect(ContinuousClock.now - start < .milliseconds(500))
    }

    @Test func limitsQuestions() throws {
        // Each label could be the top of a zone.
        let long = Array(repeating: "a", count: 100).joined(separator: ".") + ".trap.example"
        var keys = KeyStore()
        keys.keep(.secure([Self.key(0)]), of: Self.name("trap.example"), lifetime: 300, at: Self.time)
        for count in 1..<60 {
            let above = Array(repeating: "a", count: count).joined(separator: ".") + ".trap.example"
            if count < 50 { keys.keep(.none, of: Self.name(above), lifetime: 300, at: Self.time) }
        }
        var validator = Validator(
            Self.name(long),
            .a,
            try Self.message([Line(owner: long, type: .a, data: [1, 2, 3, 4])])
        )
        guard case .fetch(let name, .ds) = validator.step(&keys, Self.anchors, at: Self.time) else {
            Issue.record("the first name that nothing is known of is asked for")
            return
        }
        #expect(name.labelCount == 52)
        validator.budget.fetches = 0
        guard case .done(.bogus(let fault)) = validator.step(&keys, Self.anchors, at: Self.time) else {
            Issue.record("too much work is bogus")
            return
        }
        #expect(fault.text == "too much work to validate")
    }

    @Test(arguments: [(-200, -100, 7), (100, 200, 8), (-100, 100, 6)])
    func saysWhatIsWrong(_ from: Int, _ to: Int, _ code: Int) throws {
        let tag = Cryptography.keyTag(Self.key(0))
        var keys = KeyStore()
        keys.keep(.secure([Self.key(0)]), of: Self.name("trap.example"), lifetime: 300, at: Self.time)
        let lines = [
            Line(owner: "www.trap.example", type: .a, data: [1, 2, 3, 4]),
            Line(
                owner: "www.trap.example",
                type: .rrsig,
                data: Self.signature(.a, "trap.example", tag: tag, labels: 3, from: from, to: to)
            ),
        ]
        var validator = Validator(Self.name("www.trap.example"), .a, try Self.message(lines))
        guard case .done(.bogus(let fault)) = validator.step(&keys, Self.anchors, at: Self.time) else {
            Issue.record("not bogus")
            return
        }
        #expect(fault.code.rawValue == UInt16(code))
    }

    @Test func keepsAFixedNumberOfZones() {
        var keys = KeyStore(capacity: 100)
        for number in 0..<1_000 {
            keys.keep(.insecure, of: Self.name("z\(number).example"), lifetime: 300, at: Self.time)
        }
        #expect(keys.count == 100)
        #expect(keys.delegation(Self.name("z999.example"), at: Self.time) == .insecure)
        #expect(keys.delegation(Self.name("z0.example"), at: Self.time) == nil)
        #expect(keys.delegation(Self.name("z999.example"), at: Self.time + 300) == nil, "its time is over")
    }

    // RFC 4034 §5.4.
    @Test func digestsKeys() throws {
        let text =
            "dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TGkJaNXVbfi/ "
            + "2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCVdFLU Uh6DhweJBjEVv5f2wwjM9Xzc "
            + "nOf+EPbtG9DMBmADjFDc2w/r ljwvFw== )"
        let record = try ResourceRecord(presentation: Array(text.utf8))
        #expect(Cryptography.keyTag(record.data) == 60_485)
        let digest = Cryptography.digest(record.data, of: record.owner, type: 1)
        #expect(digest?.map { String($0, radix: 16) }.first == "2b")
        #expect(digest?.count == 20)
        #expect(Cryptography.digest(record.data, of: record.owner, type: 2)?.count == 32)
        #expect(Cryptography.digest(record.data, of: record.owner, type: 3) == nil)
    }

    @Test func knowsTheRoot() {
        let root = TrustAnchors.root.anchors[.root]
        #expect(root?.digests.map { UInt16($0[0]) << 8 | UInt16($0[1]) } == [20_326, 38_696])
        #expect(root?.digests.map(\.count) == [36, 36])
    }
}
