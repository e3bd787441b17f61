import DNS
import Policy
import TextScan

/// The options of dnsmasq that give records of its own beside addresses (dnsmasq(8) 2.90, `src/option.c`), compared with
/// the running engine: `cname`, `txt-record`, `ptr-record`, `mx-host`, `srv-host`, `naptr-record`, `caa-record`,
/// `dns-rr`. They are looked up before any rule about domains, and cover their own type alone; an alias covers all.
enum DnsmasqRecords {
    static let options = [
        "cname", "txt-record", "ptr-record", "mx-host", "srv-host", "naptr-record", "caa-record", "dns-rr",
    ]

    /// An option with its words: what stands between commas, without its quotes.
    private struct Statement {
        let words: [[UInt8]]
        let rule: Range<Int>
        let line: Int

        func name(_ index: Int) -> DomainName? {
            guard index < words.count, !words[index].isEmpty, words[index] != [0x2E] else { return nil }
            // It lowers the case of every name that it reads.
            return (try? DomainName(presentation: words[index]))?.lowercased
        }

        func number(_ index: Int, default value: UInt16) -> UInt16? {
            guard index < words.count, !words[index].isEmpty else { return value }
            return UInt16(String(decoding: words[index], as: UTF8.self))
        }

        /// A text behind its length.
        func text(_ index: Int) -> [UInt8]? {
            let word = index < words.count ? words[index] : []
            return word.count < 256 ? [UInt8(word.count)] + word : nil
        }
    }

    private static let naptr = RRType(rawValue: 35)

    private enum Reading {
        case records(RRType, [UInt8])
        case bad
        /// It is not evaluated for this type.
        case open(RRType)
    }

    /// Reads one of the options.
    static func read(
        _ text: Span<UInt8>,
        _ key: String,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let words = words(text.extracting(value)) else {
            // What a backslash stands for is not modelled.
            sink.skip(key == "cname" ? .alias : .localRecord, text, rule, line)
            let end = text.extracting(value).firstIndex(of: 0x2C) ?? value.count
            let name = value.lowerBound..<(value.lowerBound + end)
            guard let name = try? DomainName(presentation: text.extracting(name).octets) else { return }
            return leaveOpen(name, nil, rule, line, &sink)
        }
        let statement = Statement(words: words, rule: rule, line: line)
        if key == "cname" { return alias(text, statement, &sink) }
        guard let name = statement.name(0) else { return sink.drop(.badStatement, text, rule, line) }
        // A name with these alone does not exist for other types (compared with 2.90).
        let exists = key != "dns-rr" && key != "caa-record"
        switch reading(key, statement, name) {
        case .bad: sink.drop(.badStatement, text, rule, line)
        case .open(let type):
            sink.skip(.localRecord, text, rule, line)
            leaveOpen(name, [type, .any], exists: exists, rule, line, &sink)
        case .records(let type, let data):
            sink.builder.add(
                .exact,
                name: name,
                class: exists ? .hosts : .ownRewrite,
                action: sink.builder.intern(.records([LocalRecord(type: type, data: data)])),
                coverage: sink.builder.intern(TypeCoverage(only: [type, .any])),
                at: RulePosition(rule, line: line)
            )
        }
    }

    /// Leaves open what a name has of some types; as a rule it exists, and those above it.
    static func leaveOpen(
        _ name: DomainName,
        _ types: [RRType]?,
        exists: Bool = true,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.leaveOpen(.exact, name, class: .special, types: types, rule: rule, line: line)
        if exists { sink.leaveOpen(.exact, name, class: .hosts, types: [], rule: rule, line: line) }
    }

    /// The words between commas, with blanks around commas outside of quotes left out; nil with a backslash.
    private static func words(_ text: Span<UInt8>) -> [[UInt8]]? {
        var words: [[UInt8]] = [[]]
        var isQuoted = false
        // How much of the last word stood in quotes, blanks included.
        var kept = 0
        for index in text.indices {
            let octet = text[index]
            switch octet {
            case 0x5C: return nil
            case 0x22: isQuoted.toggle()
            case 0x2C where !isQuoted:
                trim(&words[words.count - 1], keeping: kept)
                words.append([])
                kept = 0
            case 0x20 where !isQuoted && words[words.count - 1].isEmpty: continue
            default: words[words.count - 1].append(octet)
            }
            if isQuoted { kept = words[words.count - 1].count }
        }
        trim(&words[words.count - 1], keeping: kept)
        return words
    }

    private static func trim(_ word: inout [UInt8], keeping kept: Int) {
        while word.count > kept, word.last == 0x20 { word.removeLast() }
    }

    /// `cname=alias,[alias,…]target[,TTL]`.
    private static func alias(_ text: Span<UInt8>, _ statement: Statement, _ sink: inout RuleSink) {
        var last = statement.words.count - 1
        var lifetime: UInt32?
        if last > 1, let number = UInt32(String(decoding: statement.words[last], as: UTF8.self)) {
            lifetime = number
            last -= 1
        }
        guard last > 0, let target = statement.name(last) else {
            return sink.drop(.badStatement, text, statement.rule, statement.line)
        }
        let action = sink.builder.intern(
            .records([LocalRecord(type: .cname, ttl: lifetime, data: target.wire)])
        )
        let nothing = sink.builder.intern(TypeCoverage(only: []))
        let position = RulePosition(statement.rule, line: statement.line)
        for index in 0..<last {
            guard let name = statement.name(index) else {
                sink.drop(.badStatement, text, statement.rule, statement.line)
                continue
            }
            // A star is for zones that the server has authority for.
            if statement.words[index].starts(with: [0x2A]) {
                sink.drop(.option, text, statement.rule, statement.line)
                continue
            }
            sink.builder.add(.exact, name: name, class: .special, action: action, at: position)
            // The names above it exist.
            sink.noteOpenRules(1)
            sink.builder.add(.exact, name: name, class: .hosts, action: action, coverage: nothing, at: position)
        }
    }

    private static func reading(_ key: String, _ statement: Statement, _ name: DomainName) -> Reading {
        switch key {
        case "txt-record": return text(statement)
        case "ptr-record":
            guard statement.words.count > 1 else { return .open(.ptr) }
            return statement.name(1).map { .records(.ptr, $0.wire) } ?? .bad
        case "mx-host":
            // Without a target it is that of `mx-target`, or the host itself.
            guard statement.words.count > 1, let target = statement.name(1) else { return .open(.mx) }
            guard let preference = statement.number(2, default: 1) else { return .bad }
            return .records(.mx, octets(preference) + target.wire)
        case "srv-host":
            // `domain=`, wherever it stands, is put behind a name of two labels.
            guard name.labelCount != 2 else { return .open(.srv) }
            guard let port = statement.number(2, default: 1), let priority = statement.number(3, default: 0),
                let weight = statement.number(4, default: 0)
            else { return .bad }
            let target = statement.name(1)?.wire ?? [0]
            return .records(.srv, octets(priority) + octets(weight) + octets(port) + target)
        case "naptr-record":
            guard let order = statement.number(1, default: 0), let preference = statement.number(2, default: 0),
                let flags = statement.text(3), let service = statement.text(4), let expression = statement.text(5),
                statement.words.count > 5
            else { return .open(naptr) }
            let replacement = statement.name(6)?.wire ?? [0]
            return .records(naptr, octets(order) + octets(preference) + flags + service + expression + replacement)
        case "caa-record":
            guard statement.words.count == 4, let flags = statement.number(1, default: 0), flags < 256,
                let tag = statement.text(2)
            else { return .open(.caa) }
            return .records(.caa, [UInt8(flags)] + tag + statement.words[3])
        default: return record(statement)
        }
    }

    /// `name,"text",…`: every word is a text; longer ones continue in the next.
    private static func text(_ statement: Statement) -> Reading {
        let texts = statement.words.dropFirst()
        guard texts.allSatisfy({ $0.count < 256 }) else { return .open(.txt) }
        let data: [UInt8] = texts.isEmpty ? [0] : texts.flatMap { word in [UInt8(word.count)] + word }
        return .records(.txt, data)
    }

    /// `dns-rr=name,number[,hexadecimal]`.
    private static func record(_ statement: Statement) -> Reading {
        guard statement.words.count > 1, let number = statement.number(1, default: 0) else { return .bad }
        let type = RRType(rawValue: number)
        let digits = statement.words.count > 2 ? statement.words[2] : []
        let values = digits.map { digit -> UInt8? in
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x57
            case 0x41...0x46: digit - 0x37
            default: nil
            }
        }
        let isKnown = number != 0 && ![.cname, .opt, .any, .soa, .a, .aaaa].contains(type)
        guard isKnown, !digits.isEmpty, digits.count % 2 == 0, !values.contains(nil) else { return .open(type) }
        let octets = values.compactMap { $0 }
        return .records(type, stride(from: 0, to: octets.count, by: 2).map { octets[$0] << 4 | octets[$0 + 1] })
    }

    private static func octets(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}
