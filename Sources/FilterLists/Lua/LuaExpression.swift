import TextScan

/// A text as it stands in Lua source.
struct LuaText {
    /// Between the quotes.
    var content: Range<Int>
    var line: Int
    /// Whether backslashes in it are escapes.
    var isEscaped: Bool

    /// The octets that it stands for.
    func octets(_ text: Span<UInt8>) -> [UInt8] {
        guard isEscaped else { return text.extracting(content).octets }
        var result: [UInt8] = []
        var index = content.lowerBound
        while index < content.upperBound {
            let octet = text[index]
            index += 1
            if octet == 0x5C { unescape(text, &index, &result) } else { result.append(octet) }
        }
        return result
    }

    private func unescape(_ text: Span<UInt8>, _ index: inout Int, _ result: inout [UInt8]) {
        let octet = text[index]
        index += 1
        switch octet {
        case 0x61: result.append(7)
        case 0x62: result.append(8)
        case 0x66: result.append(12)
        case 0x6E: result.append(10)
        case 0x72: result.append(13)
        case 0x74: result.append(9)
        case 0x76: result.append(11)
        case 0x78 where index + 2 <= content.upperBound:
            if let value = text.extracting(index..<(index + 2)).hexadecimal { result.append(UInt8(value)) }
            index += 2
        case 0x7A: while index < content.upperBound, isBlank(text[index]) { index += 1 }
        case 0x30...0x39:
            let start = index - 1
            while index < min(content.upperBound, start + 3), text[index] &- 0x30 < 10 { index += 1 }
            result.append(UInt8(truncatingIfNeeded: text.extracting(start..<index).decimal ?? 0))
        default: result.append(octet)
        }
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
