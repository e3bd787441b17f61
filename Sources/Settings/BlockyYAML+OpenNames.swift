import DNS
import Policy
internal import Yams

/// Names of which the configuration says something that is not evaluated: a verdict on them is unsupported.
extension BlockyYAML {
    mutating func leaveOpen(
        _ scope: Scope,
        _ name: DomainName,
        _ ruleClass: RuleClass,
        types: [RRType]? = nil,
        at node: Node
    ) {
        rules.append(
            ConfiguredRule(
                scope,
                name.lowercased,
                class: ruleClass,
                action: .unsupported,
                coverage: types.map { TypeCoverage(only: $0) } ?? .all,
                at: place(node)
            )
        )
    }

    /// The owners of the records of `customDNS.zone`, with everything below them, and the pointers of its addresses.
    mutating func leaveZoneOpen(_ node: Node) {
        var origin = ""
        for line in (node.scalar?.string ?? "").split(whereSeparator: \.isNewline) {
            let words = line.prefix { $0 != ";" }.split { $0 == " " || $0 == "\t" }
            guard let first = words.first else { continue }
            if first.uppercased() == "$ORIGIN", words.count > 1 { origin = String(words[1]) }
            for word in words { leavePointerOpen(word, at: node) }
            guard !first.hasPrefix("$"), line.first != " ", line.first != "\t" else { continue }
            let owner = first == "@" ? origin : first.hasSuffix(".") ? String(first) : "\(first).\(origin)"
            if let name = try? DomainName(owner) { leaveOpen(.subtree, name, .special, at: node) }
        }
    }

    private mutating func leavePointerOpen(_ word: Substring, at node: Node) {
        guard let name = IPAddress(word)?.reverseName else { return }
        leaveOpen(.exact, name, .special, types: [.ptr], at: node)
    }

    /// `specialUseDomains` (`config/sudn.go`): both parts are on by default.
    mutating func readSpecialNames(_ node: Node) {
        if flag("rfc6762-appendixG", of: node) == false { layer.specialNames = .withoutPrivate }
        if flag("enable", of: node) == false { layer.specialNames = .none }
    }
}
