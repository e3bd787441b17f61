import TextScan

/// A statement of Lua.
enum LuaStatement {
    /// A call on its own.
    case call(LuaCall)
    /// `name = value`, local or not.
    case assignment(path: [Range<Int>], value: LuaExpression, range: Range<Int>, line: Int)
    /// What would have to be run: a block, a function, a loop, several values at once.
    case program(LuaProgram)
    /// No Lua: the engine would refuse the whole file from here on.
    case broken(range: Range<Int>, line: Int)
    case end
}

/// A part of a file that is not run.
struct LuaProgram {
    var range: Range<Int>
    var line: Int
    /// Every name that occurs in it.
    var names: [String: Int]
}

/// Reads Lua statement by statement and keeps what can be known without running it.
struct LuaParser: ~Escapable {
    /// Expressions inside of expressions.
    private static let maximumDepth = 100
    /// Values in one statement.
    private static let maximumValues = 4_000_000

    private enum Fault: Error { case syntax }

    let text: Span<UInt8>
    private var scanner: LuaScanner
    private var token: LuaToken
    /// Where the token before this one ended.
    private var lastEnd = 0
    private var values = 0
    /// Names seen in what is not run, of the last statement.
    private(set) var names: [String: Int] = [:]
    /// Whether a part of the statement would have to be run outside of its arguments.
    private var isProgram = false

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        scanner = LuaScanner(text)
        token = scanner.next()
    }

    /// Lines seen so far.
    var line: Int { scanner.line }

    /// The next statement.
    @_lifetime(self: copy self)
    mutating func next() -> LuaStatement {
        while isMark(";") { advance() }
        guard token.kind != .end else { return .end }
        values = 0
        names = [:]
        isProgram = false
        let (start, startLine) = (token.range.lowerBound, token.line)
        do throws(Fault) {
            let statement = try statement(start, startLine)
            guard isProgram else { return statement }
        } catch {
            let end = max(start, token.range.upperBound)
            token.kind = .end
            return .broken(range: start..<end, line: startLine)
        }
        return .program(LuaProgram(range: start..<lastEnd, line: startLine, names: names))
    }

    @_lifetime(self: copy self)
    private mutating func statement(_ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        guard token.kind == .name else { throw .syntax }
        for keyword in Self.blocks where isWord(keyword) { return try block() }
        if isWord("return") || isWord("break") || isWord("goto") {
            isProgram = true
            advance()
            if token.kind == .name, !isWord("end") { advance() }
            return .end
        }
        if isWord("local") {
            advance()
            if isWord("function") { return try block() }
            guard token.kind == .name else { throw .syntax }
            let name = token.range
            advance()
            guard isMark("=") else { return try others([.path([name])], start, line) }
            advance()
            return try assignment([name], start, line)
        }
        let first = try suffixed(0)
        switch first {
        case .call(let call) where !isMark("=") && !isMark(","): return .call(call)
        case .path(let path) where isMark("="):
            advance()
            return try assignment(path, start, line)
        default: return try others([first], start, line)
        }
    }

    @_lifetime(self: copy self)
    private mutating func assignment(_ path: [Range<Int>], _ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        let value = try expression(0)
        if isMark(",") { return try others([.path(path)], start, line) }
        return .assignment(path: path, value: value, range: start..<lastEnd, line: line)
    }

    /// The rest of a statement of a kind that is not looked into.
    @_lifetime(self: copy self)
    private mutating func others(_ targets: [LuaExpression], _ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        isProgram = true
        for case .path(let path) in targets { for name in path { note(name) } }
        while isMark(",") || isMark("=") {
            advance()
            if case .path(let path) = try expression(0) { for name in path { note(name) } }
        }
        return .end
    }

    private static let blocks: [StaticString] = ["if", "for", "while", "repeat", "do", "function"]

    /// Skips a block to its end, noting the names in it.
    @_lifetime(self: copy self)
    private mutating func block() throws(Fault) -> LuaStatement {
        isProgram = true
        try skipBlock()
        return .end
    }

    @_lifetime(self: copy self)
    private mutating func skipBlock(_ level: Int = 0) throws(Fault) {
        var depth = 0
        while true {
            switch token.kind {
            case .end, .broken: throw .syntax
            case .name:
                // `for` and `while` have a `do` of their own.
                if isWord("if") || isWord("do") || isWord("function") || isWord("repeat") {
                    depth += 1
                } else if isWord("end") || isWord("until") {
                    depth -= 1
                    let isUntil = isWord("until")
                    advance()
                    guard depth <= 0 else { continue }
                    if isUntil { _ = try expression(level + 1) }
                    return
                } else {
                    note(token.range)
                }
            default: break
            }
            advance()
        }
    }

    private mutating func note(_ name: Range<Int>) {
        guard name.count < 64, names.count < 10_000 else { return }
        names[text.extracting(name).string, default: 0] += 1
    }

    // MARK: - Expressions

    @_lifetime(self: copy self)
    private mutating func expression(_ depth: Int) throws(Fault) -> LuaExpression {
        var result = try operand(depth)
        while isOperator() {
            advance()
            if case .path(let path) = try operand(depth) { for name in path { note(name) } }
            result = .opaque
        }
        return result
    }

    @_lifetime(self: copy self)
    private mutating func operand(_ depth: Int) throws(Fault) -> LuaExpression {
        guard depth < Self.maximumDepth, values < Self.maximumValues else { throw .syntax }
        values += 1
        var isNegative = false
        var isOpaque = false
        while isMark("-") || isMark("#") || isWord("not") {
            if isMark("-") { isNegative.toggle() } else { isOpaque = true }
            advance()
        }
        let value = try simple(depth)
        if isOpaque { return .opaque }
        guard isNegative else { return value }
        if case .number(let number) = value { return .number(-number) }
        return .opaque
    }

    @_lifetime(self: copy self)
    private mutating func simple(_ depth: Int) throws(Fault) -> LuaExpression {
        switch token.kind {
        case .text:
            let text = LuaText(content: token.content, line: token.line, isEscaped: token.isEscaped)
            advance()
            return .text(text)
        case .number:
            guard let number = number(text.extracting(token.range)) else { throw .syntax }
            advance()
            return .number(number)
        case .mark where isMark("{"): return .table(try table(depth))
        case .mark where isMark("..."):
            advance()
            return .opaque
        case .name where isWord("nil"):
            advance()
            return .null
        case .name where isWord("true") || isWord("false"):
            defer { advance() }
            return .boolean(isWord("true"))
        case .name where isWord("function"):
            try skipBlock(depth)
            return .opaque
        default: return try suffixed(depth)
        }
    }

    /// A name, or something in parentheses, and what is called or looked up in it.
    @_lifetime(self: copy self)
    private mutating func suffixed(_ depth: Int) throws(Fault) -> LuaExpression {
        let (start, line) = (token.range.lowerBound, token.line)
        var path: [Range<Int>] = []
        var result = LuaExpression.opaque
        if isMark("(") {
            advance()
            result = try expression(depth + 1)
            try take(")")
        } else {
            guard token.kind == .name, !isReserved() else { throw .syntax }
            path = [token.range]
            result = .path(path)
            advance()
        }
        while true {
            if isMark(".") || isMark(":") {
                let isMethod = isMark(":")
                advance()
                guard token.kind == .name else { throw .syntax }
                path.append(token.range)
                advance()
                if case .path = result { result = .path(path) } else { result = opaque(path) }
                guard isMethod else { continue }
                result = try called(result, path, isMethod: true, start, line, depth)
            } else if isMark("[") {
                advance()
                _ = try expression(depth + 1)
                try take("]")
                result = opaque(path)
            } else if isMark("(") || isMark("{") || token.kind == .text {
                result = try called(result, path, isMethod: false, start, line, depth)
            } else {
                return result
            }
        }
    }

    private mutating func opaque(_ path: [Range<Int>]) -> LuaExpression {
        for name in path { note(name) }
        return .opaque
    }

    @_lifetime(self: copy self)
    private mutating func called(
        _ function: LuaExpression,
        _ path: [Range<Int>],
        isMethod: Bool,
        _ start: Int,
        _ line: Int,
        _ depth: Int
    ) throws(Fault) -> LuaExpression {
        let arguments = try arguments(depth + 1)
        guard case .path = function else {
            for case .path(let path) in arguments { for name in path { note(name) } }
            return opaque(path)
        }
        return .call(
            LuaCall(path: path, isMethod: isMethod, arguments: arguments, range: start..<lastEnd, line: line)
        )
    }

    @_lifetime(self: copy self)
    private mutating func arguments(_ depth: Int) throws(Fault) -> [LuaExpression] {
        if isMark("{") || token.kind == .text { return [try simple(depth)] }
        try take("(")
        var arguments: [LuaExpression] = []
        if !isMark(")") {
            arguments.append(try expression(depth))
            while isMark(",") {
                advance()
                arguments.append(try expression(depth))
            }
        }
        try take(")")
        return arguments
    }

    @_lifetime(self: copy self)
    private mutating func table(_ depth: Int) throws(Fault) -> [LuaField] {
        try take("{")
        var fields: [LuaField] = []
        while !isMark("}") {
            if isMark("[") {
                advance()
                let key = try expression(depth + 1)
                try take("]")
                try take("=")
                fields.append(LuaField(key: key, value: try expression(depth + 1)))
            } else {
                let name = LuaText(content: token.range, line: token.line, isEscaped: false)
                let isName = token.kind == .name
                let value = try expression(depth + 1)
                if isName, case .path(let path) = value, path.count == 1, isMark("=") {
                    advance()
                    fields.append(LuaField(key: .text(name), value: try expression(depth + 1)))
                } else {
                    fields.append(LuaField(value: value))
                }
            }
            guard isMark(",") || isMark(";") else { break }
            advance()
        }
        try take("}")
        return fields
    }

    // MARK: - Tokens

    @_lifetime(self: copy self)
    private mutating func advance() {
        lastEnd = token.range.upperBound
        token = scanner.next()
    }

    @_lifetime(self: copy self)
    private mutating func take(_ mark: StaticString) throws(Fault) {
        guard isMark(mark) else { throw .syntax }
        advance()
    }

    private func isMark(_ mark: StaticString) -> Bool {
        token.kind == .mark && text.extracting(token.range).equals(mark)
    }

    private func isWord(_ word: StaticString) -> Bool {
        token.kind == .name && text.extracting(token.range).equals(word)
    }

    private func isOperator() -> Bool {
        switch token.kind {
        case .mark: Self.operators.contains { isMark($0) }
        case .name: isWord("and") || isWord("or")
        default: false
        }
    }

    private func isReserved() -> Bool { Self.reserved.contains { isWord($0) } }

    private static let operators: [StaticString] = [
        "..", "+", "-", "*", "/", "%", "^", "==", "~=", "<=", ">=", "<", ">",
    ]
    private static let reserved: [StaticString] = [
        "and", "break", "do", "else", "elseif", "end", "for", "if", "in", "local", "not", "or", "repeat", "return",
        "then", "until", "while",
    ]

    private func number(_ word: Span<UInt8>) -> Double? {
        if word.hasPrefixIgnoringCase("0x") { return word.extracting(2..<word.count).hexadecimal.map { Double($0) } }
        return word.decimal.map { Double($0) } ?? Double(word.string)
    }
}
