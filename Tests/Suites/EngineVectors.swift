import DNS
import FilterLists
import Foundation
import Policy
import TestSupport

extension CaseSuite {
    /// Answers of running engines to rule files of ours that hold one rule of every kind.
    static let engineVectors = CaseSuite(
        fits: { $0.files.contains("vectors.tsv") },
        run: { try EngineVectors().run($0) }
    )
}

/// `vectors.tsv`, and the rule files in `Tests/Fixtures/lists/vectors`.
struct EngineVectors {
    private struct Setup {
        var engine: Engine
        var files: [String]
    }

    private static let setups: [(engine: String, config: String, setup: Setup)] = [
        ("dnsmasq", "dnsmasq.conf+hosts.txt", Setup(engine: .dnsmasq, files: ["dnsmasq.conf", "hosts.txt"])),
        ("dnsmasq", "dm2.conf", Setup(engine: .dnsmasq, files: ["dm2.conf"])),
        ("unbound", "unbound.conf", Setup(engine: .unbound, files: ["unbound.conf"])),
        ("unbound", "unbound-rpz.conf", Setup(engine: .unboundRPZ, files: ["rpz.zone"])),
        ("bind9", "named.conf+rpz.zone", Setup(engine: .bindRPZ, files: ["rpz.zone"])),
        ("bind9", "named2.conf", Setup(engine: .bindRPZ, files: ["rpz1.zone", "rpz2.zone", "rpz.zone"])),
        ("pdns", "recursor.conf", Setup(engine: .pdnsRPZ, files: ["rpz.zone"])),
        ("dnsdist", "dnsdist.conf", Setup(engine: .dnsdist, files: ["dnsdist.conf"])),
        ("knot", "kresd2.conf", Setup(engine: .knotPolicy, files: ["kresd2.conf"])),
        ("knot", "kresd.conf", Setup(engine: .knotRPZ, files: ["rpz.zone"])),
    ]

    /// The aliases that the upstream of the vectors gave.
    private static let aliases = [
        "alias.test": ["target.blocked.test"], "alias2.test": ["mid.test", "deny.test"],
        "passalias.test": ["pass.test"], "rewritealias.test": ["local.test"], "cnwild.test": ["x.wild.test"],
        "download.windowsupdate.com": [
            "wu-fg-shim.trafficmanager.net", "download.windowsupdate.com.edgesuite.net", "a767.dspw65.akamai.net",
        ],
        "wu-fg-shim.trafficmanager.net": ["download.windowsupdate.com.edgesuite.net", "a767.dspw65.akamai.net"],
    ]

    /// The addresses that the upstream of the vectors gave.
    private static func addresses(_ name: String, _ type: RRType) -> [IPAddress] {
        let text =
            switch type {
            case .a: name.hasSuffix("badip.test") ? "198.51.100.66" : "192.0.2.1"
            case .aaaa: "2001:db8::1"
            default: ""
            }
        return IPAddress(text).map { [$0] } ?? []
    }

    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore("vectors")
        var loaded: [String: LoadedLayer] = [:]
        for row in try folder.rows("vectors.tsv") {
            let found = Self.setups.first { row[0].hasPrefix($0.engine) && row[1].hasPrefix($0.config) }
            guard let setup = found?.setup else {
                score.skip("engine or setup that is not in this slice: " + row[1].prefix(14))
                continue
            }
            if let reason = Self.outside(row) {
                score.skip(reason)
                continue
            }
            let key = setup.files.joined() + setup.engine.rawValue
            let layer = try loaded[key] ?? Self.load(setup)
            loaded[key] = layer
            let type = try need(RRType(row[3]))
            let verdict = try layer.verdict(
                row[2],
                type,
                chain: Self.aliases[row[2].lowercased()] ?? [],
                addresses: Self.addresses(row[2].lowercased(), type)
            )
            let isRight = Self.agrees(verdict, row[4], type)
            score.check(
                isRight,
                "\(row[0].prefix(8)) \(row[2]) \(row[3])",
                expected: row[4],
                got: verdict.kind.description
            )
        }
        return score
    }

    private static func load(_ setup: Setup) throws -> LoadedLayer {
        let folder = Fixtures.packageRoot.appendingPathComponent("Tests/Fixtures/lists/vectors")
        return try LayerLoader.load(
            setup.files.map { ListInput(path: folder.appendingPathComponent($0).path) },
            engine: setup.engine
        )
    }

    private static func outside(_ row: [String]) -> String? {
        switch row[2] {
        case "localhost" where row[0].hasPrefix("dnsmasq"):
            return "/etc/hosts of the machine, which dnsmasq reads by default"
        case "selfpass.test" where row[0].hasPrefix("unbound") || row[0].hasPrefix("knot"):
            return "CNAME to its own owner, unsupported"
        default: break
        }
        let isArtefact = row[4].hasPrefix("Timeout") || row[4].hasPrefix("SERVFAIL")
        if row[0].hasPrefix("knot"), isArtefact, row[2] != "drop.test" { return "passthru of kresd without network" }
        return nil
    }

    private static func agrees(_ verdict: Verdict, _ result: String, _ type: RRType) -> Bool {
        let parts = result.components(separatedBy: " | ")
        let isUpstream = [
            "198.51.100.66", "192.0.2.1", "192.0.2.77", "2001:db8::1", "\"upstream\"", "alpn=", "SOA ns.test.",
        ].contains {
            mark in
            parts.dropFirst().contains { $0.hasSuffix(mark) || $0.contains(mark + " ") || $0.contains(mark + "\"") }
        }
        // Unbound forgets an alias rule once the chain is cached; the verdict says so.
        if let note = verdict.note, note.contains("cache"),
            isUpstream || parts.contains(where: { $0.contains(" CNAME ") })
        {
            return true
        }
        switch verdict.kind {
        case .pass, .route:
            return parts[0] == "NOERROR" && isUpstream || parts[0] == "NXDOMAIN" && result.contains("SOA ns.")
        case .nxdomain: return parts[0] == "NXDOMAIN"
        case .nodata: return parts[0] == "NOERROR" && !parts.contains { $0.hasPrefix("@ ") && !$0.contains("CNAME") }
        case .refused: return parts[0] == "REFUSED"
        case .drop: return parts[0] == "Timeout"
        case .truncate: return parts.contains("TC")
        case .servfail: return parts[0] == "SERVFAIL"
        case .sinkhole, .redirect:
            guard let answer = verdict.answer, !answer.records.isEmpty else { return false }
            return answer.text.split(separator: " ").allSatisfy { record in
                let (name, data) = (record.prefix { $0 != "=" }, record.drop { $0 != "=" }.dropFirst())
                return parts.contains { $0.hasSuffix(" \(name) \(data)") }
            }
        case .unsupported: return false
        }
    }
}
