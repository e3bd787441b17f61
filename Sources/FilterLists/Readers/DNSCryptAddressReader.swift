import DNS
import Policy
import TextScan

/// Address rules of dnscrypt-proxy (`plugin_{block,allow}_ip.go`, `common.go`): the text of an address is looked up as it is
/// written, then the longest rule that it begins with, which has to end at a dot or colon, then networks.
enum DNSCryptAddressReader {
    /// A rule `text*` before it is known whether others begin like it.
    private struct Beginning {
        let text: [UInt8]
        let rule: Range<Int>
        let line: Int
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var beginnings: [Beginning] = []
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            var word = text.extracting(rule).octets.map(asciiLowercased)
            if word.contains(0x2F) {
                add(network(word), entry, text, rule, line.number, &sink)
                continue
            }
            let isBeginning = word.last == 0x2A
            guard word.count > 1 else {
                sink.drop(.pattern, text, rule, line.number)
                continue
            }
            if isBeginning { word.removeLast() }
            if word.last == 0x3A || word.last == 0x2E { word.removeLast() }
            guard !word.isEmpty, !word.contains(0x2A) else {
                sink.drop(.pattern, text, rule, line.number)
                continue
            }
            if isBeginning {
                beginnings.append(Beginning(text: word, rule: rule, line: line.number))
            } else {
                add(address(word), entry, text, rule, line.number, &sink)
            }
        }
        add(beginnings, entry, text, &sink)
    }

    private static func add(
        _ range: AddressRange?,
        _ entry: (class: RuleClass, action: ActionID),
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let range else { return sink.drop(.addressSpelling, text, rule, line) }
        let position = RulePosition(rule, line: line)
        sink.builder.add(.answer, range, class: entry.class, action: entry.action, at: position)
    }

    /// `address/length`.
    private static func network(_ word: [UInt8]) -> AddressRange? {
        guard let slash = word.firstIndex(of: 0x2F), let address = IPAddress(text: word[..<slash]), !address.isMapped
        else {
            return nil
        }
        let digits = Array(word[(slash + 1)...])
        guard let length = digits.span.decimal else { return nil }
        return AddressRange(address, prefixLength: Int(clamping: length))
    }

    /// An address that is written as addresses of answers are.
    private static func address(_ word: [UInt8]) -> AddressRange? {
        guard let address = IPAddress(text: word), Array(address.description.utf8) == word else { return nil }
        return AddressRange(address, prefixLength: address.isV4 ? 32 : 128)
    }

    private static func add(
        _ beginnings: [Beginning],
        _ entry: (class: RuleClass, action: ActionID),
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        // Only the longest rule that an address begins with is looked at: texts that go on are next to each other.
        let sorted = beginnings.indices.sorted {
            beginnings[$0].text.lexicographicallyPrecedes(beginnings[$1].text)
        }
        var isShortened = [Bool](repeating: false, count: beginnings.count)
        for place in sorted.indices.reversed().dropFirst() {
            let (own, next) = (beginnings[sorted[place]].text, beginnings[sorted[place + 1]].text)
            isShortened[sorted[place]] =
                own == next ? isShortened[sorted[place + 1]] : next.starts(with: own)
        }
        for (place, beginning) in beginnings.enumerated() {
            let ranges = isShortened[place] ? nil : ranges(beginning.text)
            guard let ranges else {
                sink.skip(.addressText, text, beginning.rule, beginning.line)
                leaveOpen(beginning, entry.class, &sink)
                continue
            }
            if ranges.isEmpty { sink.drop(.addressSpelling, text, beginning.rule, beginning.line) }
            for range in ranges { add(range, entry, text, beginning.rule, beginning.line, &sink) }
        }
    }

    /// Addresses that a rule may be about, as far as they are a range.
    private static func leaveOpen(_ beginning: Beginning, _ ruleClass: RuleClass, _ sink: inout RuleSink) {
        guard ruleClass == .block else { return }
        let action = sink.builder.intern(.unsupported)
        let position = RulePosition(beginning.rule, line: beginning.line)
        let before = sink.builder.ruleCount
        for range in ranges(beginning.text) ?? [] {
            sink.builder.add(.answer, range, class: ruleClass, action: action, at: position)
        }
        sink.noteOpenRules(sink.builder.ruleCount - before)
    }

    /// The addresses whose text begins so, up to a dot or colon or their end; none where no text does, and nil where that
    /// depends on which zeros of an address are written.
    private static func ranges(_ text: [UInt8]) -> [AddressRange]? {
        var found: [AddressRange] = []
        if let range = quads(text) { found.append(range) }
        let groups = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        var words: [UInt16] = []
        for group in groups {
            if group.isEmpty || group == [0x30] { return found.isEmpty ? nil : found }
            guard group.count <= 4, group[group.startIndex] != 0x30,
                group.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
                let word = UInt16(String(decoding: group, as: UTF8.self), radix: 16)
            else { return found }
            words.append(word)
        }
        guard words.count <= 8 else { return found }
        let octets = words.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        if let address = IPAddress(octets: octets + [UInt8](repeating: 0, count: 16 - octets.count)),
            let range = AddressRange(address, prefixLength: 16 * words.count)
        {
            found.append(range)
        }
        return found
    }

    /// One to four numbers of an IPv4 address.
    private static func quads(_ text: [UInt8]) -> AddressRange? {
        let parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        let rest = Array(repeating: UInt8(0x30), count: 1)
        let whole = Array((parts + Array(repeating: rest[...], count: 4 - parts.count)).joined(separator: [0x2E]))
        guard let address = IPAddress(text: whole) else { return nil }
        return AddressRange(address, prefixLength: 8 * parts.count)
    }
}
