import DNS
import LDNS
import Testing

@Suite struct RecordErrorTests {
    @Test(arguments: [
        ("", RecordError.notOneRecord), ("; nothing", .notOneRecord), ("$TTL 5", .notOneRecord),
        ("$INCLUDE x", .notOneRecord), ("a A 192.0.2.1\nb A 192.0.2.1", .notOneRecord),
        ("a", .missingType), ("a IN", .missingType), ("a 300", .missingType), ("a 300 IN", .missingType),
        ("a A", .missingData), ("a TYPE65280", .missingData), ("a IN FOO x", .unknownType("FOO")),
        ("a TYPE65536 \\# 0", .unknownType("TYPE65536")), ("a +1 A 192.0.2.1", .unknownType("+1")),
        ("a 1 2 A 192.0.2.1", .badTTL("2")), ("a 1x A 192.0.2.1", .badTTL("1x")),
        ("a 4294967296 A 192.0.2.1", .badTTL("4294967296")), ("a 7102w A 192.0.2.1", .badTTL("7102w")),
        ("a 99999999999999999999 A 192.0.2.1", .badTTL("99999999999999999999")),
        ("a..b A 192.0.2.1", .owner(.emptyLabel(offset: 2))), ("\\999 A 192.0.2.1", .owner(.badEscape(offset: 0))),
        ("a A \\#", .badGenericData), ("a A \\# x", .badGenericData), ("a A \\# 4 c000020", .badGenericData),
        ("a A \\# 4 c0000201 00", .badGenericData), ("a A \\# 4 c00002zz", .badGenericData),
        ("a A \\# 65536 00", .badGenericData), ("a A \\# 5 c000020100", .badLayout(.a)),
        ("a NSEC3 1 0 0 - 00====== A", .badLayout(.nsec3)), ("a TXT \"x", .entry(.unclosedQuote)),
        ("a TXT ( x", .entry(.unclosedParenthesis)), ("a TXT x )", .entry(.unopenedParenthesis)),
        ("a TXT x\\", .entry(.danglingBackslash)), ("a TXT \0", .entry(.nul)), ("a TXT \\\0", .entry(.nul)),
        ("a NS @.b.", .originLabel), ("a MX 1 \\@", .originLabel), ("a MX 1 \\064.b.", .originLabel),
    ])
    func saysWhy(text: String, error: RecordError) {
        #expect(throws: error) { try ResourceRecord(text) }
        #expect(!error.description.isEmpty && !error.description.hasSuffix("."))
    }

    @Test(arguments: [
        ("a A 192.0.2.256", "Syntax error, could not parse the RR's rdata"),
        ("a A 192.0.2.1 192.0.2.2", "Syntax error, superfluous text present"),
        ("a MX 10", "Syntax error, value expected"),
        ("a HTTPS 1 . port=x", "Syntax error, could not parse the RR's rdata"),
    ])
    func givesTheReasonOfTheLibrary(text: String, reason: String) throws {
        let error = #expect(throws: RecordError.self) { try ResourceRecord(text) }
        guard case .library(let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.description == reason)
        #expect(cause.code > 0)
    }

    @Test func refusesTextThatTheLibraryWouldCut() throws {
        let strings = String(repeating: "\"\(String(repeating: "a", count: 255))\" ", count: 251)
        #expect(try ResourceRecord("a TXT \(strings)").data.count == 251 * 256)
        #expect(throws: RecordError.entry(.tooLong)) { try ResourceRecord("a TXT \(strings)\(strings)") }
    }

    @Test(arguments: [
        ("a", "example.com", "a.example.com"), ("a.", "example.com", "a"), ("@", "example.com", "example.com"),
        ("a", nil, "a"), ("@", nil, "."), (".", "example.com", "."), ("a\\.", "example.com", "a\\..example.com"),
        ("a\\\\.", "example.com", "a\\\\"), ("*", "example.com", "*.example.com"),
        ("@x", "example.com", "\\@x.example.com"),
    ])
    func completesOwners(owner: String, origin: String?, whole: String) throws {
        let record = try ResourceRecord("\(owner) A 192.0.2.1", origin: try origin.map { try DomainName($0) })
        #expect(record.owner.description == whole)
        #expect(record.ttl == 3600)
    }

    @Test func refusesOwnersThatTheOriginMakesTooLong() throws {
        let label = String(repeating: "a", count: 63)
        let origin = try DomainName("\(label).\(label).\(label)")
        let most = String(repeating: "b", count: 61)
        #expect(try ResourceRecord("\(most) A 192.0.2.1", origin: origin).owner.wire.count == 255)
        #expect(throws: RecordError.owner(.nameTooLong)) { try ResourceRecord("\(most)b A 192.0.2.1", origin: origin) }
    }
}
