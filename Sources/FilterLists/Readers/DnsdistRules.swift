import DNS
import Policy
import TextScan

extension DnsdistConfiguration {
    /// The condition that a call makes (`dnsdist-lua-rules.cc`); nil when the function makes none.
    mutating func condition(_ name: String, _ call: LuaCall) throws(ConfigurationFault) -> QueryCondition? {
        switch name {
        case "AllRule": return .constant(true)
        case "makeRule": return try rule(value(call, 0))
        case "QNameRule": return property(.isOne([try text(call, 0)]))
        case "QNameSetRule", "SuffixMatchNodeRule":
            guard case .names(let names) = try value(call, 0) else { throw .unsupported(.program) }
            guard names.isBelow == (name == "SuffixMatchNodeRule") else { throw .bad }
            if let made = names.condition { return made }
            let current = try current(names)
            let made = property(names.isBelow ? .below(current) : .isOne(current))
            names.condition = made
            return made
        case "RegexRule": return try regex(text(call, 0))
        case "RE2Rule": return try re2(text(call, 0))
        case "QTypeRule": return .type(try type(value(call, 0)))
        case "AndRule": return .all(try conditions(call))
        case "OrRule": return .any(try conditions(call))
        case "NetmaskGroupRule":
            guard case .networks(let networks) = try value(call, 0) else {
                throw .unsupported(.program)
            }
            if call.arguments.count > 1 {
                guard case .boolean(true) = call.arguments[1] else { throw .unsupported(.queryState) }
            }
            if let made = networks.condition { return made }
            let made = try client(current(networks))
            networks.condition = made
            return made
        case "NotRule":
            guard case .condition(let condition) = try value(call, 0) else { throw .unsupported(.program) }
            return .not(condition)
        case "QClassRule": return .constant(try number(call, 0) == 1)
        case "OpcodeRule": return .constant(try number(call, 0) == 0)
        case "QNameLabelsCountRule", "QNameWireLengthRule":
            let (low, high) = (Int(try number(call, 0)), Int(try number(call, 1)))
            guard low <= high else { return .constant(true) }
            return property(name == "QNameLabelsCountRule" ? .labelsOutside(low...high) : .octetsOutside(low...high))
        default:
            guard Self.otherRules.contains(name) else { return nil }
            throw .unsupported(.queryState)
        }
    }

    /// What a set holds now; each look costs, since each is kept.
    private mutating func current(_ names: DnsdistNames) throws(ConfigurationFault) -> [LuaText] {
        try spend(names.cost)
        return names.current(source)
    }

    /// What `addAction` takes for a rule: names, a table of names, or a rule; a netmask is about clients.
    mutating func rule(_ value: DnsdistValue) throws(ConfigurationFault) -> QueryCondition {
        switch value {
        case .condition(let condition): return condition
        case .name(let name): return property(.below([name]))
        case .text(let name): return try suffixes([name])
        case .texts(let names): return try suffixes(names)
        case .unknown, .object, .names, .networks: throw .unsupported(.program)
        default: throw .bad
        }
    }

    private mutating func suffixes(_ names: [LuaText]) throws(ConfigurationFault) -> QueryCondition {
        try spend(names.count)
        let networks = names.filter { Self.looksLikeNetmask(source.extracting($0.content)) }
        // Names beside networks do nothing.
        return networks.isEmpty ? property(.below(names)) : try client(networks)
    }

    /// The clients of networks, which may not be negated.
    private mutating func client(_ networks: [LuaText]) throws(ConfigurationFault) -> QueryCondition {
        var ranges: [AddressRange] = []
        for network in networks {
            guard let range = AddressRange(source.extracting(network.content).string), !network.isEscaped else {
                throw .unsupported(.queryState)
            }
            ranges.append(range)
        }
        return clients(ranges)
    }

    /// Whether dnsdist may take a text for an address or a network (`inet_aton`, IPv6, with a length, negated).
    static func looksLikeNetmask(_ text: Span<UInt8>) -> Bool {
        guard text.count > 0 else { return false }
        if text[0] == 0x21 { return true }
        var isNumeric = true
        var startsPart = true
        for index in 0..<text.count {
            switch text[index] {
            case 0x3A: return true
            // What follows is a length, or nothing that counts.
            case 0x2F, 0x20, 0x09: return isNumeric
            case 0x2E: startsPart = true
            case 0x30...0x39: startsPart = false
            case 0x41...0x46, 0x61...0x66, 0x58, 0x78:
                if startsPart { isNumeric = false }
                startsPart = false
            default:
                isNumeric = false
                startsPart = false
            }
        }
        return isNumeric
    }

    private mutating func conditions(_ call: LuaCall) throws(ConfigurationFault) -> [QueryCondition] {
        guard case .table(let fields)? = call.arguments.first else { throw .unsupported(.program) }
        var conditions: [QueryCondition] = []
        for field in fields {
            guard field.key == nil else { throw .unsupported(.program) }
            switch try value(field.value) {
            case .condition(let condition): conditions.append(condition)
            case .unknown, .object: throw .unsupported(.program)
            default: throw .bad
            }
        }
        return conditions
    }

    private mutating func regex(_ text: LuaText) throws(ConfigurationFault) -> QueryCondition {
        let pattern = text.octets(source)
        guard PosixExpression.isPortable(pattern.span) else {
            guard PosixExpression.isExpression(pattern) else { throw .unreadable }
            return property(.undecided(PosixExpression.widened(pattern.span, regardsCase: false), .regexDialect))
        }
        return property(.regex(pattern, .tre))
    }

    /// RE2 is asked for a match of the whole name, with regard to case.
    private mutating func re2(_ text: LuaText) throws(ConfigurationFault) -> QueryCondition {
        let pattern = text.octets(source)
        let isFolded = pattern.starts(with: Array("(?i)".utf8))
        let whole = Array("\\A(?:".utf8) + pattern + Array(")\\z".utf8)
        let hasLetters = pattern.contains { $0 >= 0x80 || $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
        do throws(RegexError) {
            // A pattern that is none alone must not become one by what is put around it.
            _ = try NameRegex(pattern.span, .re2(ignoresCase: true))
        } catch {
            guard case .syntax = error else {
                let reason = UnsupportedReason.regexTooLarge("more than is given to one expression")
                return property(.undecided(.widened(whole.span, .re2(ignoresCase: true)), reason))
            }
            throw .bad
        }
        if hasLetters && !isFolded || pattern.contains(where: { $0 >= 0x80 }) {
            return property(.undecided(Self.ignoringCase(pattern, whole), .letterCase))
        }
        return property(.regex(whole, .re2(ignoresCase: true)))
    }

    /// What holds for every name that an expression matches with regard to case, however the client spells it.
    private static func ignoringCase(_ pattern: [UInt8], _ whole: [UInt8]) -> NameCondition {
        // Without regard to case fewer letters are outside of a set; flags may turn it on again.
        let marks: [StaticString] = ["[^", "\\P", "\\W", "\\D", "\\S", "[:^", "(?"]
        let isPlain = pattern.allSatisfy { $0 < 0x80 }
        let isWider = isPlain && marks.allSatisfy { mark in pattern.span.firstRange(of: mark) == nil }
        return isWider ? .widened(whole.span, .re2(ignoresCase: true)) : .constant(true)
    }

    private func type(_ value: DnsdistValue) throws(ConfigurationFault) -> UInt16 {
        switch value {
        case .number(let number) where number >= 0 && number < 65_536: return UInt16(number)
        case .text(let text):
            guard let type = RRType(source.extracting(text.content).string.uppercased()) else { throw .bad }
            return type.rawValue
        default: throw .unsupported(.program)
        }
    }

    /// Rules about more than the question: clients, transports, load, chance, other software.
    private static let otherRules: Set<String> = [
        "DNSSECRule", "DSTPortRule", "EDNSOptionRule", "EDNSVersionRule", "ERCodeRule", "HTTPHeaderRule",
        "HTTPPathRegexRule", "HTTPPathRule", "KeyValueStoreLookupRule", "KeyValueStoreRangeLookupRule",
        "LuaFFIPerThreadRule", "LuaFFIRule", "LuaRule", "MaxQPSIPRule", "MaxQPSRule",
        "PoolAvailableRule", "PoolOutstandingRule", "ProbaRule", "ProxyProtocolValueRule", "RCodeRule", "RDRule",
        "RecordsCountRule", "RecordsTypeCountRule", "SNIRule", "TCPRule", "TagRule", "TimedIPSetRule",
        "TrailingDataRule",
    ]
}
