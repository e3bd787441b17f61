import TextScan

/// Reads Lua statement by statement and keeps what can be known without running it.
struct LuaParser: ~Escapable {
    /// Expressions inside of expressions, and names in one `a.b.c`.
    private static let (maximumDepth, maximumPath) = (100, 64)
    /// Values in one statement.
    private static let maximumValues = 4_000_000

    private enum Fault: Error { case syntax }

    let text: Span<UInt8>
    private var scanner: LuaScanner
    private var token: LuaToken
    /// Where the token before this one ended.
    private var lastEnd = 0
    private var values = 0
    /// Where the token before this one was `.` or `:`.
    private var isBehindDot = false
    /// Names seen in what is not run, of the last statement.
    private(set) var names = LuaNames()
    /// Whether a part of the statement would have to be run outside of its arguments.
    private var isProgram = false

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        scanner = LuaScanner(text)
        token = scanner.next()
    }

    /// The next statement.
    @_lifetime(self: copy self)
    mutating func next() -> LuaStatement {
        guard token.kind != .end else { return .end }
        values = 0
        names = LuaNames()
        isProgram = false
        var end = token.range.upperBound
        let (start, startLine) = (token.range.lowerBound, token.line)
        do throws(Fault) {
            let statement = try statement(start, startLine)
            end = lastEnd
            if isMark(";") { advance() }
            guard isProgram else { return statement }
        } catch {
            let end = max(start, token.range.upperBound)
            token.kind = .end
            return .broken(range: start..<end, line: startLine)
        }
        return .program(LuaProgram(range: start..<end, line: startLine))
    }

    @_lifetime(self: copy self)
    private mutating func statement(_ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        guard token.kind == .name else { throw .syntax }
        for keyword in LuaWords.blocks where isWord(keyword) { return try block() }
        if isWord("return") || isWord("break") || isWord("goto") {
            isProgram = true
            // Where it goes on is not known.
            if isWord("goto") { names.isLost = true }
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
        // Names alone are no statement, and no call is assigned to.
        case .path where !isMark(","), .call: throw .syntax
        default: return try others([first], start, line)
        }
    }

    @_lifetime(self: copy self)
    private mutating func assignment(_ path: [Range<Int>], _ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        let value = try expression(0)
        if isMark(",") {
            names.note(value, in: text)
            return try others([.path(path)], start, line)
        }
        return .assignment(path: path, value: value, range: start..<lastEnd, line: line)
    }

    /// The rest of a statement of a kind that is not looked into.
    @_lifetime(self: copy self)
    private mutating func others(_ targets: [LuaExpression], _ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        isProgram = true
        for target in targets { note(target) }
        var isTarget = true
        while isMark(",") || isMark("=") {
            if isMark("=") { isTarget = false }
            advance()
            let other = try expression(0)
            if isTarget { note(other) } else { names.note(other, in: text) }
        }
        return .end
    }

    /// Notes what may be assigned to.
    private mutating func note(_ target: LuaExpression) {
        if case .path(let path) = target {
            names.note(path, isExposed: true, in: text)
        } else {
            names.note(target, in: text)
        }
    }

    /// Skips a block to its end, noting the names in it.
    @_lifetime(self: copy self)
    private mutating func block() throws(Fault) -> LuaStatement {
        isProgram = true
        try skipBlock()
        return .end
    }

    @_lifetime(self: copy self)
    private mutating func skipBlock(_ level: Int = 0) throws(Fault) {
        var blocks = LuaBlocks()
        var isDeclared = false
        while true {
            switch token.kind {
            case .end, .broken: throw .syntax
            case .name:
                // `for` and `while` have a `do` of their own.
                if isWord("if") || isWord("do") || isWord("function") || isWord("repeat") {
                    blocks.begin(isFunction: isWord("function"))
                } else if isWord("end") || isWord("until") {
                    blocks.end()
                    let isUntil = isWord("until")
                    advance()
                    guard blocks.depth <= 0 else { continue }
                    if isUntil { names.note(try expression(level + 1), in: text) }
                    return
                } else {
                    // Behind it nothing of the file may be run.
                    if !blocks.isInFunction, isWord("return") || isWord("goto") { names.isLost = true }
                    skipPath(isDeclared: isDeclared, isTarget: blocks.open <= 0)
                    isDeclared = false
                    continue
                }
            case .mark where isMark("(") || isMark("{"): blocks.open += 1
            case .mark where isMark(")") || isMark("}"): blocks.open -= 1
            default: break
            }
            isDeclared = isWord("function")
            advance()
        }
    }

    /// Skips `a.b.c`, and notes it by what follows.
    @_lifetime(self: copy self)
    private mutating func skipPath(isDeclared: Bool, isTarget: Bool) {
        let root = token.range
        var isAlone = true
        advance()
        while isMark(".") || isMark(":") {
            advance()
            guard token.kind == .name else { break }
            isAlone = false
            names.note(field: text.extracting(token.range))
            advance()
        }
        let isCalled = isMark("(") || isMark("{") || token.kind == .text
        let isWritten = isMark("=") || isMark(",") && isTarget || isMark("[")
        names.note(root: text.extracting(root), isExposed: isDeclared || isWritten || isAlone && !isCalled)
    }

    // MARK: - Expressions

    @_lifetime(self: copy self)
    private mutating func expression(_ depth: Int) throws(Fault) -> LuaExpression {
        var result = try operand(depth)
        while isOperator() {
            names.note(result, in: text)
            advance()
            names.note(try operand(depth), in: text)
            result = .opaque
        }
        return result
    }

    @_lifetime(self: copy self)
    private mutating func operand(_ depth: Int) throws(Fault) -> LuaExpression {
        guard depth < Self.maximumDepth else { throw .syntax }
        try count()
        var isNegative = false
        var isOpaque = false
        while isMark("-") || isMark("#") || isWord("not") {
            if isMark("-") { isNegative.toggle() } else { isOpaque = true }
            advance()
        }
        let value = try simple(depth)
        if !isOpaque {
            guard isNegative else { return value }
            if case .number(let number) = value { return .number(-number) }
        }
        // The length of a variable, or its opposite, does not give it away.
        if case .path = value { return .opaque }
        return dropped(value)
    }

    private mutating func count() throws(Fault) {
        guard values < Self.maximumValues else { throw .syntax }
        values += 1
    }

    /// What is left of a value when something is done to it that is not looked into.
    private mutating func dropped(_ value: LuaExpression) -> LuaExpression {
        names.note(value, in: text)
        return .opaque
    }

    @_lifetime(self: copy self)
    private mutating func simple(_ depth: Int) throws(Fault) -> LuaExpression {
        switch token.kind {
        case .text:
            var text = LuaText(content: token.content, line: token.line, isEscaped: token.isEscaped)
            text.hasNUL = token.hasNUL
            advance()
            return .text(text)
        case .number:
            guard let number = LuaWords.number(text.extracting(token.range)) else { throw .syntax }
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
            if case .path(let inner) = result { path = inner }
        } else {
            guard token.kind == .name, !isReserved() else { throw .syntax }
            path = [token.range]
            result = .path(path)
            advance()
        }
        while true {
            try count()
            if isMark(".") || isMark(":") {
                let isMethod = isMark(":")
                advance()
                guard token.kind == .name else { throw .syntax }
                if case .path = result, path.count < Self.maximumPath {
                    path.append(token.range)
                    result = .path(path)
                } else {
                    result = dropped(result)
                    names.note(field: text.extracting(token.range))
                }
                advance()
                guard isMethod else { continue }
                result = try called(result, isMethod: true, start, line, depth)
            } else if isMark("[") {
                result = dropped(result)
                advance()
                names.note(try expression(depth + 1), in: text)
                try take("]")
            } else if isMark("(") || isMark("{") || token.kind == .text {
                result = try called(result, isMethod: false, start, line, depth)
            } else {
                return result
            }
        }
    }

    @_lifetime(self: copy self)
    private mutating func called(
        _ function: LuaExpression,
        isMethod: Bool,
        _ start: Int,
        _ line: Int,
        _ depth: Int
    ) throws(Fault) -> LuaExpression {
        let arguments = try arguments(depth + 1)
        guard case .path(let path) = function else {
            for argument in arguments { names.note(argument, in: text) }
            return dropped(function)
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
        if token.kind == .name, !isBehindDot, LuaWords.reachesAll(text.extracting(token.range)) { names.isLost = true }
        isBehindDot = isMark(".") || isMark(":")
        lastEnd = token.range.upperBound
        let wasSemicolon = isMark(";")
        token = scanner.next()
        if wasSemicolon, isMark(";") { token.kind = .broken }
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
        case .mark: LuaWords.operators.contains { isMark($0) }
        case .name: isWord("and") || isWord("or")
        default: false
        }
    }

    private func isReserved() -> Bool { LuaWords.reserved.contains { isWord($0) } }
}
