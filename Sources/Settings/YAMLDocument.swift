internal import TextScan
internal import Yams

/// A YAML text as a tree whose nodes know their line and column, read with limits that hold for hostile input.
///
/// A fault inside one item of a list costs that item only: it is reported, blanked out, and the rest is read again.
struct YAMLDocument {
    /// The root node; nil when nothing could be read.
    let root: Node?
    /// What is wrong with the text as YAML.
    let diagnostics: [Diagnostic]

    /// The longest text that is read, in octets.
    static let maximumLength = 8 << 20
    /// How many list items may be given up before the file is.
    static let maximumRecoveries = 50
    /// How many octets may be read again in all, so that a long broken file does not cost its square.
    static let maximumRereading = 32 << 20

    /// Reads `bytes`; `path` is the name of the file in diagnostics.
    init(_ bytes: [UInt8], path: String) {
        var diagnostics: [Diagnostic] = []
        var root: Node?
        if let fault = YAMLGuard.fault(in: bytes, path: path) {
            diagnostics.append(fault)
        } else {
            var lines = Self.lines(of: bytes)
            for attempt in 0...Self.maximumRecoveries where attempt * bytes.count <= Self.maximumRereading {
                do {
                    root = try Yams.compose(yaml: lines.joined(separator: "\n"))
                    break
                } catch {
                    let fault = YAMLFault(error, in: lines)
                    diagnostics.append(fault.diagnostic(path: path))
                    guard let item = fault.lines.lazy.compactMap({ Self.item(around: $0, in: lines) }).first
                    else { break }
                    for index in item { lines[index] = "" }
                }
            }
        }
        self.root = root
        self.diagnostics = diagnostics
    }

    private static func lines(of bytes: [UInt8]) -> [Substring] {
        var text = String(decoding: bytes, as: UTF8.self)[...]
        if text.first == "\u{FEFF}" { text.removeFirst() }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// The lines of the list item that line `number` (from 1) is part of, or nil when it is in none.
    private static func item(around number: Int, in lines: [Substring]) -> Range<Int>? {
        var start = min(number, lines.count) - 1
        guard start >= 0 else { return nil }
        while !isItemStart(lines[start]) {
            if isTopLevel(lines[start]) || start == 0 { return nil }
            start -= 1
        }
        var end = start + 1
        while end < lines.count, !isItemStart(lines[end]), !isTopLevel(lines[end]) { end += 1 }
        return start..<end
    }

    /// Whether a line begins an item of a list of the first level, indented by up to two blanks.
    private static func isItemStart(_ line: Substring) -> Bool {
        line.hasPrefix("  - ") || line.hasPrefix("- ") || line == "  -" || line == "-"
    }

    private static func isTopLevel(_ line: Substring) -> Bool {
        guard let first = line.utf8.first else { return false }
        return first != 0x20 && first != 0x23 && first != 0x09 && !isItemStart(line)
    }
}
