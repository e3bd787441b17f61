import DNS
import FilterLists
import Policy

extension CaseSuite {
    /// Cases restated from the tests of Pi-hole FTL: queries against its lists, and `pihole-FTL regex-test`.
    static let pihole = CaseSuite(
        fits: { $0.files.contains("lists.tsv") && $0.heading("cases.tsv").first == "case" },
        run: { try PiholeCases().run($0) }
    )
}

/// Queries against one set of lists, and `pihole-FTL regex-test TEXT [EXPRESSION]`.
struct PiholeCases {
    private static func layer(_ folder: SuiteFolder) throws -> LoadedLayer {
        let rows = try folder.rows("lists.tsv")
        func text(_ kind: String) -> String {
            rows.filter { $0[0] == kind && $0.count > 3 && $0[3].split(separator: ",").contains("0") }
                .map { $0[1] }.joined(separator: "\n")
        }
        let lists: [(String, ListRole, ListFormat)] = [
            ("gravity (blocklist)", .block, .domains), ("antigravity (allowlist)", .allow, .domains),
            ("deny-exact", .deny, .domains), ("allow-exact", .exempt, .domains), ("deny-regex", .deny, .regex),
            ("allow-regex", .exempt, .regex),
        ]
        return try LayerLoader.load(
            lists.map { ListInput(path: $0.0, role: $0.1, format: $0.2, octets: Array(text($0.0).utf8)) },
            engine: .pihole
        )
    }

    func run(_ folder: SuiteFolder) throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        let loaded = try Self.layer(folder)
        for row in try folder.rows("cases.tsv") {
            if row[0].hasPrefix("regex-cli") {
                try regexTest(row, loaded, &score)
            } else if row[4] == "NXDOMAIN" {
                let verdict = try loaded.verdict(row[2], need(RRType(row[3])))
                score.check(verdict.kind == .nxdomain, row.joined(separator: " "))
            } else if row[0].hasPrefix("upstream") {
                score.skip("blocking seen in the answer of the upstream")
            } else {
                try query(row, loaded, &score)
            }
        }
        return score
    }

    private func query(_ row: [String], _ loaded: LoadedLayer, _ score: inout SuiteScore) throws {
        let type = row[3].split(separator: "(")[0]
        let chain = row[2] == "a-cname.ftl" ? ["gravity.ftl"] : []
        let verdict = try loaded.verdict(row[2], need(RRType(type)), chain: chain)
        let isMade = row[4] == "0.0.0.0" || row[4].contains("::") || (row[0].hasPrefix("regex") && row[4] == "1.2.3.4")
        let right =
            row[4] == "REFUSED" || (isMade && !row[4].hasPrefix("fe80::1c01"))
            ? verdict.answer?.text == (row[4] == "REFUSED" ? "" : "\(type)=\(row[4])")
                && (verdict.kind == .refused) == (row[4] == "REFUSED")
            : verdict.kind.isPass
        score.check(right, row.joined(separator: " "))
    }

    private func regexTest(_ row: [String], _ loaded: LoadedLayer, _ score: inout SuiteScore) throws {
        let words = Self.shellWords(row[2].replacing("\\\\", with: "\\"))
        guard words.count > 1 else {
            return score.check(try !loaded.verdict(words[0]).kind.isPass, row[2])
        }
        let tested = try readList(words[1] + "\n", .regex, .pihole, role: .deny)
        if tested.reports[0].unsupported["regex-not-linear"] == 1 {
            return score.skip("back-references and approximate matching, which are not linear")
        }
        switch row[4] {
        case "exit=1", "exit=?": score.check(tested.reports[0].rules == 0, row[2])
        default:
            let isHit = try tested.verdict(words[0]).matched != nil
            score.check(isHit == (row[4] == "exit=0"), row[2])
        }
    }

    /// The words of a command line with double quotes and backslashes.
    private static func shellWords(_ text: String) -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + (isQuoted && character != "\\" ? "\\\(character)" : "\(character)")
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character == " ", !isQuoted {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? "") + "\(character)"
            }
        }
        if let word { words.append(word) }
        return words
    }
}
