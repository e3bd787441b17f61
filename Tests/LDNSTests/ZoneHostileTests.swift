import DNS
import LDNS
import TestSupport
import Testing

/// Input that nobody wrote by hand: nothing traps, nothing is lost silently, the work stays linear.
@Suite struct ZoneHostileTests {
    static let good = "good.example. 60 IN A 192.0.2.1"

    @Test(arguments: [
        ("NUL", "a A 192.0\0.2.1", "NUL octet"),
        ("NUL in quotes", "a TXT \"x\0y\"", "NUL octet"),
        ("a line of 1 MB", "a TXT \(String(repeating: "x", count: 1 << 20))", "entry is longer than 65000 octets"),
        (
            "an owner of 1 MB", "\(String(repeating: "x", count: 1 << 20)) A 192.0.2.1",
            "entry is longer than 65000 octets"
        ),
        ("100,000 unopened parentheses", String(repeating: ")", count: 100_000), "')' without '('"),
        ("an unclosed parenthesis", "a TXT ( x", "'(' is never closed"),
        ("an unclosed quote", "a TXT \"x", "quotation mark is not closed on its line"),
        (
            "a type of 1,000 letters", "a \(String(repeating: "A", count: 1000)) x",
            "unknown record type '\(String(repeating: "A", count: 40))'"
        ),
        ("terminal controls", "a \u{1B}[31m x", "unknown record type '\\027[31m'"),
        ("an unknown directive in them", "$\u{1B}[2J", "unknown directive '$\\027[2J'"),
        ("a TTL in them", "a 1\u{7} A 192.0.2.1", "TTL '1\\007' is not a number of seconds below 4294967296"),
        ("a JPEG", "\u{FF}\u{D8}\u{FF}\u{E0}", "no record type"),
    ])
    func oneBadEntryCostsOneDiagnostic(what: String, text: String, reason: String) {
        let source = Array("\(Self.good)\n\(text)\n\(Self.good)\n".utf8)
        let result = ZoneReader().all(in: source.span)
        #expect(result.records.map(\.line) == [1, 3])
        #expect(result.diagnostics.map(\.description) == ["line 2: \(reason)"])
    }

    @Test func commentsAreNotCountedAgainstTheLengthOfAnEntry() {
        let comment = String(repeating: "c", count: 500_000)
        let source = Array("a TXT ( x ; \(comment)\n y ) ; \(comment)\n".utf8)
        let result = ZoneReader().all(in: source.span)
        #expect(result.records.map { hex($0.record.data) } == ["01780179"])
    }

    @Test func aLongEntryInParenthesesIsOneDiagnostic() {
        let source = Array("a TXT (\n\(String(repeating: "x\n", count: 50_000)))\n\(Self.good)".utf8)
        let result = ZoneReader().all(in: source.span)
        #expect(result.diagnostics.map(\.description) == ["line 1: entry is longer than 65000 octets"])
        #expect(result.records.map(\.line) == [50_003])
    }

    @Test func aFileOfUnclosedParenthesesTakesLinearWork() {
        // Looked at from every line anew this would be 10^11 octets.
        let source = Array(String(repeating: "(\n", count: 400_000).utf8)
        var reader = ZoneReader()
        var entries = 0
        var skipped = 0
        while let entry = reader.next(in: source.span) {
            entries += 1
            guard case .diagnostic(let diagnostic) = entry else { continue }
            if case .record(.entry(.linesSkipped)) = diagnostic.fault { skipped += 1 }
        }
        #expect(entries < 20 && skipped == 1)
    }

    @Test func filesAreReadSideBySide() async {
        let text =
            RecordTextTests.rows.map { "a.example. 300 IN \($0.type) \($0.text)" } + ["a. 1 WKS 192.0.2.1 TCP 25"]
        let source = Array(text.joined(separator: "\n").utf8)
        let alone = ZoneReader().all(in: source.span).records
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<4).allSatisfy { _ in
                        let records = ZoneReader().all(in: source.span).records
                        return records == alone && records.allSatisfy { !$0.record.description.isEmpty }
                    }
                }
            }
            for await same in group { #expect(same) }
        }
        #expect(alone.count == text.count)
    }

    @Test func utf16IsDiagnosedLineByLine() {
        let source = Array("a A 192.0.2.1\nb A 192.0.2.1\n".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let result = ZoneReader().all(in: source.span)
        #expect(result.records.isEmpty)
        #expect(result.diagnostics.first?.description == "line 1: NUL octet")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func mutatedFilesNeverTrapAndAccountForEveryEntry(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = RecordTextTests.rows.map { "a.example. 300 IN \($0.type) \($0.text)" }
        let alphabet = Array("\0\n\r\t \"\"()();\\\\$@.#0129azAZ\u{FF}".utf8)
        for _ in 0..<300 {
            let chosen = (0..<5).compactMap { _ in lines.randomElement(using: &generator) }
            var source = Array("$ORIGIN x.\n$TTL 5\n\(chosen.joined(separator: "\n"))\n".utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let at = Int.random(in: source.indices, using: &generator)
                let octet = alphabet.randomElement(using: &generator) ?? 0
                if Bool.random(using: &generator) { source[at] = octet } else { source.insert(octet, at: at) }
            }
            try Self.check(source)
        }
    }

    /// Entries come in order, do not overlap except after unclosed parentheses, and records read back.
    private static func check(_ source: [UInt8]) throws {
        var reader = ZoneReader()
        var line = 0
        while let entry = reader.next(in: source.span) {
            let place: (line: Int, bytes: Range<Int>)
            switch entry {
            case .record(let record):
                place = (record.line, record.bytes)
                #expect(try ResourceRecord(record.record.description) == record.record)
            case .diagnostic(let diagnostic):
                place = (diagnostic.line, diagnostic.bytes)
            }
            #expect(place.line > line)
            #expect(place.line == source[..<place.bytes.lowerBound].count { $0 == 0x0A } + 1)
            line = place.line
        }
    }
}
