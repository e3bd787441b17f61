internal import TextScan

/// Refuses texts that could make a YAML reader overflow its stack or blow up: deep nesting and anchors.
///
/// The check is by octets and on the safe side: it does not know quotes or comments, so that no trick with them can get
/// past it.
enum YAMLGuard {
    /// The deepest nesting of `[` and `{`.
    static let maximumFlowDepth = 64
    /// The longest run of blanks and block indicators at the start of a line; every block level needs at least one.
    static let maximumIndentation = 128

    /// The first reason not to read `bytes`, or nil.
    static func fault(in bytes: [UInt8], path: String) -> Diagnostic? {
        func fault(_ line: Int, _ column: Int, _ reason: String, _ text: String) -> Diagnostic {
            Diagnostic(path: path, line: line, column: column, reason: reason, text: text)
        }
        guard bytes.count <= YAMLDocument.maximumLength else {
            return Diagnostic(
                path: path,
                reason: "too-large",
                text: "longer than \(YAMLDocument.maximumLength >> 20) MiB"
            )
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return fault(1, 1, "encoding", "the file is UTF-16; save it as UTF-8")
        }
        if let column = bytes.firstIndex(of: 0) {
            return Diagnostic(
                path: path,
                byte: column,
                reason: "encoding",
                text: "the file holds NUL octets; it is not text"
            )
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            return Diagnostic(path: path, reason: "encoding", text: "the file is not UTF-8")
        }
        return structureFault(in: bytes, fault)
    }

    private static func structureFault(
        in bytes: [UInt8],
        _ fault: (_ line: Int, _ column: Int, _ reason: String, _ text: String) -> Diagnostic
    ) -> Diagnostic? {
        var line = 1
        var lineStart = 0
        var depth = 0
        var isIndentation = true
        for (index, octet) in bytes.enumerated() {
            let column = index - lineStart + 1
            if isIndentation, octet != 0x20, octet != 0x2D, octet != 0x3F, octet != 0x3A { isIndentation = false }
            if isIndentation, column > maximumIndentation {
                return fault(line, column, "too-deep", "more than \(maximumIndentation) columns of indentation")
            }
            switch octet {
            case 0x0A, 0x0D:
                line += octet == 0x0A || bytes[safely: index + 1] != 0x0A ? 1 : 0
                lineStart = index + 1
                isIndentation = true
            case 0x5B, 0x7B:
                depth += 1
                guard depth <= maximumFlowDepth else {
                    return fault(line, column, "too-deep", "more than \(maximumFlowDepth) open brackets")
                }
            case 0x5D, 0x7D:
                depth = max(0, depth - 1)
            case 0x26 where isAnchor(bytes, at: index):
                return fault(
                    line,
                    column,
                    "anchor",
                    "anchors and aliases are not supported; put a blank behind a plain &"
                )
            default:
                break
            }
        }
        return nil
    }

    /// Whether the `&` at `index` could begin an anchor: something follows, and nothing that would join it stands before.
    private static func isAnchor(_ bytes: [UInt8], at index: Int) -> Bool {
        guard let next = bytes[safely: index + 1], next > 0x20 else { return false }
        guard index > 0 else { return true }
        switch bytes[index - 1] {
        case 0x09, 0x0A, 0x0D, 0x20, 0x2C, 0x3A, 0x5B, 0x7B: return true
        default: return bytes[index - 1] >= 0x80
        }
    }
}

extension Array {
    subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
