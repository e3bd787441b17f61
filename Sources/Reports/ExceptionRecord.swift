import Catalog
import DNS
public import Findings
import Policy
public import TextScan

extension ExceptionPlan {
    /// Writes the members of a `layer` record.
    public func write(to json: inout JSONWriter) {
        json.member("layer", layer)
        json.member("engine", engine.rawValue)
        json.member("blocked_names", Set(blocked.map(\.name)).count)
        json.member("exceptions", members.count)
        json.member("lower_bound", search.lowerBound)
        json.member("proven", search.isProven)
        json.member("minimal", isMinimal)
        json.member("nodes", search.nodes)
        json.member("demands", search.demands)
        json.member("candidates", search.candidates)
        json.member("independent_names", search.independent.map { $0.lowercased.description })
        json.member("opened_names", openedCount)
        json.member("rules_without_names", unspelledRules)
        json.member("place", ifKnown: ExceptionFile.place(of: engine))
    }

    /// Writes the members of an `exception` record.
    public func write(_ member: Member, to json: inout JSONWriter) {
        json.member("layer", layer)
        json.member("engine", engine.rawValue)
        json.member("rule", member.exception.line)
        json.member("text", member.exception.text)
        json.member("scope", member.exception.scope.word)
        json.member("about", member.exception.name.description)
        json.member("names", member.names.map { $0.lowercased.description })
        json.member("opened_names", member.opened.map(\.description))
        if let witness = member.witness { json.object("without") { witness.write(to: &$0) } }
    }
}

extension BlockedNeed {
    /// Writes the members of a `remaining` record, or of one about what an exception keeps from being blocked.
    public func write(to json: inout JSONWriter) {
        json.member("name", name.lowercased.description)
        json.member("qtype", type.description)
        json.member("verdict", verdict.kind.description)
        json.member("severity", severity.rawValue)
        verdict.matched?.write("matched", to: &json)
        json.member("note", ifKnown: verdict.note)
    }
}

extension Scope {
    /// The word used in output.
    fileprivate var word: String {
        switch self {
        case .exact: "exact"
        case .subtree: "subtree"
        case .below: "below"
        case .node: "node"
        }
    }
}
