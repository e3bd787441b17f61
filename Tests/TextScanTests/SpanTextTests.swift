import Testing
import TextScan

@Suite struct SpanTextTests {
    @Test(arguments: [
        ("0", UInt64?(0)), ("18446744073709551615", .max), ("18446744073709551616", nil), ("", nil), ("-1", nil),
        ("1a", nil), ("00000000000000000001", 1), ("000000000000000000001", nil),
    ])
    func readsDecimals(text: String, value: UInt64?) {
        #expect(Array(text.utf8).span.decimal == value)
    }

    @Test(arguments: [("0", UInt64?(0)), ("fFfF", 0xFFFF), ("", nil), ("g", nil), ("0123456789abcdef0", nil)])
    func readsHexadecimals(text: String, value: UInt64?) {
        #expect(Array(text.utf8).span.hexadecimal == value)
    }

    @Test func comparesWithAndWithoutCase() {
        let text = Array("Query[A] x".utf8)
        let padded = Array(" \t a b \r\n".utf8)
        let span = text.span
        let holds = [
            span.hasPrefix("Query["), span.hasPrefixIgnoringCase("qUERY[a]"), span.hasSuffix("] x"),
            span.equals("Query[A] x"), span.equalsIgnoringCase("query[a] X"), span.firstRange(of: "[A]") == 5..<8,
            padded.span.trimmed.equals("a b"), span.hasPrefix("x", at: 9),
        ]
        let fails = [
            span.hasPrefix("query["), span.hasPrefix("Query[A] xy"), span.hasSuffix("yQuery[A] x"),
            span.equals("Query[A]"), span.firstRange(of: "[B]") != nil, span.hasPrefix("x", at: 10),
        ]
        #expect(holds.allSatisfy { $0 } && !fails.contains(true), "\(holds) \(fails)")
    }

    @Test(arguments: [
        ("a b ~", "a b ~"), ("é日本", "é日本"), ("a\u{1B}[31m", "a\\x1B[31m"), ("\0\n\u{7F}", "\\x00\\x0A\\x7F"),
        ("\u{202E}abc", "\\u{202E}abc"), ("\u{9B}31m", "\\u{9B}31m"), ("\u{FEFF}", "\\u{FEFF}"),
        ("\u{E0041}", "\\u{E0041}"),
    ])
    func escapesForTerminals(text: String, escaped: String) {
        #expect(TerminalText.escaped(text).lowercased() == escaped.lowercased())
    }

    @Test func escapesInvalidUTF8AndCuts() {
        #expect(TerminalText.escaped([0x61, 0xFF, 0xC3]) == "a\\xff\\xc3")
        #expect(TerminalText.escaped("abcdef", limit: 3) == "abc…")
        #expect(TerminalText.escaped("abc", limit: 3) == "abc")
    }

    @Test func collectsInBoundedMemory() {
        var collector = DiagnosticCollector(keptPerReason: 2)
        for line in 1...5 { collector.add(Diagnostic(path: "f", line: line, reason: "bad-name", text: "t")) }
        collector.add("odd") { Diagnostic(path: "f", reason: "odd", text: "t") }
        #expect(collector.diagnostics.map(\.line) == [1, 2, nil])
        #expect(collector.counts == ["bad-name": 5, "odd": 1])
        var other = DiagnosticCollector(keptPerReason: 2)
        other.merge(collector)
        other.merge(collector)
        #expect(other.counts == ["bad-name": 10, "odd": 2] && other.diagnostics.count == 4)
        for number in 0..<3000 { other.add("reason-\(number)") { Diagnostic(path: "f", reason: "x", text: "t") } }
        #expect(other.counts.count <= DiagnosticCollector.maximumReasons + 1 && other.total == 3012)
    }
}
