import DNS
import LDNS
import Testing

/// Text in, one line for each record or diagnostic out.
@Suite struct ZoneReaderTests {
    static func show(_ text: String, origin: String? = nil) throws -> [String] {
        let source = Array(text.utf8)
        var reader = ZoneReader(origin: try origin.map { try DomainName($0) })
        var lines: [String] = []
        while let entry = reader.next(in: source.span) {
            switch entry {
            case .record(let record): lines.append("\(record.line) \(record.record)")
            case .diagnostic(let diagnostic): lines.append("\(diagnostic.line) ! \(diagnostic.fault)")
            }
        }
        return lines
    }

    @Test(arguments: [
        // Owners, origins, comments, blank lines.
        ("a A 192.0.2.1", ["1 a. 3600 IN A 192.0.2.1"]),
        ("$ORIGIN example.\na A 192.0.2.1", ["2 a.example. 3600 IN A 192.0.2.1"]),
        ("$ORIGIN example.\n$origin b\na NS c", ["3 a.b.example. 3600 IN NS c.b.example."]),
        ("\n ; x\n; y\n\na A 192.0.2.1 ; z\n  A 192.0.2.2", ["5 a. 3600 IN A 192.0.2.1", "6 a. 3600 IN A 192.0.2.2"]),
        ("\r\na A 192.0.2.1\r\n\tA 192.0.2.2\r\n", ["2 a. 3600 IN A 192.0.2.1", "3 a. 3600 IN A 192.0.2.2"]),
        (" A 192.0.2.1", ["1 . 3600 IN A 192.0.2.1"]),
        // TTL and class in either order, units, $TTL.
        ("a 1h IN A 192.0.2.1\nb IN 1h30m A 192.0.2.1", ["1 a. 3600 IN A 192.0.2.1", "2 b. 5400 IN A 192.0.2.1"]),
        ("a CH 5 TXT x\nb CLASS4 6 TXT y", ["1 a. 5 CH TXT \"x\"", "2 b. 6 HS TXT \"y\""]),
        (
            "a IN ANY \\# 0\nb ANY TXT x\nc IN TXT y\nd txt z",
            ["1 a. 3600 IN ANY \\# 0", "2 b. 3600 ANY TXT \"x\"", "3 c. 3600 IN TXT \"y\"", "4 d. 3600 IN TXT \"z\""]
        ),
        ("$TTL 60\na 5 A 192.0.2.1\nb A 192.0.2.1", ["2 a. 5 IN A 192.0.2.1", "3 b. 60 IN A 192.0.2.1"]),
        ("a 5 A 192.0.2.1\nb A 192.0.2.1", ["1 a. 5 IN A 192.0.2.1", "2 b. 5 IN A 192.0.2.1"]),
        ("$TTL 9\na 5 A 192.0.2.1\na A 192.0.2.2", ["2 a. 5 IN A 192.0.2.1", "3 a. 5 IN A 192.0.2.2"]),
        ("$TTL 0\na A 192.0.2.1", ["2 a. 0 IN A 192.0.2.1"]),
        // Parentheses and quotes over lines.
        (
            "e. SOA ns h (\n 1 ; serial\n 2 3\n 4 5 )\n NS ns",
            ["1 e. 3600 IN SOA ns.e. h.e. 1 2 3 4 5", "5 e. 3600 IN NS ns.e."]
        ),
        ("a ( 300\nIN ) TXT ( \"x ; (y\"\n\"z\" )", ["1 a. 300 IN TXT \"x ; (y\" \"z\""]),
        ("a TXT \\;x \\( \\) \\\"", ["1 a. 3600 IN TXT \";x\" \"(\" \")\" \"\\\"\""]),
        // RPZ.
        (
            "$ORIGIN rpz.\nads.example CNAME .\n*.ads.example CNAME *.\nok.example CNAME rpz-passthru.",
            [
                "2 ads.example.rpz. 3600 IN CNAME .", "3 *.ads.example.rpz. 3600 IN CNAME *.",
                "4 ok.example.rpz. 3600 IN CNAME rpz-passthru.",
            ]
        ),
    ])
    func reads(text: String, lines: [String]) throws {
        #expect(try Self.show(text) == lines)
    }

    @Test(arguments: [
        (
            "a A x\nb A 192.0.2.1",
            ["1 ! libldns: Syntax error, could not parse the RR's rdata", "2 b. 3600 IN A 192.0.2.1"]
        ),
        (
            "a A x\n A 192.0.2.1",
            ["1 ! libldns: Syntax error, could not parse the RR's rdata", "2 a. 3600 IN A 192.0.2.1"]
        ),
        (
            "a. A 192.0.2.1\nb..c A 192.0.2.1\n A 192.0.2.2",
            [
                "1 a. 3600 IN A 192.0.2.1", "2 ! owner is not a domain name: it has an empty label",
                "3 ! no owner name, and none to take over from the entry before",
            ]
        ),
        (
            "$ORIGIN x..\na A 192.0.2.1\nb. A 192.0.2.1\nb. NS c\nb. NS c.\n$ORIGIN y.\na A 192.0.2.1",
            [
                "1 ! $ORIGIN needs one domain name; relative names are refused until the next $ORIGIN",
                "2 ! relative name, but the last $ORIGIN could not be read", "3 b. 3600 IN A 192.0.2.1",
                "4 ! relative name, but the last $ORIGIN could not be read", "5 b. 3600 IN NS c.",
                "7 a.y. 3600 IN A 192.0.2.1",
            ]
        ),
        (
            "$TTL x\n$TTL 5 6\n$INCLUDE f\n$generate 1-3 a$ A 192.0.2.$\n$DATE 1\na A 192.0.2.1",
            [
                "1 ! $TTL needs one number of seconds below 4294967296; it is ignored",
                "2 ! $TTL needs one number of seconds below 4294967296; it is ignored",
                "3 ! $INCLUDE is not followed: records it would give are missing",
                "4 ! $GENERATE is not followed: records it would give are missing", "5 ! unknown directive '$DATE'",
                "6 a. 3600 IN A 192.0.2.1",
            ]
        ),
        (
            "a TXT (\nb A 192.0.2.1\nc TXT \"x\nd A 192.0.2.1 )\ne A 192.0.2.1",
            ["1 ! quotation mark is not closed on its line", "5 e. 3600 IN A 192.0.2.1"]
        ),
        (
            "a TXT (\nb A 192.0.2.1\nc A 192.0.2.1",
            ["1 ! '(' is never closed", "2 b. 3600 IN A 192.0.2.1", "3 c. 3600 IN A 192.0.2.1"]
        ),
    ])
    func goesOnAfterABadEntry(text: String, lines: [String]) throws {
        #expect(try Self.show(text) == lines)
    }

    @Test func takesTheOriginGiven() throws {
        #expect(try Self.show("@ NS a\n NS b", origin: "e") == ["1 e. 3600 IN NS a.e.", "2 e. 3600 IN NS b.e."])
    }

    @Test func takesTheFirstSOAForTheOriginWhenNoneIsGiven() throws {
        let lines = try Self.show("e. SOA @ h 1 2 3 4 5\na A 192.0.2.1")
        #expect(lines == ["1 e. 3600 IN SOA e. h.e. 1 2 3 4 5", "2 a.e. 3600 IN A 192.0.2.1"])
    }

    @Test func saysWhereEveryEntryStands() throws {
        let text = "; c\n  \na  A 192.0.2.1 ; c\n\tTXT ( x ; c\n  y )\t; c\n$TTL x ; c\nb A"
        let source = Array(text.utf8)
        let result = ZoneReader().all(in: source.span)
        let shown = (result.records.map { ($0.line, $0.bytes) } + result.diagnostics.map { ($0.line, $0.bytes) }).map {
            "\($0) \(String(decoding: source[$1], as: UTF8.self))"
        }
        #expect(shown == ["3 a  A 192.0.2.1", "4 TXT ( x ; c\n  y )", "6 $TTL x", "7 b A"])
    }
}
