import TextScan

/// A text as it stands in Lua source.
struct LuaText {
    /// Between the quotes.
    var content: Range<Int>
    var line: Int
    /// Whether backslashes in it are escapes.
    var isEscaped: Bool
    /// Whether it holds a NUL, where C takes its end to be.
    var hasNUL = false

    /// The octets that it stands for.
    func octets(_ text: Span<UInt8>) -> [UInt8] {
        guard isEscaped else { return text.extracting(content).octets }
        var result: [UInt8] = []
        var index = content.lowerBound
        while index < content.upperBound {
            if text[index] == 0x5C, let escape = LuaEscape(text, at: index) {
                result += escape.octets
                index = escape.end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}

/// A call `a.b(…)` or `a.b:c(…)` of a function that is named, or one of a method `f():c(…)` of what another made.
final class LuaCall {
    /// The names in front of the arguments; a method's last.
    let path: [Range<Int>]
    let isMethod: Bool
    /// What has the method, where that is no name; the method alone is the path then.
    let receiver: LuaExpression?
    let arguments: [LuaExpression]
    /// From the name to the closing parenthesis.
    let range: Range<Int>
    let line: Int

    init(
        path: [Range<Int>],
        isMethod: Bool,
        receiver: LuaExpression? = nil,
        arguments: [LuaExpression],
        range: Range<Int>,
        line: Int
    ) {
        self.path = path
        self.isMethod = isMethod
        self.receiver = receiver
        self.arguments = arguments
        self.range = range
        self.line = line
    }

    /// `a.b` or `a:b`.
    func name(_ text: Span<UInt8>) -> String {
        let names = path.map { text.extracting($0).string }
        guard isMethod else { return names.joined(separator: ".") }
        return names.dropLast().joined(separator: ".") + ":" + (names.last ?? "")
    }
}

/// What stands in Lua source where a value is expected, as far as nothing need be run to know it.
indirect enum LuaExpression {
    case null
    case boolean(Bool)
    case number(Double)
    case text(LuaText)
    /// `a.b.c`.
    case path([Range<Int>])
    case call(LuaCall)
    case table([LuaField])
    /// A function that is written down; it is not run where it stands.
    case function
    /// One operator between some values.
    case operation(LuaOperator, [LuaExpression])
    /// Indices, several operators, calls of what has no name: what would have to be run.
    case opaque
}

/// An operator of which something can be known without running it.
enum LuaOperator {
    case sum, difference, product, quotient, text, equality, choice

    init?(_ mark: Span<UInt8>) {
        switch mark.string {
        case "+": self = .sum
        case "-": self = .difference
        case "*": self = .product
        case "/": self = .quotient
        case "..": self = .text
        case "==", "~=": self = .equality
        case "and", "or": self = .choice
        default: return nil
        }
    }

    /// Whether what it makes may be one of its values.
    var handsOn: Bool { self == .choice }

    /// What it makes of two numbers; nil for other operators.
    func result(_ left: Double, _ right: Double) -> Double? {
        switch self {
        case .sum: left + right
        case .difference: left - right
        case .product: left * right
        case .quotient: left / right
        case .text, .equality, .choice: nil
        }
    }
}

/// One entry of a table.
struct LuaField {
    /// `key =` or `[key] =`; nil in a sequence.
    var key: LuaExpression?
    var value: LuaExpression
}
