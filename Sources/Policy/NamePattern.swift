/// What a rule about the text of names looks for.
enum NamePattern: Sendable {
    /// Literals, stars and separator marks.
    case text(TextPattern)
    /// A regular expression.
    case regex(NameRegex)
    /// A combination of conditions.
    case condition(NameCondition)

    /// Whether `text` (lower case, dots between labels) matches.
    /// - Complexity: O(text × size of the pattern)
    func matches(_ text: Span<UInt8>) -> Bool {
        switch self {
        case .text(let pattern): pattern.matches(text)
        case .regex(let regex): regex.matches(text)
        case .condition(let condition): condition.holds(text)
        }
    }
}
