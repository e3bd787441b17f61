import Policy

/// Why a rule is not written: the target cannot say it, and nothing that only resembles it is written in its place.
struct Omission: Sendable, Equatable {
    /// Kebab-case, stable.
    let id: String
    /// What the target lacks.
    let text: String

    static let allow = Omission(id: "allow", text: "the format has no rules that allow")
    static let exact = Omission(id: "exact", text: "the format has no such rule for one name alone")
    static let subtree = Omission(id: "subtree", text: "the format has no rules for everything below a name")
    static let below = Omission(id: "below", text: "the format has no such rule for the names below a name alone")
    static let pattern = Omission(id: "pattern", text: "the format has no such patterns over the text of names")
    static let regex = Omission(id: "regex", text: "the format has no regular expressions of this kind")
    static let types = Omission(id: "types", text: "the format cannot limit a rule to these record types")
    static let manyTypes = Omission(
        id: "many-types",
        text: "lists that tell more than 100 record types apart are not written"
    )
    static let denyallow = Omission(id: "denyallow", text: "the format cannot leave names out of a rule")
    static let client = Omission(id: "client", text: "rules for some clients or hours are not written")
    static let address = Omission(id: "address", text: "rules about addresses are not written")
    static let addressInAnswers = Omission(
        id: address.id,
        text: "what it does with the address in answers; as a rule about a name of that spelling it is written"
    )
    static let rewrite = Omission(id: "rewrite", text: "rules that rewrite answers are not written")
    static let answer = Omission(id: "answer", text: "the format has no such answer")
    static let dataOfOneName = Omission(
        id: "data-of-one-name",
        text: "the format has such data for single names alone, some beside others only, and follows no alias"
    )
    static let data = Omission(id: "data", text: "the format has no rules that answer with data")
    static let filled = Omission(
        id: "name-in-answer",
        text: "the format has no answer with the name asked for in it"
    )
    static let route = Omission(id: "route", text: "the format cannot send a name to another server")
    static let name = Omission(id: "name", text: "the format takes no such name")
    static let unasked = Omission(
        id: "unasked-names",
        text: "the format has no rule about all names without a dot, or of private addresses"
    )
    static let hostName = Omission(id: "host-name", text: "BIND takes no zone with data of this kind at such a name")
    static let precedence = Omission(
        id: "precedence",
        text: "it would win or lose against another rule where it does not now"
    )
    static let neighbours = Omission(
        id: "neighbours",
        text: "what it matches depends on its neighbours in this engine"
    )
    static let ofEngine = Omission(
        id: "engine-own-name",
        text: "the engine answers such names itself, whatever its lists let pass"
    )
    static let unknown = Omission(id: "not-evaluated", text: "what the engine does with it is not known")
}

extension Omission {
    /// Why a rule whose effect is not known for a name is not written; nil where it is not for what it depends on.
    init?(of content: RuleContent) {
        let limit = content.guard
        if limit.isForSome {
            self = .client
        } else if content.ruleClass == .rewrite || content.ruleClass == .ownRewrite {
            self = .rewrite
        } else if !limit.excluded.isEmpty {
            self = .denyallow
        } else {
            return nil
        }
    }
}
