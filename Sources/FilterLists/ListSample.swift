import TextScan

/// The shapes of the first lines of a list, counted.
struct ListSample {
    /// Content lines looked at.
    static let maximumLines = 5000

    private var counts = [Int](repeating: 0, count: LineShape.allCases.count)
    /// Lines that are neither blank nor comments.
    private(set) var content = 0
    /// Lines, blank ones and comments included.
    private(set) var lines = 0
    /// Lines over the limit of the line scanner.
    private(set) var overlong = 0
    /// The path, lower case.
    private let path: String

    /// Looks at the first content lines of `text`.
    init(_ text: Span<UInt8>, path: String) {
        self.path = path.lowercased()
        var scanner = LineScanner(text)
        var inParentheses = false
        while content < Self.maximumLines, let line = scanner.next() {
            lines = line.number
            if line.isOverlong {
                overlong += 1
                continue
            }
            let whole = text.extracting(line.range)
            let trimmed = whole.trimmed
            guard trimmed.count > 0 else { continue }
            let shape = LineShape.of(trimmed, startsBlank: isBlank(whole[0]), inParentheses: &inParentheses)
            counts[shape.rawValue] += 1
            if shape != .comment { content += 1 }
        }
    }

    /// Lines of a shape.
    subscript(shape: LineShape) -> Int { counts[shape.rawValue] }

    /// A share of the content, 0 to 100.
    func percent(_ part: Int) -> Int { content == 0 ? 0 : min(100, part * 100 / content) }

    /// Whether the path contains a word.
    func pathMentions(_ word: String) -> Bool { path.contains(word) }
}
