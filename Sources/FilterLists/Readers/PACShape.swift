import TextScan

/// Whether a proxy auto-config file is one whose statements mean what they say where they stand: one function with the standard
/// parameters, no names changed, nothing called that may fail. In any other program what a `return` gives is not known without
/// running it.
enum PACShape {
    /// Words that begin what is not looked into.
    private static let foreign: [StaticString] = [
        "function", "try", "throw", "catch", "finally", "eval", "with", "class", "import", "export", "do", "break",
        "continue",
        "yield", "await", "delete", "this", "arguments", "globalThis", "window", "self", "Function", "constructor",
    ]
    /// What may be called: the functions of such files, methods of texts, and words in front of parentheses.
    private static let known: [StaticString] = [
        "isPlainHostName", "dnsDomainIs", "localHostOrDomainIs", "isResolvable", "isInNet", "dnsResolve", "myIpAddress",
        "dnsDomainLevels", "shExpMatch", "weekdayRange", "dateRange", "timeRange", "if", "for", "while", "switch",
        "return",
        "toLowerCase", "toUpperCase", "substring", "substr", "slice", "indexOf", "lastIndexOf", "charAt", "split",
        "trim",
        "startsWith", "endsWith", "includes",
    ]
    /// Names that statements rely on.
    private static let relied: [StaticString] = [
        "shExpMatch", "dnsDomainIs", "localHostOrDomainIs", "FindProxyForURL",
    ]
    /// What may stand behind `host` without changing it.
    private static let readers: [StaticString] = [",", ")", "==", "===", "!=", "!==", ".", "[", "]", "&&", "||", "}"]

    static func isPlain(_ text: Span<UInt8>) -> Bool {
        guard !hasOtherLineEnds(text) else { return false }
        var words = PACWords(text)
        guard words.take("function"), words.take("FindProxyForURL"), words.take("("), let first = words.next(),
            !text.extracting(first).equals("host"), words.take(","), words.take("host"), words.take(")"),
            words.take("{")
        else { return false }
        var depth = 1
        while depth > 0 {
            if words.takeLowering() { continue }
            guard let word = words.next() else { return false }
            let octets = text.extracting(word)
            if words.isText {
                if octets.firstIndex(of: 0x5C) != nil { return false }
                continue
            }
            if octets.equals("{") { depth += 1 }
            if octets.equals("}") { depth -= 1 }
            guard isPlain(octets, text, words) else { return false }
        }
        return words.next() == nil
    }

    /// Whether a word, together with the one behind it, changes nothing that is relied on.
    private static func isPlain(_ word: Span<UInt8>, _ text: Span<UInt8>, _ words: borrowing PACWords) -> Bool {
        let line = words.line
        var ahead = words.copy()
        let next = ahead.next()
        let follows = text.extracting(next ?? 0..<0)
        let isCall = !ahead.isText && follows.equals("(")
        switch word.count > 0 ? word[0] : 0 {
        case 0x24, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: break
        case 0x60, 0x5C, 0x2F, 0x23, 0x40, 0x80...: return false
        // Comments of HTML, which scripts have too, counting down, and functions with arrows.
        case 0x3C: return !follows.equals("!")
        case 0x2D: return !follows.equals("-")
        case 0x2B: return !follows.equals("+")
        case 0x3D: return !follows.equals(">")
        default: return true
        }
        if isOne(word, of: foreign) { return false }
        if isCall, !isOne(word, of: known) { return false }
        if word.equals("host") { return !ahead.isText && isOne(follows, of: readers) }
        if isOne(word, of: relied) { return isCall }
        if word.equals("var") || word.equals("let") || word.equals("const") { return !follows.equals("host") }
        guard word.equals("return"), ahead.isText else { return !word.equals("return") || ahead.line == line }
        // What is returned is the text alone, and on the same line.
        guard ahead.line == line, let end = ahead.next() else { return false }
        let close = text.extracting(end)
        return !ahead.isText && (close.equals(";") || close.equals("}"))
    }

    private static func isOne(_ word: Span<UInt8>, of words: [StaticString]) -> Bool {
        words.contains { word.equals($0) }
    }

    /// Whether something else than a line feed ends lines: a return alone, and two characters beyond ASCII.
    private static func hasOtherLineEnds(_ text: Span<UInt8>) -> Bool {
        for index in text.indices {
            if text[index] == 0x0D, index + 1 >= text.count || text[index + 1] != 0x0A { return true }
            if text[index] == 0xE2, index + 2 < text.count, text[index + 1] == 0x80, text[index + 2] & 0xFE == 0xA8 {
                return true
            }
        }
        return false
    }
}
