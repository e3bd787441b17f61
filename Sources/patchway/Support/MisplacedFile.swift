import FilterLists
import QueryLogs
import Settings
import TextScan

/// Files that were given where another kind belongs: engines' own configurations are lists here, stacks are ours and
/// Blocky's.
enum MisplacedFile {
    /// What to say about a list that was given as a stack; nil when the file is no list either.
    static func listAsStack(_ path: String) -> String? {
        guard let input = read(path), let title = listTitle(input, path) else { return nil }
        return "\(TerminalText.escaped(path)): is a list and no stack: it is read as \(title); use --list, or with "
            + "audit and convert give it as LIST"
    }

    /// What to say about a list that was given as a zone; nil where it is none, or one that is written as a zone is.
    static func listAsZone(_ path: String) -> String? {
        guard let input = read(path), let title = listTitle(input, path), title != ListFormat.rpz.title else {
            return nil
        }
        return "\(TerminalText.escaped(path)): is a list and no zone: it is read as \(title); use --list"
    }

    /// What to say about a file that was given as a list and is a stack or a log; nil when it is neither.
    static func otherAsList(_ error: ListError) -> Diagnostic? {
        switch error.reason {
        case .notAList, .notSupportedYet, .ambiguous, .unrecognised, .noRules: break
        default: return nil
        }
        guard let input = read(error.path) else { return nil }
        if let format = logFormat(input) {
            return Diagnostic(
                path: error.path,
                reason: error.id,
                text: "is a log or capture (\(format.rawValue)), and no list; `patchway replay FILE` reads it"
            )
        }
        if case .noRules = error.reason { return nil }
        let configuration = ConfigurationYAML.parse(input.bytes.span.octets, path: error.path).configuration
        guard !configuration.layers.isEmpty else { return nil }
        return Diagnostic(
            path: error.path,
            reason: error.id,
            text: "is a configuration with layers, and no list; use --stack"
        )
    }

    /// What to say about a list that was given as a log; nil where it is none, or one of plain names, which may be asked for.
    static func listAsLog(_ report: FileReport) -> Diagnostic? {
        guard report.format == .unknown || report.format == .names, let input = read(report.path) else { return nil }
        let text = TextDecoding.decode(input)
        guard let found = try? FormatDetector.detect(text.span, path: report.path),
            report.format == .unknown || found.format.id != ListFormat.domains.id
        else { return nil }
        return Diagnostic(
            path: report.path,
            reason: "list-as-log",
            text: "looks like a filter list (\(found.format.title))"
                + (report.format == .names ? ", and was read as names that are asked for" : " and no log")
                + "; `patchway audit LIST` says what it breaks, and --list LIST or --what-if LIST what it would break of a log"
        )
    }

    private static func listTitle(_ input: Input, _ path: String) -> String? {
        if ContentSniff(input.bytes.span).known == .sqlite { return ListFormat.gravityDatabase.title }
        return try? FormatDetector.detect(TextDecoding.decode(input).span, path: path).format.title
    }

    private static func logFormat(_ input: Input) -> LogFormat? {
        let reader = LogFormats.detect(input.bytes.span) ?? LogFormats.detect(TextDecoding.decode(input).span)
        // Plain names are in lists, too.
        return reader.map(\.format).flatMap { $0 == .names ? nil : $0 }
    }

    /// A file that can be read again.
    private static func read(_ path: String) -> Input? {
        guard path != InputFile.standardInput else { return nil }
        return try? InputFile.read(path: path, limits: InputLimits(maximumExpandedSize: 1 << 20)).inputs.first
    }
}
