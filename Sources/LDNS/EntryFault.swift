/// Why octets cannot be split into an entry of a master file.
public enum EntryFault: Error, Equatable, Sendable {
    /// A NUL octet; libldns reads C strings and would stop there.
    case nul
    /// More than 65,000 octets, comments not counted; libldns cuts longer RDATA text without a word.
    case tooLong
    /// A `(` without its `)`; reading goes on at the line after the entry's first.
    case unclosedParenthesis
    /// A `)` without its `(`.
    case unopenedParenthesis
    /// A quotation mark without its partner on the same line.
    case unclosedQuote
    /// A backslash at the end of a line.
    case danglingBackslash
    /// Too many unclosed parentheses to look at every line again: lines up to this one were left out.
    case linesSkipped(through: Int)
}

extension EntryFault: CustomStringConvertible {
    /// The reason in one sentence without a full stop.
    public var description: String {
        switch self {
        case .nul: "NUL octet"
        case .tooLong: "entry is longer than \(EntryScanner.maximumLength) octets"
        case .unclosedParenthesis: "'(' is never closed"
        case .unopenedParenthesis: "')' without '('"
        case .unclosedQuote: "quotation mark is not closed on its line"
        case .danglingBackslash: "backslash at the end of a line"
        case .linesSkipped(let line): "'(' is never closed; lines up to \(line) were skipped"
        }
    }
}
