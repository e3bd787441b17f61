internal import Catalog
internal import Yams

extension NodeReader {
    /// A list of words out of `allowed`; unknown ones are reported and left out.
    mutating func words(_ node: Node, _ what: String, of allowed: [String]) -> [String] {
        var result: [String] = []
        for item in list(node, "\(what)s") ?? [] {
            if let word = word(item, what, of: allowed) { result.append(word) }
        }
        return result
    }

    /// A list of error codes.
    mutating func codes(_ node: Node) -> [ErrorCode] {
        var result: [ErrorCode] = []
        for item in list(node, "errors") ?? [] {
            if let code = code(item) { result.append(code) }
        }
        return result
    }

    /// One error code.
    mutating func code(_ node: Node) -> ErrorCode? {
        guard let text = text(node, "an error code") else { return nil }
        guard let code = ErrorCode(text) else {
            fault(node, "bad-code", "`\(Self.shortened(text))` is no error code; write 0x and eight hexadecimal digits")
            return nil
        }
        return code
    }

    /// The sources section: ids to what is known about a document.
    mutating func sources(_ node: Node) -> [String: Source] {
        var sources: [String: Source] = [:]
        for entry in mapping(node, "sources") ?? [] {
            let keys = ["repo", "path", "commit", "date", "url", "note"]
            guard let fields = mapping(entry.value, "a source", keys: keys) else { continue }
            var texts: [String: String] = [:]
            for key in keys {
                if let field = fields[key] { texts[key] = text(field, key) }
            }
            guard texts["repo"] != nil || texts["path"] != nil || texts["url"] != nil else {
                fault(entry.keyNode, "missing-key", "a source needs `repo` and `path`, or `url`")
                continue
            }
            sources[entry.key] = Source(
                id: entry.key,
                repository: texts["repo"],
                path: texts["path"],
                commit: texts["commit"],
                date: texts["date"],
                url: texts["url"],
                note: texts["note"]
            )
        }
        return sources
    }
}
