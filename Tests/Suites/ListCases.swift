import DNS
import FilterLists
import Foundation
import Policy

extension CaseSuite {
    /// Lists, names and verdicts, restated from the test suites of urlfilter, AdGuard Home, Blocky, dnscrypt-proxy and
    /// PowerDNS.
    static let listCases = CaseSuite(
        fits: { Array($0.heading("cases.tsv").prefix(5)) == ["source", "case", "rules", "client", "hostname"] },
        run: { folder in
            var score = SuiteScore(folder.name)
            for row in try folder.rows("cases.tsv") { try ListCases().run(row, &score) }
            return score
        }
    )
}

struct ListCases {
    private struct Case {
        var source: String
        var name: String
        var rules: String
        var client: String
        var host: String
        var type: String
        var expected: String
        var detail: String

        init(_ row: [String]) {
            func field(_ index: Int) -> String { index < row.count ? row[index] : "" }
            source = field(0)
            name = field(1)
            rules = field(2).replacing("\\n", with: "\n").replacing("\\\\", with: "\\")
            client = field(3)
            host = field(4)
            type = field(5)
            expected = field(6)
            detail = field(7)
        }

        /// `ip=A`, `name=N`, `tags=a,b`; a case without a client is one that nobody knows anything about.
        var context: QueryContext {
            var known = Client(address: nil)
            let words = client.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard words.count == 2 else { return QueryContext(client: known) }
            switch words[0] {
            case "ip": known.address = IPAddress(words[1])
            case "name": known.names = [String(words[1])]
            default: known.tags = words[1].split(separator: ",").map(String.init)
            }
            return QueryContext(client: known)
        }

        var title: String { "\(source) \(name) \(host) \(type) \(expected)" }
    }

    func run(_ row: [String], _ score: inout SuiteScore) throws {
        let test = Case(row)
        if let reason = Self.outside(test) { return score.skip(reason) }
        switch test.source.prefix(while: { $0 != "/" }) {
        case "blocky": try blocky(test, &score)
        case "dnscrypt-proxy": try dnscrypt(test, &score)
        case "pdns": try powerDNS(test, &score)
        default: try adguard(test, &score)
        }
    }

    private func adguard(_ test: Case, _ score: inout SuiteScore) throws {
        if test.source.contains("rewrites_internal") { return try rewriteTable(test, &score) }
        // An empty rule is an empty file here.
        let loaded = try readList(test.rules.isEmpty ? "\n" : test.rules, .adblock)
        if test.expected.contains("REWRITE") {
            return try rewrite(test, loaded, &score)
        }
        let report = loaded.reports[0]
        switch test.expected {
        case "PARSE_OK":
            // Rules for browsers and paths parse in urlfilter and never match a name.
            let isUseless = report.ignored["browser-modifier"] == 1 || report.ignored["path"] == 1
            score.check(report.rules + report.unsupportedCount > 0 || isUseless, test.title + " " + test.rules)
        case "PARSE_ERROR" where test.source.contains("host_test"):
            let isHosts = report.rules > 0 && loaded.layer.reference(0).ruleClass == .hosts
            score.check(!isHosts, test.title + " " + test.rules)
        case "PARSE_ERROR", "NOT_HOSTLEVEL":
            score.check(report.rules + report.unsupportedCount == 0, test.title + " " + test.rules)
        case "HOSTLEVEL":
            let isBadfilter = report.ignored["badfilter"] == 1
            score.check(report.rules == 1 || isBadfilter, test.title + " " + test.rules)
        default: try verdict(test, loaded, &score)
        }
    }

    private func verdict(_ test: Case, _ loaded: LoadedLayer, _ score: inout SuiteScore) throws {
        let verdict = try loaded.verdict(test.host, RRType(test.type) ?? .a, context: test.context)
        switch test.expected {
        case "BLOCK":
            score.check(!verdict.kind.isPass && verdict.matched != nil, test.title)
        case "ALLOW": score.check(verdict.kind == .pass && verdict.matched != nil, test.title)
        case "NONE": score.check(verdict.kind == .pass && verdict.matched == nil, test.title)
        case "HOSTS":
            // "A 127.0.0.1,127.0.0.2 AAAA ::1,::2"
            let words = test.detail.split(separator: " ")
            var right = verdict.matched?.rule.ruleClass == .hosts
            for index in stride(from: 0, to: words.count - 1, by: 2) {
                let type = try need(RRType(words[index]))
                let answer = try loaded.verdict(test.host, type).answer
                let wanted = words[index + 1].split(separator: ",").map { "\(type)=\($0)" }.joined(separator: " ")
                if answer?.text != wanted { right = false }
            }
            score.check(right, "\(test.title) \(test.detail)")
        default: score.check(false, test.title)
        }
    }

    /// `REWRITE2`: how many rules match, exceptions among them; then the values.
    private func rewrite(_ test: Case, _ loaded: LoadedLayer, _ score: inout SuiteScore) throws {
        var right = true
        if test.expected == "NOREWRITE" || test.name.hasSuffix("disable-all") {
            // The exception that takes the rewrite back may be named; nothing else.
            let verdict = try loaded.verdict(test.host)
            right = verdict.kind == .pass && verdict.answer == nil
            if let rule = verdict.matched?.rule { right = right && rule.text.hasPrefix("@@") }
        } else if test.name.hasSuffix("etc-hosts-rule") {
            right = try loaded.verdict(test.host).matched?.rule.ruleClass == .hosts
        } else if test.name.hasSuffix("disable-one") {
            right = try loaded.verdict(test.host).answer?.text == "A=127.0.0.2"
        } else {
            let words = test.detail.replacing(";", with: "").split(separator: " ")
            func named(_ key: String) -> [Substring] {
                words.filter { $0.hasPrefix(key) }.map { $0.dropFirst(key.count) }
            }
            let type = named("RRType=").first.flatMap { RRType($0) } ?? .a
            let verdict = try loaded.verdict(test.host, type)
            let rules = (verdict.matched.map { [$0.rule] } ?? []) + verdict.lost
            let count = rules.count { $0.ruleClass == .rewrite }
            right = count == Int(test.expected.dropFirst(7)) && verdict.answer != nil
            let values = named("Value=") + named("NewCNAME=")
            let answer = verdict.answer?.text ?? ""
            if type == .a || type == .aaaa { right = right && values.allSatisfy { answer.contains($0) } }
            right = right && verdict.answer?.records.count == max(values.count, 1)
        }
        score.check(right, test.title)
    }

    private func rewriteTable(_ test: Case, _ score: inout SuiteScore) throws {
        let lines = test.rules.split(separator: "\n").filter { !$0.hasSuffix("(disabled)") }
        let table = lines.map { $0.replacing(" -> ", with: " ") }.joined(separator: "\n") + "\n"
        let loaded = try readList(table, .adguardRewrites)
        let verdict = try loaded.verdict(test.host, need(RRType(test.type)))
        let answer = verdict.answer
        let cname = answer?.records.first { $0.type == .cname }.flatMap { try? DomainName(wire: $0.data) }
        let records = (answer?.records ?? []) + (answer?.behind.map(\.record) ?? [])
        let addresses = records.compactMap { $0.address?.description }.joined(separator: ",")
        var expected = test.expected == "NONE" ? "" : test.detail
        if !expected.isEmpty, !expected.hasPrefix("cname=") { expected = "cname= " + expected }
        let ours = answer == nil ? "" : "cname=\(cname?.description ?? "") ips=\(addresses)"
        score.check(ours == expected, "\(test.title) \(expected) / \(ours)")
    }

    private func dnscrypt(_ test: Case, _ score: inout SuiteScore) throws {
        let loaded = try readList(test.rules, test.name == "cloaking" ? .cloaking : .dnscrypt)
        let verdict = try loaded.verdict(test.host, RRType(test.type) ?? .a)
        score.check(
            verdict.kind.isPass == (test.expected == "NONE"),
            test.title,
            expected: test.expected,
            got: verdict.kind.description
        )
    }

    private static func outside(_ test: Case) -> String? {
        if test.name == "cloaking", test.type == "PTR" { return "cloak_ptr, a setting of dnscrypt-proxy" }
        if test.name.hasPrefix("defpol") { return "policy override of the resolver's configuration" }
        if test.rules.hasPrefix("xn---mllerk1va") { return "validity of Punycode" }
        return nil
    }

    private func blocky(_ test: Case, _ score: inout SuiteScore) throws {
        let loaded = try readList(test.rules, .hosts, .blocky)
        let report = loaded.reports[0]
        switch test.expected {
        case "PARSE_OK": score.check(report.rules + report.unsupportedCount > 0, test.title + " " + test.rules)
        case "PARSE_ERROR": score.check(report.rules + report.unsupportedCount == 0, test.title + " " + test.rules)
        case "NO_CRASH": score.check(true, test.title)
        default:
            let verdict = try loaded.verdict(test.host)
            score.check(verdict.kind.isPass == (test.expected == "NONE"), test.title)
        }
    }

    private func powerDNS(_ test: Case, _ score: inout SuiteScore) throws {
        let head = "$TTL 60\n@ SOA localhost. root.localhost. 1 1 1 1 1\n@ NS localhost.\n"
        var zones: [String] = []
        for line in test.rules.split(separator: "\n") {
            if line.hasPrefix("UPSTREAM") || line.hasPrefix("DEFPOL") { continue }
            if line.hasPrefix("ZONE") || zones.isEmpty { zones.append(head) }
            if !line.hasPrefix("ZONE") { zones[zones.count - 1] += line + "\n" }
        }
        let lists = zones.enumerated().map { ListInput(path: "zone\($0)", format: .rpz, octets: Array($1.utf8)) }
        let loaded = try LayerLoader.load(lists, engine: .pdnsRPZ)
        // `UPSTREAM name A address; …`
        let upstream = test.rules.split(separator: "\n").first { $0.hasPrefix("UPSTREAM") }?.dropFirst(9) ?? ""
        let answers = upstream.split(separator: ";").map { $0.split(separator: " ") }
        let addresses = answers.filter { $0.count == 3 && $0[0] == test.host }.compactMap { IPAddress($0[2]) }
        let verdict = try loaded.verdict(test.host, need(RRType(test.type)), addresses: addresses)
        switch test.expected {
        case "NONE": score.check(verdict.kind.isPass, test.title)
        case "DROP": score.check(verdict.kind == .drop, test.title)
        case "TRUNCATE": score.check(verdict.kind == .truncate, test.title)
        case "LOCALDATA":
            // Addresses or a text; some rows have a remark there.
            let isData = test.detail.first.map { $0.isNumber || $0 == "\"" } ?? false
            let wanted = isData ? test.detail.components(separatedBy: " from ")[0].split(separator: ",") : ["192.0.2.1"]
            let answers = verdict.answer?.text ?? ""
            score.check(wanted.allSatisfy { answers.contains($0) }, "\(test.title) \(test.detail) / \(answers)")
        default: score.check(false, test.title)
        }
    }
}
