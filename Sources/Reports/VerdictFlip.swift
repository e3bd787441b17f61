public import Policy
import TextScan

/// What would make a verdict another one: rules that were taken out one after the other, as they decided, and tried.
public struct VerdictFlip: Sendable {
    /// The rules, in the order in which they decided.
    public var rules: [RuleReference]
    /// The verdict without all of them; nil when it stays what it is.
    public var kind: VerdictKind?
    /// What could be written into the deciding layer instead, in its engine's own syntax; not tried, and the layers behind
    /// it still decide.
    public var exceptions: [String]
    /// The position of that layer.
    public var layer: Int

    /// What has to be done before the layer can decide at all.
    public var need: String?

    /// An answer to "what would flip it".
    public init(rules: [RuleReference], kind: VerdictKind?, exceptions: [String] = [], layer: Int = 0) {
        self.rules = rules
        self.kind = kind
        self.exceptions = exceptions
        self.layer = layer
    }

    /// Writes the `flip` member.
    func write(to json: inout JSONWriter) {
        json.key("flip")
        json.beginObject()
        json.array("without") { array in
            for rule in rules { array.object { rule.write(to: &$0) } }
        }
        json.member("verdict", ifKnown: kind?.description)
        json.member("need", ifKnown: need)
        if !exceptions.isEmpty { json.member("exceptions", exceptions) }
        json.endObject()
    }

    /// Sentences for people: `flips: without a.txt:3 it is pass`.
    func sentences(staying current: VerdictKind) -> [String] {
        let places = rules.map { "\(TerminalText.escaped($0.list)):\($0.line)" }
        let flip =
            kind.map { "flips: without \(Self.list(places)) it is \($0)" }
            ?? "flips: not without \(Self.list(places)); it stays \(current)"
        let need = need.map { "to decide it: \(TerminalText.escaped($0, limit: 2_000))" }
        return (rules.isEmpty ? [] : [flip]) + [need].compactMap { $0 }
            + exceptions.map { "exception in layer \(layer + 1): \(TerminalText.escaped($0, limit: 2_000))" }
    }

    private static func list(_ places: [String]) -> String {
        guard let last = places.last, places.count > 1 else { return places.first ?? "" }
        return places.dropLast().joined(separator: ", ") + " and " + last
    }
}
