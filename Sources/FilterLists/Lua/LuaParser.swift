import TextScan

/// Reads Lua statement by statement and keeps what can be known without running it.
struct LuaParser: ~Escapable {
    /// Expressions inside of expressions, and names in one `a.b.c`.
    static let (maximumDepth, maximumPath) = (100, 64)
    /// Values in one statement.
    static let maximumValues = 4_000_000

    enum Fault: Error { case syntax }

    let text: Span<UInt8>
    private var scanner: LuaScanner
    var token: LuaToken
    /// Where the token before this one ended.
    var lastEnd = 0
    var values = 0
    /// Where the token before this one was `.` or `:`.
    private var isBehindDot = false
    /// Names seen in what is not run, of the last statement.
    var names = LuaNames()
    /// What the statement is where it is more than a call or an assignment.
    private var program: LuaProgram?

    @_lifetime(copy text)
    init(_ text: Span<UInt8>) {
        self.text = text
        scanner = LuaScanner(text)
        token = scanner.next()
    }

    /// Where the next statement begins, or what is read ends.
    var end: Int { lastEnd }

    /// The next statement.
    @_lifetime(self: copy self)
    mutating func next() -> LuaStatement {
        guard token.kind != .end else { return .end }
        values = 0
        names = LuaNames()
        program = nil
        let (start, startLine) = (token.range.lowerBound, token.line)
        do throws(Fault) {
            let statement = try statement(start, startLine)
            program?.range = start..<lastEnd
            if isMark(";") { advance() }
            return program.map { .program($0) } ?? statement
        } catch {
            let end = max(start, token.range.upperBound)
            token.kind = .end
            return .broken(range: start..<end, line: startLine)
        }
    }

    @_lifetime(self: copy self)
    private mutating func statement(_ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        guard token.kind == .name else { throw .syntax }
        program = LuaProgram(range: start..<start, line: line)
        if isWord("function") { return try declaration() }
        for keyword in LuaWords.blocks where isWord(keyword) { return try block() }
        if isWord("return") || isWord("break") || isWord("goto") {
            // Where it goes on is not known.
            if isWord("goto") { names.isLost = true }
            advance()
            if token.kind == .name, !isWord("end") { advance() }
            return .end
        }
        if isWord("local") {
            advance()
            if isWord("function") { return try declaration() }
            guard token.kind == .name else { throw .syntax }
            let name = token.range
            advance()
            guard isMark("=") else { return try others([.path([name])]) }
            advance()
            return try assignment([name], start, line)
        }
        let first = try suffixed(0)
        switch first {
        case .call(let call) where !isMark("=") && !isMark(","):
            program = nil
            return .call(call)
        case .path(let path) where isMark("="):
            advance()
            return try assignment(path, start, line)
        // Names alone are no statement, and no call is assigned to.
        case .path where !isMark(","), .call: throw .syntax
        default: return try others([first])
        }
    }

    @_lifetime(self: copy self)
    private mutating func assignment(_ path: [Range<Int>], _ start: Int, _ line: Int) throws(Fault) -> LuaStatement {
        let value = try expression(0)
        if isMark(",") {
            names.note(value, in: text)
            program?.values.append(value)
            return try others([.path(path)])
        }
        program = nil
        return .assignment(path: path, value: value, range: start..<lastEnd, line: line)
    }

    /// The rest of a statement of a kind that is not looked into.
    @_lifetime(self: copy self)
    private mutating func others(_ targets: [LuaExpression]) throws(Fault) -> LuaStatement {
        program?.isRun = false
        program?.values += targets
        for target in targets { note(target) }
        var isTarget = true
        while isMark(",") || isMark("=") {
            if isMark("=") { isTarget = false }
            advance()
            let other = try expression(0)
            program?.values.append(other)
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
        try skipBlock()
        return .end
    }

    /// Skips a function that gets a name.
    @_lifetime(self: copy self)
    private mutating func declaration() throws(Fault) -> LuaStatement {
        var ahead = scanner
        let name = ahead.next()
        // Fields of tables may not be there, and may mean something.
        let isPlain = text.extracting(ahead.next().range).equals("(")
        program?.isRun = !isPlain
        program?.declared = isPlain ? name.range : nil
        try skipBlock()
        return .end
    }

    @_lifetime(self: copy self)
    mutating func skipBlock(_ level: Int = 0) throws(Fault) {
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
            if isDeclared, blocks.depth == 1, let declared = program?.declared, token.range == declared {
                isDeclared = false
                advance()
            }
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

    // MARK: - Tokens

    @_lifetime(self: copy self)
    mutating func advance() {
        if token.kind == .name, !isBehindDot, LuaWords.reachesAll(text.extracting(token.range)) { names.isLost = true }
        isBehindDot = isMark(".") || isMark(":")
        lastEnd = token.range.upperBound
        let wasSemicolon = isMark(";")
        token = scanner.next()
        if wasSemicolon, isMark(";") { token.kind = .broken }
    }

    @_lifetime(self: copy self)
    mutating func take(_ mark: StaticString) throws(Fault) {
        guard isMark(mark) else { throw .syntax }
        advance()
    }

    func isMark(_ mark: StaticString) -> Bool {
        token.kind == .mark && text.extracting(token.range).equals(mark)
    }

    func isWord(_ word: StaticString) -> Bool {
        token.kind == .name && text.extracting(token.range).equals(word)
    }

    func isOperator() -> Bool {
        switch token.kind {
        case .mark: LuaWords.operators.contains { isMark($0) }
        case .name: isWord("and") || isWord("or")
        default: false
        }
    }

    func isReserved() -> Bool { LuaWords.reserved.contains { isWord($0) } }
}
