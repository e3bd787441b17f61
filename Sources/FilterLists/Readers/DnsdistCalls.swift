import TextScan

/// Calls with which dnsdist does not start.
extension DnsdistConfiguration: LuaCallReading {
    /// Leaves everything open where a statement calls a function that there is not, or one with more than it takes; whether it
    /// does.
    @_lifetime(self: copy self)
    mutating func leaveOpenUnlessCallable(
        _ expression: LuaExpression,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        switch fault(expression) {
        case nil: return false
        case .bad: sink.drop(.badStatement, source, range, line)
        case .unreadable, .unsupported:
            sink.skip(.program, source, range, line)
            rules.leaveOpen(.first, range, line)
        }
        return true
    }

    static var takesNUL: Bool { false }

    /// A field of what is not there.
    func fault(_ path: [Range<Int>]) -> ConfigurationFault? {
        let root = source.extracting(path[0]).string
        return path.count < 2 || variables[root] != nil || DnsdistGlobals.tables.contains(root) ? nil : .unreadable
    }

    func fault(_ call: LuaCall) -> ConfigurationFault? {
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else { return nil }
        let name = call.name(source)
        guard let maximum = DnsdistGlobals.maximum(name) else {
            return DnsdistFunctions.includes.contains(name) || name == "os.exit" ? nil : .unreadable
        }
        guard call.arguments.count <= maximum else { return .bad }
        guard let forms = DnsdistArguments.forms(name) else {
            return DnsdistFunctions.isSetting(name) && maximum > 0 && !call.arguments.isEmpty ? .unreadable : nil
        }
        switch LuaForm.outcome(forms, call.arguments.map { argument($0) }) {
        case .taken: return nil
        case .refused: return .bad
        case .unseen: return .unreadable
        // What rules and actions make of it is said where they are read.
        case .unknown: return DnsdistFunctions.isSetting(name) ? .unreadable : nil
        }
    }

    func argument(_ path: [Range<Int>]) -> LuaArgument {
        let root = source.extracting(path[0]).string
        if let value = variables[root] { return path.count == 1 ? argument(value) : .unknown }
        if path.count == 1 {
            if DnsdistGlobals.policies.contains(root) { return .object("Policy") }
            let isThere = DnsdistGlobals.tables.contains(root) || DnsdistGlobals.maximum(root) != nil
            return isThere ? .unknown : .nothing
        }
        guard path.count == 2, let words = DnsdistGlobals.words[root] else { return .unknown }
        guard words.contains(source.extracting(path[1]).string) else { return .nothing }
        if case .number(let number)? = try? value(path) { return .number(number) }
        return .unknown
    }

    private func argument(_ value: DnsdistValue) -> LuaArgument {
        switch value {
        case .text(let text): .text(text.octets(source))
        case .number(let number): .number(number)
        case .boolean(let value): .boolean(value)
        case .texts(let texts): .table(texts.map { (nil, .text($0.octets(source))) })
        case .name: .object("newDNSName")
        case .names(let names): .object(names.isBelow ? "newSuffixMatchNode" : "newDNSNameSet")
        case .networks: .object("newNMG")
        case .condition: .object("Rule")
        case .action: .object("Action")
        case .rule: .object("RuleAction")
        case .unknown: .unknown
        }
    }

    func result(of call: LuaCall) -> LuaArgument {
        let name = call.name(source)
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else { return .unknown }
        switch name {
        case "newSuffixMatchNode", "newDNSNameSet", "newNMG", "newDNSName": return .object(name)
        // What it makes is no policy to what takes one (1.7.3 says so).
        case "newServerPolicy": return .object("newServerPolicy")
        case "newRuleAction": return .object("RuleAction")
        case "makeRule": return .object("Rule")
        case "TimedIPSetRule": return .unknown
        default: break
        }
        guard name.first?.isUppercase == true else { return .unknown }
        for kind in ["ResponseAction", "Action", "Rule"] where name.hasSuffix(kind) { return .object(kind) }
        return .unknown
    }
}
