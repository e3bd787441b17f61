import FilterLists
import Settings
import TextScan

/// Files that were given where another kind belongs: engines' own configurations are lists here, stacks are ours and
/// Blocky's.
enum MisplacedFile {
    /// What to say about a list that was given as a stack; nil when the file is no list either.
    static func listAsStack(_ path: String) -> String? {
        guard let input = read(path) else { return nil }
        let title: String
        do throws(ListError) {
            let text = TextDecoding.decode(input)
            title =
                ContentSniff(input.bytes.span).known == .sqlite
                ? ListFormat.gravityDatabase.title
                : try FormatDetector.detect(text.span, path: path).format.title
        } catch {
            return nil
        }
        return "\(TerminalText.escaped(path)): is a list and no stack: it is read as \(title); use --list, or with "
            + "audit and convert give it as LIST"
    }

    /// What to say about a stack that was given as a list; nil when the file is none.
    static func stackAsList(_ error: ListError) -> Diagnostic? {
        switch error.reason {
        case .notAList, .notSupportedYet, .ambiguous, .unrecognised: break
        default: return nil
        }
        guard let input = read(error.path) else { return nil }
        let configuration = ConfigurationYAML.parse(input.bytes.span.octets, path: error.path).configuration
        guard !configuration.layers.isEmpty else { return nil }
        return Diagnostic(
            path: error.path,
            reason: error.id,
            text: "is a configuration with layers, and no list; use --stack"
        )
    }

    /// A file that can be read again.
    private static func read(_ path: String) -> Input? {
        guard path != InputFile.standardInput else { return nil }
        return try? InputFile.read(path: path, limits: InputLimits(maximumExpandedSize: 1 << 20)).inputs.first
    }
}
