public import Policy
import TextScan

/// What would make a verdict another one: rules that were taken out one after the other, as they decided, and tried.
public struct VerdictFlip: Sendable {
    /// The rules, in the order in which they decided.
    public var rules: [RuleReference]
    /// The verdict without all of them; nil when it stays what it is.
    public var kind: VerdictKind?
    /// What could be written instead, in the engine's own syntax; not tried.
    public var exceptions: [String]

    /// An answer to "what would flip it".
    public init(rules: [RuleReference], kind: VerdictKind?, exceptions: [String] = []) {
        self.rules = rules
        self.kind = kind
        self.exceptions = exceptions
    }

    /// Writes the `flip` member.
    func write(to json: inout JSONWriter) {
        json.key("flip")
        json.beginObject()
        json.array("without") { array in
            for rule in rules { array.object { rule.write(to: &$0) } }
        }
        json.member("verdict", ifKnown: kind?.description)
        if !exceptions.isEmpty { json.member("or", exceptions) }
        json.endObject()
    }

    /// Lines for people: `flips: without a.txt:3 it passes`.
    func text(staying current: VerdictKind) -> String {
        let places = rules.map { "\(TerminalText.escaped($0.list)):\($0.line)" }
        var text =
            kind.map { "  flips: without \(Self.list(places)) it is \($0)\n" }
            ?? "  flips: not without \(Self.list(places)); it stays \(current)\n"
        for exception in exceptions { text += "  or: \(TerminalText.escaped(exception, limit: 400))\n" }
        return text
    }

    private static func list(_ places: [String]) -> String {
        guard let last = places.last, places.count > 1 else { return places.first ?? "" }
        return places.dropLast().joined(separator: ", ") + " and " + last
    }
}
