import DNS
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

@Suite struct ServeCaptureTests {
    @Test func readsWhatServeWrites() throws {
        var events: [QueryEvent] = []
        let path = Fixtures.folder("logs/serve").appendingPathComponent("small.ndjson").path
        let report = try #require(try QueryLog.read(path: path) { events.append($0) }.first)
        #expect(report.format == .serve && report.skipped.isEmpty)
        // A query that was answered truthfully and would not have been is told.
        #expect(report.diagnostics.counts == ["shadowed": 1] && report.diagnostics.diagnostics[0].line == 3)
        #expect(
            events.map(\.line) == [
                "ctldl.windowsupdate.com A NOERROR TYPE0",
                #"settings-win.data.microsoft.com A NXDOMAIN [ads "a".txt:3]"#,
                #"a\032b.example HTTPS NOERROR TYPE0"#,
                "slscr.update.microsoft.com A none [rpz.zone:9 alias]",
            ]
        )
        #expect(events[0].time == 1_795_421_702_104_000 && events[0].latency == 18_211)
        #expect(
            events.map { $0.client?.address }
                == ["192.0.2.7", "192.0.2.7", "2001:db8::7", "192.0.2.8"].map(IPAddress.init)
        )
        #expect(events.map(\.transport) == [.udp, .tcp, .udp, .udp])
    }

    /// What was answered shows in the verdict of an answer that the policy made.
    @Test(arguments: [
        ("sinkhole", "A", "true", "a.example A NOERROR 0.0.0.0 [x:1]"),
        ("sinkhole", "AAAA", "true", "a.example AAAA NOERROR :: [x:1]"),
        ("sinkhole", "A", "false", "a.example A NOERROR TYPE0"), ("nodata", "A", "true", "a.example A NOERROR [x:1]"),
        ("redirect", "A", "true", "a.example A NOERROR A [x:1]"),
    ])
    func answersOfThePolicy(verdict: String, type: String, enforced: String, line: String) {
        let head = #"{"kind":"query","name":"a.example","qtype":"\#(type)","verdict":"\#(verdict)","rcode":"NOERROR""#
        let text = head + #","enforced":\#(enforced),"matched":{"relation":"qname","list":"x","line":1,"text":"y"}}"#
        #expect(read(text + "\n").events.map(\.line) == [line])
    }

    @Test(arguments: [
        #"{"kind":"query","name":"a..b","qtype":"A","verdict":"pass"}"#,
        #"{"kind":"query","name":"a.example","qtype":"NOPE","verdict":"pass"}"#, #"{"kind":"query","name":"a.exa"#,
        "null", "[]", #"{"kind":"query"} x"#, #"{"a":{"kind":"query"}}"#, String(repeating: "{\"a\":", count: 5_000),
    ])
    func countsWhatIsNoQuery(line: String) {
        let good =
            #"{"kind":"query","name":"a.example","qtype":"A","verdict":"pass","rcode":"NOERROR","enforced":false}"#
        let (events, report) = read("\(good)\n\(line)\n{\"kind\":\"header\"}\n\(good)\n")
        #expect(report.format == .serve)
        #expect(events.count == 2 && report.events == 2 && report.records == 4)
        #expect(report.skipped == ["unparsed-line": 1, "other-kind": 1])
        #expect(report.diagnostics.diagnostics.filter { $0.reason != "undated" }.map(\.line) == [2])
    }

    @Test(arguments: [
        "{\"kind\":\"header\"}\n", #"{"kind":"verdict","name":"a.example","qtype":"A","verdict":"pass"}"#, "{}", "{",
    ])
    func doesNotTakeOtherRecordsForIt(text: String) {
        #expect(read(text).report.format == .unknown)
    }

    @Test(arguments: [
        (#""a\"\\\/\n""#, "a\"\\/\n"), (#""\u0041\ud83d\ude00""#, "A😀"), (#""\ud83dx""#, "\u{FFFD}x"),
        (#""\q""#, "\u{FFFD}"),
    ])
    func resolvesEscapes(json: String, text: String) {
        let octets = Array(json.utf8)
        var scanner = JSONScanner(octets.span)
        let token = scanner.next()
        #expect(token.text(in: octets.span) == text)
    }
}
