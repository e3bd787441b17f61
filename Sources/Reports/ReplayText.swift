import Catalog
import DNS
public import Findings
import Policy
import TextScan

/// A replay for people: what was observed, then what the stack would do.
public struct ReplayText: Sendable {
    let style: TextStyle

    /// A renderer.
    public init(style: TextStyle) { self.style = style }

    /// One capture.
    public func file(_ source: SourceReport) -> String {
        let path = !source.isNamed ? "" : "\(style.bold(TerminalText.escaped(source.path))): "
        var text = "\(path)\(source.format), "
        text += "\(counted(source.records, "record")), \(counted(source.events, "query", "queries"))"
        if !source.skipped.isEmpty { text += " (left out: \(reasons(source.skipped)))" }
        return fit(text) + "\n"
    }

    /// Prose as one line, which is wrapped where somebody looks at it.
    public func fit(_ text: String, indent: String = "", hanging: String = "  ") -> String {
        style.isFitted ? style.wrap(text, indent: indent, hanging: hanging) : indent + text
    }

    /// A section of findings, with who can mend them if that is asked for.
    public func section(_ title: String, _ findings: [Finding], none: String, owners: Bool = false) -> String {
        var text = "\n" + fit(style.bold(title)) + "\n"
        if findings.isEmpty { text += fit(none, indent: "  ") + "\n" }
        for finding in findings {
            text += row(finding)
            guard owners else { continue }
            text += fit("owner: \(TerminalText.escaped(finding.owner))", indent: "            ") + "\n"
        }
        return text
    }

    /// All of a report but what was read, clients behind what was observed.
    public func report(_ report: Report) -> String {
        var text = report.facts.map { style.fit($0) + "\n" }.joined()
        for (index, section) in report.sections.enumerated() {
            text += self.section(section)
            if index == 0 { text += clients(report.clients) }
        }
        return text
    }

    private func section(_ section: Report.Section) -> String {
        var text = "\n" + fit(style.bold(section.title)) + "\n"
        if section.rows.isEmpty { text += fit(section.none, indent: "  ") + "\n" }
        for entry in section.rows {
            text += row(entry.finding, hours: entry.hours)
            if entry.wasBroken { text += fit("did not work in the capture either", indent: "            ") + "\n" }
        }
        return text
    }

    private func row(_ finding: Finding, hours: Int = 0) -> String {
        let known = finding.knownBrokenTypes.map(\.description).joined(separator: ",")
        let types = known.isEmpty ? "(type not logged)" : known
        var text = "\(style.severity(finding.severity)) \(finding.name) \(types): \(finding.verdict.kind)"
        if let detail = finding.detail { text += ", " + TerminalText.escaped(detail) }
        if !finding.isObserved, let sightings = finding.sightings {
            text += ", asked \(counted(sightings.count, "time"))"
        }
        if let sightings = finding.sightings, sightings.clients > 0 {
            text += ", \(counted(sightings.clients, "client"))"
        }
        if hours > 0 { text += ", in \(counted(hours, "hour"))" }
        text += " (\(finding.evidence.rawValue))"
        let indent = String(repeating: " ", count: 12)
        text = fit(text, indent: "  ", hanging: "          ") + "\n"
        if let endpoint = finding.endpoint {
            let breaks = endpoint.breaks.map { ": " + TerminalText.escaped($0) } ?? ""
            text += style.wrap(endpoint.phase.rawValue + breaks, indent: indent) + "\n"
        }
        if let matched = finding.verdict.matched {
            let words = "\(TerminalText.escaped(matched.rule.list)):\(matched.rule.line):"
            let place = indent + words
            let rule = TerminalText.escaped(matched.rule.text, limit: 2_000)
            let isBehind =
                style.width - place.count - 1 >= min(TextStyle.leastRuleColumns, rule.count) || !style.isFitted
            text += fit(words, indent: indent) + (isBehind ? " " : "\n\(indent)  ")
            text +=
                style.rule(rule, behind: isBehind ? place.count + 1 : indent.count + 2, indent: indent + "  ") + "\n"
        }
        if !finding.chain.isEmpty {
            let hops = ([finding.name] + finding.chain.map(\.target)).map(\.description)
            text += fit("via " + hops.joined(separator: " → "), indent: indent) + "\n"
        }
        if let first = finding.sightings?.first, let last = finding.sightings?.last {
            text += fit("\(Self.time(first)) to \(Self.time(last))", indent: indent) + "\n"
        }
        return text
    }

    private static func time(_ microseconds: Int64) -> String {
        var json = JSONWriter()
        json.time(microseconds: microseconds)
        return String(decoding: json.bytes.dropFirst().dropLast(), as: UTF8.self)
    }
}
