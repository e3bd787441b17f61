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

    private static let naptr = RRType(rawValue: 35)

    private enum Reading {
        case records(RRType, [UInt8])
        case bad
        /// It is not evaluated for this type.
        case open(RRType)
    }

    /// Reads one of the options.
    static func read(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) {
        let (key, rule, line) = (option.name, option.rule, option.line)
        if key == "cname" { return alias(text, option, &sink) }
        let name: DomainName
        switch option.readName(0) {
        case .name(let found), .converted(let found): name = found.lowercased
        case .nobodys: return sink.drop(.notAName, text, rule, line)
        case .below(let suffix):
            sink.skip(.idna, text, rule, line)
            return sink.leaveOpen(.subtree, suffix, class: .special, rule: rule, line: line)
        case .refused, nil: return sink.drop(.badStatement, text, rule, line)
        }
        // A name with these alone does not exist for other types (compared with 2.90).
        let exists = key != "dns-rr" && key != "caa-record"
        switch reading(key, option, name) {
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

    /// Reads one of the options with an empty argument, where dnsmasq starts with it: the root has the record then.
    static func readEmpty(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) -> Bool {
        let types: [String: RRType] = ["txt-record": .txt, "ptr-record": .ptr, "mx-host": .mx, "srv-host": .srv]
        guard let type = types[option.name] else { return false }
        sink.skip(.localRecord, text, option.rule, option.line)
        leaveOpen(.root, [type, .any], option.rule, option.line, &sink)
        return true
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

    /// `cname=alias,[alias,…]target[,TTL]`.
    private static func alias(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) {
        let (rule, line) = (option.rule, option.line)
        var last = option.count - 1
        var lifetime: UInt32?
        if last > 1, let number = option.octets(last).span.decimal {
            lifetime = UInt32(clamping: number)
            last -= 1
        }
        let names = (0..<option.count).map { option.readName($0) ?? .refused }
        guard last > 0, !names[...last].contains(where: \.isRefused) else {
            return sink.drop(.badStatement, text, rule, line)
        }
        // What nobody asks for, or what is somewhere, is an alias of nothing that is known.
        let action = option.name(last).map { target in
            sink.builder.intern(.records([LocalRecord(type: .cname, ttl: lifetime, data: target.wire)]))
        }
        let nothing = sink.builder.intern(TypeCoverage(only: []))
        let position = RulePosition(rule, line: line)
        for (index, read) in names[..<last].enumerated() {
            // A star is for zones that the server has authority for.
            if option.octets(index).starts(with: [0x2A]) {
                sink.drop(.option, text, rule, line)
                continue
            }
            guard let name = option.name(index), let action else {
                sink.skip(.alias, text, rule, line)
                if let name = read.known { sink.leaveOpen(.subtree, name, class: .special, rule: rule, line: line) }
                continue
            }
            sink.builder.add(.exact, name: name, class: .special, action: action, at: position)
            // The names above it exist.
            sink.noteOpenRules(1)
            sink.builder.add(.exact, name: name, class: .hosts, action: action, coverage: nothing, at: position)
        }
    }

    private static func reading(_ key: String, _ statement: DnsmasqOption, _ name: DomainName) -> Reading {
        switch key {
        case "txt-record": return text(statement)
        case "ptr-record":
            // Commas, and the blanks around them, belong to the target.
            return target(Array(statement.rest.joined(separator: [0x2C])), .ptr) { .records(.ptr, $0.wire) }
        case "mx-host":
            // Without a target it is that of `mx-target`, or the host itself.
            guard let preference = statement.number(2, default: 1) else { return .bad }
            return target(statement, 1, .mx) { .records(.mx, octets(preference) + $0.wire) }
        case "srv-host":
            // `domain=`, wherever it stands, is put behind a name of two labels.
            guard name.labelCount != 2 else { return .open(.srv) }
            guard let port = statement.number(2, default: 1), let priority = statement.number(3, default: 0),
                let weight = statement.number(4, default: 0)
            else { return .bad }
            let numbers = octets(priority) + octets(weight) + octets(port)
            return target(statement, 1, .srv, default: .root) { .records(.srv, numbers + $0.wire) }
        case "naptr-record":
            guard let order = statement.number(1, default: 0), let preference = statement.number(2, default: 0),
                let flags = statement.lengthAndText(3), let service = statement.lengthAndText(4),
                let expression = statement.lengthAndText(5), statement.count > 5
            else { return .open(naptr) }
            let data = octets(order) + octets(preference) + flags + service + expression
            return target(statement, 6, naptr, default: .root) { .records(naptr, data + $0.wire) }
        case "caa-record":
            guard statement.count == 4, let flags = statement.number(1, default: 0), flags < 256,
                let tag = statement.lengthAndText(2)
            else { return .open(.caa) }
            return .records(.caa, [UInt8(flags)] + tag + statement.octets(3))
        default: return record(statement)
        }
    }

    /// A record with the name that a word is.
    private static func target(
        _ statement: DnsmasqOption,
        _ index: Int,
        _ type: RRType,
        default name: DomainName? = nil,
        _ record: (DomainName) -> Reading
    ) -> Reading {
        target(statement.octets(index), type, default: name, record)
    }

    private static func target(
        _ octets: [UInt8],
        _ type: RRType,
        default name: DomainName? = nil,
        _ record: (DomainName) -> Reading
    ) -> Reading {
        switch octets.isEmpty ? nil : DnsmasqName(octets) {
        case .name(let name), .converted(let name): record(name.lowercased)
        case .refused: .bad
        case .below, .nobodys: .open(type)
        case nil: name.map(record) ?? .open(type)
        }
    }

    /// `name,"text",…`: every word is a text, with the blanks around it; longer ones continue in the next.
    private static func text(_ statement: DnsmasqOption) -> Reading {
        let texts = statement.rest
        guard texts.allSatisfy({ $0.count < 256 }) else { return .open(.txt) }
        let data: [UInt8] = texts.isEmpty ? [0] : texts.flatMap { word in [UInt8(word.count)] + word }
        return .records(.txt, data)
    }

    /// `dns-rr=name,number[,hexadecimal]`.
    private static func record(_ statement: DnsmasqOption) -> Reading {
        guard let said = DnsmasqArguments.integer(statement.octets(1)) else { return .bad }
        // Of a number with more bits the last 16 count.
        let number = UInt16(truncatingIfNeeded: said)
        let type = RRType(rawValue: number)
        let digits = statement.octets(2)
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
