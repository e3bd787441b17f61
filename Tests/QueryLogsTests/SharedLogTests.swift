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
        // All events; the manifest counts those about DNS.
        "evtx-dns-client-1014/plaso_System.evtx.xz": 5009,
        "evtx-sysmon22/EVTX-ATTACK-SAMPLES_Sysmon_UACME_64.evtx.xz": 530,
        // Lines of packets; the manifest counts lines of heads and details with them.
        "windows-dns-debug/windows_dns_debug_en_2015.log": 12,
        "windows-dns-debug/windows_dns_debug_es_details_2021.log": 2,
    ]

    /// The reader of each format of the manifest; formats that are not here have none yet.
    private static let readers = [
        "pcap": "pcap", "pcap-gz": "pcap", "pcapng": "pcapng", "dnsmasq": "dnsmasq", "qname-list": "names",
        "bind9": "bind", "infoblox": "bind", "efficientip": "bind", "unbound": "unbound", "pfblockerng": "pfblockerng",
        "zeek-tsv": "zeek", "zeek-json": "zeek", "zeek-rotated-gz": "zeek", "suricata-eve": "suricata",
        "adguardhome-querylog": "adguardhome", "sysmon22-json": "windowsevents", "windows-dns-debug": "windowsdns",
        "windows-dns-analytical": "windowsevents", "windows-dns-client": "windowsevents",
        "cisco-umbrella-csv": "umbrella", "cloudflare-dns-logs": "cloudflare", "cloudflare-gateway-dns": "cloudflare",
        "fortigate-dns": "fortigate", "paloalto": "paloalto", "zscaler-nss-dns": "zscaler", "watchguard": "watchguard",
        "olfeo": "olfeo", "edr-dns": "edr", "route53-resolver": "route53", "gcp-dns": "googlecloud",
        "ocsf-dns-activity": "ocsf", "dnstap": "dnstap", "dnstap-raw-protobuf": "dnstap",
        "evtx-dns-client-1014": "evtx", "evtx-dns-server": "evtx", "evtx-sysmon22": "evtx",
    ]

    private struct Row {
        var files = 0
        var detected = 0
        var expected = 0
        var records = 0
        var events = 0
        var skipped = 0
    }

    /// Every file is read as its format, with as many records as the manifest counts, and nothing is dropped silently.
    /// `PATCHWAY_TABLE=1` prints what was found.
    @Test func readsEveryFileAndCountsItsRecords() throws {
        var table: [String: Row] = [:]
        for row in try SharedSuites.rows("data/querylogs/MANIFEST.tsv") {
            var events = 0
            let reports = try QueryLog.read(path: try path(row[0])) { _ in events += 1 }
            let report = try #require(reports.first)
            // The manifest goes by the packing of this one.
            let isNext = row[0].hasSuffix(".pcapng.gz")
            let reader = isNext ? "pcapng" : Self.readers[row[1]] ?? "unknown"
            #expect(report.format.rawValue == reader, "\(row[0])")
            let records = report.messages ?? report.records
            if reader != "unknown", let expected = Self.explained[row[0]] ?? Int(row[6]) {
                #expect(records == expected, "\(row[0]) \(report.skipped)")
            }
            #expect(report.events == events)
            table[row[1], default: Row()].files += 1
            table[row[1]]?.detected += report.format.rawValue == reader && reader != "unknown" ? 1 : 0
            table[row[1]]?.expected += Int(row[6]) ?? 0
            table[row[1]]?.records += records
            table[row[1]]?.events += events
            table[row[1]]?.skipped += report.skipped.values.reduce(0, +)
        }
        #expect(table.values.reduce(0) { $0 + $1.files } == 388)
        guard ProcessInfo.processInfo.environment["PATCHWAY_TABLE"] != nil else { return }
        print("format files detected records-expected records-got events skipped")
        for (format, row) in table.sorted(by: { $0.key < $1.key }) {
            print(format, row.files, row.detected, row.expected, row.records, row.events, row.skipped)
        }
    }

    /// The same traffic recorded in both forms of Zeek's log gives the same events.
    @Test func agreesOnTheSameTraffic() throws {
        func events(_ file: String) throws -> [String] {
            var found: [String] = []
            _ = try QueryLog.read(path: try path(file)) { event in
                // One form rounds times.
                found.append(
                    "\(event.client.map { "\($0)" } ?? "-") \(event.queryCount)+\(event.answerCount) \(event.line)"
                )
            }
            return found
        }
        let rows = try events("zeek-tsv/wrccdc2018_dns.part1of2.log.xz")
        #expect(rows.count > 10_000)
        // Two taps and many retries: 74 records of eight transactions.
        #expect(rows.filter { $0.contains(" sls.update.microsoft.com ") }.count == 8)
        #expect(try events("zeek-json/wrccdc2018_dns.part1of2.ndjson.xz") == rows)
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

    /// The update names in logs of sensors and of Windows: every name with every outcome that the facts note, and no other.
    @Test func findsEveryUpdateNameWithItsOutcome() throws {
        let rows = try SharedSuites.rows("facts/logs/update_names.tsv").filter {
            $0[0].hasPrefix("dev/zeek") || $0[0].hasPrefix("dev/sysmon")
        }
        var names = 0
        for (file, rows) in Dictionary(grouping: rows, by: { $0[0] }) {
            var found: [String: Set<String>] = [:]
            _ = try QueryLog.read(path: try path(String(file.dropFirst(4)))) { event in
                let result = event.rcode.map { "\($0)" } ?? event.reply.rawValue
                found["\(event.name)".lowercased(), default: []].insert(result)
            }
            for (name, rows) in Dictionary(grouping: rows, by: { $0[2].lowercased() }) {
                var expected = Set(rows.map { Self.outcome($0[3]) })
                let seen = found[name] ?? []
                // A record without an answer may be one of those whose answer is another record.
                if expected.count > 1, !seen.contains("none") { expected.remove("none") }
                #expect(seen == expected, "\(file) \(name)")
                names += 1
            }
        }
        #expect(names > 90)
    }

    /// What the facts write as an outcome, as events have it.
    private static func outcome(_ text: String) -> String {
        switch text {
        case "QueryStatus 0", "QueryStatus 9501", "QueryStatus 9701": "NOERROR"
        case "QueryStatus 9002": "SERVFAIL"
        case "QueryStatus 9003": "NXDOMAIN"
        case "QueryStatus 1460", "QueryStatus 9502", "QueryStatus None": "none"
        default: text.hasPrefix("NO REPLY") ? "none" : text
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
