import DNS
import Policy
import TextScan

/// dnsdist configuration (dnsdist 1.7.3, `dnsdist-lua-rules.cc` and `dnsdist-lua-actions.cc`; compared with the running
/// engine). It is Lua, and nothing of it is run: calls with literal arguments, and variables that such calls fill, are
/// understood; whatever else may add rules is counted as unsupported.
enum DnsdistReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var configuration = DnsdistConfiguration(text)
        configuration.read(&sink)
        sink.lines = lineCount(text)
        let rules = configuration.finish(&sink)
        var writer = OrderedRuleWriter(
            configuration.properties,
            clients: configuration.clientSets,
            octets: text.count
        )
        for rule in rules {
            writer.write(rule, text, &sink)
            if sink.isPart, configuration.rules.leavesAllOpen(rule) { sink.builder.noteRefusal() }
        }
    }
}

/// What a dnsdist configuration says so far.
struct DnsdistConfiguration: ~Escapable {
    let source: Span<UInt8>
    var rules = LuaRules()
    var access = DnsdistAccess()
    private(set) var pools = DnsdistPools()
    var listeners = DnsdistListeners()
    private(set) var properties: [NameProperty] = []
    private(set) var clientSets: [[AddressRange]] = []
    /// Actions that write to a file, which dnsdist has to be able to open.
    var logs: [Range<Int>] = []
    var variables = LuaVariables<DnsdistValue>(unknown: .unknown)

    /// How many names of sets may be looked at.
    private var namesLeft: Int
    /// How many values of tables, and parts of conditions, in variables may be looked at.
    var valuesLeft: Int
    /// How many rules may be passed by calls that move or remove some.
    var stepsLeft = 20_000_000

    @_lifetime(copy source)
    init(_ source: Span<UInt8>) {
        self.source = source
        namesLeft = source.count + 100_000
        valuesLeft = source.count + 1_000_000
    }

    @_lifetime(self: copy self)
    mutating func read(_ sink: inout RuleSink) {
        var parser = LuaParser(source)
        let fault = LuaSyntax.firstFault(source)
        while true {
            let statement = parser.next()
            if let fault, fault.range.lowerBound < parser.end { return rules.refuse(fault, source, &sink) }
            variables.begin(parser.names)
            pools.note(statement, source)
            switch statement {
            case .end:
                if let fault { rules.refuse(fault, source, &sink) }
                return
            case .broken(let range, let line):
                let isCertain = fault?.isCertain ?? false
                return rules.refuse(isCertain ? .bad : .unreadable, source, range, line, &sink)
            case .program(let program): note(program, parser.names, &sink)
            case .assignment(let path, let value, let range, let line):
                assign(path, value, range, line, parser.names, &sink)
            case .call(let call): perform(call, parser.names, &sink)
            }
        }
    }

    // MARK: - Values

    /// What an expression is.
    mutating func value(_ expression: LuaExpression) throws(ConfigurationFault) -> DnsdistValue {
        switch expression {
        case .text(let text): return text.hasNUL ? .unknown : .text(text)
        case .number(let number): return .number(number)
        case .boolean(let value): return .boolean(value)
        case .path(let path): return try value(path)
        case .table(let fields): return texts(fields).map { .texts($0) } ?? .object("table")
        case .call(let call): return try value(call)
        case .function: return .object("function")
        case .operation: return kind(of: expression)
        case .null, .opaque: return .unknown
        }
    }

    func value(_ path: [Range<Int>]) throws(ConfigurationFault) -> DnsdistValue {
        let root = source.extracting(path[0]).string
        if let value = variables[root] { return path.count == 1 ? value : .unknown }
        guard path.count == 2 else { return kind(of: .path(path)) }
        return Self.number(root, source.extracting(path[1]).string).map { .number($0) } ?? kind(of: .path(path))
    }

    /// What is known of a value that means nothing to rules.
    private func kind(of expression: LuaExpression) -> DnsdistValue {
        switch argument(expression) {
        case .number(let number): .number(number)
        case .boolean(let value): .boolean(value)
        case .table: .object("table")
        case .object(let kind): .object(kind)
        case .nothing, .text, .unknown: .unknown
        }
    }

    /// The number that a name of dnsdist's stands for.
    static func number(_ table: String, _ key: String) -> Double? {
        switch table {
        case "DNSRCode": codes[key]
        case "DNSQType": RRType(key).map { Double($0.rawValue) }
        case "DNSClass": ["IN": 1, "CHAOS": 3, "NONE": 254, "ANY": 255][key]
        case "DNSOpcode": ["Query": 0, "IQuery": 1, "Status": 2, "Notify": 4, "Update": 5][key]
        default: nil
        }
    }

    private static let codes: [String: Double] = [
        "NOERROR": 0, "FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5, "YXDOMAIN": 6,
        "YXRRSET": 7, "NXRRSET": 8, "NOTAUTH": 9, "NOTZONE": 10, "BADVERS": 16,
    ]

    /// A sequence of texts; nil for other tables.
    private func texts(_ fields: [LuaField]) -> [LuaText]? {
        var texts: [LuaText] = []
        for field in fields {
            guard field.key == nil, case .text(let text) = field.value, !text.hasNUL else { return nil }
            texts.append(text)
        }
        return texts
    }

    private mutating func value(_ call: LuaCall) throws(ConfigurationFault) -> DnsdistValue {
        let name = call.name(source)
        guard !call.isMethod, variables[name] == nil else { return kind(of: .call(call)) }
        switch name {
        case "newSuffixMatchNode": return .names(DnsdistNames(isBelow: true))
        case "newDNSNameSet": return .names(DnsdistNames(isBelow: false))
        case "newNMG": return .networks(DnsdistNames(isBelow: false))
        case "newDNSName": return .name(try text(call, 0))
        case "newRuleAction":
            guard case .action(let action) = try value(call, 1) else { throw .unsupported(.program) }
            return .rule(try rule(value(call, 0)), action)
        default: break
        }
        if let condition = try condition(name, call) {
            guard condition.size < 10_000 else { throw .unsupported(.tooManyParts) }
            return .condition(condition)
        }
        return try action(name, call).map { .action($0) } ?? kind(of: .call(call))
    }

    /// Takes names of sets from what the file may use.
    mutating func spend(_ names: Int) throws(ConfigurationFault) {
        guard names <= namesLeft else { throw .unsupported(.tooManyParts) }
        namesLeft -= names
    }

    /// The value of an argument.
    mutating func value(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> DnsdistValue {
        guard index < call.arguments.count else { throw .bad }
        return try value(call.arguments[index])
    }

    /// An argument that must be a text.
    mutating func text(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> LuaText {
        guard case .text(let text) = try value(call, index) else { throw .unsupported(.program) }
        return text
    }

    /// An argument that must be a number, not below zero.
    mutating func number(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> Double {
        guard case .number(let number) = try value(call, index) else { throw .unsupported(.program) }
        guard number >= 0, number < 1e15 else { throw .bad }
        return number.rounded(.down)
    }

    /// Keeps a set of client addresses and names it by its number.
    mutating func clients(_ ranges: [AddressRange]) -> QueryCondition {
        clientSets.append(ranges)
        return .client(clientSets.count - 1)
    }

    /// Keeps a property and names it by its number.
    mutating func property(_ property: NameProperty) -> QueryCondition {
        properties.append(property)
        return .property(properties.count - 1)
    }
}
