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
        let remark = given == .block ? try Self.whiteness(prefix, limits) : nil
        role = remark == nil ? given : .allow
        if let remark { diagnostics.append(remark) }
    }

    /// A list that is a file of a category, with what the category is for, and a word about that.
    static func given(_ list: ListInput, _ limits: InputLimits) throws(ListError) -> (ListInput, Diagnostic?) {
        let name = ListText.file(list.path)
        guard list.role == .block, list.octets == nil, isContent(String(name)) else { return (list, nil) }
        do throws(InputError) {
            guard let remark = try whiteness(String(list.path.dropLast(name.utf8.count)), limits) else {
                return (list, nil)
            }
            var white = list
            white.role = .allow
            return (white, remark)
        } catch {
            throw ListError(path: error.path, reason: .input(error))
        }
    }

    /// What to say where `usage` says that a category is one of names to allow; nil where it does not.
    private static func whiteness(_ prefix: String, _ limits: InputLimits) throws(InputError) -> Diagnostic? {
        guard let usage = try read(prefix + "usage", limits)?.inputs.first, isOnlyWhite(usage.bytes.span) else {
            return nil
        }
        return Diagnostic(
            path: usage.path,
            reason: "white-category",
            text: "says 'white': the category is read as one of names to allow"
        )
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
