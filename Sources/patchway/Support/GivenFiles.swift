import TextScan

/// Files that a command line gives more than once, by one path or by several: what counts would count twice.
struct GivenFiles {
    private var known: [FileIdentity: Int] = [:]
    private var paths: [String] = []

    /// The place of the path under which a file was given before; nil for the first one, and for what is no file.
    mutating func earlier(_ path: String) -> Int? {
        paths.append(path)
        guard path != InputFile.standardInput, let identity = FileIdentity(path), identity.isRegular else { return nil }
        if let first = known[identity] { return first }
        known[identity] = paths.count - 1
        return nil
    }

    /// The paths that are the first of their file, and what is said of the others.
    static func once(_ paths: [String]) -> (paths: [String], remarks: [Diagnostic]) {
        var given = GivenFiles()
        var others: [String] = []
        var remarks: [Diagnostic] = []
        for path in paths {
            guard let first = given.earlier(path) else {
                others.append(path)
                continue
            }
            let other = paths[first]
            let text = other == path ? "was given before" : "is the same file as \(TerminalText.escaped(other))"
            remarks.append(Diagnostic(path: path, reason: "given-twice", text: "\(text), and counts once"))
        }
        return (others, remarks)
    }
}
