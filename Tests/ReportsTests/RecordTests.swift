import Catalog
import DNS
import FindingSupport
import Findings
import Foundation
import Policy
import Reports
import Testing
import TextScan

/// What a stream wrote.
private final class Sink {
    var octets: [UInt8] = []
}

private func written(_ format: OutputFormat, _ body: (inout RecordStream) -> Void) -> [UInt8] {
    let sink = Sink()
    var records = RecordStream(format) { span in
        for index in 0..<span.count { sink.octets.append(span[index]) }
    }
    body(&records)
    records.finish()
    return sink.octets
}

private func object(_ octets: some Sequence<UInt8>) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(octets)) as? [String: Any])
}

@Suite struct RecordTests {
    @Test(arguments: HostileInput.texts)
    func everythingIsJSONWhateverTheTextHolds(text: String) throws {
        for name in HostileInput.names {
            let finding = try HostileInput.finding(name: name, text: text)
            let octets = written(.ndjson) { records in
                records.record("finding") { finding.write(to: &$0) }
                records.record("file") { HostileInput.source(text).write(to: &$0) }
                records.whole { Diagnostic(path: text, line: 1, reason: "r", text: text).write(to: &$0) }
            }
            let lines = octets.split(separator: 0x0A, omittingEmptySubsequences: false)
            #expect(lines.count == 4 && lines.last?.isEmpty == true)
            #expect(octets.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, "no raw control octets")
            let record = try object(lines[0])
            #expect(record["kind"] as? String == "finding")
            #expect((record["matched"] as? [String: Any])?["text"] as? String == text)
            #expect(record["name"] as? String == (try DomainName(name)).lowercased.description)
            #expect(try object(lines[1])["path"] as? String == text)
            #expect(try object(lines[2])["text"] as? String == text)
        }
    }

    /// Hostile lists give a name any number of addresses: the first are shown, and the others counted.
    @Test func answersAreBounded() throws {
        func record(_ count: Int) throws -> [String: Any] {
            let lines = (0..<count).map { "address=/a.example/192.0.2.\($0)" }.joined(separator: "\n")
            let name = try DomainName("a.example")
            let verdict = try Samples.stack(.dnsmasq, lines).verdict(name, type: .a)
            let made = VerdictRecord(name: name, type: .a, verdict: verdict)
            return try object(written(.ndjson) { $0.record("verdict") { made.write(to: &$0) } })
        }
        let (few, many) = (try record(100), try record(130))
        #expect((few["answers"] as? [Any])?.count == 100 && few["answers_not_shown"] == nil)
        #expect((many["answers"] as? [Any])?.count == 100 && many["answers_not_shown"] as? Int == 30)
    }

    @Test func invalidOctetsBecomeReplacementCharacters() throws {
        let octets = written(.ndjson) { $0.record("x") { $0.member("text", [0x61, 0xFF, 0xC0, 0x80] as [UInt8]) } }
        let text = try #require(try object(octets.dropLast())["text"] as? String)
        #expect(text.hasPrefix("a\u{FFFD}"))
    }

    @Test func findingsHaveTheContractsMembers() throws {
        let finding = try HostileInput.finding(name: "www.update.example", text: "t")
        let record = try object(written(.ndjson) { $0.record("finding") { finding.write(to: &$0) } })
        let contract = [
            "kind", "id", "name", "qtype", "verdict", "evidence", "observed", "endpoint", "matched", "chain",
            "client_errors",
            "owner", "fix", "clients", "first", "last", "count",
        ]
        #expect(contract.filter { record[$0] == nil } == [])
        let endpoint = try #require(record["endpoint"] as? [String: Any])
        #expect(["pattern", "service", "phase", "severity", "profiles"].filter { endpoint[$0] == nil } == [])
        let matched = try #require(record["matched"] as? [String: Any])
        #expect(["element", "relation", "list", "line", "text"].filter { matched[$0] == nil } == [])
        #expect(record["observed"] as? Bool == false)
        #expect(record["count"] as? Int == 2)
        #expect(record["first"] as? String == "2023-11-14T22:13:20Z")
        #expect(record["qtypes"] as? [String] == ["A"])
        #expect(record["passing_qtypes"] == nil)
    }

    @Test func whatIsUnknownIsAbsent() throws {
        let finding = Finding(
            rule: .blockedName,
            name: try DomainName("a.example"),
            outcomes: [TypeOutcome(type: .a, kind: .nxdomain), TypeOutcome(type: .aaaa, kind: .pass)],
            verdict: Verdict(kind: .nxdomain),
            evidence: .proven
        )
        let record = try object(written(.ndjson) { $0.record("finding") { finding.write(to: &$0) } })
        for key in ["endpoint", "origin", "matched", "chain", "detail", "note", "clients", "count", "first", "last"] {
            #expect(record[key] == nil, "\(key)")
        }
        #expect(record["passing_qtypes"] as? [String] == ["AAAA"])
        #expect(!written(.ndjson) { $0.record("finding") { finding.write(to: &$0) } }.contains(Array("null".utf8)))
    }

    @Test(arguments: [0, 1, 2, 5])
    func anArrayHoldsWhatLinesHold(count: Int) throws {
        func stream(_ format: OutputFormat) -> [UInt8] {
            written(format) { records in
                for index in 0..<count { records.record("r") { $0.member("n", index) } }
            }
        }
        let array = try #require(try JSONSerialization.jsonObject(with: Data(stream(.json))) as? [[String: Any]])
        let lines = stream(.ndjson).split(separator: 0x0A)
        #expect(array.map { $0["n"] as? Int } == Array(0..<count))
        #expect(try lines.map { try object($0)["n"] as? Int } == Array(0..<count))
        #expect(stream(.json).last == 0x0A)
        #expect(count == 0 || stream(.ndjson).last == 0x0A)
    }
}
