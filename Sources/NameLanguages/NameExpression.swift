/// A regular expression over the text of names: small letters, dots between labels, none at the end.
public indirect enum NameExpression: Hashable, Sendable {
    /// No octet.
    case empty
    /// One octet of a set.
    case symbols(NameSymbols)
    /// One after the other.
    case sequence([NameExpression])
    /// One of them; of none, nothing.
    case choice([NameExpression])
    /// Any number of times.
    case star(NameExpression)
    /// The place before the first octet.
    case start
    /// The place behind the last octet.
    case end

    /// Any octets, dots included.
    public static let anything = NameExpression.star(.symbols(.all))
    /// At least one octet.
    public static let something = NameExpression.sequence([.symbols(.all), anything])

    /// These octets.
    public static func text(_ octets: some Sequence<UInt8>) -> NameExpression {
        .sequence(octets.map { .symbols(NameSymbols($0)) })
    }

    /// Once or not at all.
    public static func optional(_ expression: NameExpression) -> NameExpression { .choice([expression, .empty]) }

    /// A name and everything below it.
    public static func subtree(_ name: some Sequence<UInt8>) -> NameExpression {
        .sequence([.optional(.sequence([anything, .symbols(.dot)])), text(name)])
    }

    /// Everything below a name, at any depth.
    public static func below(_ name: some Sequence<UInt8>) -> NameExpression {
        .sequence([anything, .symbols(.dot), text(name)])
    }

    /// Texts in which a match stands anywhere.
    public static func containing(_ expression: NameExpression) -> NameExpression {
        .sequence([anything, expression, anything])
    }

    /// The expression so many times; nil stands for any number.
    static func repeated(_ expression: NameExpression, from least: Int, to most: Int?) -> NameExpression {
        let fixed = Array(repeating: expression, count: least)
        guard let most else { return .sequence(fixed + [.star(expression)]) }
        // Nested, so that each copy is only tried behind the one before it.
        let rest = (least..<most).reduce(NameExpression.empty) { rest, _ in .optional(.sequence([expression, rest])) }
        return .sequence(fixed + [rest])
    }

    /// Octets, marks and joints, with repetitions written out.
    var size: Int {
        switch self {
        case .empty, .symbols, .start, .end: 1
        case .sequence(let parts), .choice(let parts): parts.reduce(1) { $0 + $1.size }
        case .star(let part): part.size + 1
        }
    }
}
