internal import DNS
internal import Yams

/// The keys of a configuration that say what `serve` does with answers.
enum AnswersYAML {
    static let keys = [
        "max-ttl", "max-negative-ttl", "stale", "prefetch", "stop-rebinding", "private-names", "answer-without-rd",
        "why",
        "break-dnssec", "dnssec", "trust-anchor", "insecure-names",
    ]

    static func read(_ entries: [String: Node], _ reader: inout NodeReader) -> Configuration.Answers {
        var answers = Configuration.Answers()
        let week = 7 * 86_400
        if let node = entries["max-ttl"] { answers.maximumTTL = reader.number(node, "max-ttl", 0...week) }
        if let node = entries["max-negative-ttl"] {
            answers.maximumNegativeTTL = reader.number(node, "max-negative-ttl", 0...week)
        }
        if let node = entries["stale"] { answers.staleLimit = reader.number(node, "stale", 0...week) }
        if let node = entries["prefetch"] { answers.prefetches = reader.flag(node, "prefetch") }
        if let node = entries["stop-rebinding"] { answers.stopsRebinding = reader.flag(node, "stop-rebinding") }
        if let node = entries["why"] { answers.answersWhy = reader.flag(node, "why") }
        if let node = entries["answer-without-rd"] {
            answers.answersWithoutRecursionDesired = reader.flag(node, "answer-without-rd")
        }
        if let node = entries["break-dnssec"] { answers.breaksDNSSEC = reader.flag(node, "break-dnssec") }
        if let node = entries["private-names"] { answers.privateNames = names(node, "private-names", &reader) }
        if let node = entries["dnssec"] {
            answers.validates = reader.word(node, "dnssec", of: ["pass", "validate"]).map { $0 == "validate" }
        }
        if let node = entries["trust-anchor"] { answers.trustAnchor = reader.text(node, "trust-anchor") }
        if let node = entries["insecure-names"] { answers.insecureNames = names(node, "insecure-names", &reader) }
        return answers
    }

    private static func names(_ node: Node, _ key: String, _ reader: inout NodeReader) -> [DomainName] {
        var items = [node]
        if case .sequence = node { items = reader.list(node, key) ?? [] }
        return items.compactMap { item in
            guard let text = reader.text(item, "a name of \(key)") else { return nil }
            if let name = try? DomainName(text) { return name }
            reader.fault(item, "bad-name", "`\(NodeReader.shortened(text))` is no domain name; write corp.example")
            return nil
        }
    }
}
