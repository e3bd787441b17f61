import TextScan

/// Calls with which dnsdist does not start.
extension DnsdistConfiguration {
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

    /// What keeps dnsdist from starting with a call, or with one among its arguments.
    private func fault(_ expression: LuaExpression) -> ConfigurationFault? {
        switch expression {
        case .call(let call):
            if let fault = fault(call) { return fault }
            for argument in call.arguments { if let fault = fault(argument) { return fault } }
            return nil
        case .table(let fields):
            for field in fields { if let fault = fault(field.value) { return fault } }
            return nil
        case .path(let path):
            // A field of what is not there.
            let root = source.extracting(path[0]).string
            return path.count < 2 || variables[root] != nil || DnsdistGlobals.tables.contains(root) ? nil : .unreadable
        case .null, .boolean, .number, .text, .opaque: return nil
        }
    }

    private func fault(_ call: LuaCall) -> ConfigurationFault? {
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else { return nil }
        let name = call.name(source)
        if let maximum = DnsdistGlobals.maximum(name) { return call.arguments.count > maximum ? .bad : nil }
        // Other releases have more functions than the one that was asked.
        return DnsdistFunctions.isHarmless(name) || DnsdistFunctions.includes.contains(name) || name == "os.exit"
            ? nil : .unreadable
    }
}
