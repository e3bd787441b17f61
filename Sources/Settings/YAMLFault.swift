internal import TextScan
internal import Yams

/// A fault that the YAML reader found: a sentence, its place, and the lines at which it may be repaired, best first.
struct YAMLFault {
    /// The sentence, escaped.
    let text: String
    /// Where the fault is; nil when the reader does not say.
    let place: Place?
    /// Lines of the item that is to blame.
    let lines: [Int]

    /// A place in the text, from 1.
    struct Place {
        var line: Int
        var column: Int
    }

    private init(text: String, place: Place?, lines: [Int]) {
        self.text = text
        self.place = place
        self.lines = lines
    }

    /// Takes an error that the YAML reader has with some lines.
    init(_ error: any Error, in text: [Substring]) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _):
            // An open quote is noticed at the end of the file; the context is where it was opened.
            self.init(problem, context: context, places: [context?.mark, mark], in: text)
        case YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            // An open bracket is noticed in some later entry.
            let isOpenBracket = context?.text.contains("flow") ?? false
            self.init(
                problem,
                context: context,
                places: isOpenBracket ? [context?.mark, mark] : [mark, context?.mark],
                in: text
            )
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.prefix(3).map { "`\(NodeReader.shortened($0))`" }.joined(separator: ", ")
            self.init(
                text: "the key \(keys) stands more than once; keep one",
                place: Self.repetition(of: duplicates.first ?? "", from: context.mark, in: text),
                lines: [context.mark.line]
            )
        case YamlError.reader(let problem, _, _, _):
            self.init(text: "not readable as YAML: \(TerminalText.escaped(problem))", place: nil, lines: [])
        default:
            self.init(text: "not readable as YAML", place: nil, lines: [])
        }
    }

    /// Where a key of the mapping at `mark` stands again; the mapping itself where lines do not show that.
    private static func repetition(of key: String, from mark: Mark, in text: [Substring]) -> Place {
        var places: [Place] = []
        for (index, line) in text.enumerated().dropFirst(max(mark.line - 1, 0)) {
            let blanks = line.prefix { $0 == " " || $0 == "-" }.count
            guard line.dropFirst(blanks).hasPrefix(key + ":") else { continue }
            places.append(Place(line: index + 1, column: blanks + 1))
        }
        let column = places.first?.column
        return places.dropFirst().first { $0.column == column } ?? Place(line: mark.line, column: mark.column)
    }

    /// What helps where the reader fails.
    private static func hint(_ problem: String, at place: Place?, in text: [Substring]) -> String {
        if let place, (1...max(text.count, 1)).contains(place.line) {
            let indentation = text[place.line - 1].prefix { $0 == " " || $0 == "\t" }
            if indentation.contains("\t") { return "; indent with blanks, not tabs" }
        }
        let isQuotable = ["alias", "alphabetic", "cannot start"].contains { problem.contains($0) }
        return isQuotable ? "; put quotes around a text that begins with * & ! % @ or a backquote" : ""
    }

    private init(_ problem: String, context: YamlError.Context?, places: [Mark?], in text: [Substring]) {
        let known = places.compactMap { $0.map { Place(line: $0.line, column: $0.column) } }
        let sentence = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
        let hint = Self.hint(problem, at: known.first, in: text)
        self.init(
            text: "not YAML: \(NodeReader.shortened(sentence, to: 200))\(hint)",
            place: known.first,
            lines: known.map(\.line)
        )
    }

    /// The fault as a diagnostic of the file `path`.
    func diagnostic(path: String) -> Diagnostic {
        Diagnostic(path: path, line: place?.line, column: place?.column, reason: "yaml-syntax", text: text)
    }
}
