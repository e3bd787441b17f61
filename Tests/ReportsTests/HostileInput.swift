import Catalog
import DNS
import FindingSupport
import Findings
import Reports

@testable import Policy

/// Texts as a hostile list, capture, catalog or file name could hold them.
enum HostileInput {
    static let texts: [String] = [
        "plain", "quote\"backslash\\", "\u{1B}[31mred\u{1B}[0m", "bell\u{7}null\u{0}", "line\nbreak\r\ttab",
        "bidi \u{202E}gnp.exe\u{202C} \u{2066}isolate\u{2069}", "c1 \u{9B}31m \u{85}", "zero\u{200B}width\u{FEFF}",
        "separator\u{2028}\u{2029}", "umlaut ü 漢字 🙂",
        String(decoding: [0xC3, 0x28, 0xFF, 0xED, 0xA0, 0x80], as: UTF8.self),
        String(repeating: "x", count: 70_000), "", "%n%s%x $(reboot) `reboot` ${x}", "</script><b>", "a\u{301}\u{300}",
    ]

    static let names: [String] = [
        "www.update.example", #"esc\027[31m.update.example"#, #"quo\"te.update.example"#, #"nul\000.update.example"#,
        #"dot\.dot.update.example"#, #"\226\128\174.update.example"#, #"\255\254.update.example"#,
        "WWW.UPDATE.EXAMPLE", String(repeating: "a", count: 63) + ".update.example",
    ]

    static func finding(name: String, text: String) throws -> Finding {
        let element = try DomainName(name)
        let rule = RuleReference(engine: .dnsmasq, list: text, line: 3, text: text, ruleClass: .data)
        let matched = MatchedRule(element: element, relation: .cname, layer: 0, rule: rule)
        return Finding(
            rule: .blockedAlias,
            name: element,
            outcomes: [TypeOutcome(type: .a, kind: .sinkhole)],
            verdict: Verdict(kind: .sinkhole, matched: matched, lost: [rule], note: nil),
            evidence: .strong,
            endpoint: try Samples.endpoint("*.update.example", breaks: text),
            chain: [
                ChainEdge(
                    owner: element,
                    target: element,
                    basis: .observed,
                    sightings: [ChainEdge.Sighting(place: text, when: text, note: text)]
                )
            ],
            detail: text,
            sightings: Finding.Sightings(
                count: 2,
                clients: 1,
                first: 1_700_000_000_000_000,
                last: 1_700_000_001_000_000
            )
        )
    }

    static func source(_ text: String) -> SourceReport {
        SourceReport(
            path: text,
            format: "hosts",
            reading: "read as a hosts file",
            engine: "pihole",
            records: 2,
            events: 1,
            skipped: [:],
            bytes: 10
        )
    }
}
