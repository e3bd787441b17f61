import DNS
import Policy
import TextScan

/// Lists as Pi-hole reads them: `gravity.sh` strips every line down to one lower-case word, FTL's
/// `gravity-parseList.c` takes exact names and, of AdBlock rules, `||name^` (`@@||name^` in allow lists).
enum GravityReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        let isAntigravity = sink.role == .allow
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            // Nearly every line is a name and nothing else.
            if fault(text, line.range, needsDot: true) == nil {
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
            let content = content(text, line.range)
            guard !content.isEmpty else { continue }
            if LineShape.isCosmetic(text.extracting(line.range)), isElementRule(text, line.range) {
                sink.drop(.cosmetic, text, text.trimmedRange(in: line.range), line.number)
                continue
            }
            read(text, content, line.number, entry, isAntigravity, &sink)
        }
    }

    private static func read(
        _ text: Span<UInt8>,
        _ content: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ isAntigravity: Bool,
        _ sink: inout RuleSink
    ) {
        // Everything up to the last blank goes, the address of a hosts line with it.
        var start = content.upperBound
        while start > content.lowerBound, !isBlank(text[start - 1]) { start -= 1 }
        var end = content.upperBound
        if end > start, text[end - 1] == 0x2E { end -= 1 }
        guard start < end else { return sink.drop(.notAName, text, content, line) }
        if start > content.lowerBound { reportOtherNames(text, content.lowerBound..<start, line, &sink) }
        if text[start] == (isAntigravity ? 0x40 : 0x7C) {
            let prefix: StaticString = isAntigravity ? "@@||" : "||"
            guard end - start > prefix.utf8CodeUnitCount + 1, text.hasPrefix(prefix, at: start), text[end - 1] == 0x5E
            else { return sink.drop(.adblockForm, text, content, line) }
            let name = (start + prefix.utf8CodeUnitCount)..<(end - 1)
            guard fault(text, name, needsDot: false) == nil else { return sink.drop(.adblockForm, text, content, line) }
            sink.add(.subtree, text, name: name, class: entry.class, action: entry.action, rule: content, line: line)
            return
        }
        if let reason = fault(text, start..<end, needsDot: true) {
            let isLocal = LocalNames.contains(text.extracting(start..<end))
            return sink.drop(isLocal ? .localName : other(text, start..<end) ?? reason, text, content, line)
        }
        sink.add(.exact, text, name: start..<end, class: entry.class, action: entry.action, rule: content, line: line)
    }

    /// Names before the last one are lost; the address is not worth a word.
    private static func reportOtherNames(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink)
    {
        var fields = FieldScanner(text.extracting(range))
        _ = fields.next()
        guard fields.next() != nil else { return }
        sink.drop(.earlierWords, text, text.trimmedRange(in: range), line)
    }

    private static func other(_ text: Span<UInt8>, _ word: Range<Int>) -> DropReason? {
        switch text[word.lowerBound] {
        case 0x40, 0x7C: .adblockForm
        case 0x2A: .wildcard
        default: IPAddress(text: text.extracting(word).octets) == nil ? nil : .addressAlone
        }
    }

    /// Cuts carriage returns, `!`, `[` and `#` with the blanks before them.
    private static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        var end = line.lowerBound
        scan: while end < line.upperBound {
            switch text[end] {
            case 0x21, 0x23, 0x5B: break scan
            default: end += 1
            }
        }
        let content = text.trimmedRange(in: line.lowerBound..<end)
        return !content.isEmpty && text[content.lowerBound] == 0x3B ? content.upperBound..<content.upperBound : content
    }

    /// `##`, `#@#`, `#?#`, `#$#`, `#%#` behind a letter make the whole line go.
    private static func isElementRule(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        guard let hash = text.extracting(line).firstIndex(of: 0x23), hash > 0 else { return false }
        return (0x61...0x7A).contains(text[line.lowerBound + hash - 1] | 0x20)
    }

    /// Whether a word is a name that Pi-hole takes.
    static func takes(_ word: [UInt8]) -> Bool { fault(word.span, 0..<word.count, needsDot: true) == nil }

    /// What keeps a word from being a name (`valid_domain`).
    private static func fault(_ text: Span<UInt8>, _ word: Range<Int>, needsDot: Bool) -> DropReason? {
        guard !word.isEmpty, word.count <= 255 else { return .notAName }
        var lastDot = word.lowerBound - 1
        for index in word {
            switch asciiLowercased(text[index]) {
            case 0x2E:
                guard (2...64).contains(index - lastDot) else { return .notAName }
                lastDot = index
            case 0x2D, 0x5F, 0x61...0x7A, 0x30...0x39: continue
            default: return .notAName
            }
        }
        if lastDot < word.lowerBound, needsDot { return .oneLabel }
        let last = word.upperBound - 1
        guard lastDot < last, text[lastDot + 1] != 0x2D, text[last] != 0x2D, last - lastDot >= 2 else {
            return .notAName
        }
        return nil
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
