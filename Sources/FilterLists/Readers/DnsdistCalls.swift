import TextScan

/// Calls with which dnsdist is known to start.
extension DnsdistConfiguration: LuaCallReading {
    /// Leaves every name open where dnsdist is not known to start with an expression; whether it is not.
    @_lifetime(self: copy self)
    mutating func isRefused(
        _ expression: LuaExpression,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        if valuesLeft >= 0 { valuesLeft -= size(expression) }
        let fault = valuesLeft < 0 ? .unsupported(.tooManyParts) : fault(expression)
        guard let fault else { return false }
        rules.refuse(fault, source, range, line, &sink)
        return true
    }

    /// How much there is in variables that an expression names: a table or a condition is looked at whole each time.
    private func size(_ expression: LuaExpression) -> Int {
        var count = 0
        switch expression {
        case .path(let path):
            switch variables[source.extracting(path[0]).string] {
            case .texts(let texts): count = texts.count
            // Its parts become rules.
            case .condition(let condition): count = 4 * condition.size
            default: break
            }
        case .call(let call):
            if let receiver = call.receiver { count += size(receiver) }
            for argument in call.arguments { count += size(argument) }
        case .table(let fields):
            for field in fields {
                if let key = field.key { count += size(key) }
                count += size(field.value)
            }
        case .operation(_, let values):
            for value in values { count += size(value) }
        case .null, .boolean, .number, .text, .function, .opaque: break
        }
        return count
    }

    static var takesNUL: Bool { false }
    static var takesNil: Bool { true }

    func function(_ name: String) -> LuaFunction? { DnsdistArguments.function(name) }

    func isTable(_ path: [String]) -> Bool { path.count == 1 && DnsdistGlobals.tables.contains(path[0]) }

    func variable(_ name: String) -> LuaArgument? { variables[name].map { argument($0) } }

    func own(_ path: [String]) -> LuaArgument {
        let root = path[0]
        if path.count == 1 {
            if DnsdistGlobals.policies.contains(root) { return .object("Policy") }
            let isThere = DnsdistGlobals.tables.contains(root) || DnsdistGlobals.maximum(root) != nil
            return isThere ? .unknown : .nothing
        }
        guard path.count == 2, let words = DnsdistGlobals.words[root] else { return .unknown }
        guard words.contains(path[1]) else { return .nothing }
        return Self.number(root, path[1]).map { .number($0) } ?? .object(root)
    }

    private func argument(_ value: DnsdistValue) -> LuaArgument {
        switch value {
        case .text(let text): argument(LuaExpression.text(text))
        case .number(let number): .number(number)
        case .boolean(let value): .boolean(value)
        case .texts(let texts): .table(texts.map { (nil, .text($0.octets(source))) })
        case .name: .object("newDNSName")
        case .names(let names): .object(names.isBelow ? "newSuffixMatchNode" : "newDNSNameSet")
        case .networks: .object("newNMG")
        case .condition: .object("Rule")
        case .action: .object("Action")
        case .rule: .object("RuleAction")
        case .object(let kind): .object(kind)
        case .unknown: .unknown
        }
    }

    /// A server whose name is not found is none.
    func result(_ name: String, _ call: LuaCall) -> LuaArgument? {
        guard name == "newServer", let first = call.arguments.first.map({ argument($0) }) else { return nil }
        var place = first
        if case .table(let fields) = first {
            place = fields.last { $0.key == Array("address".utf8) }?.value ?? .unknown
        }
        guard case .text(let text) = place, DnsdistArguments.isAddress(text) else { return .unknown }
        return nil
    }
}
