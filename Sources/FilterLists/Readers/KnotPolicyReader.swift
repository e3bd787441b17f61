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
        var writer = OrderedRuleWriter(
            configuration.properties,
            clients: configuration.views.clients,
            octets: text.count
        )
        // All of them leave names open, so that their order means nothing.
        for rule in configuration.firstRules { writer.write(rule, text, &sink) }
        for rule in configuration.views.merged(with: configuration.rules) { writer.write(rule, text, &sink) }
    }
}

/// A value of a Knot Resolver configuration, as far as it is known without running it.
enum KnotValue {
    case text(LuaText)
    /// `policy.todnames({…})` or a table of `todname("…")`.
    case names([LuaText])
    /// `todname("…")`.
    case name(LuaText)
    case condition(QueryCondition, KnotAction)
    case action(KnotAction)
    case unknown
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
    private(set) var rules: [OrderedRule] = []
    /// What leaves names open in front of the rules.
    private(set) var firstRules: [OrderedRule] = []
    private(set) var properties: [NameProperty] = []
    /// Rules of the view module.
    private(set) var views = KnotViews()
    private var variables = LuaVariables<KnotValue>(unknown: .unknown)

    @_lifetime(copy source)
    init(_ source: Span<UInt8>) { self.source = source }

    @_lifetime(self: copy self)
    mutating func read(_ sink: inout RuleSink) {
        var parser = LuaParser(source)
        while true {
            let statement = parser.next()
            variables.begin(parser.names)
            switch statement {
            case .end:
                sink.lines = parser.line
                return
            case .broken(let range, let line):
                sink.drop(.badStatement, source, range, line)
                sink.skip(.behindFault, source, range, line)
                sink.lines = parser.line
                return
            case .program(let program): note(program, parser.names, &sink)
            case .assignment(let path, let value, let range, let line):
                assign(path, value, range, line, parser.names, &sink)
            case .call(let call): perform(call, parser.names, &sink)
            }
        }
    }

    // MARK: - Statements

    private mutating func assign(
        _ path: [Range<Int>],
        _ expression: LuaExpression,
        _ range: Range<Int>,
        _ line: Int,
        _ names: LuaNames,
        _ sink: inout RuleSink
    ) {
        let name = source.extracting(path[0]).string
        if path.count == 1, name == "modules" {
            escape(expression, isHandedOn: true)
            if mayAdd(names) { sink.skip(.program, source, range, line) }
            return loadModules(expression, range, line, &sink)
        }
        guard path.count == 1 else {
            // `policy.DENY = …` and the like change what the names below mean.
            escape(expression, isHandedOn: true)
            escape(.path([path[0]]), isHandedOn: true)
            if path.count == 2, name == "hints" { leaveOpen(host: path[1], range, line) }
            if mayAdd(names) { sink.skip(.program, source, range, line) }
            return
        }
        if Self.modules[name] != nil { sink.skip(.program, source, range, line) }
        if case .path(let other) = expression {
            if other.count == 1, variables.assign(name, from: source.extracting(other[0]).string) { return }
            if case .action(let action)? = try? value(expression) {
                return variables.assign(name, .action(action))
            }
        }
        let made = (try? value(expression)) ?? .unknown
        escape(expression, isHandedOn: true)
        if mayAdd(names) { sink.skip(.program, source, range, line) }
        variables.assign(name, made)
    }

    /// Forgets what something unknown may change. What makes rules keeps what it is given, and changes nothing in it.
    private mutating func escape(_ expression: LuaExpression, isHandedOn: Bool) {
        variables.escape(expression, isHandedOn: isHandedOn, source) { Self.making.contains($0) }
    }

    /// Whether parts of the statement that are not understood may add or change rules.
    private func mayAdd(_ names: LuaNames) -> Bool {
        names.isLost || variables.changesKept || variables.touched.contains("modules")
            || Self.modules.keys.contains { variables.touched.contains($0) }
    }

    /// Modules that change answers by themselves.
    private mutating func loadModules(
        _ expression: LuaExpression,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard case .table(let fields) = expression else { return sink.skip(.program, source, range, line) }
        for field in fields {
            for case .text(let text)? in [field.key, field.value] {
                let name = source.extracting(text.content).string.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                views.noteLoaded(source.extracting(text.content).string)
                if ["rebinding", "dns64", "renumber", "daf"].contains(name) {
                    sink.skip(.answerOption, source, text.content, line)
                }
            }
        }
    }

    private mutating func perform(_ call: LuaCall, _ names: LuaNames, _ sink: inout RuleSink) {
        let name = call.name(source)
        do throws(ConfigurationFault) {
            let isView = name == "view:addr"
            let isAdd = name == "policy.add" || name == "policy:add" || isView
            let root = source.extracting(call.path[0]).string
            for argument in call.arguments { escape(argument, isHandedOn: !isAdd) }
            if !isAdd {
                if let reason = Self.modules[root], !Self.options.contains(name) { throw .unsupported(reason) }
                if variables[root] != nil { throw .unsupported(.program) }
                if ["dofile", "loadfile", "require"].contains(root) { throw .unsupported(.include) }
                if root == "modules", case .text(let text)? = call.arguments.first {
                    views.noteLoaded(source.extracting(text.content).string)
                }
                if ["map", "eval_cmd", "modules"].contains(root) { throw .unsupported(.program) }
            }
            if mayAdd(names) { throw .unsupported(.program) }
            if isView { return try addView(call) }
            if isAdd { return try add(call, isMethod: call.isMethod) }
            variables.forget(root)
            sink.drop(.option, source, call.range, call.line)
        } catch {
            switch error {
            case .bad: sink.drop(.badStatement, source, call.range, call.line)
            case .unsupported(let reason):
                sink.skip(reason, source, call.range, call.line)
                leaveOpen(call, name)
            }
        }
    }

    /// Leaves open what happens to the names that a rule which is not evaluated is about. Rules about answers, views and
    /// hints count whatever the rules about queries say, so they come first.
    private mutating func leaveOpen(_ call: LuaCall, _ name: String) {
        var isFirst = true
        var condition: QueryCondition?
        switch name {
        case "policy.add", "policy:add":
            isFirst = call.arguments.count > 1
            condition = call.arguments.first.flatMap { self.condition(of: $0) }
        case "view.addr", "view:addr", "view.tsig", "view:tsig":
            condition = call.arguments.count > 1 ? self.condition(of: call.arguments[1]) : nil
        case "hints.set", "hints.add":
            guard case .text(let text)? = call.arguments.first, !text.isEscaped else { return }
            let end = source.extracting(text.content).firstIndex(of: 0x20) ?? 0
            let host = text.content.lowerBound..<(text.content.lowerBound + end)
            return leaveOpen(host: host, call.range, call.line)
        default: return
        }
        guard let condition else { return }
        leaveOpen(condition, call.range, call.line, isFirst: isFirst)
    }

    /// Leaves open what happens to the names of a condition.
    mutating func leaveOpen(_ condition: QueryCondition, _ range: Range<Int>, _ line: Int, isFirst: Bool) {
        let rule = OrderedRule(
            condition: condition,
            action: .unsupported,
            ruleClass: .block,
            range: range,
            line: line
        )
        if isFirst { firstRules.append(rule) } else { rules.append(rule) }
    }

    /// The condition of a rule, whatever its action; nil where it is not known.
    private mutating func condition(of rule: LuaExpression) -> QueryCondition? {
        switch rule {
        case .call(let call) where !call.isMethod && variables[source.extracting(call.path[0]).string] == nil:
            return try? condition(call)
        default:
            guard case .condition(let condition, _)? = try? value(rule) else { return nil }
            return condition
        }
    }

    /// What calls of a module that is not evaluated lack.
    private static let modules: [String: UnsupportedReason] = [
        "policy": .program, "view": .view, "hints": .localRecord, "daf": .program, "dns64": .answerOption,
        "renumber": .answerOption, "rebinding": .answerOption, "kres": .program,
    ]
    private static let options: Set<String> = ["hints.root", "hints.root_file"]
    /// Functions that make names, rules and actions.
    private static let making: Set<String> = [
        "todname", "kres.str2dname", "kres.str2ip", "policy.todnames", "policy.all", "policy.suffix", "policy.domains",
        "policy.suffix_common", "policy.pattern", "policy.rpz", "policy.STUB", "policy.FORWARD", "policy.TLS_FORWARD",
        "policy.MIRROR", "policy.DEBUG_IF", "policy.DENY_MSG", "policy.ANSWER", "policy.FLAGS", "policy.REROUTE",
    ]

    /// `view:addr(NETWORK, rule)`: a rule for the clients of a network.
    private mutating func addView(_ call: LuaCall) throws(ConfigurationFault) {
        guard variables["view"] == nil, views.isBehindPolicy, call.arguments.count == 2,
            case .text(let text) = try value(call, 0),
            let range = AddressRange(String(decoding: text.octets(source), as: UTF8.self))
        else { throw .unsupported(.view) }
        guard case .condition(let condition, let action) = try value(call, 1) else { throw .unsupported(.program) }
        guard case .ends(let does, let ruleClass, let types) = action else { return }
        let rule = OrderedRule(
            condition: condition,
            action: does,
            ruleClass: ruleClass,
            types: types,
            range: call.range,
            line: call.line
        )
        guard views.add(rule, for: range) else { throw .unsupported(.tooManyParts) }
    }

    private mutating func add(_ call: LuaCall, isMethod: Bool) throws(ConfigurationFault) {
        guard variables["policy"] == nil, let first = call.arguments.first else { throw .unsupported(.program) }
        if call.arguments.count > 1 {
            guard case .boolean(false) = call.arguments[1] else { throw .unsupported(.responseRule) }
        }
        guard case .condition(let condition, let action) = try value(first) else { throw .unsupported(.program) }
        guard case .ends(let does, let ruleClass, let types) = action else { return }
        rules.append(
            OrderedRule(
                condition: condition,
                action: does,
                ruleClass: ruleClass,
                types: types,
                range: call.range,
                line: call.line
            )
        )
    }

    /// Counts what a part that is not run may add.
    private mutating func note(_ program: LuaProgram, _ names: LuaNames, _ sink: inout RuleSink) {
        guard mayAdd(names) else { return sink.drop(.option, source, program.range, program.line) }
        leaveHintOpen(program.range, program.line)
        for _ in 0..<min(max(1, names.counts["add"] ?? 1), 10_000) {
            sink.skip(.program, source, program.range, program.line)
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
            guard root == "policy", path.count == 2 else { return .unknown }
            return try plainAction(source.extracting(path[1]).string).map { .action($0) } ?? .unknown
        case .table(let fields): return try names(fields).map { .names($0) } ?? .unknown
        case .call(let call): return try value(call)
        case .null, .boolean, .number, .opaque: return .unknown
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
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else { return .unknown }
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
        case "policy.rpz": throw .unsupported(.include)
        case let name:
            if let condition = try condition(call) { return .condition(condition, try action(call, 0)) }
            return try madeAction(name, call).map { .action($0) } ?? .unknown
        }
    }

    /// The condition of the rule that a call makes; nil when the function makes none.
    private mutating func condition(_ call: LuaCall) throws(ConfigurationFault) -> QueryCondition? {
        switch call.name(source) {
        case "policy.all": return .constant(true)
        case "policy.suffix": return property(.below(try nameList(call, 1)))
        case "policy.domains": return property(.isOne(try nameList(call, 1)))
        case "policy.suffix_common":
            guard case .name(let common) = try value(call, 2) else { throw .unsupported(.program) }
            let list = property(.below(try nameList(call, 1)))
            return .all([property(.below([common])), list])
        case "policy.pattern":
            guard case .text(let text) = try value(call, 1) else { throw .unsupported(.program) }
            guard let regex = LuaPattern.regex(text.octets(source)) else { throw .unsupported(.regexDialect) }
            return property(.wireRegex(regex))
        default: return nil
        }
    }

    /// A name that the engine makes no name of would leave a hole in its table.
    private func checked(_ text: LuaText) throws(ConfigurationFault) -> LuaText {
        guard !text.content.isEmpty, (try? DomainName(presentation: text.octets(source))) != nil else {
            throw .unsupported(.oddName)
        }
        return text
    }

    private mutating func nameList(_ call: LuaCall, _ index: Int) throws(ConfigurationFault) -> [LuaText] {
        guard case .names(let names) = try value(call, index), !names.isEmpty else { throw .unsupported(.program) }
        // The rule looks into the table whenever it is asked.
        if case .path(let path) = call.arguments[index] { variables.keep(source.extracting(path[0]).string) }
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
