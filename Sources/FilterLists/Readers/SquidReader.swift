import DNS
import Policy
import TextScan

/// Files of squid's `dstdomain` ACLs (squid 5.7, `ConfigParser::strtokFile`, `ACLDomainData`; compared with the running
/// proxy): one value a line, up to a `#` behind a blank; more words on a line are one value, which no host has.
enum SquidReader {
    /// Octets of a line that squid reads at once; what is longer falls apart.
    static let lineLimit = 2046

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var entries: [Entry] = []
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            guard let value = value(text, line, &sink) else { continue }
            entries.append(Entry(value, line.number, isBelow: text[value.lowerBound] == 0x2E))
        }
        let refused = overlaps(entries, text)
        for entry in refused.sorted().map({ entries[Int($0)] }) {
            sink.drop(.overlap, text, Int(entry.start)..<Int(entry.start) + Int(entry.count), Int(entry.line))
        }
        // Before all others, since the first rule decides.
        sink.leaveOpenIfRefused(text, class: .block)
        let (ruleClass, action) = sink.entry()
        for (index, entry) in entries.enumerated() {
            let whole = Int(entry.start)..<Int(entry.start) + Int(entry.count)
            let line = Int(entry.line)
            if refused.contains(UInt32(index)) { continue }
            guard isHost(text, entry) else {
                sink.drop(.neverAHost, text, whole, line)
                continue
            }
            let name = entry.isBelow ? (whole.lowerBound + 1)..<whole.upperBound : whole
            let scope = entry.isBelow ? Scope.subtree : .exact
            sink.add(scope, text, name: name, class: ruleClass, action: action, rule: whole, line: line)
        }
        leaveAddressesOpen(&sink)
    }

    /// Leaves open hosts that are spelled as addresses: squid compares the names that belong to them, too.
    static func leaveAddressesOpen(_ sink: inout RuleSink) {
        let (ruleClass, action) = sink.entry()
        sink.undecided(.isAddress, class: ruleClass, action: action, at: RulePosition(0..<0, line: 1))
    }

    /// The value of a line; nil for none.
    static func value(_ text: Span<UInt8>, _ line: Line, _ sink: inout RuleSink) -> Range<Int>? {
        let whole = text.trimmedRange(in: line.range)
        guard !whole.isEmpty, text[whole.lowerBound] != 0x23 else { return nil }
        guard line.range.count <= lineLimit else {
            sink.drop(.overlong, text, whole.lowerBound..<(whole.lowerBound + 100), line.number)
            return nil
        }
        var end = whole.lowerBound
        var next = end
        while next < whole.upperBound, text[next] != 0x23 {
            end = next
            while end < whole.upperBound, !isBlank(text[end]) { end += 1 }
            next = end
            while next < whole.upperBound, isBlank(text[next]) { next += 1 }
        }
        return whole.lowerBound..<end
    }

    /// Whether a host may have the name: hosts come without their last dot, and have no blank, no star, no empty label.
    private static func isHost(_ text: Span<UInt8>, _ entry: Entry) -> Bool {
        let start = Int(entry.start) + (entry.isBelow ? 1 : 0)
        let end = Int(entry.start) + Int(entry.count)
        guard start < end, text[start] != 0x2E, text[end - 1] != 0x2E, entry.count < 256 else { return false }
        for index in start..<end {
            switch text[index] {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: continue
            default: return false
            }
        }
        return true
    }

    // MARK: - Overlaps

    /// One value.
    struct Entry {
        let start: UInt32
        let line: UInt32
        let count: UInt16
        /// Whether it begins with a dot.
        let isBelow: Bool

        /// A value that stands at a place of a text, of ``lineLimit`` octets at most.
        init(_ range: Range<Int>, _ line: Int, isBelow: Bool) {
            start = UInt32(range.lowerBound)
            self.line = UInt32(clamping: line)
            count = UInt16(range.count)
            self.isBelow = isBelow
        }
    }

    /// The values that squid refuses to start with: one that covers an earlier one, or spells its name with or without
    /// the dot. A value that an earlier one covers is merely ignored.
    static func overlaps(_ entries: [Entry], _ text: Span<UInt8>) -> Set<UInt32> {
        var refused: Set<UInt32> = []
        // Names from their ends, so that those below a name follow it; at one name in order of appearance.
        let order = entries.indices.map { UInt32($0) }.sorted { left, right in
            let order = compare(entries[Int(left)], entries[Int(right)], text)
            return order == 0 ? left < right : order < 0
        }
        // The values with a dot that the current name lies below.
        var open: [UInt32] = []
        // The value before, when squid keeps it, for those that spell the same name.
        var before: UInt32?
        for index in order {
            let entry = entries[Int(index)]
            while let last = open.last, !covers(entries[Int(last)], entry, text) { open.removeLast() }
            let wider = open.filter { compare(entries[Int($0)], entry, text) != 0 }
            guard wider.allSatisfy({ $0 > index }) else { continue }
            refused.formUnion(wider)
            if let before, entries[Int(before)].isBelow != entry.isBelow,
                compare(entries[Int(before)], entry, text) == 0
            {
                refused.insert(max(before, index))
            }
            before = index
            if entry.isBelow, open.count == wider.count { open.append(index) }
        }
        return refused
    }

    /// Compares two names from their ends, a dot before everything else.
    private static func compare(_ left: Entry, _ right: Entry, _ text: Span<UInt8>) -> Int {
        var one = Int(left.start) + Int(left.count) - 1
        var other = Int(right.start) + Int(right.count) - 1
        let first = Int(left.start) + (left.isBelow ? 1 : 0)
        let second = Int(right.start) + (right.isBelow ? 1 : 0)
        while one >= first, other >= second {
            let (a, b) = (rank(text[one]), rank(text[other]))
            if a != b { return a - b }
            one -= 1
            other -= 1
        }
        return (one - first) == (other - second) ? 0 : one < first ? -1 : 1
    }

    private static func rank(_ octet: UInt8) -> Int { octet == 0x2E ? 0 : Int(asciiLowercased(octet)) }

    /// Whether a value with a dot covers another one.
    private static func covers(_ wide: Entry, _ entry: Entry, _ text: Span<UInt8>) -> Bool {
        let length = Int(wide.count) - 1
        let start = Int(entry.start) + (entry.isBelow ? 1 : 0)
        let end = Int(entry.start) + Int(entry.count)
        guard end - start >= length, end - start == length || text[end - length - 1] == 0x2E else { return false }
        for offset in 0..<length
        where asciiLowercased(text[end - length + offset]) != asciiLowercased(text[Int(wide.start) + 1 + offset]) {
            return false
        }
        return true
    }
}
