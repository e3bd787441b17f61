import DNS
import Policy
import TextScan

/// Rules of simplewall (`blocklist.xml`, `profile.xml`): `<item rule="address;range;network" dir="0" is_block="1"
/// is_enabled="1" />`. A rule that blocks outweighs those that allow (`wfp.h`, `db.c`: the weights of filters). Rules about
/// ports, protocols, programs, local addresses and whatever else leave their addresses open.
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
        var open: [Open] = []
        var lines = LineCounter()
        var position = 0
        while let start = text.firstIndex(of: 0x3C, from: position) {
            let line = lines.line(of: start, text)
            sink.lines = line
            if text.hasPrefix("<!--", at: start) {
                position = text.firstRange(of: "-->", from: start)?.upperBound ?? text.count
                continue
            }
            guard let end = self.end(of: start, text) else {
                let rest = start..<min(start + 100, text.count)
                sink.skip(.behindFault, text, rest, line)
                open.append(Open(rule: rest, line: line, part: nil))
                break
            }
            position = end
            guard text.hasPrefix("<item", at: start), start + 5 < end, isSpace(text[start + 5]) else { continue }
            read(text, start..<end, line, &open, &sink)
        }
        // Behind the others: an address that any rule blocks is blocked.
        for open in open { leaveOpen(text, open, &sink) }
        sink.closeAddresses()
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

    /// What an item says.
    private struct Item {
        /// Whether it blocks, and is on; nil where the value says neither.
        var isBlock: Bool? = false
        var isEnabled: Bool?
        var rule: Range<Int>?
        var isInward = false
        /// Whether it asks for more than the address that a connection goes to.
        var hasConditions = false
    }

    private static func read(
        _ text: Span<UInt8>,
        _ place: Range<Int>,
        _ line: Int,
        _ open: inout [Open],
        _ sink: inout RuleSink
    ) {
        let item = item(text, place)
        if item.isEnabled == false { return sink.drop(.option, text, place, line) }
        // Rules that block come before rules that allow, whatever their order.
        if item.isBlock == false || item.isInward { return sink.skip(.connection, text, place, line) }
        let isFirm = !item.hasConditions && item.isBlock == true && item.isEnabled == true
        guard let rule = item.rule else {
            return note(Open(rule: place, line: line, part: nil), &open)
        }
        var fields = FieldScanner(text.extracting(rule), separator: 0x3B)
        while let field = fields.next() {
            let part = text.trimmedRange(in: rule.lowerBound + field.lowerBound..<rule.lowerBound + field.upperBound)
            guard !part.isEmpty else { continue }
            if isFirm, let ranges = AddressListReader.ranges(text.extracting(part).octets) {
                sink.add(ranges, sink.entry(), text, place, line)
            } else {
                note(Open(rule: place, line: line, part: part), &open)
            }
        }
    }

    /// A part of an item that blocks under conditions; nil where the item is about all addresses.
    private struct Open {
        let rule: Range<Int>
        let line: Int
        let part: Range<Int>?
    }

    private static let maximumOpen = 100_000

    /// Keeps a part for later; of too many the last stands for all addresses.
    private static func note(_ part: Open, _ open: inout [Open]) {
        guard open.count <= maximumOpen else { return }
        open.append(open.count < maximumOpen ? part : Open(rule: part.rule, line: part.line, part: nil))
    }

    /// Leaves open the addresses that a part is about; a port may stand behind an address.
    private static func leaveOpen(_ text: Span<UInt8>, _ open: Open, _ sink: inout RuleSink) {
        var ranges: [AddressRange]?
        if let part = open.part {
            let word = text.extracting(part).octets
            ranges = AddressListReader.ranges(word)
            if ranges == nil, let colon = word.lastIndex(of: 0x3A) {
                ranges = AddressListReader.ranges(word[..<colon].filter { $0 != 0x5B && $0 != 0x5D })
            }
        }
        let all = RuleSink.all(isV4: true) + RuleSink.all(isV4: false)
        sink.leaveOpen(ranges ?? all, .connection, text, open.rule, open.line)
    }

    private static func item(_ text: Span<UInt8>, _ place: Range<Int>) -> Item {
        var item = Item()
        var position = place.lowerBound + 5
        while let (name, value) = attribute(text, place, &position) {
            let (word, content) = (text.extracting(name), text.extracting(value))
            let truth: Bool? = content.equals("1") ? true : content.equals("0") || content.isEmpty ? false : nil
            if word.equals("is_block") {
                item.isBlock = truth
            } else if word.equals("is_enabled") {
                item.isEnabled = truth
            } else if word.equals("rule") {
                item.rule = value.isEmpty ? nil : value
            } else if word.equals("dir") {
                item.isInward = content.equals("1")
                if !item.isInward, !content.equals("0"), !content.equals("2") { item.hasConditions = true }
            } else if word.equals("protocol") || word.equals("version") {
                if truth != false { item.hasConditions = true }
            } else if !word.equals("name"), !word.equals("comment"), !value.isEmpty {
                item.hasConditions = true
            }
        }
        return item
    }

    /// The next attribute and its value; nil where there is none.
    private static func attribute(
        _ text: Span<UInt8>,
        _ item: Range<Int>,
        _ position: inout Int
    ) -> (name: Range<Int>, value: Range<Int>)? {
        while position < item.upperBound, isSpace(text[position]) { position += 1 }
        let start = position
        while position < item.upperBound, text[position] != 0x3D, !isSpace(text[position]) { position += 1 }
        let name = start..<position
        while position < item.upperBound, text[position] != 0x22, text[position] != 0x27 { position += 1 }
        guard position < item.upperBound,
            let end = text.firstIndex(of: text[position], from: position + 1), end < item.upperBound
        else { return nil }
        let value = position + 1..<end
        position = end + 1
        return (name, value)
    }

    private static func isSpace(_ octet: UInt8) -> Bool {
        octet == 0x20 || octet == 0x09 || octet == 0x0A || octet == 0x0D
    }
}
