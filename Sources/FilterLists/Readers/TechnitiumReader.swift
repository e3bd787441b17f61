import DNS
import Policy
import TextScan

/// Lists as Technitium reads them (`BlockListZoneManager.cs`): the first word, or the second of a hosts line, is a zone;
/// of AdBlock rules `||name^` without options or with `doc` or `all`, and `@@||name^` as an exception.
enum TechnitiumReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        let exception = sink.entry(allows: true)
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let whole = text.trimmedRange(in: line.range)
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
        guard let caret = text.extracting(start..<rule.upperBound).firstIndex(of: 0x5E) else {
            return sink.drop(.adblockForm, text, rule, line)
        }
        let name = start..<(start + caret)
        let options = (name.upperBound + 1)..<rule.upperBound
        guard isName(text, name), options.isEmpty || blocksPages(text, options) else {
            return sink.drop(.adblockForm, text, rule, line)
        }
        sink.add(.subtree, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    private static func blocksPages(_ text: Span<UInt8>, _ options: Range<Int>) -> Bool {
        guard text[options.lowerBound] == 0x24 else { return false }
        let list = text.extracting((options.lowerBound + 1)..<options.upperBound)
        var fields = FieldScanner(list, separator: 0x2C)
        while let field = fields.next() {
            let option = list.extracting(field)
            if option.equals("doc") || option.equals("all") { return true }
        }
        return false
    }

    private static func isName(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in name {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E: continue
            default: return false
            }
        }
        return true
    }
}
