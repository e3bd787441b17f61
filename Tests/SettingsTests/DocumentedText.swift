/// Helpers to take apart how documents write several names at once.
extension String {
    func components(_ separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }

    func trimmingBlanksAndQuotes() -> String {
        var rest = self[...]
        while let first = rest.first, " '\"".contains(first) { rest.removeFirst() }
        while let last = rest.last, " '\"".contains(last) { rest.removeLast() }
        return String(rest)
    }

    /// Splits at `, ` and `; ` that are not inside braces or brackets.
    func splitOutsideBraces() -> [String] {
        var parts = [""]
        var depth = 0
        for character in self {
            if "{(".contains(character) { depth += 1 }
            if "})".contains(character) { depth -= 1 }
            if depth == 0, character == "," || character == ";" {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    /// `a{b,c}d` becomes `abd` and `acd`.
    func expandedBraces() -> [String] {
        guard let open = firstIndex(of: "{"), let close = self[open...].firstIndex(of: "}") else { return [self] }
        let before = self[..<open]
        let after = self[index(after: close)...]
        return self[index(after: open)..<close].split(separator: ",")
            .flatMap { (before + $0 + after).description.expandedBraces() }
    }

    /// `*.a1/a2/a3.b` becomes `*.a1.b`, `*.a2.b`, `*.a3.b`; `a01/02-b.c` becomes `a01-b.c` and `a02-b.c`.
    func expandedSlashes() -> [String] {
        guard contains("/") else { return [self] }
        if let range = firstRange(of: "01/02") {
            return ["01", "02"].map { replacingCharacters(range, $0) }
        }
        let prefix = hasPrefix("*.") ? "*." : ""
        let parts = dropFirst(prefix.count).split(separator: "/").map(String.init)
        guard let last = parts.last, let dot = last.firstIndex(of: ".") else { return parts }
        return parts.map {
            prefix + ($0.contains(".") ? String($0[..<($0.firstIndex(of: ".") ?? $0.endIndex)]) : $0) + last[dot...]
        }
    }

    private func replacingCharacters(_ range: Range<Index>, _ text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
