import DNS
import Policy
import TextScan

/// Lists as Pi-hole reads them since core 6.1 (FTL 6.4, `gravity-parseList.c`): of every word of a line that is no address
/// the exact name, and of AdBlock rules `||name^` (`@@||name^` in allow lists).
enum GravityReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            // Nearly every line is a name and nothing else; addresses end in a digit.
            if fault(text, line.range, needsDot: true) == nil, !endsInDigit(text, line.range) {
                let (name, rule) = (line.range, line.range)
                sink.add(
                    .exact,
                    text,
                    name: name,
                    class: entry.class,
                    action: entry.action,
                    rule: rule,
                    line: line.number
                )
                continue
            }
            guard let content = content(text, line.range) else {
                sink.drop(.cosmetic, text, text.trimmedRange(in: line.range), line.number)
                continue
            }
            readWords(text, content, line.number, entry, &sink)
        }
    }

    /// What stands in front of a comment; empty for a line that is one, nil for a rule about elements of pages.
    private static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        var (start, end) = (line.lowerBound, line.upperBound)
        if text.extracting(line).hasPrefix("\u{FEFF}") { start += 3 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        guard start < end else { return start..<start }
        switch text[start] {
        case 0x21, 0x23, 0x3B, 0x5B: return start..<start
        default: break
        }
        guard let hash = text.extracting(start..<end).firstIndex(of: 0x23) else { return start..<end }
        if start + hash + 1 < end, [0x23, 0x24, 0x40, 0x3F, 0x25].contains(text[start + hash + 1]) { return nil }
        return start..<(start + hash)
    }

    /// Takes every word of a line; the rule that is shown is all of them.
    private static func readWords(
        _ text: Span<UInt8>,
        _ content: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        let mark: UInt8 = sink.role == .allow ? 0x40 : 0x7C
        let startsMarked = !content.isEmpty && text[content.lowerBound] == mark
        let rule = text.trimmedRange(in: content)
        var (next, hasAddress, hasOther) = (content.lowerBound, false, false)
        while let word = word(text, from: &next, to: content.upperBound) {
            if isAddress(text, word) {
                hasAddress = true
                continue
            }
            hasOther = true
            let name = text[word.upperBound - 1] == 0x2E ? word.lowerBound..<(word.upperBound - 1) : word
            guard !name.isEmpty else {
                sink.drop(.notAName, text, word, line)
                continue
            }
            let reason = fault(text, name, needsDot: true)
            if reason == nil, !startsMarked {
                sink.add(.exact, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
            } else if let inner = marked(text, name, isAllow: sink.role == .allow) {
                sink.add(.subtree, text, name: inner, class: entry.class, action: entry.action, rule: rule, line: line)
            } else {
                let isLocal = LocalNames.contains(text.extracting(name))
                let isForm = startsMarked || text[name.lowerBound] == 0x7C || text[name.lowerBound] == 0x40
                sink.drop(
                    isLocal ? .localName : isForm ? .adblockForm : other(text, name) ?? .notAName,
                    text,
                    word,
                    line
                )
            }
        }
        if hasAddress, !hasOther { sink.drop(.addressAlone, text, rule, line) }
    }

    /// The next word; words are parted by blanks and tabs alone.
    private static func word(_ text: Span<UInt8>, from next: inout Int, to end: Int) -> Range<Int>? {
        while next < end, isBlank(text[next]) { next += 1 }
        let start = next
        while next < end, !isBlank(text[next]) { next += 1 }
        return start < next ? start..<next : nil
    }

    /// The name in `||name^`, in allow lists `@@||name^`.
    private static func marked(_ text: Span<UInt8>, _ word: Range<Int>, isAllow: Bool) -> Range<Int>? {
        let prefix: StaticString = isAllow ? "@@||" : "||"
        guard word.count > prefix.utf8CodeUnitCount + 1, text.hasPrefix(prefix, at: word.lowerBound),
            text[word.upperBound - 1] == 0x5E
        else { return nil }
        let name = (word.lowerBound + prefix.utf8CodeUnitCount)..<(word.upperBound - 1)
        return fault(text, name, needsDot: false) == nil ? name : nil
    }

    private static func isAddress(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        let mayBe = endsInDigit(text, word) || text.extracting(word).firstIndex(of: 0x3A) != nil
        return mayBe && IPAddress(text: text.extracting(word).octets) != nil
    }

    private static func endsInDigit(_ text: Span<UInt8>, _ word: Range<Int>) -> Bool {
        word.last.map { (0x30...0x39).contains(text[$0]) } ?? false
    }

    /// `isspace` of C.
    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }

    private static func other(_ text: Span<UInt8>, _ word: Range<Int>) -> DropReason? {
        if text[word.lowerBound] == 0x2A { return .wildcard }
        return fault(text, word, needsDot: true)
    }

    /// Whether a word is a name that Pi-hole takes.
    static func takes(_ word: [UInt8]) -> Bool { fault(word.span, 0..<word.count, needsDot: true) == nil }

    /// What keeps a word from being a name (`valid_domain`).
    private static func fault(_ text: Span<UInt8>, _ word: Range<Int>, needsDot: Bool) -> DropReason? {
        guard !word.isEmpty, word.count <= 255 else { return .notAName }
        guard let lastDot = lastDot(text, word) else { return .notAName }
        if lastDot < word.lowerBound, needsDot { return .oneLabel }
        let last = word.upperBound - 1
        // One that ends with another dot is taken, and no name of a query is like it.
        guard lastDot < last, text[lastDot + 1] != 0x2D, text[last] != 0x2D else { return .notAName }
        return nil
    }
}

extension GravityReader {
    /// Where the last dot of a name stands, in front of it where there is none; nil for octets that names do not have, and for
    /// labels of no octets or more than 63.
    private static func lastDot(_ text: Span<UInt8>, _ word: Range<Int>) -> Int? {
        unsafe text.withUnsafeBufferPointer { text in
            var (last, start, isName) = (word.lowerBound - 1, word.lowerBound, true)
            while start < word.upperBound {
                let octets = min(8, word.upperBound &- start)
                let part = unsafe OctetWord(text, start, octets)
                guard ~(part.ofHosts | OctetWord.behind(octets)) & OctetWord.behind(0) == 0 else { return nil }
                OctetWord.forEach(part.equal(to: 0x2E)) { index in
                    isName = isName && 2...64 ~= start &+ index &- last
                    last = start &+ index
                }
                start &+= 8
            }
            return isName ? last : nil
        }
    }
}

/// The names of hosts files that mean the machine itself; Pi-hole and Technitium skip them.
enum LocalNames {
    static func contains(_ word: Span<UInt8>) -> Bool {
        guard word.count <= 21 else { return false }
        for name in all where word.equalsIgnoringCase(name) { return true }
        return false
    }

    private static let all: [StaticString] = [
        "localhost", "localhost.localdomain", "local", "broadcasthost", "ip6-localhost", "ip6-loopback",
        "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts",
    ]
}
