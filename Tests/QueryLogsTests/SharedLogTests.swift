import DNS
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// Real logs and captures that are not part of the package.
@Suite(.enabled(if: SharedSuites.root != nil, "\(SharedSuites.absence)"))
struct SharedLogTests {
    private func path(_ file: String) throws -> String {
        try #require(SharedSuites.root).appendingPathComponent("data/querylogs").appendingPathComponent(file).path
    }

    /// Files whose manifest counts frames in which something like DNS was seen, where this counts messages.
    private static let explained: [String: Int] = [
        // Several messages in one segment, or one message over several.
        "pcap/dnscap__dnso1tcp-bighole.pcap": 41, "pcap/dnscap__dnso1tcp-midmiss.pcap": 5,
        "pcap/dnscap__dnsotcp-many1pkt.pcap": 4, "pcap/suricata-verify__dns-tcp-multirequest-buffer.pcap": 40,
        "pcapng/packets__dns_axfr.pcapng": 2, "pcapng/packets__dns_tcp.pcapng": 4,
        // The IP header gives a total length below its own length, so no host takes the packet.
        "pcap/tcpdump__ipv4_invalid_total_length_2.pcap": 0,
    ]

    @Test func readsEveryFileAndCountsItsMessages() throws {
        var files = 0
        for row in try SharedSuites.rows("data/querylogs/MANIFEST.tsv")
        where ["pcap", "pcapng", "pcap-gz", "dnsmasq", "qname-list"].contains(row[1]) {
            var events = 0
            let reports = try QueryLog.read(path: try path(row[0])) { _ in events += 1 }
            let report = try #require(reports.first)
            let expected = Self.explained[row[0]] ?? Int(row[6])
            #expect(report.messages ?? report.records == expected, "\(row[0]) \(report.skipped)")
            #expect(report.events == events && report.format != .unknown)
            files += 1
        }
        #expect(files > 200)
    }

    @Test func showsUpdateNamesThatAnswerSERVFAIL() throws {
        let file = "pcap/Security-Datasets__metasploit_logonpasswords_lsass_memory_dump.dnsonly.pcap.xz"
        var failed: [DomainName: Int] = [:]
        _ = try QueryLog.read(path: try path(file)) { event in
            if event.rcode == .servFail { failed[event.name, default: 0] += 1 }
        }
        let names = ["slscr.update.microsoft.com", "ctldl.windowsupdate.com", "au.download.windowsupdate.com"]
        #expect(try names.map { failed[try DomainName($0)] } == [6, 6, 6])
    }

    /// For every update name in a capture: at which packet it was first asked for, its response code, its answers.
    @Test func agreesOnEveryUpdateName() throws {
        let rows = try SharedSuites.rows("facts/logs/update_names.tsv").filter { $0[0].hasPrefix("dev/pcap") }
        for (file, rows) in Dictionary(grouping: rows, by: { $0[0] }) {
            var seen: [String: String] = [:]
            _ = try QueryLog.read(path: try path(String(file.dropFirst(4)))) { event in
                let result = event.rcode.map { "\($0)" } ?? "NO REPLY in capture"
                let answers = event.answers.map(\.bare).joined(separator: ";")
                seen["packet \(event.position.record) \(event.name)"] = "\(result) \(answers)"
            }
            for row in rows {
                let expected = "\(row[3]) \(row.count > 4 && row[4] != "-" ? row[4] : "")"
                let found = seen["\(row[1]) \(row[2])"] ?? ""
                // The facts cut long chains off.
                #expect(found == expected || expected.count > 150 && found.hasPrefix(expected), "\(file) \(row[1])")
            }
        }
        #expect(rows.count > 100)
    }

    /// Formats that have no reader yet are said to be unknown, never taken for another.
    @Test func doesNotMistakeOtherFormats() throws {
        for row in try SharedSuites.rows("data/querylogs/MANIFEST.tsv")
        where !["pcap", "pcapng", "pcap-gz", "dnsmasq", "qname-list"].contains(row[1]) {
            let reports = try QueryLog.read(path: try path(row[0])) { _ in }
            #expect(reports.allSatisfy { $0.format == .unknown }, "\(row[0]) \(reports.map(\.format))")
        }
    }
}

extension AnswerRecord {
    /// The content as the shared facts write it: an address, or a name with its root dot.
    fileprivate var bare: String {
        switch data {
        case .address(let address): "\(address)"
        case .name(let target): "\(target)."
        default: ""
        }
    }
}
