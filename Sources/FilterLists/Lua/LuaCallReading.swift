import DNS
import TextScan

/// A configuration in Lua of which calls are looked at without being run: what engines have in common.
protocol LuaCallReading: ~Escapable {
    /// Whether the engine reads a text beyond a NUL.
    static var takesNUL: Bool { get }
    var source: Span<UInt8> { @_lifetime(copy self) get }

    /// What a variable or a field is, as an argument.
    func argument(_ path: [Range<Int>]) -> LuaArgument
    /// What a call makes, as an argument.
    func result(of call: LuaCall) -> LuaArgument
    /// What keeps the engine from starting with a call, its arguments apart.
    func fault(_ call: LuaCall) -> ConfigurationFault?
    /// The same of a variable or a field.
    func fault(_ path: [Range<Int>]) -> ConfigurationFault?
}

extension LuaCallReading where Self: ~Escapable {
    /// What keeps the engine from starting with an expression, or with one in it.
    func fault(_ expression: LuaExpression) -> ConfigurationFault? {
        switch expression {
        case .call(let call):
            if let fault = fault(call) { return fault }
            for argument in call.arguments { if let fault = fault(argument) { return fault } }
            return nil
        case .table(let fields):
            for field in fields { if let fault = fault(field.value) { return fault } }
            return nil
        case .path(let path): return fault(path)
        case .null, .boolean, .number, .text, .opaque: return nil
        }
    }

    /// What an argument is, as far as it is known.
    func argument(_ expression: LuaExpression) -> LuaArgument {
        switch expression {
        case .null: return .nothing
        case .boolean(let value): return .boolean(value)
        case .number(let number): return .number(number)
        case .text(let text): return text.hasNUL && !Self.takesNUL ? .unknown : .text(text.octets(source))
        case .table(let fields): return table(fields)
        case .path(let path): return argument(path)
        case .call(let call): return result(of: call)
        case .opaque: return .unknown
        }
    }

    private func table(_ fields: [LuaField]) -> LuaArgument {
        var made: [(key: [UInt8]?, value: LuaArgument)] = []
        for field in fields {
            switch field.key {
            case nil: made.append((nil, argument(field.value)))
            case .text(let key)?: made.append((key.octets(source), argument(field.value)))
            default: return .unknown
            }
        }
        return .table(made)
    }
}
