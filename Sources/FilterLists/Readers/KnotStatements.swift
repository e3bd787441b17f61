import DNS
import Policy
import TextScan

/// What the statements of a configuration of Knot Resolver do.
extension KnotConfiguration {
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
        func open(_ rules: inout LuaRules, _ sink: inout RuleSink) {
            sink.skip(.program, source, range, line)
            rules.leaveOpen(.first, range, line)
        }
        if let fault = fault(expression) ?? fault(assigning: expression, to: path) {
            escape(expression, isHandedOn: true)
            if path.count == 1 { variables.assign(name, .unknown) } else { escape(.path([path[0]]), isHandedOn: true) }
            return rules.refuse(fault, source, range, line, &sink)
        }
        if name == "cache", path.count == 2, source.extracting(path[1]).equals("size") { hasCache = true }
        if path.count == 1, name == "modules" {
            escape(expression, isHandedOn: true)
            if mayAdd(names) { open(&rules, &sink) }
            return loadModules(expression, range, line, &sink)
        }
        guard path.count == 1 else {
            // `policy.DENY = …` and the like change what the names below mean.
            escape(expression, isHandedOn: true)
            if name == "hints", path.count == 2, !mayAdd(names) {
                sink.skip(.program, source, range, line)
                leaveOpen(host: path[1], range, line)
                guard case .text(let address) = expression, !address.isEscaped else {
                    return rules.leaveOpen(.behind, range, line)
                }
                return leaveOpen(reverseOf: address.content, range, line)
            }
            if Self.modules[name] != nil || variables[name] != nil { escape(.path([path[0]]), isHandedOn: true) }
            if mayAdd(names) { open(&rules, &sink) }
            return
        }
        if Self.modules[name] != nil { open(&rules, &sink) }
        if case .path(let other) = expression {
            if other.count == 1, variables.assign(name, from: source.extracting(other[0]).string) { return }
            if case .action(let action)? = try? value(expression) {
                return variables.assign(name, .action(action))
            }
        }
        var made = KnotValue.unknown
        do throws(ConfigurationFault) { made = try value(expression) } catch {
            if case .unsupported = error {} else { rules.refuse(error, source, range, line, &sink) }
        }
        escape(expression, isHandedOn: true)
        if mayAdd(names) { open(&rules, &sink) }
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
        guard case .table(let fields) = expression else {
            rules.leaveOpen(.first, range, line)
            return sink.skip(.program, source, range, line)
        }
        for field in fields {
            if case .text(let text)? = field.key {
                load(text.content, configuration: argument(field.value), line, &sink)
            } else if case .text(let text) = field.value, field.key == nil {
                load(text.content, configuration: nil, line, &sink)
            } else {
                rules.leaveOpen(.first, range, line)
                sink.skip(.program, source, range, line)
            }
        }
    }

    /// Takes the name of a module that is loaded.
    private mutating func load(
        _ module: Range<Int>,
        configuration: LuaArgument?,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let text = source.extracting(module).string
        if let fault = fault(loading: text, configuration) { return rules.refuse(fault, source, module, line, &sink) }
        let name = String(text.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        let isConfigured = configuration != nil
        loaded.insert(name)
        views.noteLoaded(text)
        let place: LuaRules.Place
        switch name {
        case "dns64", "rebinding": place = .behind
        // Their configuration is a call with it.
        case "hints" where isConfigured: place = .behind
        case "policy" where isConfigured, "view" where isConfigured: place = .first
        case _ where Self.harmlessModules.contains(name): return
        default: place = .first
        }
        sink.skip(name == "hints" ? .localRecord : .answerOption, source, module, line)
        rules.leaveOpen(place, module, line, types: name == "dns64" ? [.aaaa, .ptr, .any] : nil)
    }

    /// Modules that answer nothing and change no answer of a query that asks for recursion.
    private static let harmlessModules: Set<String> = [
        "bogus_log", "detect_time_jump", "detect_time_skew", "dnstap", "edns_keepalive", "extended_error", "hints",
        "nsid", "policy", "predict", "prefill", "priming", "refuse_nord", "serve_stale", "stats", "ta_sentinel",
        "ta_signal_query", "ta_update",
        "view", "watchdog", "workarounds",
    ]

    @_lifetime(self: copy self)
    mutating func perform(_ call: LuaCall, _ names: LuaNames, _ sink: inout RuleSink) {
        let name = call.name(source)
        do throws(ConfigurationFault) {
            let isView = name == "view:addr"
            let isAdd = name == "policy.add" || name == "policy:add" || isView
            let root = source.extracting(call.path[0]).string
            for argument in call.arguments { escape(argument, isHandedOn: !isAdd) }
            if ["dofile", "loadfile", "require"].contains(root), variables[root] == nil {
                return rules.refuse(.unsupported(.include), source, call.range, call.line, &sink)
            }
            if let fault = fault(.call(call)) { throw asksForFile(call) ? .unsupported(.knotZone) : fault }
            guard listens(call, name) else { throw .unreadable }
            if name == "cache.open" { hasCache = true }
            if !isAdd {
                if let reason = Self.modules[root], !Self.options.contains(name) { throw .unsupported(reason) }
                if name == "modules.load", case .text(let text)? = call.arguments.first, !mayAdd(names) {
                    return load(text.content, configuration: nil, call.line, &sink)
                }
                if name == "modules.unload", case .text(let text)? = call.arguments.first, !mayAdd(names),
                    KnotGlobals.removable.contains(source.extracting(text.content).string),
                    loaded.remove(source.extracting(text.content).string) != nil
                {
                    return sink.drop(.option, source, call.range, call.line)
                }
                if root == "modules", name != "modules.list" { throw .unreadable }
            }
            if mayAdd(names) { throw .unsupported(.program) }
            if isView { return try addView(call) }
            if isAdd { return try add(call, isMethod: call.isMethod) }
            variables.forget(root)
            sink.drop(.option, source, call.range, call.line)
        } catch {
            guard case .unsupported(let reason) = error, fault(.call(call)) == nil else {
                return rules.refuse(error, source, call.range, call.line, &sink)
            }
            sink.skip(reason, source, call.range, call.line)
            leaveOpen(call, name, names)
        }
    }

    /// Whether a policy zone is asked for, which is not known to be there.
    private func asksForFile(_ call: LuaCall) -> Bool {
        call.name(source) == "policy.rpz"
            || call.arguments.contains { if case .call(let call) = $0 { asksForFile(call) } else { false } }
    }

    /// Takes a call of `net.listen`; false for one that listens where another does.
    private mutating func listens(_ call: LuaCall, _ name: String) -> Bool {
        guard name == "net.listen" else { return true }
        var port: [UInt8] = []
        if call.arguments.count > 1 { port = Array("\(argument(call.arguments[1]))".utf8) }
        if call.arguments.count > 2 { port += source.extracting(call.range).octets }
        let places: [LuaArgument]
        if case .table(let fields) = argument(call.arguments[0]) {
            places = fields.map(\.value)
        } else {
            places = [argument(call.arguments[0])]
        }
        for place in places {
            guard case .text(let text) = place else { continue }
            guard sockets.insert(text + [0x20] + port).inserted else { return false }
        }
        return true
    }

    /// Leaves open what happens to the names that a call which is not evaluated is about.
    private mutating func leaveOpen(_ call: LuaCall, _ name: String, _ names: LuaNames) {
        guard !reachesOtherRules(names) else { return rules.leaveOpen(.first, call.range, call.line) }
        let root = source.extracting(call.path[0]).string
        switch name {
        case "policy.add", "policy:add":
            var place = LuaRules.Place.inOrder
            // Rules about answers count whatever the rules about queries say.
            if call.arguments.count > 1 {
                if case .boolean(false) = call.arguments[1] {} else { place = .first }
            }
            rules.leaveOpen(place, call.range, call.line, call.arguments.first.flatMap { condition(of: $0) })
        case "view.addr", "view:addr", "view.tsig", "view:tsig":
            leaveViewOpen(call, isByAddress: name.hasSuffix("addr"))
        case "hints.set", "hints.add":
            guard case .text(let text)? = call.arguments.first, !text.isEscaped,
                let blank = source.extracting(text.content).firstIndex(of: 0x20)
            else { return rules.leaveOpen(.behind, call.range, call.line) }
            let end = text.content.lowerBound + blank
            leaveOpen(host: text.content.lowerBound..<end, call.range, call.line)
            leaveOpen(reverseOf: (end + 1)..<text.content.upperBound, call.range, call.line)
        case _ where ["hints", "dns64", "rebinding"].contains(root): rules.leaveOpen(.behind, call.range, call.line)
        // A function of the file's own changes no rules that its own text does not name.
        case _ where variables[root] != nil && Self.modules[root] == nil && call.path.count == 1:
            rules.leaveOpen(.inOrder, call.range, call.line)
        default: rules.leaveOpen(.first, call.range, call.line)
        }
    }

    private mutating func leaveViewOpen(_ call: LuaCall, isByAddress: Bool) {
        let known = call.arguments.count > 1 ? condition(of: call.arguments[1]) : nil
        var range: AddressRange?
        // The third argument makes it the address that was asked.
        if isByAddress, call.arguments.count == 2, case .text(let text)? = try? value(call, 0) {
            range = AddressRange(String(decoding: text.octets(source), as: UTF8.self))
        }
        if !views.add(.open(call.range, call.line, known), for: range) {
            rules.leaveOpen(.first, call.range, call.line)
        }
    }

    /// Whether parts of a statement that are not run may change other rules than those that they add.
    private func reachesOtherRules(_ names: LuaNames) -> Bool {
        names.isLost || variables.changesKept || variables.touched.contains("modules")
            || Self.modules.keys.contains { names.exposed.contains($0) }
            || Self.reaching.contains { names.counts[$0] != nil }
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
    private static let options: Set<String> = [
        "hints.root", "hints.root_file", "hints.ttl", "hints.use_nodata", "hints.get", "hints.del",
    ]
    /// Words that get at rules which stand elsewhere; `true` makes one about answers.
    private static let reaching: Set<String> = [
        "del", "rules", "postrules", "special_names", "layer", "insert", "remove", "true", "daf", "renumber", "unload",
        "special", "suspended",
    ]
    /// Functions that make names, rules and actions.
    private static let making: Set<String> = [
        "todname", "kres.str2dname", "kres.str2ip", "policy.todnames", "policy.all", "policy.suffix", "policy.domains",
        "policy.suffix_common", "policy.pattern", "policy.rpz", "policy.STUB", "policy.FORWARD", "policy.TLS_FORWARD",
        "policy.MIRROR", "policy.DEBUG_IF", "policy.DENY_MSG", "policy.ANSWER", "policy.FLAGS", "policy.REROUTE",
    ]

    /// `view:addr(NETWORK, rule)`: a rule for the clients of a network.
    private mutating func addView(_ call: LuaCall) throws(ConfigurationFault) {
        guard variables["view"] == nil, call.arguments.count == 2,
            case .text(let text) = try value(call, 0),
            let range = AddressRange(String(decoding: text.octets(source), as: UTF8.self))
        else { throw .unsupported(.view) }
        guard let rule = try rule(call.arguments[1], call) else { return }
        guard views.add(rule, for: range) else { throw .unsupported(.tooManyParts) }
    }

    private mutating func add(_ call: LuaCall, isMethod: Bool) throws(ConfigurationFault) {
        guard variables["policy"] == nil, let first = call.arguments.first else { throw .unsupported(.program) }
        if call.arguments.count > 1 {
            guard case .boolean(false) = call.arguments[1] else { throw .unsupported(.responseRule) }
        }
        if let rule = try rule(first, call) { rules.rules.append(rule) }
    }

    /// The rule that an argument makes; nil for one after which the next is tried.
    private mutating func rule(_ argument: LuaExpression, _ call: LuaCall) throws(ConfigurationFault) -> OrderedRule? {
        guard case .condition(let condition, let action) = try value(argument) else { throw .unsupported(.program) }
        guard case .ends(let does, let ruleClass, let types) = action else { return nil }
        return OrderedRule(
            condition: condition,
            action: does,
            ruleClass: ruleClass,
            types: types,
            range: call.range,
            line: call.line
        )
    }

    /// Counts what a part that is not run may add.
    @_lifetime(self: copy self)
    mutating func note(_ program: LuaProgram, _ names: LuaNames, _ sink: inout RuleSink) {
        let isHint = program.values.count == 2 && loaded.contains("hints") && isHint(program.range)
        if program.isRun || !isHint && program.values.contains(where: { fault($0) != nil }) {
            return rules.refuse(.unreadable, source, program.range, program.line, &sink)
        }
        if let declared = program.declared {
            variables.assign(source.extracting(declared).string, .object("function"))
        }
        guard mayAdd(names) else { return sink.drop(.option, source, program.range, program.line) }
        for _ in 0..<min(max(1, names.counts["add"] ?? 1), 10_000) {
            sink.skip(.program, source, program.range, program.line)
        }
        let touched = Self.modules.keys.filter { variables.touched.contains($0) }
        if touched == ["hints"], !names.isLost, !variables.changesKept {
            if leaveHintOpen(program.range, program.line) { return }
            return rules.leaveOpen(.behind, program.range, program.line)
        }
        guard !reachesOtherRules(names) else { return rules.leaveOpen(.first, program.range, program.line) }
        if touched.allSatisfy({ ["hints", "dns64", "rebinding"].contains($0) }) {
            return rules.leaveOpen(.behind, program.range, program.line)
        }
        if touched.contains("view") { _ = views.add(.open(program.range, program.line), for: nil) }
        // A view's rules are made by the policy module, too.
        guard !touched.contains("view") || names.counts["add"] != nil else { return }
        let isPlain = touched.allSatisfy { ["policy", "view", "kres"].contains($0) }
        rules.leaveOpen(isPlain ? .inOrder : .first, program.range, program.line)
    }

    /// All rules in the order in which they are tried.
    @_lifetime(self: copy self)
    mutating func finish(_ sink: inout RuleSink) -> [OrderedRule] {
        sink.refuse(&rules, properties, source)
        switch views.place {
        case .behindPolicy: return rules.merged(with: views.rules)
        case .inFront: return rules.merged(behind: views.rules)
        case .unknown: break
        }
        for rule in views.rules {
            if rule.action != .unsupported { sink.skip(.view, source, rule.range, rule.line) }
            rules.leaveOpen(.first, rule.range, rule.line, rule.condition)
        }
        return rules.merged()
    }
}
