import DNS
import Policy
import TextScan

/// Lists as Technitium reads them (`BlockListZoneManager.cs`): the first word, or the second of a hosts line, is a zone;
/// of AdBlock rules `||name` and `||name^`, without options or with such that have `doc` or `all` somewhere in them, and `@@||name`
/// as an exception. What stands in front of a line of blanks, stars and dots goes.
enum TechnitiumReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        let exception = sink.entry(allows: true)
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let whole = opened(text, line.range)
            guard !whole.isEmpty, text[whole.lowerBound] != 0x23, text[whole.lowerBound] != 0x21 else { continue }
            if text.hasPrefix("||", at: whole.lowerBound) {
                adblock(text, whole, 2, line.number, entry, &sink)
            } else if text.hasPrefix("@@||", at: whole.lowerBound) {
                adblock(text, whole, 4, line.number, exception, &sink)
            } else {
                word(text, whole, line.number, entry, &sink)
            }
        }
    }

    /// A line without what goes in front of it; blanks behind it stay.
    private static func opened(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        var start = line.lowerBound
        while start < line.upperBound, isBlank(text[start]) || text[start] == 0x2A || text[start] == 0x2E { start += 1 }
        return start..<line.upperBound
    }

    private static func word(
        _ text: Span<UInt8>,
        _ whole: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        var fields = FieldScanner(text.extracting(whole))
        guard let first = fields.next() else { return }
        var chosen = first
        if let second = fields.next(), text[whole.lowerBound + second.lowerBound] != 0x23 { chosen = second }
        if let third = fields.next(), chosen != first, text[whole.lowerBound + third.lowerBound] != 0x23 {
            sink.drop(
                .extraWords,
                text,
                third.moved(by: whole.lowerBound),
                line
            )
        }
        var name = chosen.moved(by: whole.lowerBound)
        while !name.isEmpty, text[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<name.upperBound }
        while !name.isEmpty, text[name.upperBound - 1] == 0x2E { name = name.lowerBound..<(name.upperBound - 1) }
        let rule = whole.lowerBound..<(whole.lowerBound + max(chosen.upperBound, first.upperBound))
        guard !name.isEmpty else { return sink.drop(.notAName, text, rule, line) }
        if LocalNames.contains(text.extracting(name)) { return sink.drop(.localName, text, rule, line) }
        if IPAddress(text: text.extracting(name).octets) != nil { return sink.drop(.addressAlone, text, rule, line) }
        guard isName(text, name) else { return sink.drop(.notAName, text, rule, line) }
        sink.add(.subtree, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    private static func adblock(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ prefix: Int,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        let start = rule.lowerBound + prefix
        let end = text.extracting(start..<rule.upperBound).firstIndex(of: 0x5E).map { start + $0 } ?? rule.upperBound
        let (name, options) = (start..<end, min(end + 1, rule.upperBound)..<rule.upperBound)
        guard isName(text, name), options.isEmpty || blocksPages(text.extracting(options)) else {
            return sink.drop(.adblockForm, text, rule, line)
        }
        guard prefix == 2 || sink.role != .allow else {
            // In an allow list an exception blocks, which takes another list's class.
            return sink.leaveOpen(.subtree, text, name: name, class: entry.class, rule: rule, line: line)
        }
        sink.add(.subtree, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    /// Whether options are some that it takes: it looks for the words anywhere in them, in `document` and `third-party,all`.
    private static func blocksPages(_ options: Span<UInt8>) -> Bool {
        options[0] == 0x24 && (options.firstRange(of: "doc") != nil || options.firstRange(of: "all") != nil)
    }

    private static func isName(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in name {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E, 0x2F: continue
            default: return false
            }
        }
        return true
    }
}
