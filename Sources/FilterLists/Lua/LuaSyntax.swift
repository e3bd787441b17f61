import TextScan

/// Whether LuaJIT 2.1 compiles a text: with one that it does not, an engine runs nothing of it.
///
/// What is compiled is a whole file, so a fault in a function that nobody calls is one of the file. What comes near one of
/// LuaJIT's limits is not known to be compiled (compared with dnsdist 1.7.3 and kresd 5.6).
struct LuaSyntax: ~Escapable {
    /// Where a text is no program, or one of which it is not known.
    struct Fault: Error {
        var range: Range<Int>
        var line: Int
        /// Whether it is no program for certain.
        var isCertain: Bool
    }

    /// What a function holds.
    struct Function {
        var locals = 0
        var loops = 0
        var takesMore = false
        var constants: Set<Int> = []
        /// Functions, tables and keys in brackets, which may be constants, too.
        var pieces = 0
    }

    private static let (maximumDepth, maximumSlots, maximumConstants) = (150, 180, 60_000)
    /// Variables of functions around one, and of one assignment, and words of what may be jumped over.
    private static let (maximumAround, maximumTargets, maximumJump) = (50, 100, 15_000)

    let text: Span<UInt8>
    var scanner: LuaScanner
    var token: LuaToken
    var lastLine = 1
    var depth = 0
    /// Where the token before this one ended, and whether what was read last of a table was no more than a name.
    var (lastEnd, lastItemIsName) = (0, false)
    /// Places that the expression being read takes beside those of local variables.
    var slots = 0
    var functions = [Function(takesMore: true)]
    private var words = 0

    @_lifetime(copy text)
    private init(_ text: Span<UInt8>) {
        self.text = text
        scanner = LuaScanner(text)
        token = scanner.next()
    }

    /// The first fault of a text; nil for a program.
    static func firstFault(_ text: Span<UInt8>) -> Fault? {
        var syntax = LuaSyntax(text)
        do throws(Fault) {
            // LuaJIT takes it for the end of a line.
            var line = 1
            for place in 0..<text.count {
                if text[place] == 0x0A { line += 1 }
                guard text[place] == 0x0D else { continue }
                guard place + 1 < text.count, text[place + 1] == 0x0A else {
                    throw Fault(range: place..<(place + 1), line: line, isCertain: false)
                }
            }
            try syntax.block()
            if syntax.token.kind != .end { throw syntax.fault() }
            return nil
        } catch {
            return error
        }
    }

    // MARK: - Statements

    /// Statements to the word that ends them, which is left.
    @_lifetime(self: copy self)
    mutating func block() throws(Fault) {
        try deeper()
        let locals = functions[functions.count - 1].locals
        while !endsBlock() {
            let (isLast, first) = (isWord("return") || isWord("break"), words)
            let mayJump = isWord("if") || isWord("for") || isWord("while") || isWord("repeat")
            try statement()
            if mayJump, words - first > Self.maximumJump { throw fault(isCertain: false) }
            if isMark(";") { advance() }
            if isLast {
                guard endsBlock() else { throw fault() }
            }
        }
        functions[functions.count - 1].locals = locals
        depth -= 1
    }

    private func endsBlock() -> Bool {
        token.kind == .end || isWord("end") || isWord("else") || isWord("elseif") || isWord("until")
    }

    @_lifetime(self: copy self)
    private mutating func statement() throws(Fault) {
        if isWord("if") { return try condition() }
        if isWord("for") { return try loop() }
        if isWord("while") {
            advance()
            try expression()
            try take("do")
            return try body()
        }
        if isWord("do") {
            advance()
            try block()
            return try take("end")
        }
        if isWord("repeat") {
            advance()
            functions[functions.count - 1].loops += 1
            try block()
            functions[functions.count - 1].loops -= 1
            try take("until")
            return try expression()
        }
        if isWord("function") { return try declaration() }
        if isWord("local") { return try locals() }
        if isWord("return") {
            advance()
            if endsBlock() || isMark(";") { return }
            return try expressions()
        }
        if isWord("break") {
            guard functions[functions.count - 1].loops > 0 else { throw fault() }
            return advance()
        }
        // Where it goes is not looked for.
        if isWord("goto") || isMark("::") { throw fault(isCertain: false) }
        try assignmentOrCall()
    }

    @_lifetime(self: copy self)
    private mutating func condition() throws(Fault) {
        repeat {
            advance()
            try expression()
            try take("then")
            try block()
        } while isWord("elseif")
        if isWord("else") {
            advance()
            try block()
        }
        try take("end")
    }

    @_lifetime(self: copy self)
    private mutating func loop() throws(Fault) {
        advance()
        let locals = functions[functions.count - 1].locals
        // Loops have variables of their own.
        try declare(4)
        try name()
        if isMark("=") {
            advance()
            try expression()
            try take(",")
            try expression()
            if isMark(",") {
                advance()
                try expression()
            }
        } else {
            while isMark(",") {
                advance()
                try name()
                try declare(1)
            }
            try take("in")
            try expressions()
        }
        try take("do")
        try body()
        functions[functions.count - 1].locals = locals
    }

    /// What a loop repeats.
    @_lifetime(self: copy self)
    private mutating func body() throws(Fault) {
        functions[functions.count - 1].loops += 1
        try block()
        functions[functions.count - 1].loops -= 1
        try take("end")
    }

    @_lifetime(self: copy self)
    private mutating func declaration() throws(Fault) {
        advance()
        try name(isConstant: true)
        while isMark(".") {
            advance()
            try name(isConstant: true)
        }
        if isMark(":") {
            advance()
            try name(isConstant: true)
        }
        try function()
    }

    @_lifetime(self: copy self)
    private mutating func locals() throws(Fault) {
        advance()
        if isWord("function") {
            advance()
            try name()
            try declare(1)
            return try function()
        }
        var count = 1
        try name()
        while isMark(",") {
            advance()
            try name()
            count += 1
        }
        if isMark("=") {
            advance()
            try expressions()
        }
        try declare(count)
    }

    @_lifetime(self: copy self)
    private mutating func assignmentOrCall() throws(Fault) {
        var (isCall, targets) = (try suffixed(), 1)
        guard isMark(",") || isMark("=") else {
            if isCall != .call { throw fault() }
            return
        }
        while true {
            guard isCall == .variable else { throw fault() }
            guard isMark(",") else { break }
            advance()
            targets += 1
            if targets > Self.maximumTargets { throw fault(isCertain: false) }
            isCall = try suffixed()
        }
        try take("=")
        try expressions()
    }

    // MARK: - Limits

    mutating func deeper() throws(Fault) {
        depth += 1
        if depth > Self.maximumDepth { throw fault(isCertain: false) }
    }

    mutating func takeSlot() throws(Fault) {
        slots += 1
        try checkSlots()
    }

    mutating func declare(_ count: Int) throws(Fault) {
        functions[functions.count - 1].locals += count
        try checkSlots()
    }

    private func checkSlots() throws(Fault) {
        if functions[functions.count - 1].locals + slots > Self.maximumSlots { throw fault(isCertain: false) }
    }

    /// Notes a constant of a function, of which there may be so many.
    mutating func note(_ constant: Range<Int>) throws(Fault) {
        var hasher = Hasher()
        for index in constant { hasher.combine(text[index]) }
        functions[functions.count - 1].constants.insert(hasher.finalize())
        try checkConstants()
    }

    /// Notes something else that may be a constant.
    mutating func notePiece() throws(Fault) {
        functions[functions.count - 1].pieces += 1
        try checkConstants()
    }

    private func checkConstants() throws(Fault) {
        let function = functions[functions.count - 1]
        if function.constants.count + function.pieces > Self.maximumConstants { throw fault(isCertain: false) }
    }

    /// Notes that a function begins, which may use variables of those around it.
    mutating func noteFunction() throws(Fault) {
        try notePiece()
        if functions.reduce(0, { $0 + $1.locals }) > Self.maximumAround { throw fault(isCertain: false) }
    }

    // MARK: - Tokens

    @_lifetime(self: copy self)
    mutating func advance() {
        words += 1
        lastLine = scanner.line
        lastEnd = token.range.upperBound
        token = scanner.next()
    }

    @_lifetime(self: copy self)
    mutating func name(isConstant: Bool = false) throws(Fault) {
        guard token.kind == .name, !isReserved() else { throw fault() }
        if isConstant { try note(token.range) }
        advance()
    }

    @_lifetime(self: copy self)
    mutating func take(_ word: StaticString) throws(Fault) {
        guard isMark(word) || isWord(word) else { throw fault() }
        advance()
    }

    func fault(isCertain: Bool = true) -> Fault {
        Fault(range: token.range, line: token.line, isCertain: isCertain)
    }

    func isMark(_ mark: StaticString) -> Bool {
        token.kind == .mark && text.extracting(token.range).equals(mark)
    }

    func isWord(_ word: StaticString) -> Bool {
        token.kind == .name && text.extracting(token.range).equals(word)
    }

    func isReserved() -> Bool { LuaWords.keywords.contains { isWord($0) } }
}
