import Catalog

/// How text for people is laid out.
public struct TextStyle: Sendable {
    /// Whether to colour; there is always a word beside a colour.
    public var isColoured: Bool
    /// Columns of the terminal; lines of ours are wrapped to it, and words that are longer only where somebody looks at it.
    public var width: Int
    /// Whether that is a width that somebody looks at; lines that a program may read stay whole elsewhere.
    public var isFitted: Bool
    /// Whether every name is printed instead of the first few.
    public var isVerbose: Bool

    /// A style.
    public init(isColoured: Bool = false, width: Int = 100, isFitted: Bool = false, isVerbose: Bool = false) {
        self.isColoured = isColoured
        self.width = max(width, 40)
        self.isFitted = isFitted
        self.isVerbose = isVerbose
    }

    func severity(_ severity: Severity) -> String {
        let word = severity.rawValue
        let padded = word + String(repeating: " ", count: max(0, 9 - word.count))
        switch severity {
        case .critical: return colour("1;31", padded)
        case .high: return colour("31", padded)
        case .medium: return colour("33", padded)
        case .low, .none, .unknown: return colour("2", padded)
        }
    }

    func bold(_ text: String) -> String { colour("1", text) }

    private func colour(_ code: String, _ text: String) -> String {
        isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// `items` joined by commas and wrapped to the width behind `indent`; at most `limit` unless verbose.
    func list(_ items: [String], indent: String, limit: Int = 6) -> String {
        var shown = isVerbose ? items : Array(items.prefix(limit))
        if shown.count < items.count { shown.append("and \(items.count - shown.count) more") }
        var lines: [String] = []
        var line = ""
        for (index, item) in shown.enumerated() {
            let piece = item + (index == shown.count - 1 ? "" : ",")
            if !line.isEmpty, indent.count + line.count + piece.count + 1 > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? piece : " " + piece
        }
        lines.append(line)
        return lines.map { fitted($0, indent) }.joined(separator: "\n")
    }

    /// A line behind its indentation, in pieces where it is longer and somebody looks at it.
    private func fitted(_ line: String, _ indent: String) -> String {
        isFitted && indent.count + line.count > width ? wrap(line, indent: indent) : indent + line
    }

    /// Prose, wrapped at blanks to the width; every line begins with `indent`, and those behind the first with `hanging`
    /// more. A word that is longer than a line stands alone; where somebody looks at it, it goes on in the next ones.
    func wrap(_ text: String, indent: String, hanging: String = "  ") -> String {
        var lines: [String] = []
        var line = ""
        var columns = 0
        let room = isFitted ? max(Self.leastRuleColumns, width - indent.count - hanging.count) : .max
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            for (place, piece) in Self.pieces(word, room).enumerated() {
                let own = Self.columns(piece)
                let start = indent.count + (lines.isEmpty ? 0 : hanging.count)
                if place > 0 || columns > 0 && start + columns + 1 + own > width {
                    while line.last == " " { line.removeLast() }
                    lines.append(line)
                    (line, columns) = (String(piece), own)
                } else {
                    line += columns == 0 ? String(piece) : " " + piece
                    columns += (columns == 0 ? 0 : 1) + own
                }
            }
        }
        lines.append(line)
        return lines.enumerated().map { indent + ($0.offset == 0 ? "" : hanging) + $0.element }.joined(separator: "\n")
    }

    /// A text whose lines are wrapped one by one, each behind its own indentation, where somebody looks at it.
    public func fit(_ text: String) -> String {
        guard isFitted else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let indent = String(line.prefix { $0 == " " })
            return wrap(String(line.dropFirst(indent.count)), indent: indent)
        }.joined(separator: "\n")
    }

    /// A word in pieces of so many columns at most, each broken behind a mark where there is one: paths between their names.
    private static func pieces(_ word: Substring, _ room: Int) -> [Substring] {
        guard columns(word) > room else { return [word] }
        var pieces: [Substring] = []
        var rest = word
        while columns(rest) > room {
            var taken = 0
            var end = rest.startIndex
            var (slash, pause, hyphen): (String.Index?, String.Index?, String.Index?)
            var isColour = false
            while taken < room, end < rest.endIndex {
                let character = rest[end]
                end = rest.index(after: end)
                if character == "\u{1B}" { isColour = true }
                if !isColour { taken += 1 }
                if isColour, character == "m" { isColour = false }
                guard taken * 2 > room else { continue }
                if character == "/" { slash = end }
                if ".,|^;=&".contains(character) { pause = end }
                if character == "-" { hyphen = end }
            }
            let cut = slash ?? pause ?? hyphen ?? end
            pieces.append(rest[..<cut])
            rest = rest[cut...]
        }
        return pieces + [rest]
    }

    /// The columns of a word; what colours it takes none.
    private static func columns(_ word: Substring) -> Int {
        guard word.contains("\u{1B}") else { return word.count }
        var count = 0
        var isColour = false
        for character in word {
            if character == "\u{1B}" { isColour = true }
            if !isColour { count += 1 }
            if character == "m" { isColour = false }
        }
        return count
    }

    /// The least columns that a line of a rule gets.
    static let leastRuleColumns = 20

    /// A rule behind so many columns, never cut: where somebody looks at it, it goes on in lines that begin with `indent`,
    /// each broken behind a blank or a comma where there is one.
    func rule(_ text: String, behind columns: Int, indent: String) -> String {
        guard isFitted else { return text }
        var lines: [Substring] = []
        var rest = text[...]
        var room = max(Self.leastRuleColumns, width - columns)
        while rest.count > room {
            let line = rest.prefix(room)
            let pause = line.lastIndex { $0 == " " || $0 == "," }.map { line[...$0] }
            let taken = pause.flatMap { $0.count * 2 > room ? $0 : nil } ?? line
            lines.append(taken)
            rest = rest.dropFirst(taken.count)
            room = max(Self.leastRuleColumns, width - indent.count)
        }
        lines.append(rest)
        return lines.joined(separator: "\n" + indent)
    }
}

/// `count` and a noun, in the plural unless it is one.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(grouped(count)) \(count == 1 ? noun : plural ?? noun + "s")"
}

/// A number with commas every three digits.
func grouped(_ number: Int) -> String {
    var digits = Array(String(abs(number)))
    var position = digits.count - 3
    while position > 0 {
        digits.insert(",", at: position)
        position -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
}

/// `reason count` pairs, most frequent first.
func reasons(_ counts: [String: Int]) -> String {
    counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \(grouped($0.value))" }
        .joined(separator: ", ")
}
