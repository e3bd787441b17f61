import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Reports
import Testing

/// Reports as tables and pages: whatever strangers wrote, it is text in them and nothing else.
@Suite struct ReportFormTests {
    private static func report(name: String, text: String) throws -> Report {
        var report = Report(title: "Replay", header: RunHeader(version: text, catalog: text, stack: text))
        var finding = try HostileInput.finding(name: name, text: text)
        finding.groups = [text]
        finding.verdict.note = text
        var source = HostileInput.source(text)
        source.format = text
        source.skipped = [text: 1]
        report.sources = [source]
        report.facts = [text]
        var observed = finding
        observed.verdict = Verdict(kind: .sinkhole)
        report.sections = [
            Report.Section(id: "observed", title: "As observed", rows: [Report.Row(observed)], none: "none"),
            Report.Section(
                id: text,
                title: text + ".txt",
                rows: [Report.Row(finding, hours: 2, wasBroken: true)],
                none: text
            ),
            Report.Section(id: "none", title: "None", rows: [], none: text),
        ]
        var entry = ClientPhases.Entry(.scan)
        entry.names = 2
        entry.failed = [try DomainName(name)]
        entry.state = .fails
        report.clients = [ClientPhases(client: .v4(0x0A00_0001), phases: [entry])]
        report.timeline = (0..<3).map {
            TimelineBucket(
                start: $0 * 60_000_000,
                length: 60_000_000,
                phases: [.scan: .init(asked: 4, failed: Int($0))]
            )
        }
        return report
    }

    private static let hostile =
        HostileInput.texts.filter { !$0.isEmpty } + [
            "<script>alert(1)</script>", "\" onload=\"x", "' onload='x", "&lt;b&gt;", "]]> --> <!--", "a|b|c",
            "a\\|b\\", "`a`",
            "``` a `", "`", "| x | y |", "[a](javascript:x)", "![a](http://a.example/x)",
            "http://a.example www.a.example",
            "# a", "<http://a.example>", "=cmd|'/c calc'!A1", "+1+1", "-1", "@SUM(A1)", " =1", "\t=1", "a,\"b\"",
            "a\r\nb,c",
            "\u{FF1D}1", "- a", "1. a", "***a***", "&amp;", "~~a~~", "@user #1 GH-1",
        ]

    /// The tags of a page, values of titles left out.
    private static func tags(_ page: String) -> [String] {
        let bare = page.replacing(#/title="[^"]*"/#, with: "title")
        return bare.matches(of: #/<[^>]*>/#).map { String($0.output) }
    }

    @Test(arguments: hostile)
    func pagesHoldTextAndNoMarkupOfStrangers(text: String) throws {
        let expected = Self.tags(ReportPage(try Self.report(name: "www.update.example", text: "plain")).text)
        for name in HostileInput.names {
            let page = ReportPage(try Self.report(name: name, text: text)).text
            #expect(Self.tags(page) == expected)
            // Nothing is fetched and nothing runs.
            #expect(!page.contains("<script") && !page.contains("<img") && !page.contains("url("))
            #expect(page.contains("default-src 'none'"))
        }
    }

    /// Markdown without what stands in code spans (CommonMark §6.1).
    private static func outsideCode(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "`") {
            result += rest[..<start]
            let fence = rest[start...].prefix { $0 == "`" }
            var after = rest[fence.endIndex...]
            var end: String.Index?
            while let next = after.firstIndex(of: "`") {
                let run = after[next...].prefix { $0 == "`" }
                if run.count == fence.count {
                    end = run.endIndex
                    break
                }
                after = after[run.endIndex...]
            }
            guard let end else { return result + "OPEN" + rest[start...] }
            result += "C"
            rest = rest[end...]
        }
        return result + rest
    }

    @Test(arguments: hostile)
    func markdownHoldsStrangersInCode(text: String) throws {
        func bare(_ name: String, _ text: String) throws -> [Substring] {
            var report = try Self.report(name: name, text: text)
            // Sentences of ours are no code; theirs is another test.
            report.facts = []
            report.sources[0].skipped = [:]
            report.sections[2].none = "none"
            let markdown = ReportMarkdown().text(report)
            for line in markdown.split(separator: "\n") where line.hasPrefix("| ") {
                let bars = line.replacing("\\|", with: "").count { $0 == "|" }
                #expect([3, 4, 11].contains(bars), "\(line)")
            }
            return Self.outsideCode(markdown).split(separator: "\n")
        }
        let expected = try bare("www.update.example", "plain")
        for name in HostileInput.names { #expect(try bare(name, text) == expected) }
    }

    @Test(arguments: ["a|b", "<b>", "[a](b)", "*a* _b_", "`a`", "# a", "a & b", "![a](b)"])
    func sentencesInMarkdownAreNoMarkup(text: String) throws {
        let markdown = ReportMarkdown().text(try Self.report(name: "www.update.example", text: text))
        let fact = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("- ") }).dropFirst(2)
        for mark in "|<>[]*_`#&!" {
            let bare = fact.replacing("\\\(mark)", with: "")
            #expect(!bare.contains(mark), "\(fact)")
        }
    }

    /// Rows of RFC 4180.
    private static func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = [[""]]
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case ",":
                if isQuoted {
                    rows[rows.count - 1][rows[rows.count - 1].count - 1].append(",")
                } else {
                    rows[rows.count - 1].append("")
                }
            case "\n": rows.append([""])
            default: rows[rows.count - 1][rows[rows.count - 1].count - 1].append(character)
            }
        }
        return rows.dropLast()
    }

    @Test(arguments: hostile)
    func tablesHoldNoFormula(text: String) throws {
        var written = ""
        ReportTable.write(try Self.report(name: "www.update.example", text: text)) { written += $0 }
        let rows = Self.rows(written)
        #expect(rows.count == 3)
        #expect(Set(rows.map(\.count)).count == 1)
        for field in rows.joined() where !field.hasPrefix("@@") {
            let first = field.first { $0 != " " && $0 != "\t" }
            #expect(first.map { !"=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".contains($0) } ?? true, "\(field)")
        }
    }

    /// A flood of findings makes no page that nobody can open; how many are left out is said.
    @Test func floodsAreCutAndSaid() throws {
        var report = try Self.report(name: "www.update.example", text: "plain")
        report.sections[0].rows = Array(repeating: report.sections[0].rows[0], count: 2_345)
        let page = ReportPage(report).text
        #expect(page.contains("345 findings more") && page.utf8.count < 2_000_000)
        #expect(ReportMarkdown().text(report).contains("1,845 findings more"))
        #expect(!ReportMarkdown(isVerbose: true).text(report).contains("findings more"))
    }

    /// However long a capture is, its slots fit beside each other and nothing of it is lost.
    @Test(arguments: [1, 2, 24, 25, 100, 1_440, 100_000, 20_000_000] as [Int64])
    func timelinesFit(minutes: Int64) throws {
        var report = Report(title: "Replay", header: RunHeader(version: "0", catalog: "c"))
        report.timeline = [0, minutes / 3, minutes / 2, minutes - 1].map {
            TimelineBucket(
                start: ($0 - 7) * 60_000_000,
                length: 60_000_000,
                phases: [.scan: .init(asked: 3, failed: 1)]
            )
        }
        let page = ReportPage(report).text
        let cells = page.matches(of: #/<td class="f\d" title="(\d+) of (\d+) failed">/#)
        #expect(cells.compactMap { Int($0.output.2) }.reduce(0, +) == 12)
        #expect(page.matches(of: #/<th scope="col"><span>/#).count <= 24)
    }
}
