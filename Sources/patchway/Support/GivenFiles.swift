import Glibc
import TextScan

/// Files that a command line gives more than once, by one path or by several: what counts would count twice.
struct GivenFiles {
    private struct Identity: Hashable {
        var device: UInt64
        var node: UInt64
    }

    private var known: [Identity: Int] = [:]
    private var paths: [String] = []

    /// The place of the path under which a file was given before; nil for the first one, and for what is no file.
    mutating func earlier(_ path: String) -> Int? {
        paths.append(path)
        var status = stat()
        guard path != InputFile.standardInput, unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
        else {
            return nil
        }
        let identity = Identity(device: UInt64(status.st_dev), node: UInt64(status.st_ino))
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
