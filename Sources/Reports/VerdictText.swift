import DNS
import LDNS
import Policy
import TextScan

/// Verdicts for people.
public enum VerdictText {
    /// One line: name, type, verdict, and the rule behind it.
    public static func line(_ record: VerdictRecord, style: TextStyle) -> String {
        style.fit(sentence(record, style)) + "\n"
    }

    private static func sentence(_ record: VerdictRecord, _ style: TextStyle) -> String {
        var text = "\(record.name) \(record.type) \(style.bold(record.verdict.kind.description))"
        if let answer = record.verdict.answer, !answer.records.isEmpty {
            let shown = answer.records.prefix(VerdictRecord.shownAnswers)
            text +=
                " " + shown.map { ResourceRecord.presentation(type: $0.type, data: $0.data) }.joined(separator: " ")
            if shown.count < answer.records.count { text += " and \(answer.records.count - shown.count) more" }
        }
        if let matched = record.verdict.matched { text += "  " + place(matched) }
        if let note = record.verdict.note { text += "  (\(TerminalText.escaped(note, limit: 2_000)))" }
        return text
    }

    /// The whole derivation of one verdict, strongest rule first.
    public static func derivation(_ record: VerdictRecord, style: TextStyle) -> String {
        var lines = [sentence(record, style)]
        func add(_ text: String, indent: String = "  ") { lines.append(indent + text) }
        if !record.chain.isEmpty {
            add("chain: " + ([record.name] + record.chain).map(\.description).joined(separator: " → "))
        }
        guard let matched = record.verdict.matched else {
            add("no rule of the stack matches")
            if let note = record.verdict.note { add("note: \(TerminalText.escaped(note, limit: 2_000))") }
            return style.fit(lines.joined(separator: "\n")) + "\n"
        }
        if let answer = record.verdict.answer {
            add(
                "answer: \(answer.responseCode)" + (answer.isAuthoritative ? ", AA" : "")
                    + (answer.isRecursive ? "" : ", no RA")
            )
            for entry in answer.records.prefix(VerdictRecord.shownAnswers) {
                let data = ResourceRecord.presentation(type: entry.type, data: entry.data)
                add("\(record.name). \(entry.ttl ?? 0) IN \(entry.type) \(data)", indent: "    ")
            }
            let hidden = answer.records.count - VerdictRecord.shownAnswers
            if hidden > 0 { add("and \(hidden) records more", indent: "    ") }
            for entry in answer.behind {
                let data = ResourceRecord.presentation(type: entry.record.type, data: entry.record.data)
                add("\(entry.owner). \(entry.record.ttl ?? 0) IN \(entry.record.type) \(data)", indent: "    ")
            }
        }
        let (rule, engine) = (matched.rule, matched.rule.engine)
        add("decided by layer \(matched.layer + 1) (\(engine.rawValue)), class \(rule.ruleClass.name):")
        add(place(rule, limit: 2_000), indent: "    ")
        for rule in record.verdict.lost { add("lost: \(place(rule, limit: 2_000)) (class \(rule.ruleClass.name))") }
        for text in record.flip?.sentences(staying: record.verdict.kind) ?? [] { add(text) }
        if let note = record.verdict.note { add("note: \(TerminalText.escaped(note, limit: 2_000))") }
        if let limit = engine.profile.answerStyle.limit { add("limit: \(limit)") }
        return style.fit(lines.joined(separator: "\n")) + "\n"
    }

    private static func place(_ rule: RuleReference, limit: Int) -> String {
        "\(TerminalText.escaped(rule.list)):\(rule.line): \(TerminalText.escaped(rule.text, limit: limit))"
    }

    private static func place(_ matched: MatchedRule) -> String {
        var text = place(matched.rule, limit: 2_000)
        switch matched.relation {
        case .qname: break
        case .cname: text += "  (cname \(matched.element))"
        case .hint: text += "  (an address hint of \(matched.element))"
        case .address: text += "  (an address of \(matched.element))"
        case .client: text += "  (the address of the client)"
        }
        return text
    }
}
