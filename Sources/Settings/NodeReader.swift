internal import TextScan
internal import Yams

/// Reads typed values out of YAML nodes and turns everything else into diagnostics with their place.
struct NodeReader {
    /// The name of the file in diagnostics.
    let path: String
    /// What was wrong so far.
    private(set) var diagnostics: [Diagnostic] = []
    /// How many things were wrong so far, kept or not.
    private(set) var faultCount = 0
    /// How many diagnostics are kept.
    static let maximumDiagnostics = 1000

    init(path: String) { self.path = path }

    /// Reports `text` at `node`.
    mutating func fault(_ node: Node, _ reason: String, _ text: String) {
        faultCount += 1
        guard diagnostics.count < Self.maximumDiagnostics else { return }
        diagnostics.append(
            Diagnostic(path: path, line: node.mark?.line, column: node.mark?.column, reason: reason, text: text)
        )
    }

    /// Refuses more clients and groups than can be told apart: each group is compared with each client.
    mutating func limit(_ layer: Configuration.Layer, _ node: Node) {
        let groups = Set(layer.lists.flatMap(\.groups)).count
        let clients = layer.clients?.count ?? 0
        guard groups * clients > 1 << 20 else { return }
        fault(node, "too-many", "groups: \(groups), clients: \(clients); their product is at most \(1 << 20)")
    }

    /// The text of a scalar.
    mutating func text(_ node: Node, _ what: String) -> String? {
        guard case .scalar(let scalar) = node else {
            fault(node, "wrong-type", "\(what) is one text, not \(Self.kind(node))")
            return nil
        }
        guard !scalar.string.isEmpty else {
            fault(node, "empty", "\(what) is empty; leave the key out when nothing is known")
            return nil
        }
        return scalar.string
    }

    /// A word out of a closed set.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ node: Node, _ what: String) -> Word?
    where Word.RawValue == String {
        guard let text = text(node, what) else { return nil }
        guard let word = Word(rawValue: text) else {
            fault(node, "unknown-word", unknown(what, text, Word.allCases.map(\.rawValue)))
            return nil
        }
        return word
    }

    /// A word out of `allowed`.
    mutating func word(_ node: Node, _ what: String, of allowed: some Collection<String>) -> String? {
        guard let text = text(node, what) else { return nil }
        guard allowed.contains(text) else {
            fault(node, "unknown-word", unknown(what, text, allowed.sorted()))
            return nil
        }
        return text
    }

    private func unknown(_ what: String, _ text: String, _ allowed: [String]) -> String {
        let shown = allowed.prefix(40).joined(separator: ", ") + (allowed.count > 40 ? ", …" : "")
        return "\(what) `\(Self.shortened(text))` is not known\(NearestWord.hint(text, allowed)); one of: \(shown)"
    }

    /// The items of a list.
    mutating func list(_ node: Node, _ what: String) -> [Node]? {
        guard case .sequence(let sequence) = node else {
            // What is written of one item is an item.
            let form = if case .mapping = node { "begin each item with `- `" } else { "write [a, b]" }
            fault(node, "wrong-type", "\(what) is a list, not \(Self.kind(node)); \(form)")
            return nil
        }
        return Array(sequence)
    }

    /// The entries of a mapping whose keys are all in `allowed`; other keys are reported and left out.
    mutating func mapping(_ node: Node, _ what: String, keys allowed: [String]) -> [String: Node]? {
        guard let entries = mapping(node, what) else { return nil }
        var known: [String: Node] = [:]
        for (key, keyNode, value) in entries {
            guard allowed.contains(key) else {
                fault(
                    keyNode,
                    "unknown-key",
                    "key `\(Self.shortened(key))` is not known here\(NearestWord.hint(key, allowed)); one of: "
                        + allowed.joined(separator: ", ")
                )
                continue
            }
            known[key] = value
        }
        return known
    }

    /// The entries of a mapping with text keys, in order.
    mutating func mapping(_ node: Node, _ what: String) -> [(key: String, keyNode: Node, value: Node)]? {
        guard case .mapping(let mapping) = node else {
            fault(node, "wrong-type", "\(what) is a mapping of keys to values, not \(Self.kind(node))")
            return nil
        }
        var entries: [(key: String, keyNode: Node, value: Node)] = []
        for (keyNode, value) in mapping {
            guard case .scalar(let key) = keyNode else {
                fault(keyNode, "wrong-type", "a key is one text")
                continue
            }
            entries.append((key.string, keyNode, value))
        }
        return entries
    }

    /// A text of the input, escaped and cut for a sentence.
    static func shortened(_ text: String, to limit: Int = 60) -> String {
        TerminalText.escaped(text, limit: limit)
    }

    private static func kind(_ node: Node) -> String {
        switch node {
        case .scalar: "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .alias: "an alias"
        }
    }
}
