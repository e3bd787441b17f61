import DNS
import FilterLists
import Policy

extension CaseSuite {
    /// Verdicts that the real engines gave for random rules and names: `SET.verdicts.tsv` beside the rules.
    static let engineVerdicts = CaseSuite(
        fits: { folder in folder.files.contains { $0.hasSuffix(".verdicts.tsv") } },
        run: { try EngineVerdicts(folder: $0).run() }
    )
}

/// Files of rules, and a table with one column per engine.
struct EngineVerdicts {
    let folder: SuiteFolder

    private static let policyZones: [(String, Engine)] = [
        ("unbound", .unboundRPZ), ("bind", .bindRPZ), ("pdns", .pdnsRPZ), ("kresd", .knotRPZ),
    ]

    func run() throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        let files = folder.files
        for file in files where file.hasSuffix(".verdicts.tsv") {
            let set = String(file.dropLast(13))
            if files.contains(set + ".zone") {
                for (column, engine) in Self.policyZones {
                    try compare(set + ".zone", set, column, .rpz, engine, &score)
                }
                continue
            }
            for (column, format, engine) in [
                ("dnsmasq", ListFormat.dnsmasq, Engine.dnsmasq), ("unbound", .unbound, .unbound),
            ] {
                for list in ["\(set).\(column).conf", "\(set)_\(column)_local.conf"] where files.contains(list) {
                    try compare(list, set, column, format, engine, &score)
                }
            }
        }
        return score
    }

    private func compare(
        _ list: String,
        _ set: String,
        _ column: String,
        _ format: ListFormat,
        _ engine: Engine,
        _ score: inout SuiteScore
    ) throws {
        let text = try folder.text(list)
        let loaded = try readList(text, format, engine)
        let whole = try folder.text(set + ".verdicts.tsv")
        let lines = whole.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        let index = try need(lines[0].firstIndex(of: column))
        for row in lines.dropFirst() {
            let type = try need(RRType(row[2]))
            let upstream = row[3]
            let expected = row[index].split(separator: "{")[0]
            if let reason = Self.outside(set, column, row[1], row[2]) {
                score.skip(reason)
                continue
            }
            let chain = upstream.split(separator: " ").filter { $0.hasPrefix("CNAME=") }.map { String($0.dropFirst(6)) }
            let addresses = upstream.split(separator: " ").compactMap { word in
                IPAddress(word.drop { $0 != "=" }.dropFirst())
            }
            let verdict = try loaded.verdict(row[1], type, chain: type == .cname ? [] : chain, addresses: addresses)
            guard verdict.kind != .unsupported else {
                score.skip("said to be unsupported")
                continue
            }
            let ours = Self.outcome(verdict, upstream: upstream)
            let isRight = ours.contains { expected == $0 || expected.hasPrefix($0 + " ") }
            score.check(
                isRight,
                "\(engine.rawValue) \(set) \(row[1]) \(row[2])",
                expected: String(expected),
                got: ours.joined(separator: " or ")
            )
        }
    }

    /// Rows about settings and triggers that are counted as unsupported.
    private static func outside(_ set: String, _ column: String, _ name: String, _ type: String) -> String? {
        switch (set, name) {
        case ("hand_rpz", "badip.example") where column == "pdns" && type == "AAAA":
            "NXDOMAIN where the name has no data of the type; why is not known"
        case ("hand_rpz", "wustat.windows.com") where type == "ANY": "ANY on local data"
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
