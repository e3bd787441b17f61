import DNS
import Policy
import TextScan

/// What the statements of a configuration of dnsdist do.
extension DnsdistConfiguration {
    @_lifetime(self: copy self)
    mutating func assign(
        _ path: [Range<Int>],
        _ expression: LuaExpression,
        _ range: Range<Int>,
        _ line: Int,
        _ names: LuaNames,
        _ sink: inout RuleSink
    ) {
        let name = source.extracting(path[0]).string
        if isRefused(expression, range, line, &sink) || isRefused(.path(path), range, line, &sink) {
            return variables.assign(name, .unknown)
        }
        guard path.count == 1 else {
            escape(expression, isHandedOn: true)
            escape(.path([path[0]]), isHandedOn: true)
            if mayAdd(names) {
                sink.skip(.program, source, range, line)
                leaveOpen(place(names), range, line)
            }
            return
        }
        if case .path(let other) = expression, other.count == 1 {
            if variables.assign(name, from: source.extracting(other[0]).string) { return }
        }
        escape(expression, isHandedOn: true)
        if noteLimits(names, range, line, &sink) { return variables.assign(name, .unknown) }
        guard !mayAdd(names) else {
            variables.assign(name, .unknown)
            leaveOpen(place(names), range, line)
            return sink.skip(.program, source, range, line)
        }
        do throws(ConfigurationFault) {
            variables.assign(name, try value(expression))
        } catch {
            variables.assign(name, .unknown)
            if case .unsupported = error { return }
            rules.refuse(error, source, range, line, &sink)
        }
    }

    /// Forgets what something unknown may change; what makes rules, and sets of names, copies what it is given.
    private mutating func escape(_ expression: LuaExpression, isHandedOn: Bool) {
        variables.escape(expression, isHandedOn: isHandedOn, source) { name in
            DnsdistFunctions.copying.contains(name)
                || !DnsdistFunctions.telling.contains(name)
                    && (name.hasSuffix("Rule") || name.hasSuffix("Action"))
        }
    }

    /// Whether parts of the statement that are not understood may add or change rules.
    private func mayAdd(_ names: LuaNames) -> Bool {
        names.isLost || !variables.touched.isDisjoint(with: DnsdistFunctions.telling)
            || DnsdistFunctions.telling.contains { names.counts[$0] != nil }
    }

    /// Where the engine comes to what parts of a statement do that are not understood.
    private func place(_ names: LuaNames) -> LuaRules.Place {
        func mentions(_ functions: Set<String>) -> Bool {
            !variables.touched.isDisjoint(with: functions) || functions.contains { names.counts[$0] != nil }
        }
        if names.isLost || mentions(DnsdistFunctions.changing) || mentions(DnsdistFunctions.blocking) { return .first }
        return mentions(DnsdistFunctions.answering) && !mentions(DnsdistFunctions.adding) ? .behind : .inOrder
    }

    /// Leaves all names open where a part of the file is not run that may add any number of rules.
    private mutating func leaveOpen(_ place: LuaRules.Place, _ range: Range<Int>, _ line: Int) {
        guard case .inOrder = place else { return rules.leaveOpen(place, range, line) }
        var rule = OrderedRule.open(range, line)
        rule.standsForMany = true
        if rules.rules.last?.standsForMany != true { rules.rules.append(rule) }
        // A function may run again when the rules have been cleared.
        rules.leaveOpen(.behind, range, line)
    }

    @_lifetime(self: copy self)
    mutating func perform(_ call: LuaCall, _ names: LuaNames, _ sink: inout RuleSink) {
        let name = call.name(source)
        let root = source.extracting(call.path[0]).string
        if DnsdistFunctions.includes.contains(root), variables[root] == nil {
            return rules.refuse(.unsupported(.include), source, call.range, call.line, &sink)
        }
        if isRefused(.call(call), call.range, call.line, &sink) { return }
        // The rules of other files are not known here.
        let changesOthers = sink.isPart && sink.given.first != sink.path && DnsdistFunctions.changing.contains(name)
        guard !changesOthers, listeners.take(call, name, source) else {
            return rules.refuse(.unreadable, source, call.range, call.line, &sink)
        }
        if DnsdistFunctions.whole.contains(name) { access.noteWhole() }
        if variables[root] == nil || call.isMethod, noteLimits(names, call.range, call.line, call: call, &sink) {
            for argument in call.arguments { escape(argument, isHandedOn: true) }
            return
        }
        do throws(ConfigurationFault) {
            let isUnderstood = isUnderstood(call, name, root)
            if isUnderstood {
                for argument in call.arguments { escape(argument, isHandedOn: false) }
            } else {
                escape(.call(call), isHandedOn: true)
                // A function of the file's own may do anything.
                if variables[root] != nil, !call.isMethod { throw .unsupported(.program) }
                if DnsdistFunctions.answering.contains(root) { throw .unsupported(.responseRule) }
                if DnsdistFunctions.blocking.contains(root) { throw .unsupported(.responseRule) }
            }
            if mayAdd(names) { throw .unsupported(.program) }
            if isUnderstood {
                if call.isMethod { performMethod(call) } else { try performs(call, name) }
                return
            }
            let isHarmless =
                call.isMethod
                ? DnsdistFunctions.isHarmless(method: source.extracting(call.path[call.path.count - 1]).string)
                : DnsdistFunctions.isHarmless(name)
            guard isHarmless else { throw .unsupported(.program) }
            sink.drop(.option, source, call.range, call.line)
        } catch {
            guard case .unsupported(let reason) = error else {
                return rules.refuse(error, source, call.range, call.line, &sink)
            }
            sink.skip(reason, source, call.range, call.line)
            leaveOpen(call, name, root, names)
        }
    }

    /// Leaves open what happens to the names that a call may be about which is not evaluated.
    private mutating func leaveOpen(_ call: LuaCall, _ name: String, _ root: String, _ names: LuaNames) {
        let isOwn = variables[root] != nil && !call.isMethod
        switch name {
        case "addAction" where !isOwn:
            let own = place(names)
            if case .inOrder = own {} else { rules.leaveOpen(own, call.range, call.line) }
            // It is one rule, wherever its action comes from.
            var rule = OrderedRule.open(call.range, call.line, call.arguments.first.flatMap { bound($0) })
            rule.name = self.name(call)
            rules.rules.append(rule)
        case "addResponseAction" where !isOwn, "addCacheHitResponseAction" where !isOwn:
            let own = place(names)
            if case .first = own { rules.leaveOpen(.first, call.range, call.line) }
            rules.leaveOpen(.behind, call.range, call.line, call.arguments.first.flatMap { bound($0) })
        case "addDynBlockSMT": rules.leaveOpen(.first, call.range, call.line, namesBelow(call.arguments.first))
        case "setACL", "addACL", "rmACL", "setACLFromFile":
            access.take(unknown: call.range, call.line)
            rules.leaveOpen(.first, call.range, call.line)
        case _ where isOwn && !names.isLost: leaveOpen(place(names), call.range, call.line)
        default: rules.leaveOpen(.first, call.range, call.line)
        }
    }

    /// The names of a table of names; nil where they are not known.
    private mutating func namesBelow(_ argument: LuaExpression?) -> QueryCondition? {
        guard case .table(let fields)? = argument else { return nil }
        var names: [LuaText] = []
        for field in fields {
            guard case .text(let name)? = try? value(field.value) else { return nil }
            names.append(name)
        }
        return property(.below(names))
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
        guard call.isMethod else { return DnsdistFunctions.performed.contains(name) && variables[name] == nil }
        guard call.path.count == 2 else { return false }
        switch variables[root] {
        case .names, .networks: return true
        default: return false
        }
    }

    /// Performs a call that is understood.
    private mutating func performs(_ call: LuaCall, _ name: String) throws(ConfigurationFault) {
        switch name {
        case "addAction": try addAction(call)
        case "setRules": try setRules(call)
        case "clearRules": rules.rules = []
        case "setACL", "addACL":
            let networks: [LuaText]
            switch try value(call, 0) {
            case .text(let text): networks = [text]
            case .texts(let texts) where name == "setACL": networks = texts
            default: throw .unsupported(.program)
            }
            try access.take(networks, isAdded: name == "addACL", source, call.range, call.line)
        default: try move(call, name)
        }
    }

    /// Performs a call that moves or removes rules.
    private mutating func move(_ call: LuaCall, _ name: String) throws(ConfigurationFault) {
        guard stepsLeft >= rules.rules.count else { throw .unsupported(.tooManyParts) }
        stepsLeft -= rules.rules.count
        switch name {
        case "mvRuleToTop":
            guard rules.rules.last?.standsForMany != true else { throw .unsupported(.program) }
            if let last = rules.rules.popLast() { rules.rules.insert(last, at: 0) }
        case "mvRule":
            let (from, to) = (Int(try number(call, 0)), Int(try number(call, 1)))
            guard knowsNumber(max(from, to - 1)) else { throw .unsupported(.program) }
            guard from < rules.rules.count, to <= rules.rules.count else { return }
            rules.rules.insert(rules.rules.remove(at: from), at: from < to ? to - 1 : to)
        case "rmRule":
            if case .number(let index) = try value(call, 0) {
                guard knowsNumber(Int(max(0, min(index, 1e9)))) else { throw .unsupported(.program) }
                if index >= 0, index < Double(rules.rules.count) { rules.rules.remove(at: Int(index)) }
            } else {
                let name = try text(call, 0).octets(source)
                // A name of that length may be an identifier that dnsdist made up.
                guard name.count != 36 else { throw .unsupported(.program) }
                rules.rules.removeAll { $0.name == name && !$0.standsForMany }
            }
        default: break
        }
    }

    /// Whether it is known which rule has a number: not so behind something that may add any number of them.
    private func knowsNumber(_ number: Int) -> Bool {
        rules.rules.firstIndex(where: \.standsForMany).map { number < $0 } ?? true
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
        for argument in call.arguments.prefix(2) where isNothing(argument) { throw .unreadable }
        var condition = QueryCondition.constant(true)
        var fault: ConfigurationFault?
        do throws(ConfigurationFault) { condition = try rule(value(call, 0)) } catch { fault = error }
        if case .bad? = fault { throw .bad }
        let action = try action(of: call)
        // What is tried after a rule that does nothing does not depend on when it holds.
        if let fault, case .ends = action { throw fault }
        append(condition, action, call, name(call))
    }

    /// The action of a rule; dnsdist may not start with what cannot be read.
    private mutating func action(of call: LuaCall) throws(ConfigurationFault) -> DnsdistAction {
        do throws(ConfigurationFault) {
            if case .action(let action) = try value(call, 1) { return action }
        } catch {
            guard case .unsupported(let reason) = error, reason.id == UnsupportedReason.program.id else { throw error }
        }
        throw .unreadable
    }

    /// Whether an argument is nil: so written, or a name that nothing in this file has been given to.
    private func isNothing(_ argument: LuaExpression) -> Bool {
        switch argument {
        case .null: true
        case .path(let path): path.count == 1 && variables[source.extracting(path[0]).string] == nil
        default: false
        }
    }

    /// How a call names its rule.
    private func name(_ call: LuaCall) -> [UInt8] {
        var name: [UInt8] = []
        guard call.arguments.count > 2, case .table(let fields) = call.arguments[2] else { return name }
        for field in fields {
            if case .text(let key)? = field.key, source.extracting(key.content).equals("name"),
                case .text(let text) = field.value
            {
                name = text.octets(source)
            }
        }
        return name
    }

    private mutating func setRules(_ call: LuaCall) throws(ConfigurationFault) {
        rules.rules = []
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
        rules.rules.append(rule)
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
    @_lifetime(self: copy self)
    mutating func note(_ program: LuaProgram, _ names: LuaNames, _ sink: inout RuleSink) {
        var added = names.isLost ? 1 : 0
        for name in DnsdistFunctions.telling { added += names.counts[name] ?? 0 }
        if program.isRun || program.values.contains(where: { fault($0) != nil }) {
            return rules.refuse(.unreadable, source, program.range, program.line, &sink)
        }
        if let declared = program.declared {
            variables.assign(source.extracting(declared).string, .object("function"))
        }
        guard added > 0 else { return sink.drop(.option, source, program.range, program.line) }
        if noteLimits(names, program.range, program.line, &sink) { return }
        for _ in 0..<min(added, 10_000) { sink.skip(.program, source, program.range, program.line) }
        if !DnsdistFunctions.changing.isDisjoint(with: names.counts.keys) {
            access.take(unknown: program.range, program.line)
        }
        leaveOpen(place(names), program.range, program.line)
    }

    /// All rules in the order in which they are tried; in front of them, what becomes of clients that are not answered.
    @_lifetime(self: copy self)
    mutating func finish(_ sink: inout RuleSink) -> [OrderedRule] {
        for log in logs {
            sink.note(
                "log-file",
                "dnsdist starts only where it can write this file; that it can is taken for granted",
                source,
                log,
                source.line(of: log.lowerBound)
            )
        }
        pools.apply(to: &rules, source, &sink)
        sink.refuse(&rules, properties, source)
        guard let answered = access.networks else { return rules.merged() }
        var rule = OrderedRule(
            condition: .not(clients(answered.ranges)),
            action: .drop,
            ruleClass: .block,
            range: answered.range,
            line: answered.line
        )
        rule.isForKnownClients = !answered.isStated
        return [rule] + rules.merged()
    }
}
