import DNS
import FilterLists
import Policy
import TestSupport
import Testing

/// Verdicts that the real engines gave for random rules and names.
@Suite(.enabled(if: SharedSuites.root != nil, Comment(rawValue: SharedSuites.absence)))
struct EngineVerdictsTests {
    private static let folder = "data/suites/engine-verdicts/"

    @Test func responsePolicyZones() throws {
        var score = SuiteScore("engine-verdicts rpz")
        let engines: [(String, Engine)] = [
            ("unbound", .unboundRPZ), ("bind", .bindRPZ), ("pdns", .pdnsRPZ), ("kresd", .knotRPZ),
        ]
        for set in ["rpz_seed1", "rpz_seed2", "rpz_seed3", "rpzt_seed21", "rpzt_seed22", "hand_rpz"] {
            for (column, engine) in engines { try compare(set + ".zone", set, column, .rpz, engine, &score) }
        }
        score.report(atLeast: 34_900)
    }

    @Test func localZonesAndAddresses() throws {
        var score = SuiteScore("engine-verdicts local")
        for set in ["sfx_seed7", "sfx_seed8"] {
            try compare(set + ".dnsmasq.conf", set, "dnsmasq", .dnsmasq, .dnsmasq, &score)
            try compare(set + ".unbound.conf", set, "unbound", .unbound, .unbound, &score)
        }
        try compare("hand_local_dnsmasq_local.conf", "hand_local", "dnsmasq", .dnsmasq, .dnsmasq, &score)
        try compare("hand_local_unbound_local.conf", "hand_local", "unbound", .unbound, .unbound, &score)
        score.report(atLeast: 11_690)
    }

    private func compare(
        _ list: String,
        _ set: String,
        _ column: String,
        _ format: ListFormat,
        _ engine: Engine,
        _ score: inout SuiteScore
    ) throws {
        let text = String(decoding: try SharedSuites.octets(Self.folder + list), as: UTF8.self)
        let loaded = try readList(text, format, engine)
        let whole = String(decoding: try SharedSuites.octets(Self.folder + set + ".verdicts.tsv"), as: UTF8.self)
        let lines = whole.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        let index = try #require(lines[0].firstIndex(of: column))
        for row in lines.dropFirst() {
            let type = try #require(RRType(row[2]))
            let upstream = row[3]
            let expected = row[index].split(separator: "{")[0]
            if let reason = Self.outside(set, column, row[1], row[2]) {
                score.skip(reason)
                continue
            }
            let chain = upstream.split(separator: " ").filter { $0.hasPrefix("CNAME=") }.map { String($0.dropFirst(6)) }
            let verdict = try loaded.verdict(row[1], type, chain: type == .cname ? [] : chain)
            guard verdict.kind != .unsupported else {
                score.skip("said to be unsupported")
                continue
            }
            let ours = Self.outcome(verdict, upstream: upstream)
            let isRight = ours.contains { expected == $0 || expected.hasPrefix($0 + " ") }
            score.check(isRight, "\(engine.rawValue) \(set) \(row[1]) \(row[2]): \(expected), not \(ours)")
        }
    }

    /// Rows about settings and triggers that are counted as unsupported.
    private static func outside(_ set: String, _ column: String, _ name: String, _ type: String) -> String? {
        switch (set, name) {
        case ("hand_rpz", "badip.example"), ("hand_rpz", "mixip.example"): "rpz-ip trigger"
        case ("hand_rpz", "wustat.windows.com") where type == "ANY": "ANY on local data"
        case ("hand_local", "rebind.example"): "rebinding protection"
        case ("hand_local", "redir.example") where column == "dnsmasq": "local alias (cname=)"
        case ("hand_local", "localhost"), ("hand_local", "x.localhost"): "built-in zones"
        case ("hand_local", "1.0.0.127.in-addr.arpa"): "built-in zones"
        default: nil
        }
    }

    /// What the tables would say for a verdict; more than one when the engine may keep aliases or not.
    private static func outcome(_ verdict: Verdict, upstream: String) -> [String] {
        let answer = verdict.answer?.text ?? ""
        switch verdict.kind {
        case .pass, .route: return [upstream]
        case .nxdomain:
            let alias =
                verdict.matched?.relation == .cname ? verdict.matched.map { "NXDOMAIN CNAME=\($0.element)." } : nil
            return ["NXDOMAIN"] + (alias.map { [$0] } ?? [])
        case .nodata: return ["NODATA"]
        case .sinkhole: return [answer]
        // A redirect to a name that does not exist.
        case .redirect: return [answer, "NXDOMAIN \(answer)"]
        case .refused: return ["REFUSED"]
        case .drop: return ["DROP"]
        case .servfail: return ["SERVFAIL"]
        case .truncate: return ["TC NODATA"]
        case .unsupported: return []
        }
    }
}
