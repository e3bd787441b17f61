import ArgumentParser
import Reports

/// The pages of commands, made to fit where somebody looks at them.
enum HelpText {
    /// Where the parser lets descriptions begin, and where they begin on narrow terminals.
    private static let (column, narrowColumn) = (26, 6)
    /// Columns below which a description has no room beside its option.
    private static let leastColumns = 60

    /// The page that the parser would show.
    static func page(for error: any Error) -> String {
        let style = Terminal.style(isVerbose: false)
        guard style.isFitted else { return Patchway.fullMessage(for: error) }
        guard style.width < leastColumns else {
            return style.fit(Patchway.fullMessage(for: error, columns: style.width))
        }
        let page = Patchway.fullMessage(for: error, columns: style.width + column - narrowColumn)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map(narrowed)
        return style.fit(lines.joined(separator: "\n"))
    }

    /// A line whose description, if it has one, begins further left, on a line of its own.
    private static func narrowed(_ line: Substring) -> String {
        let indent = String(repeating: " ", count: narrowColumn)
        let front = line.prefix(column)
        guard front.count == column, front.hasSuffix("  "), line.count > column else { return String(line) }
        let option = front.reversed().drop { $0 == " " }.reversed()
        return (option.isEmpty ? "" : String(option) + "\n") + indent + line.dropFirst(column)
    }
}
