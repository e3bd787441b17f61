import DNS
import QueryLogs
import Testing
import TextScan

@Suite struct NameListTests {
    @Test(arguments: [
        ("a.example\n", ["a.example - unknown"]),
        ("a.example.\r\nb.example", ["a.example - unknown", "b.example - unknown"]),
        ("a.example AAAA\n", ["a.example AAAA unknown"]), ("a.example TYPE65\n", ["a.example HTTPS unknown"]),
        ("1,a.example\n2,b.example\n", ["a.example - unknown", "b.example - unknown"]),
        ("1,a.example,x,y\n", ["a.example - unknown"]), ("query a.example IN MX\nno_reply\n", ["a.example MX unknown"]),
        ("# c\n; c\n\n  a.example\t\n", ["a.example - unknown"]),
        (#"a\032b.example"# + "\n", [#"a\032b.example - unknown"#]),
    ])
    func readsEveryForm(text: String, expected: [String]) {
        let (events, report) = read(text, options: LogOptions(format: .names))
        #expect(events.map(\.line) == expected)
        #expect(report.diagnostics.counts.isEmpty)
        #expect(read(text).report.format == .names)
    }

    @Test func countsWhatIsNoName() {
        let text = "good.example\na..b\nx y z\nx nosuchtype\n\(String(repeating: "l", count: 64)).example\nc.zz\0d\n"
        let (events, report) = read(text, options: LogOptions(format: .names))
        #expect(events.map { "\($0.name)" } == ["good.example"])
        #expect(report.records == 6 && report.skipped == ["unparsed-line": 5])
        #expect(report.diagnostics.diagnostics.filter { $0.reason == "unparsed-line" }.map(\.line) == [2, 3, 4, 5, 6])
        #expect(events.first?.position == SourcePosition(record: 1, byte: 0))
    }

    @Test(arguments: [
        ("", "unknown"), ("hello world\nthis is prose. it goes on\n", "unknown"), ("word\nother\n", "unknown"),
        ("{\"a\": 1}\n", "unknown"), ("<!doctype html>\n<p>x\n", "unknown"), ("a.example\nb.example\n", "names"),
        ("Nov 23 12:00:00 dnsmasq[1]: query[A] a.example from 192.0.2.5\n", "dnsmasq"),
    ])
    func tellsFormatsByTheirContent(text: String, format: String) {
        let report = read(text).report
        #expect(report.format.rawValue == format)
        #expect((report.diagnostics.counts["unknown-log-format"] == 1) == (format == "unknown"))
    }

    @Test(arguments: [
        ("id=\"2014\" sub=\"packetfilter\" name=\"DNS request\" srcip=\"192.0.2.1\"\n", "Sophos"),
        ("01234567DUCK\u{0}\u{0}", "DuckDB"),
    ])
    func saysWhatToDoAboutLogsThatCannotBeRead(text: String, word: String) {
        let report = read(text).report
        #expect(report.format == .unknown)
        #expect(report.diagnostics.diagnostics.contains { $0.text.contains(word) })
    }

    @Test func readsUTF16() {
        let text: [UInt8] =
            [0xFF, 0xFE] + "a.example\r\nb.example\r\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let (events, report) = read(text)
        #expect(events.map { "\($0.name)" } == ["a.example", "b.example"])
        #expect(report.diagnostics.counts == ["utf-16": 1])
    }

    @Test func writesTheFileRecord() {
        var json = JSONWriter()
        read("a.example\nx..y\n", options: LogOptions(format: .names)).report.write(to: &json)
        #expect(
            String(decoding: json.bytes, as: UTF8.self)
                == #"{"kind":"file","path":"log","format":"names","records":2,"events":1,"skipped":{"unparsed-line":1},"bytes":15}"#
        )
    }
}
