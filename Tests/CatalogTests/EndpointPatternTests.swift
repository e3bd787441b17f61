import Catalog
import DNS
import TestSupport
import Testing

@Suite struct EndpointPatternTests {
    static let matching: [(String, EndpointPattern.Kind, String)] = [
        ("update.microsoft.com", .exact, "update.microsoft.com"),
        ("update.microsoft.com", .exact, "UPDATE.Microsoft.Com."),
        ("*.update.microsoft.com", .suffix, "fe2.update.microsoft.com"),
        ("*.update.microsoft.com", .suffix, "bn2.sls.update.microsoft.com"),
        ("*.windowsupdate.com", .suffix, "fg.ds.b1.download.windowsupdate.com"),
        ("*.manage.microsoft.com", .suffixAndApex, "manage.microsoft.com"),
        ("*.manage.microsoft.com", .suffixAndApex, "a.b.manage.microsoft.com"),
        ("kv*.prod.do.dsp.mp.microsoft.com", .glob, "kv601.prod.do.dsp.mp.microsoft.com"),
        ("kv*.prod.do.dsp.mp.microsoft.com", .glob, "kv.prod.do.dsp.mp.microsoft.com"),
        ("*prod.do.dsp.mp.microsoft.com", .glob, "geo-prod.do.dsp.mp.microsoft.com"),
        ("watson.*.microsoft.com", .glob, "watson.telemetry.microsoft.com"),
        ("db.??.clamav.net", .glob, "db.de.clamav.net"),
        ("a*b*c.example.com", .glob, "aXbXbXc.example.com"),
    ]

    static let different: [(String, EndpointPattern.Kind, String)] = [
        ("update.microsoft.com", .exact, "fe2.update.microsoft.com"),
        ("update.microsoft.com", .exact, "xupdate.microsoft.com"),
        ("*.update.microsoft.com", .suffix, "update.microsoft.com"),
        ("*.update.microsoft.com", .suffix, "xupdate.microsoft.com"),
        ("*.update.microsoft.com", .suffix, "update.microsoft.com.corp.example"),
        ("*.windowsupdate.com", .suffix, "notwindowsupdate.com"),
        ("*.windowsupdate.com", .suffix, "www.windowsupdate.com.br"),
        ("*.windowsupdate.com", .suffix, #"www\.windowsupdate.com"#),
        ("*.manage.microsoft.com", .suffixAndApex, "xmanage.microsoft.com"),
        ("kv*.prod.do.dsp.mp.microsoft.com", .glob, "kv1.x.prod.do.dsp.mp.microsoft.com"),
        ("kv*.prod.do.dsp.mp.microsoft.com", .glob, "xkv1.prod.do.dsp.mp.microsoft.com"),
        ("kv*.prod.do.dsp.mp.microsoft.com", .glob, "prod.do.dsp.mp.microsoft.com"),
        ("watson.*.microsoft.com", .glob, "watson.microsoft.com"),
        ("watson.*.microsoft.com", .glob, "watson.a.b.microsoft.com"),
        ("db.??.clamav.net", .glob, "db.local.clamav.net"),
        ("a*b*c.example.com", .glob, "aXbX.example.com"),
    ]

    @Test(arguments: matching)
    func matches(text: String, kind: EndpointPattern.Kind, name: String) throws {
        #expect(try EndpointPattern(text, kind: kind).matches(DomainName(name)))
    }

    @Test(arguments: different)
    func doesNotMatch(text: String, kind: EndpointPattern.Kind, name: String) throws {
        #expect(try !EndpointPattern(text, kind: kind).matches(DomainName(name)))
    }

    @Test(arguments: [
        ("", EndpointPattern.Kind.exact, EndpointPatternError.name(.empty)),
        ("a..b", .exact, .name(.emptyLabel(offset: 2))),
        ("www.microsoft.com (/pki)", .exact, .octet(0x20)),
        ("https://example.com", .exact, .octet(0x3A)),
        ("*.example.com", .exact, .strayWildcard(.exact)),
        ("example.com", .suffix, .needsStar(.suffix)),
        ("*.a*.example.com", .suffix, .strayWildcard(.suffix)),
        ("*.com", .suffix, .tooBroad), ("*", .suffix, .tooBroad), (".", .exact, .tooBroad),
        ("localhost", .exact, .tooBroad), ("example.com", .glob, .needsWildcard), ("example.c?m", .glob, .tooBroad),
    ])
    func refusesBadPatterns(text: String, kind: EndpointPattern.Kind, error: EndpointPatternError) {
        #expect(throws: error) { try EndpointPattern(text, kind: kind) }
    }

    /// Whatever stands in front of a match, and whatever is appended to it, changes the answer only as the kind says.
    @Test(arguments: matching)
    func labelsDecide(text: String, kind: EndpointPattern.Kind, name: String) throws {
        let pattern = try EndpointPattern(text, kind: kind)
        let match = try DomainName(name)
        var generator = SeededGenerator(seed: UInt64(name.utf8.count))
        for _ in 0..<200 {
            let letters = (0..<Int(generator.next() % 8 + 1)).map { _ in UInt8(0x61 + generator.next() % 26) }
            let appended = try DomainName(match.description + "." + String(decoding: letters, as: UTF8.self))
            #expect(!pattern.matches(appended), "a search suffix must not match: \(appended)")
            let below = try #require(match.child(letters))
            #expect(pattern.matches(below) == (kind == .suffix || kind == .suffixAndApex))
            if pattern.kind != .glob {
                let glued = try DomainName(String(decoding: letters, as: UTF8.self) + pattern.base.description)
                #expect(!pattern.matches(glued), "only whole labels match: \(glued)")
            }
            #expect(pattern.matches(try DomainName(Self.randomCase(match.description, &generator))))
        }
    }

    private static func randomCase(_ text: String, _ generator: inout SeededGenerator) -> String {
        String(text.map { generator.next() % 2 == 0 ? Character($0.uppercased()) : $0 })
    }

    @Test(arguments: [
        ("*.example.com", EndpointPattern.Kind.suffix, "*.a.example.com", EndpointPattern.Kind.suffix, true),
        ("*.example.com", .suffix, "*.example.com", .suffixAndApex, false),
        ("*.example.com", .suffix, "*.a.example.com", .suffixAndApex, true),
        ("*.example.com", .suffixAndApex, "example.com", .exact, true),
        ("*.example.com", .suffix, "example.com", .exact, false),
        ("*.example.com", .suffix, "a*.example.com", .glob, true),
        ("a*.example.com", .glob, "*.example.com", .suffix, false),
        ("*.a.example.com", .suffix, "*.example.com", .suffix, false),
    ])
    func coversOthers(
        text: String,
        kind: EndpointPattern.Kind,
        other: String,
        otherKind: EndpointPattern.Kind,
        expected: Bool
    ) throws {
        let pattern = try EndpointPattern(text, kind: kind)
        #expect(try pattern.covers(EndpointPattern(other, kind: otherKind)) == expected)
    }
}
