internal import TextScan
internal import Yams

/// A fault that the YAML reader found: a sentence, its place, and the lines at which it may be repaired, best first.
struct YAMLFault {
    /// The sentence, escaped.
    let text: String
    /// Where the fault is; nil when the reader does not say.
    let mark: Mark?
    /// Lines of the item that is to blame.
    let lines: [Int]

    private init(text: String, mark: Mark?, lines: [Int]) {
        self.text = text
        self.mark = mark
        self.lines = lines
    }

    /// Takes an error of the YAML reader.
    init(_ error: any Error) {
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _):
            // An open quote is noticed at the end of the file; the context is where it was opened.
            self.init(problem, context: context, places: [context?.mark, mark])
        case YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            // An open bracket is noticed in some later entry.
            let isOpenBracket = context?.text.contains("flow") ?? false
            self.init(
                problem,
                context: context,
                places: isOpenBracket ? [context?.mark, mark] : [mark, context?.mark]
            )
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.prefix(3).map { "`\(NodeReader.shortened($0))`" }.joined(separator: ", ")
            self.init(
                text: "the key \(keys) stands more than once; keep one",
                mark: context.mark,
                lines: [context.mark.line]
            )
        case YamlError.reader(let problem, _, _, _):
            self.init(text: "not readable as YAML: \(TerminalText.escaped(problem))", mark: nil, lines: [])
        default:
            self.init(text: "not readable as YAML", mark: nil, lines: [])
        }
    }

    private init(_ problem: String, context: YamlError.Context?, places: [Mark?]) {
        let known = places.compactMap { $0 }
        let sentence = [context?.text, problem].compactMap { $0 }.joined(separator: ", ")
        let isQuotable = ["alias", "alphabetic", "cannot start"].contains { problem.contains($0) }
        let hint = isQuotable ? "; put quotes around a text that begins with * & ! % @ or a backquote" : ""
        self.init(
            text: "not YAML: \(NodeReader.shortened(sentence, to: 200))\(hint)",
            mark: known.first,
            lines: known.map(\.line)
        )
    }

    /// The fault as a diagnostic of the file `path`.
    func diagnostic(path: String) -> Diagnostic {
        Diagnostic(path: path, line: mark?.line, column: mark?.column, reason: "yaml-syntax", text: text)
    }
}
