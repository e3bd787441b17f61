import DNS
import Policy
import TextScan

/// Knot Resolver configuration (5.6, `modules/policy/policy.lua`; compared with the running engine): the rules of the
/// policy module. It is Lua, and nothing of it is run: `policy.add` with literal arguments, and variables that hold such,
/// are understood; whatever else may add rules is counted as unsupported.
enum KnotPolicyReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var configuration = KnotConfiguration(text)
        configuration.read(&sink)
        sink.lines = lineCount(text)
        let rules = configuration.finish(&sink)
        var writer = OrderedRuleWriter(
            configuration.properties,
            clients: configuration.views.clients,
            octets: text.count
        )
        for rule in rules {
            writer.write(rule, text, &sink)
            if sink.isPart, configuration.rules.leavesAllOpen(rule) { sink.builder.noteRefusal() }
        }
    }
}

/// A value of a Knot Resolver configuration, as far as it is known without running it.
enum KnotValue {
    case text(LuaText)
    /// `policy.todnames({…})` or a table of `todname("…")`.
    case names([LuaText])
    /// Names, some of them in wire form.
    case wires([DomainName])
    /// `todname("…")`.
    case name(LuaText)
    case condition(QueryCondition, KnotAction)
    case action(KnotAction)
    case number(Double)
    /// What is known by its kind alone: a table, a function.
    case object(String)
    case unknown
}

extension KnotValue: LuaValue {
    var spoiled: KnotValue {
        switch self {
        case .names, .wires: .object("table")
        case .text, .name, .condition, .action, .number, .object, .unknown: self
        }
    }
}

/// What a policy action does.
enum KnotAction {
    /// The search for rules ends here, for these types or for all.
    case ends(RuleAction, RuleClass, types: [RRType]?)
    /// The next rule is tried.
    case goesOn
}

/// What a Knot Resolver configuration says so far.
struct KnotConfiguration: ~Escapable {
    let source: Span<UInt8>
    var rules = LuaRules()
    private(set) var properties: [NameProperty] = []
    /// Rules of the view module.
    var views = KnotViews()
    var variables = LuaVariables<KnotValue>(unknown: .unknown)
    /// Modules that are there.
    var loaded = KnotGlobals.loaded
    /// Whether a cache is open.
    var hasCache = false
    /// Where it listens.
    var sockets: Set<[UInt8]> = []
    /// How many names of tables rules may look at.
    private var namesLeft: Int

    @_lifetime(copy source)
    init(_ source: Span<UInt8>) {
        self.source = source
        namesLeft = source.count + 100_000
    }

    @_lifetime(self: copy self)
    mutating func read(_ sink: inout RuleSink) {
        var parser = LuaParser(source)
        let fault = LuaSyntax.firstFault(source)
        while true {
            let statement = parser.next()
            if let fault, fault.range.lowerBound < parser.end { return rules.refuse(fault, source, &sink) }
            variables.begin(parser.names)
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
    mutating func value(_ expression: LuaExpression) throws(ConfigurationFault) -> KnotValue {
        switch expression {
        case .text(let text): return .text(text)
        case .path(let path):
            let root = source.extracting(path[0]).string
            if let value = variables[root] { return path.count == 1 ? value : .unknown }
            guard root == "policy", path.count == 2 else { return kind(of: expression) }
            return try plainAction(source.extracting(path[1]).string).map { .action($0) } ?? .unknown
        case .table(let fields):
            if let names = try names(fields) { return .names(names) }
            return try wires(fields).map { .wires($0) } ?? .object("table")
        case .call(let call): return try value(call)
        case .number, .function, .operation: return kind(of: expression)
        case .null, .boolean, .opaque: return .unknown
        }
    }

    /// What is known of a value that means nothing to rules.
    private func kind(of expression: LuaExpression) -> KnotValue {
        switch argument(expression) {
        case .number(let number): .number(number)
        case .object(let kind): .object(kind)
        case .table: .object("table")
        case .nothing, .boolean, .text, .unknown: .unknown
        }
    }

    /// The value of an argument.
    mutating func value(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> KnotValue {
        guard index < call.arguments.count else { throw .unsupported(.program) }
        return try value(call.arguments[index])
    }

    /// A table of `todname("…")`; nil for other tables.
    private mutating func names(_ fields: [LuaField]) throws(ConfigurationFault) -> [LuaText]? {
        var names: [LuaText] = []
        for field in fields {
            guard field.key == nil, case .name(let name) = try value(field.value) else { return nil }
            names.append(name)
        }
        return names
    }

    private mutating func value(_ call: LuaCall) throws(ConfigurationFault) -> KnotValue {
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else {
            return kind(of: .call(call))
        }
        switch call.name(source) {
        case "todname", "kres.str2dname":
            guard case .text(let text) = try value(call, 0) else { throw .unsupported(.program) }
            return .name(try checked(text))
        case "policy.todnames":
            guard case .table(let fields)? = call.arguments.first else { throw .unsupported(.program) }
            var names: [LuaText] = []
            for field in fields {
                guard field.key == nil, case .text(let text) = field.value else { throw .unsupported(.program) }
                names.append(try checked(text))
            }
            return .names(names)
        case "policy.rpz": throw .unsupported(.knotZone)
        case let name:
            if let condition = try condition(call) { return .condition(condition, try action(call, 0)) }
            return try madeAction(name, call).map { .action($0) } ?? kind(of: .call(call))
        }
    }

    /// The condition of the rule that a call makes; nil when the function makes none.
    mutating func condition(_ call: LuaCall) throws(ConfigurationFault) -> QueryCondition? {
        switch call.name(source) {
        case "policy.all": return .constant(true)
        case "policy.suffix": return try names(call, 1, isBelow: true)
        case "policy.domains": return try names(call, 1, isBelow: false)
        case "policy.suffix_common":
            guard case .name(let common) = try value(call, 2) else { throw .unsupported(.program) }
            return .all([property(.below([common])), try names(call, 1, isBelow: true)])
        case "policy.pattern":
            guard case .text(let text) = try value(call, 1) else { throw .unsupported(.program) }
            let pattern = text.octets(source)
            guard let regex = LuaPattern.regex(pattern) else {
                return property(.undecided(LuaPattern.widened(pattern), .regexDialect))
            }
            return property(.wireRegex(regex))
        default: return nil
        }
    }

    /// A name that the engine makes no name of would leave a hole in its table.
    private func checked(_ text: LuaText) throws(ConfigurationFault) -> LuaText {
        guard !text.content.isEmpty, !text.hasNUL, (try? DomainName(presentation: text.octets(source))) != nil else {
            throw .unsupported(.oddName)
        }
        return text
    }

    /// The condition that a name is one of a table, or below one.
    private mutating func names(
        _ call: LuaCall,
        _ index: Int,
        isBelow: Bool
    ) throws(ConfigurationFault) -> QueryCondition {
        let made: NameProperty?
        let count: Int
        switch try value(call, index) {
        case .names(let names):
            made = names.isEmpty ? nil : isBelow ? .below(names) : .isOne(names)
            count = names.count
        case .wires(let names):
            made = names.isEmpty ? nil : isBelow ? .belowNames(names) : .isOneName(names)
            count = names.count
        default: throw .unsupported(.program)
        }
        guard count <= namesLeft else { throw .unsupported(.tooManyParts) }
        namesLeft -= count
        // The rule looks into the table whenever it is asked.
        if case .path(let path) = call.arguments[index] { variables.keep(source.extracting(path[0]).string) }
        return made.map { property($0) } ?? .constant(false)
    }

    /// A table of which some are whole names in wire form, which is what `todname` makes. Names are looked for in small letters.
    private mutating func wires(_ fields: [LuaField]) throws(ConfigurationFault) -> [DomainName]? {
        var names: [DomainName] = []
        for field in fields {
            guard field.key == nil else { return nil }
            switch try value(field.value) {
            case .name(let text):
                guard let name = try? DomainName(presentation: text.octets(source)) else { return nil }
                names.append(name)
            case .text(let text):
                let octets = text.octets(source)
                guard octets.last == 0, let name = try? DomainName(wire: octets), name.wire.count == octets.count else {
                    return nil
                }
                if name.lowercased.wire == octets { names.append(name) }
            default: return nil
            }
        }
        return names
    }

    private mutating func action(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> KnotAction {
        guard case .action(let action) = try value(call, index) else { throw .unsupported(.program) }
        return action
    }

    /// Keeps a property and names it by its number.
    mutating func property(_ property: NameProperty) -> QueryCondition {
        properties.append(property)
        return .property(properties.count - 1)
    }
}
