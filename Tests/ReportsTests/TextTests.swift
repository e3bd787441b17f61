import Catalog
import DNS
import FindingSupport
import Findings
import Policy
import Reports
import Testing
import TextScan

/// Whether a text could move the cursor, colour, reorder or hide.
private func isSafe(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0x0A: true
        case 0..<0x20, 0x7F..<0xA0, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: false
        default: true
        }
    }
}

@Suite struct TextTests {
    @Test(arguments: HostileInput.texts)
    func nothingHostileIsPrinted(text: String) throws {
        for name in HostileInput.names {
            let finding = try HostileInput.finding(name: name, text: text)
            let style = TextStyle()
            let source = HostileInput.source(text)
            #expect(isSafe(AuditText(style: style, errors: [:]).list(source, [finding])))
            #expect(isSafe(ReplayText(style: style).section("t", [finding], none: "n")))
            #expect(isSafe(ReplayText(style: style).file(source)))
            let record = VerdictRecord(name: finding.name, type: .a, verdict: finding.verdict, chain: [finding.name])
            #expect(isSafe(VerdictText.line(record, style: style)))
            #expect(isSafe(VerdictText.derivation(record, style: style)))
        }
    }

    @Test(arguments: HostileInput.texts)
    func aCatalogOfTheUserIsEscapedToo(text: String) throws {
        let endpoint = Endpoint(
            pattern: try EndpointPattern("*.update.example", kind: .suffix),
            service: Service(rawValue: text),
            phase: .scan,
            severity: .high,
            breaks: text,
            profiles: [Profile(rawValue: text)],
            sources: [text],
            note: text
        )
        let catalog = EndpointCatalog(endpoints: [endpoint])
        let name = try DomainName("www.update.example")
        #expect(isSafe(EndpointText.about(name, catalog: catalog, style: TextStyle())))
        #expect(isSafe(EndpointText.row(endpoint, style: TextStyle())))
    }

    /// Lines of ours fit; names, rules, their places and fixes are never cut.
    @Test(arguments: [40, 80, 200])
    func widths(width: Int) throws {
        let rule = String(repeating: "word ", count: 90) + String(repeating: "x", count: 50)
        let finding = try HostileInput.finding(name: "www.update.example", text: rule)
        let list = HostileInput.source("l")
        let whole = AuditText(style: TextStyle(width: width), errors: [:]).list(list, [finding])
        #expect(whole.contains(rule))
        let fitted = AuditText(style: TextStyle(width: width, isFitted: true), errors: [:]).list(list, [finding])
        let lines = fitted.split(separator: "\n")
        let parts = lines.filter { $0.contains("word") || $0.contains("xx") }
        #expect(parts.allSatisfy { $0.count <= width })
        func octets(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        #expect(octets(fitted).contains(octets("\(rule):3:\(rule)")))
        let names = (0..<40).map { "host\($0).update.example" }
        let findings = try names.map { try HostileInput.finding(name: $0, text: "r") }
        let text = AuditText(style: TextStyle(width: width, isVerbose: true), errors: [:]).list(
            HostileInput.source("l"),
            findings
        )
        for name in names { #expect(text.contains(name)) }
        let wrapped = text.split(separator: "\n").filter { $0.contains("update.example,") }
        #expect(wrapped.allSatisfy { $0.count <= max(width, 14 + 25) })
        #expect(wrapped.count > (width == 200 ? 1 : 10))
    }

    /// Paths break between the names in them.
    @Test func pathsBreakBehindSlashes() {
        let path = "/data/lists/of-somebody/under/a/long-path/my-long.list-name.txt"
        let style = TextStyle(width: 60, isFitted: true)
        let lines = AuditText(style: style, errors: [:]).list(HostileInput.source(path), []).split(separator: "\n")
        #expect(lines.contains { $0.split(separator: " ") == ["my-long.list-name.txt"] }, "\(lines)")
    }

    /// What is ours is wrapped; only single words that are longer than a line stand out.
    @Test(arguments: [40, 60, 80], [false, true])
    func prose(width: Int, isColoured: Bool) throws {
        var finding = try HostileInput.finding(name: "www.update.example", text: "a rule of some words")
        finding.chain = try (0..<6).map { try Samples.edge("a\($0).example>b\($0).example", seen: "2024") }
        var source = HostileInput.source("list.txt")
        source.reading = "read as " + String(repeating: "prose ", count: 40)
        source.skipped = ["reason-one": 1, "reason-two": 2, "reason-three": 3, "reason-four": 4]
        let text = AuditText(style: TextStyle(isColoured: isColoured, width: width), errors: [:])
        var summary = AuditSummary(names: 400)
        summary.add(source, [finding], diagnostics: [:])
        for line in (text.list(source, [finding]) + text.summary(summary)).split(separator: "\n") {
            let bare = line.replacing(/\u{1B}\[[0-9;]*m/, with: "")
            let words = bare.drop { $0 == " " }.split(separator: " ")
            // Fixes are copied, so they stand as they are.
            let isOurs = words.count > 1 && words.first != "fix:"
            #expect(bare.count <= width || !isOurs, "\(bare)")
        }
        #expect(text.list(source, [finding]).contains("(seen, last seen 2024)") || width == 40)
    }

    /// A rule with a long place stands below it, so that something of it is seen.
    @Test func longPlaces() throws {
        let finding = try HostileInput.finding(name: "www.update.example", text: "0.0.0.0 www.update.example")
        func lines(_ width: Int) -> [Substring] {
            AuditText(style: TextStyle(width: width), errors: [:]).list(HostileInput.source("l"), [finding])
                .split(separator: "\n")
        }
        let place = try #require(lines(200).first { $0.contains("0.0.0.0 www.update.example") })
        #expect(place.contains(":3: "))
        let narrow = lines(place.count - 8)
        #expect(narrow.contains { $0.hasSuffix(":3:") } && narrow.contains("            0.0.0.0 www.update.example"))
    }

    @Test func coloursAlwaysHaveAWordBesideThem() throws {
        let finding = try HostileInput.finding(name: "www.update.example", text: "r")
        let plain = AuditText(style: TextStyle(), errors: [:]).list(HostileInput.source("l"), [finding])
        let coloured = AuditText(style: TextStyle(isColoured: true), errors: [:]).list(
            HostileInput.source("l"),
            [finding]
        )
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[31mhigh"))
        var bare = ""
        var isEscape = false
        for character in coloured {
            if character == "\u{1B}" { isEscape = true }
            if !isEscape { bare.append(character) }
            if character == "m" { isEscape = false }
        }
        #expect(bare == plain)
    }

    @Test(arguments: [
        ([TypeOutcome(type: .a, kind: .sinkhole)], "breaks scan: 1 name", "A sinkhole"),
        (
            [TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .pass)],
            "breaks over IPv4 scan: 1 name", "A sinkhole, AAAA passes"
        ),
        (
            [TypeOutcome(type: .aaaa, kind: .nodata), TypeOutcome(type: .a, kind: .pass)],
            "breaks over IPv6 scan: 1 name", "AAAA nodata, A passes"
        ),
        (
            [TypeOutcome(type: .https, kind: .nodata), TypeOutcome(type: .a, kind: .pass)], "degrades scan: 1 name",
            "HTTPS nodata, A passes"
        ),
    ])
    func wordsSayHowMuchIsLost(outcomes: [TypeOutcome], verb: String, types: String) throws {
        var finding = try HostileInput.finding(name: "www.update.example", text: "r")
        finding.outcomes = outcomes
        finding.chain = []
        let text = AuditText(style: TextStyle(), errors: [:]).list(HostileInput.source("l"), [finding])
        #expect(text.contains(verb), "\(text)")
        #expect(text.contains(types), "\(text)")
        finding.rule = .undecided
        #expect(
            AuditText(style: TextStyle(), errors: [:]).list(HostileInput.source("l"), [finding]).contains("may break")
        )
    }

    /// Findings of one rule that end differently are not lumped together.
    @Test func differentOutcomesAreDifferentGroups() throws {
        var one = try HostileInput.finding(name: "one.update.example", text: "r")
        var two = try HostileInput.finding(name: "two.update.example", text: "r")
        one.outcomes = [TypeOutcome(type: .a, kind: .sinkhole)]
        two.outcomes = [TypeOutcome(type: .a, kind: .sinkhole), TypeOutcome(type: .aaaa, kind: .pass)]
        let text = AuditText(style: TextStyle(), errors: [:]).list(HostileInput.source("l"), [one, two])
        #expect(text.contains("breaks scan: 1 name"))
        #expect(text.contains("breaks over IPv4 scan: 1 name"))
    }

    @Test func theBasisOfAChainIsThatOfItsSteps() throws {
        var finding = try HostileInput.finding(name: "www.update.example", text: "r")
        finding.evidence = .weak
        finding.rule = .undecided
        finding.chain = [
            try Samples.edge("www.update.example>a.example", seen: "2024"),
            try Samples.edge("a.example>b.example", seen: "2015"),
        ]
        func text() -> String {
            AuditText(style: TextStyle(), errors: [:]).list(HostileInput.source("l"), [finding])
        }
        // A chain is as old as its oldest step.
        #expect(text().contains("(seen, last seen 2015)"))
        finding.chain[1] = try Samples.edge("a.example?b.example", seen: nil)
        #expect(text().contains("(inferred from the name's shape, last seen 2024)"))
        finding.chain = [try Samples.edge("www.update.example?b.example", seen: nil)]
        #expect(text().contains("(inferred from the name's shape, undated)"))
    }
}
