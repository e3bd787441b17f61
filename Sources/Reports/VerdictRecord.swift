public import DNS
import LDNS
public import Policy
public import TextScan

/// One name and type with its verdict, as `check` and `explain` report it.
public struct VerdictRecord: Sendable {
    /// The name.
    public var name: DomainName
    /// The type.
    public var type: RRType
    /// The verdict.
    public var verdict: Verdict
    /// The aliases that were considered.
    public var chain: [DomainName]
    /// What would make it another verdict, where that was tried.
    public var flip: VerdictFlip?

    /// A record.
    public init(name: DomainName, type: RRType, verdict: Verdict, chain: [DomainName] = []) {
        self.name = name
        self.type = type
        self.verdict = verdict
        self.chain = chain
    }

    /// Writes the members of a `verdict` record.
    public func write(to json: inout JSONWriter) {
        json.member("name", name.lowercased.description)
        Self.writeHead(type, verdict.kind, verdict.answer, to: &json)
        json.member("engine", ifKnown: verdict.matched?.rule.engine.rawValue)
        verdict.matched?.write("matched", to: &json)
        if !verdict.lost.isEmpty {
            json.array("lost") { array in
                for rule in verdict.lost { array.object { rule.write(to: &$0) } }
            }
        }
        if !chain.isEmpty { json.member("chain", chain.map(\.description)) }
        flip?.write(to: &json)
        json.member("note", ifKnown: verdict.note)
        json.member("limit", ifKnown: verdict.matched?.rule.engine.profile.answerStyle.limit)
    }

    /// How many records of an answer are shown: hostile lists give names hundreds of thousands.
    static let shownAnswers = 100

    /// Writes the members between the name and the rule.
    static func writeHead(_ type: RRType, _ kind: VerdictKind, _ answer: PolicyAnswer?, to json: inout JSONWriter) {
        json.member("qtype", type.description)
        json.member("verdict", kind.description)
        guard let answer else { return }
        let hidden = answer.records.count - shownAnswers
        if hidden > 0 { json.member("answers_not_shown", hidden) }
        json.member("rcode", answer.responseCode.description)
        json.array("answers") { array in
            for record in answer.records.prefix(shownAnswers) {
                array.object {
                    $0.member("type", record.type.description)
                    $0.member("ttl", ifKnown: record.ttl)
                    $0.member("data", ResourceRecord.presentation(type: record.type, data: record.data))
                }
            }
            for entry in answer.behind {
                array.object {
                    $0.member("name", entry.owner.description)
                    $0.member("type", entry.record.type.description)
                    $0.member("ttl", ifKnown: entry.record.ttl)
                    $0.member("data", ResourceRecord.presentation(type: entry.record.type, data: entry.record.data))
                }
            }
        }
    }
}
