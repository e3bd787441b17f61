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
        var writer = OrderedRuleWriter(
            configuration.properties,
            clients: configuration.clientSets,
            octets: text.count
        )
        for rule in configuration.rules { writer.write(rule, text, &sink) }
    }
}

/// What a dnsdist configuration says so far.
struct DnsdistConfiguration: ~Escapable {
    let source: Span<UInt8>
    private(set) var rules: [OrderedRule] = []
    private(set) var properties: [NameProperty] = []
    private(set) var clientSets: [[AddressRange]] = []
    private var variables = LuaVariables<DnsdistValue>(unknown: .unknown)

    /// How many names of sets may be looked at.
    private var namesLeft: Int
    /// How many rules may be passed by calls that move or remove some.
    private var stepsLeft = 20_000_000

    @_lifetime(copy source)
    init(_ source: Span<UInt8>) {
        self.source = source
        namesLeft = source.count + 100_000
    }

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
                // What stands behind it is not read, so nobody may think that it is.
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
        guard path.count == 1 else {
            escape(expression, isHandedOn: true)
            escape(.path([path[0]]), isHandedOn: true)
            if mayAdd(names) { sink.skip(.program, source, range, line) }
            return
        }
        if case .path(let other) = expression, other.count == 1 {
            if variables.assign(name, from: source.extracting(other[0]).string) { return }
        }
        escape(expression, isHandedOn: true)
        guard !mayAdd(names) else {
            variables.assign(name, .unknown)
            return sink.skip(.program, source, range, line)
        }
        do throws(ConfigurationFault) {
            variables.assign(name, try value(expression))
        } catch {
            variables.assign(name, .unknown)
            if case .bad = error { sink.drop(.badStatement, source, range, line) }
        }
    }

    /// Forgets what something unknown may change; what makes rules, and sets of names, copies what it is given.
    private mutating func escape(_ expression: LuaExpression, isHandedOn: Bool) {
        variables.escape(expression, isHandedOn: isHandedOn, source) { name in
            Self.copying.contains(name)
                || !Self.adding.contains(name) && !Self.responseRules.contains(name)
                    && (name.hasSuffix("Rule") || name.hasSuffix("Action"))
        }
    }

    /// Whether parts of the statement that are not understood may add or change rules.
    private func mayAdd(_ names: LuaNames) -> Bool {
        names.isLost || !variables.touched.isDisjoint(with: Self.adding)
            || !variables.touched.isDisjoint(with: Self.responseRules)
            || Self.adding.union(Self.responseRules).contains { names.counts[$0] != nil }
    }

    private mutating func perform(_ call: LuaCall, _ names: LuaNames, _ sink: inout RuleSink) {
        let name = call.name(source)
        let root = source.extracting(call.path[0]).string
        do throws(ConfigurationFault) {
            if Self.includes.contains(root) { throw .unsupported(.include) }
            let isUnderstood = isUnderstood(call, name, root)
            if isUnderstood {
                for argument in call.arguments { escape(argument, isHandedOn: false) }
            } else {
                escape(.call(call), isHandedOn: true)
                // A function of the file's own may do anything.
                if variables[root] != nil, !call.isMethod { throw .unsupported(.program) }
                if Self.responseRules.contains(root) { throw .unsupported(.responseRule) }
            }
            if mayAdd(names) { throw .unsupported(.program) }
            guard isUnderstood else { return sink.drop(.option, source, call.range, call.line) }
            if call.isMethod { performMethod(call) } else { try performs(call, name) }
        } catch {
            var rule = placeholder(call)
            switch error {
            case .bad: sink.drop(.badStatement, source, call.range, call.line)
            case .unsupported(let reason):
                sink.skip(reason, source, call.range, call.line)
                if name == "addAction" { leaveOpen(&rule, call) }
            }
            if name == "addAction" { rules.append(rule) }
        }
    }

    /// Makes the place of a rule that is not evaluated leave open what happens to the names that it may be about.
    private mutating func leaveOpen(_ rule: inout OrderedRule, _ call: LuaCall) {
        guard let first = call.arguments.first, let condition = bound(first) else { return }
        rule.condition = condition
        rule.action = .unsupported
        rule.isPlaceholder = false
    }

    /// A condition that holds wherever one that is evaluated only in part may; nil where nothing of it is known.
    private mutating func bound(_ expression: LuaExpression) -> QueryCondition? {
        if let value = try? value(expression), let known = try? rule(value) { return known }
        guard case .call(let call) = expression, !call.isMethod, call.name(source) == "AndRule",
            variables["AndRule"] == nil, case .table(let fields)? = call.arguments.first
        else { return nil }
        let parts = fields.compactMap { bound($0.value) }
        return parts.isEmpty ? nil : .all(parts)
    }

    private func isUnderstood(_ call: LuaCall, _ name: String, _ root: String) -> Bool {
        guard call.isMethod else { return Self.performed.contains(name) && variables[name] == nil }
        guard call.path.count == 2 else { return false }
        switch variables[root] {
        case .names, .networks: return true
        default: return false
        }
    }

    /// Performs a call that is understood.
    private mutating func performs(_ call: LuaCall, _ name: String) throws(ConfigurationFault) {
        if name != "addAction", name != "setRules", name != "clearRules" {
            guard stepsLeft >= rules.count else { throw .unsupported(.tooManyParts) }
            stepsLeft -= rules.count
        }
        switch name {
        case "addAction": try addAction(call)
        case "setRules": try setRules(call)
        case "clearRules": rules = []
        case "mvRuleToTop": if let last = rules.popLast() { rules.insert(last, at: 0) }
        case "mvRule":
            let (from, to) = (Int(try number(call, 0)), Int(try number(call, 1)))
            guard from < rules.count, to <= rules.count else { return }
            rules.insert(rules.remove(at: from), at: from < to ? to - 1 : to)
        case "rmRule":
            if case .number(let index) = try value(call, 0) {
                if index >= 0, index < Double(rules.count) { rules.remove(at: Int(index)) }
            } else {
                let name = try text(call, 0).octets(source)
                // A name of that length may be an identifier that dnsdist made up.
                guard name.count != 36 else { throw .unsupported(.program) }
                rules.removeAll { $0.name == name }
            }
        default: break
        }
    }

    /// Performs a method of a set.
    private mutating func performMethod(_ call: LuaCall) {
        let variable = source.extracting(call.path[0]).string
        let method = source.extracting(call.path[1])
        if case .networks(let networks)? = variables[variable] {
            guard method.equals("addMask"), case .text(let text)? = try? value(call, 0) else {
                return variables.forget(variable)
            }
            return networks.add([text])
        }
        guard case .names(let names)? = variables[variable] else { return }
        if method.equals("clear") { return names.removeAll() }
        guard method.equals("add") || method.equals("remove") || method.equals("delete") else { return }
        var operands: [LuaText] = []
        switch try? value(call, 0) {
        case .text(let text)? where names.isBelow: operands = [text]
        case .name(let text)?: operands = [text]
        case .texts(let texts)? where names.isBelow: operands = texts
        default: return variables.forget(variable)
        }
        if method.equals("add") { names.add(operands) } else { names.remove(operands) }
    }

    private mutating func addAction(_ call: LuaCall) throws(ConfigurationFault) {
        guard call.arguments.count >= 2 else { throw .bad }
        let condition = try rule(value(call, 0))
        guard case .action(let action) = try value(call, 1) else { throw .unsupported(.program) }
        var name: [UInt8] = []
        if call.arguments.count > 2, case .table(let fields) = call.arguments[2] {
            for field in fields {
                if case .text(let key)? = field.key, source.extracting(key.content).equals("name"),
                    case .text(let text) = field.value
                {
                    name = text.octets(source)
                }
            }
        }
        append(condition, action, call, name)
    }

    private mutating func setRules(_ call: LuaCall) throws(ConfigurationFault) {
        rules = []
        guard case .table(let fields)? = call.arguments.first else { throw .unsupported(.program) }
        for field in fields {
            guard case .rule(let condition, let action) = try value(field.value) else { throw .unsupported(.program) }
            append(condition, action, call, [])
        }
    }

    private mutating func append(
        _ condition: QueryCondition,
        _ action: DnsdistAction,
        _ call: LuaCall,
        _ name: [UInt8]
    ) {
        var rule = placeholder(call)
        rule.name = name
        if case .ends(let does, let ruleClass, let types) = action {
            rule.condition = condition
            rule.action = does
            rule.ruleClass = ruleClass
            rule.types = types
            rule.isPlaceholder = false
        }
        rules.append(rule)
    }

    private func placeholder(_ call: LuaCall) -> OrderedRule {
        OrderedRule(
            condition: .constant(false),
            action: .none,
            ruleClass: .block,
            range: call.range,
            line: call.line,
            isPlaceholder: true
        )
    }

    /// Counts what a part that is not run may add.
    private mutating func note(_ program: LuaProgram, _ names: LuaNames, _ sink: inout RuleSink) {
        var added = names.isLost ? 1 : 0
        for name in Self.adding.union(Self.responseRules) { added += names.counts[name] ?? 0 }
        guard added > 0 else { return sink.drop(.option, source, program.range, program.line) }
        for _ in 0..<min(added, 10_000) { sink.skip(.program, source, program.range, program.line) }
    }

    private static let performed: Set<String> = [
        "addAction", "setRules", "clearRules", "mvRuleToTop", "mvRule", "rmRule",
    ]
    private static let copying: Set<String> = ["newSuffixMatchNode", "newDNSNameSet", "newNMG", "newDNSName"]
    private static let adding: Set<String> = [
        "addAction", "setRules", "mvRule", "mvRuleToTop", "rmRule", "clearRules", "addResponseAction",
    ]
    private static let includes: Set<String> = ["dofile", "includeDirectory", "loadfile", "loadstring", "require"]
    private static let responseRules: Set<String> = [
        "addResponseAction", "addCacheHitResponseAction", "addSelfAnsweredResponseAction", "addDynBlocks",
        "addDynBlockSMT", "addBPFFilterDynBlocks",
    ]

    // MARK: - Values

    /// What an expression is.
    mutating func value(_ expression: LuaExpression) throws(ConfigurationFault) -> DnsdistValue {
        switch expression {
        case .text(let text): return .text(text)
        case .number(let number): return .number(number)
        case .boolean(let value): return .boolean(value)
        case .path(let path): return try value(path)
        case .table(let fields): return texts(fields).map { .texts($0) } ?? .unknown
        case .call(let call): return try value(call)
        case .null, .opaque: return .unknown
        }
    }

    private func value(_ path: [Range<Int>]) throws(ConfigurationFault) -> DnsdistValue {
        let root = source.extracting(path[0]).string
        if let value = variables[root] { return path.count == 1 ? value : .unknown }
        guard path.count == 2 else { return .unknown }
        let key = source.extracting(path[1]).string
        switch root {
        case "DNSRCode": return Self.codes[key].map { .number($0) } ?? .unknown
        case "DNSQType": return RRType(key).map { .number(Double($0.rawValue)) } ?? .unknown
        case "DNSClass": return ["IN": 1, "CHAOS": 3, "NONE": 254, "ANY": 255][key].map { .number($0) } ?? .unknown
        case "DNSOpcode":
            let codes: [String: Double] = ["Query": 0, "IQuery": 1, "Status": 2, "Notify": 4, "Update": 5]
            return codes[key].map { .number($0) } ?? .unknown
        default: return .unknown
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
            guard field.key == nil, case .text(let text) = field.value else { return nil }
            texts.append(text)
        }
        return texts
    }

    private mutating func value(_ call: LuaCall) throws(ConfigurationFault) -> DnsdistValue {
        let name = call.name(source)
        guard !call.isMethod, variables[name] == nil else { return .unknown }
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
        return try action(name, call).map { .action($0) } ?? .unknown
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
