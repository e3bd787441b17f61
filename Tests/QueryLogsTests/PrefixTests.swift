import DNS
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// The same lines through syslog, the journal and containers give the same events.
@Suite struct PrefixTests {
    /// What is put around a line.
    enum Wrapping: String, CaseIterable {
        case syslog, structured, container, journal, journalctl

        func wrap(_ line: String) -> String {
            switch self {
            case .syslog: "<30>Nov 23 12:00:00 host.example prog[12]: \(line)"
            case .structured: "<30>1 2026-11-23T12:00:00.5Z host.example prog 12 - [x@1 a=\"]\"] \(line)"
            case .container:
                "{\"log\":\(Self.quoted(line + "\n")),\"stream\":\"stdout\",\"time\":\"2026-11-23T12:00:00.5Z\"}"
            case .journal: "{\"MESSAGE\":\(Self.quoted(line)),\"__REALTIME_TIMESTAMP\":\"1795435200500000\"}"
            case .journalctl: "Nov 23 12:00:00 host prog[12]: \(line)"
            }
        }

        private static func quoted(_ text: String) -> String {
            let escaped = text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
                .replacingOccurrences(of: "\n", with: "\\n").replacingOccurrences(of: "\t", with: "\\t")
            return "\"\(escaped)\""
        }
    }

    /// Fixtures of lines that stand alone, without a stamp of their own that the journal's would take the place of.
    static let fixtures = [
        "bind/named.log", "bind/infoblox.log", "bind/efficientip.log", "unbound/unbound.log", "coredns/coredns.log",
        "dnscrypt/query.ltsv", "technitium/2026-11-23.log", "ctrld/console.log", "nextdnsclient/syslog.log",
        "fortigate/dns.log", "fortigate/old.csv", "fortigate/cef.log", "watchguard/dns.log", "dnsmasq/small.log",
        "zeek/dns.json", "suricata/eve.json", "adguardhome/querylog.json", "windowsevents/sysmon.ndjson",
        "cloudflare/gateway.ndjson", "route53/resolver.json", "ocsf/dns.json", "ecs/packetbeat.json",
        "edr/events.ndjson",
    ]

    @Test(arguments: fixtures, Wrapping.allCases)
    func changesNothingButTimes(fixture: String, wrapping: Wrapping) throws {
        let text = String(decoding: try GoldenLogTests.octets(fixture), as: UTF8.self)
        let wrapped = text.split(separator: "\n").map { wrapping.wrap(String($0)) }.joined(separator: "\n")
        let plain = read(text, options: GoldenLogTests.options)
        let found = read(wrapped, options: GoldenLogTests.options)
        #expect(found.report.format == plain.report.format)
        #expect(found.events.map(\.line).sorted() == plain.events.map(\.line).sorted())
        #expect(found.events.map(\.client) == plain.events.map(\.client))
        #expect(found.events.allSatisfy { $0.time != nil })
    }
}
