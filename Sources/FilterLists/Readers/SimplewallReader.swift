import DNS
import Policy
import TextScan

/// Rules of simplewall (`blocklist.xml`, `profile.xml`): `<item rule="address;range;network" dir="0" is_block="1"
/// is_enabled="1" />`. Rules about ports, protocols or programs, and those that allow, are counted and not evaluated.
enum SimplewallReader {
    /// Whether a text holds such an item.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        let head = text.extracting(0..<min(text.count, 1 << 16))
        var position = 0
        while let found = head.firstRange(of: "<item ", from: position) {
            let end = head.firstIndex(of: 0x3E, from: found.upperBound) ?? head.count
            let attributes = head.extracting(found.upperBound..<end)
            if attributes.firstRange(of: "is_block=") != nil, attributes.firstRange(of: "rule") != nil { return true }
            position = end
        }
        return false
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var lines = LineCounter()
        var position = 0
        while let open = text.firstIndex(of: 0x3C, from: position) {
            let line = lines.line(of: open, text)
            sink.lines = line
            if text.hasPrefix("<!--", at: open) {
                position = text.firstRange(of: "-->", from: open)?.upperBound ?? text.count
                continue
            }
            guard let end = self.end(of: open, text) else {
                return sink.drop(.badStatement, text, open..<min(open + 100, text.count), line)
            }
            position = end
            guard text.hasPrefix("<item", at: open), open + 5 < end, isSpace(text[open + 5]) else { continue }
            read(text, open..<end, line, entry, &sink)
        }
        sink.lines = lines.line(of: text.count, text)
    }

    /// The end of a tag: values in quotes may hold `>`.
    private static func end(of open: Int, _ text: Span<UInt8>) -> Int? {
        var quote: UInt8?
        for index in open..<text.count {
            if let own = quote {
                if text[index] == own { quote = nil }
            } else if text[index] == 0x22 || text[index] == 0x27 {
                quote = text[index]
            } else if text[index] == 0x3E {
                return index + 1
            }
        }
        return nil
    }

    private static func read(
        _ text: Span<UInt8>,
        _ item: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        /// Whether an attribute has a value; nil where there is none.
        func has(_ name: StaticString, _ value: StaticString) -> Bool? {
            guard let place = attribute(name, text, item) else { return nil }
            return text.extracting(place).equals(value)
        }
        if has("is_enabled", "1") == false { return sink.drop(.option, text, item, line) }
        let isPlain =
            has("is_block", "1") == true && attribute("apps", text, item) == nil && has("protocol", "0") != false
            && has("dir", "1") != true
        guard isPlain, let rule = attribute("rule", text, item), !rule.isEmpty else {
            return sink.skip(.connection, text, item, line)
        }
        let position = RulePosition(line: line, offset: item.lowerBound, length: item.count)
        var fields = FieldScanner(text.extracting(rule), separator: 0x3B)
        while let field = fields.next() {
            let part = text.trimmedRange(in: rule.lowerBound + field.lowerBound..<rule.lowerBound + field.upperBound)
            guard !part.isEmpty else { continue }
            guard let ranges = AddressListReader.ranges(text.extracting(part).octets) else {
                sink.skip(.connection, text, part, line)
                continue
            }
            for range in ranges {
                sink.builder.add(.answer, range, class: entry.class, action: entry.action, at: position)
            }
        }
    }

    /// The value of an attribute; nil where there is none.
    private static func attribute(_ name: StaticString, _ text: Span<UInt8>, _ item: Range<Int>) -> Range<Int>? {
        var position = item.lowerBound + 5
        while position < item.upperBound {
            while position < item.upperBound, isSpace(text[position]) { position += 1 }
            let start = position
            while position < item.upperBound, text[position] != 0x3D, !isSpace(text[position]) { position += 1 }
            let isWanted = text.extracting(start..<position).equals(name)
            while position < item.upperBound, text[position] != 0x22, text[position] != 0x27 { position += 1 }
            guard position < item.upperBound,
                let end = text.firstIndex(of: text[position], from: position + 1), end < item.upperBound
            else { return nil }
            if isWanted { return position + 1..<end }
            position = end + 1
        }
        return nil
    }

    private static func isSpace(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D
    }
}
