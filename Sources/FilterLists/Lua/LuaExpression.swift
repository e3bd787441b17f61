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

/// A call `a.b(…)` or `a.b:c(…)` of a function that is named.
final class LuaCall {
    /// The names in front of the arguments; a method's last.
    let path: [Range<Int>]
    let isMethod: Bool
    let arguments: [LuaExpression]
    /// From the name to the closing parenthesis.
    let range: Range<Int>
    let line: Int

    init(path: [Range<Int>], isMethod: Bool, arguments: [LuaExpression], range: Range<Int>, line: Int) {
        self.path = path
        self.isMethod = isMethod
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
    /// Operators, functions, indices: what would have to be run.
    case opaque
}

/// One entry of a table.
struct LuaField {
    /// `key =` or `[key] =`; nil in a sequence.
    var key: LuaExpression?
    var value: LuaExpression
}
