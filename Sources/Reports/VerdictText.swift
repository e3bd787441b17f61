import DNS
import LDNS
import Policy
import TextScan

/// Verdicts for people.
public enum VerdictText {
    /// One line: name, type, verdict, and the rule behind it.
    public static func line(_ record: VerdictRecord, style: TextStyle) -> String {
        var text = "\(record.name) \(record.type) \(style.bold(record.verdict.kind.description))"
        if let answer = record.verdict.answer, !answer.records.isEmpty {
            text +=
                " "
                + answer.records.map { ResourceRecord.presentation(type: $0.type, data: $0.data) }
                .joined(separator: " ")
        }
        if let matched = record.verdict.matched { text += "  " + place(matched) }
        if let note = record.verdict.note { text += "  (\(TerminalText.escaped(note, limit: 400)))" }
        return text + "\n"
    }

    /// The whole derivation of one verdict, strongest rule first.
    public static func derivation(_ record: VerdictRecord, style: TextStyle) -> String {
        var text = line(record, style: style)
        if !record.chain.isEmpty {
            text += "  chain: " + ([record.name] + record.chain).map(\.description).joined(separator: " → ") + "\n"
        }
        guard let matched = record.verdict.matched else { return text + "  no rule of the stack matches\n" }
        if let answer = record.verdict.answer {
            text += "  answer: \(answer.responseCode)" + (answer.isAuthoritative ? ", AA" : "") + "\n"
            for entry in answer.records {
                let data = ResourceRecord.presentation(type: entry.type, data: entry.data)
                text += "    \(record.name). \(entry.ttl ?? 0) IN \(entry.type) \(data)\n"
            }
            for entry in answer.behind {
                let data = ResourceRecord.presentation(type: entry.record.type, data: entry.record.data)
                text += "    \(entry.owner). \(entry.record.ttl ?? 0) IN \(entry.record.type) \(data)\n"
            }
        }
        text +=
            "  decided by layer \(matched.layer + 1) (\(matched.rule.engine.rawValue)), class \(matched.rule.ruleClass.name):\n"
        text += "    \(TerminalText.escaped(matched.rule.list)):\(matched.rule.line): "
        text += TerminalText.escaped(matched.rule.text, limit: 400) + "\n"
        for rule in record.verdict.lost {
            text += "  lost: \(TerminalText.escaped(rule.list)):\(rule.line): "
            text += TerminalText.escaped(rule.text, limit: 400) + " (class \(rule.ruleClass.name))\n"
        }
        if let flip = record.flip { text += flip.text(staying: record.verdict.kind) }
        if let note = record.verdict.note { text += "  note: \(TerminalText.escaped(note, limit: 400))\n" }
        if let limit = matched.rule.engine.profile.answerStyle.limit { text += "  limit: \(limit)\n" }
        return text
    }

    private static func place(_ matched: MatchedRule) -> String {
        var text = "\(TerminalText.escaped(matched.rule.list)):\(matched.rule.line): "
        text += TerminalText.escaped(matched.rule.text, limit: 200)
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
