import TextScan

/// Words of Lua that mean something to a reader that runs nothing.
enum LuaWords {
    static let blocks: [StaticString] = ["if", "for", "while", "repeat", "do", "function"]
    static let operators: [StaticString] = [
        "..", "+", "-", "*", "/", "%", "^", "==", "~=", "<=", ">=", "<", ">",
    ]
    static let reserved: [StaticString] = [
        "and", "break", "do", "else", "elseif", "end", "for", "if", "in", "local", "not", "or", "repeat", "return",
        "then", "until", "while",
    ]

    /// Those that are no names.
    static let keywords = reserved + ["false", "function", "goto", "nil", "true"]

    /// Whether a program gets with this name at variables that it does not name, or runs what stands elsewhere.
    static func reachesAll(_ name: Span<UInt8>) -> Bool {
        guard name.count >= 2, name.count <= 16 else { return false }
        return reaching.contains { name.equals($0) }
    }

    private static let reaching: [StaticString] = [
        "_G", "_ENV", "_SANDBOX", "debug", "dofile", "ffi", "getfenv", "getmetatable", "includeDirectory", "load",
        "loadfile", "loadstring", "module", "package", "rawset", "require", "setfenv", "setmetatable",
    ]

    /// What a number in a program is.
    static func number(_ word: Span<UInt8>) -> Double? {
        if word.hasPrefixIgnoringCase("0x") { return word.extracting(2..<word.count).hexadecimal.map { Double($0) } }
        return word.decimal.map { Double($0) } ?? Double(word.string)
    }
}
