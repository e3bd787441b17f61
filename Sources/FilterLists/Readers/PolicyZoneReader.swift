import DNS
import LDNS
import Policy
import TextScan

/// A response policy zone (draft-vixie-dnsop-dns-rpz §3–4) as BIND, Unbound, PowerDNS and Knot Resolver read it: query
/// name triggers; the others are counted as unsupported.
///
/// Records of one line with type CNAME, A or AAAA, which is nearly all of a real zone, are read here; every other entry
/// is read by libldns.
enum PolicyZoneReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let name = sink.engine == .bindRPZ ? PolicyZoneOrigin.name(text) : sink.builder.policyZone?.name
        var zone = PolicyZone(&sink, textLength: text.count, named: name)
        var position = 0
        var number = 0
        while position < text.count {
            let start = position
            let end = text.firstIndex(of: 0x0A, from: start) ?? text.count
            position = end + 1
            number += 1
            sink.lines = number
            let content = content(text, start..<end)
            if sink.engine == .knotRPZ, !zone.hasEnded, hasOddOctet(text, start..<end) {
                zone.refuse(text, text.trimmedRange(in: start..<end), number, &sink)
                continue
            }
            guard !content.isEmpty else { continue }
            guard !zone.hasEnded else {
                sink.drop(.behindEndOfZone, text, content, number)
                continue
            }
            if text[start] == 0x24 {
                zone.obey(text, content, number, &sink)
            } else if end - start > LineScanner.defaultMaximumLength {
                let shown = start..<(start + LineScanner.defaultMaximumLength)
                zone.noteUnknown(shown, number)
                sink.drop(.overlong, text, shown, number)
            } else if isBlank(text[start]) || !readFast(text, content, number, &zone, &sink) {
                (position, number) = readSlow(text, start, number, &zone, &sink)
                sink.lines = number
            }
        }
        zone.finish(text, &sink)
    }

    /// Whether an octet stands before a comment that Knot Resolver's scanner does not take.
    private static func hasOddOctet(_ text: Span<UInt8>, _ line: Range<Int>) -> Bool {
        for index in line {
            switch text[index] {
            case 0x3B: return false
            case 0x09, 0x20...0x7E: continue
            default: return true
            }
        }
        return false
    }

    /// Cuts a comment; quotes are left to the slow path.
    private static func content(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        let whole = text.extracting(line)
        guard let semicolon = whole.firstIndex(of: 0x3B) else { return text.trimmedRange(in: line) }
        if whole.extracting(0..<semicolon).firstIndex(of: 0x22) != nil
            || semicolon > 0 && whole[semicolon - 1] == 0x5C
        {
            return text.trimmedRange(in: line)
        }
        return text.trimmedRange(in: line.lowerBound..<(line.lowerBound + semicolon))
    }

    /// `owner [ttl] [IN] CNAME|A|AAAA data` without escapes, quotes or parentheses; false when it is something else.
    private static func readFast(
        _ text: Span<UInt8>,
        _ content: Range<Int>,
        _ line: Int,
        _ zone: inout PolicyZone,
        _ sink: inout RuleSink
    ) -> Bool {
        let entry = text.extracting(content)
        var fields = FieldScanner(entry)
        guard let owner = fields.next(), var word = fields.next() else { return false }
        var ttl: UInt32?
        var hasClass = false
        while true {
            let field = entry.extracting(word)
            if field.equalsIgnoringCase("IN") {
                guard !hasClass else { return false }
                hasClass = true
            } else if ttl == nil, !hasClass || sink.engine != .unboundRPZ, let seconds = field.decimal,
                seconds <= UInt64(UInt32.max)
            {
                ttl = UInt32(seconds)
            } else {
                break
            }
            guard let next = fields.next() else { return false }
            word = next
        }
        if let ttl { zone.noteTTL(ttl) }
        let type = entry.extracting(word)
        guard let data = fields.next(), fields.next() == nil else { return false }
        for index in 0..<entry.count {
            switch entry[index] {
            case 0, 0x22, 0x28, 0x29, 0x5C: return false
            default: continue
            }
        }
        let ownerRange = owner.moved(by: content.lowerBound)
        let dataRange = data.moved(by: content.lowerBound)
        if type.equalsIgnoringCase("CNAME") {
            return zone.addAlias(text, ownerRange, dataRange, content, line, &sink)
        }
        guard type.equalsIgnoringCase("A") || type.equalsIgnoringCase("AAAA"),
            let address = IPAddress(text: text.extracting(dataRange).octets), address.isV4 == (type.count == 1)
        else { return false }
        return zone.addAddress(text, ownerRange, address, ttl, content, line, &sink)
    }

    /// Reads one entry with libldns; says where the next line starts and how many lines there were so far.
    private static func readSlow(
        _ text: Span<UInt8>,
        _ start: Int,
        _ line: Int,
        _ zone: inout PolicyZone,
        _ sink: inout RuleSink
    ) -> (position: Int, line: Int) {
        guard let end = zone.extent.end(of: text, from: start) else {
            // Parentheses or quotes that nothing closes: the line is lost, the rest is read.
            let newline = text.firstIndex(of: 0x0A, from: start) ?? text.count
            let range = text.trimmedRange(in: start..<newline)
            // What comes behind it may be part of it.
            zone.noteUnknown(range, line)
            zone.refuse(text, range, line, &sink)
            return (newline + 1, line)
        }
        var source = zone.inheritedOwner(isBlank(text[start]))
        let prefix = source.count
        let octets = text.extracting(start..<end).octets
        source += sink.engine == .bindRPZ ? unquotedOwner(octets) : octets
        var reader = ZoneReader(origin: zone.origin, defaultTTL: zone.ttl)
        let entry = reader.next(in: source.span)
        let bytes: Range<Int>
        switch entry {
        case .record(let found): bytes = found.bytes
        case .diagnostic(let found): bytes = found.bytes
        case nil: return (text.count, line)
        }
        let last = max(start, min(start + bytes.upperBound - prefix, text.count) - 1)
        let range = text.trimmedRange(in: start..<(last + 1))
        zone.take(entry, PolicyZoneEntry(text, start..<end), text, range, line, &sink)
        var lines = line
        var index = start
        while let newline = text.firstIndex(of: 0x0A, from: index), newline < last {
            lines += 1
            index = newline + 1
        }
        let next = text.firstIndex(of: 0x0A, from: last) ?? text.count
        return (next + 1, lines)
    }

    /// BIND reads an owner in quotes as one without: the same octets in as many.
    private static func unquotedOwner(_ entry: [UInt8]) -> [UInt8] {
        guard entry.first == 0x22, let end = entry.dropFirst().firstIndex(of: 0x22),
            !entry[1..<end].contains(where: { isBlank($0) || $0 == 0x5C || $0 == 0x3B || $0 == 0x28 || $0 == 0x29 })
        else { return entry }
        return Array(entry[1..<end]) + [0x20, 0x20] + entry[(end + 1)...]
    }
}
