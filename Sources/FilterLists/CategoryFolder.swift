import Policy
import TextScan

/// A category in squidGuard's form: a folder with `domains`, `urls` and `expressions`, and with `usage`, which says
/// whether it is meant to be denied (`black`) or allowed (`white`), as UT1 publishes them.
struct CategoryFolder {
    /// `domains`, if it is there.
    private(set) var domains: Input?
    /// `urls` and `expressions`, as far as they are there.
    private(set) var urls: [Input] = []
    /// What it is for.
    let role: ListRole
    /// What was found out about it.
    private(set) var diagnostics: [Diagnostic] = []

    /// The files that hold what a category is about.
    private static let content = ["domains", "urls", "expressions"]

    /// Whether a file of this name makes its folder a category.
    static func isContent(_ name: String) -> Bool { content.contains(name) }

    /// Reads a folder; nil when it is none of a category.
    /// - Throws: ``InputError`` of a file that is there and cannot be read.
    init?(path: String, role given: ListRole, limits: InputLimits) throws(InputError) {
        let prefix = path.hasSuffix("/") ? path : path + "/"
        for name in Self.content {
            guard let set = try Self.read(prefix + name, limits), let input = set.inputs.first else { continue }
            if name == "domains" { domains = input } else { urls.append(input) }
            diagnostics += set.diagnostics
        }
        guard domains != nil || !urls.isEmpty else { return nil }
        guard given == .block, let usage = try Self.read(prefix + "usage", limits)?.inputs.first else {
            role = given
            return
        }
        let isWhite = Self.isOnlyWhite(usage.bytes.span)
        role = isWhite ? .allow : given
        if isWhite {
            diagnostics.append(
                Diagnostic(
                    path: usage.path,
                    reason: "white-category",
                    text: "says 'white': the category is read as one of names to allow"
                )
            )
        }
    }

    /// A file of the folder; nil when it is not there or empty.
    private static func read(_ path: String, _ limits: InputLimits) throws(InputError) -> InputSet? {
        do throws(InputError) {
            return try InputFile.read(path: path, limits: limits)
        } catch {
            switch error.reason {
            case .notFound, .empty: return nil
            default: throw error
            }
        }
    }

    /// Whether `usage` names `white` and not `black`.
    static func isOnlyWhite(_ text: Span<UInt8>) -> Bool {
        var isWhite = false
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            let word = text.extracting(text.trimmedRange(in: line.range))
            if word.equals("black") { return false }
            if word.equals("white") { isWhite = true }
        }
        return isWhite
    }
}
