public import Policy
public import TextScan

/// Why a list gives no rules at all. None of these is ever an empty list.
public struct ListError: Error, Sendable {
    /// The kind of failure.
    public enum Reason: Sendable {
        /// The file could not be read or unpacked.
        case input(InputError)
        /// It is no list: the text says what it looks like.
        case notAList(String)
        /// It is a list in a format that is not read yet: the text names it.
        case notSupportedYet(String)
        /// Several formats look like it, and nothing else tells them apart: the text says what is seen.
        case ambiguous(String, [ListFormat])
        /// No known format explains enough of its lines; the text says what was seen.
        case unrecognised(String)
        /// It was read, but holds no rule that can be evaluated; the text says what it holds.
        case noRules(String)
        /// The engine given does not read lists of this format.
        case engineDoesNotRead(engine: Engine, format: ListFormat)
        /// The engine has no such block mode.
        case unknownBlockMode(engine: Engine, mode: String)
        /// The block mode answers with addresses that were not given.
        case noBlockAddress(engine: Engine, mode: String)
        /// No list was given, or more than a layer can hold.
        case badCount(Int)
        /// The engine does not read this encoding, so that it gets none of the file's rules.
        case encoding(engine: Engine, String)
    }

    /// The list as the user named it.
    public let path: String
    /// What happened.
    public let reason: Reason

    /// An error about `path`.
    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// The stable id for counting.
    public var id: String {
        switch reason {
        case .input(let error): error.id
        case .notAList: "not-a-list"
        case .notSupportedYet: "format-not-supported"
        case .ambiguous: "ambiguous-format"
        case .unrecognised: "format-not-recognised"
        case .noRules: "no-rules"
        case .engineDoesNotRead: "engine-does-not-read"
        case .unknownBlockMode: "unknown-block-mode"
        case .noBlockAddress: "no-block-address"
        case .badCount: "bad-list-count"
        case .encoding: "encoding"
        }
    }

    /// Whether the tool could not decide (exit code 3), as opposed to being used wrongly (exit code 2).
    public var isUndecided: Bool {
        switch reason {
        case .input(let error):
            switch error.reason {
            case .notFound, .isDirectory, .isEmptyDirectory, .permissionDenied, .readBefore: false
            default: true
            }
        case .notAList, .notSupportedYet, .ambiguous, .unrecognised, .noRules, .encoding: true
        case .engineDoesNotRead, .unknownBlockMode, .noBlockAddress, .badCount: false
        }
    }

    /// Whether the list was read and holds nothing.
    public var isEmptiness: Bool {
        switch reason {
        case .input(let error): error.reason == .empty
        case .noRules: true
        default: false
        }
    }

    /// What happened and what to do about it, safe to print.
    public var text: String {
        switch reason {
        case .input(let error): error.text
        case .notAList(let what): "is no filter list: \(what)"
        case .notSupportedYet(let what): "not supported yet: \(what)"
        case .ambiguous(let what, let formats):
            "holds \(what), as several formats do: --format says which it is: "
                + formats.map(\.id).joined(separator: ", ")
        case .unrecognised(let what): "is in no known list format: \(what)"
        case .noRules(let what): "holds no rule that can be evaluated: \(what)"
        case .engineDoesNotRead(let engine, let format):
            "is read as \(format.title), which \(engine.rawValue) does not read; it reads "
                + engine.profile.formats.joined(separator: ", ")
                + (["wildcard", "dnscrypt"].contains(format.id) ? engine.starHint.map { "; \($0)" } ?? "" : "")
        case .unknownBlockMode(let engine, let mode):
            "\(engine.rawValue) has no block mode '\(TerminalText.escaped(mode))'; it has "
                + engine.profile.blockModes.map(\.name).joined(separator: ", ")
                + NearestWord.hint(mode, engine.profile.blockModes.map(\.name))
        case .noBlockAddress(let engine, let mode):
            "\(engine.rawValue) answers with addresses of its owner in block mode \(mode); give one of each family as "
                + "`block-addresses` in a stack file"
        case .encoding(let engine, let text): "\(text), which \(engine.rawValue) does not read; save it as plain UTF-8"
        case .badCount(let count):
            "\(count) lists given, included ones among them; a layer takes 1 to \(LayerLoader.maximumLists)"
        }
    }

    /// The same as a diagnostic.
    public var diagnostic: Diagnostic { Diagnostic(path: path, reason: id, text: text) }
}

extension ListError: CustomStringConvertible {
    /// `path: text [id]`.
    public var description: String { diagnostic.description }
}

extension Engine {
    /// How allow lists that take no stars, or only some, say what others say with one; nil for other engines.
    var starHint: String? {
        switch self {
        case .panOS: "in PAN-OS a star is the whole first label: *.example.com"
        case .zscaler: "Zscaler has no stars: write .example.com for *.example.com"
        case .umbrella: "Umbrella has no stars: example.com is the name and all below it"
        default: nil
        }
    }
}
