internal import DNS
internal import Detection
internal import Policy
internal import TextScan

extension Comparison.Outcome {
    /// The word of records and metrics.
    var word: String {
        switch self {
        case .agreed: "agreed"
        case .different: "different"
        case .flagged: "flagged"
        case .unstable: "unstable"
        case .unanswered: "unanswered"
        }
    }

    /// All words.
    static var words: [String] { ["agreed", "different", "flagged", "unstable", "unanswered"] }

    /// The rule that says so.
    var rule: DetectionRule? {
        switch self {
        case .agreed(let rule): rule
        case .different: .otherData
        case .flagged(let found): found.rule
        case .unstable: .unstable
        case .unanswered: nil
        }
    }

    /// Whether people are told.
    var isFlagged: Bool { if case .flagged = self { true } else { false } }
}

extension JudgedComparison {
    /// Appends the record of kind `comparison`: `time`, `name`, `qtype`, `upstream`, `outcome` and, where one applied, `rule`;
    /// where it is flagged `verdict`, `meaning`, `evidence`, `text`, `seen`, `of`; what was answered; `need` as in other records.
    func append(to json: inout JSONWriter) {
        json.beginObject()
        json.member("kind", "comparison")
        json.member("time", time: Int64(comparison.time / 1_000))
        json.member("name", comparison.name.description)
        json.member("qtype", comparison.type.description)
        json.member("upstream", comparison.upstream)
        json.member("outcome", outcome.word)
        json.member("rule", ifKnown: outcome.rule?.rawValue)
        if case .flagged(let found) = outcome {
            json.member("verdict", found.kind.description)
            json.member("meaning", found.meaning.rawValue)
            json.member("evidence", found.confidence.rawValue)
            json.member("text", found.text)
            json.member("seen", seen)
            json.member("of", of)
        }
        json.key("answer")
        json.object { Self.append(answer, to: &$0) }
        json.key("references")
        json.beginArray()
        for (index, reference) in references.enumerated() {
            json.object {
                $0.member("server", comparison.references[index].server)
                Self.append(reference, to: &$0)
            }
        }
        json.endArray()
        if let need {
            json.key("need")
            json.object {
                $0.member("service", need.service)
                $0.member("phase", need.phase)
                $0.member("severity", need.severity)
            }
        }
        json.endObject()
        json.endRecord()
    }

    /// Addresses and aliases of an answer that are written.
    private static let maximumData = 16

    private static func append(_ facts: AnswerFacts, to json: inout JSONWriter) {
        json.member("rcode", ifKnown: facts.code?.description)
        if !facts.aliases.isEmpty { json.member("aliases", facts.aliases.prefix(maximumData).map(\.description)) }
        if !facts.addresses.isEmpty {
            json.member("addresses", facts.addresses.prefix(maximumData).map(\.description))
        }
    }

    /// The line for people, without what stands before every flag.
    var line: String? {
        guard case .flagged(let found) = outcome else { return nil }
        let often = of > 1 ? ", \(seen) of the last \(of) times" : ""
        let need = need.map { " (\($0.severity), \($0.phase))" } ?? ""
        return "\(comparison.name) \(comparison.type) of \(comparison.upstream): "
            + "\(TerminalText.escaped(found.text, limit: 300)) [\(found.rule.rawValue), \(found.confidence.rawValue)]\(often)\(need)"
    }
}
