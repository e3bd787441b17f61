import DNS
import TextScan

/// A function of an engine: what it takes, with which the engine was seen to start, and what it makes.
struct LuaFunction: Sendable {
    var takes: [LuaForm]
    var makes = LuaArgument.unknown
    /// Whether it may be given more than it takes.
    var takesMore = false
    /// How many arguments it has to be given, be they nil.
    var minimum = 0
    /// Whether it was seen to refuse what its forms refuse.
    var refuses = true
}

/// A configuration in Lua of which calls are looked at without being run: what engines have in common.
///
/// What is certain is only what is known to start: a function that is none of the engine's, one that was not seen to start
/// with such arguments, and everything that would have to be run to be known leave every name open.
protocol LuaCallReading: ~Escapable {
    /// Whether the engine reads a text beyond a NUL.
    static var takesNUL: Bool { get }
    /// Whether nil is as good as no argument to the functions of the engine.
    static var takesNil: Bool { get }
    var source: Span<UInt8> { @_lifetime(copy self) get }

    /// A function of the engine; nil for one that it does not have, or with which it was not seen to start.
    func function(_ name: String) -> LuaFunction?
    /// Whether a table of the engine has fields that may be looked up, whether they are there or not.
    func isTable(_ path: [String]) -> Bool
    /// What a variable of the program is; nil for a name that it gives no meaning.
    func variable(_ name: String) -> LuaArgument?
    /// What a variable or a field of the engine is.
    func own(_ path: [String]) -> LuaArgument
    /// What a call of the engine's makes, where its function alone does not say it.
    func result(_ name: String, _ call: LuaCall) -> LuaArgument?
}

extension LuaCallReading where Self: ~Escapable {
    /// What keeps the engine from starting with an expression, or with one in it; nil where it is known to start.
    func fault(_ expression: LuaExpression) -> ConfigurationFault? {
        switch expression {
        case .call(let call): return fault(call)
        case .table(let fields):
            for field in fields {
                if let key = field.key {
                    if let fault = fault(key) { return fault }
                    switch argument(key) {
                    // What is no number is no key.
                    case .number(let number) where number.isNaN: return .unreadable
                    case .text, .number, .boolean: break
                    default: return .unreadable
                    }
                }
                if let fault = fault(field.value) { return fault }
            }
            return nil
        case .path(let path): return fault(path)
        case .operation(let operation, let values):
            for value in values { if let fault = fault(value) { return fault } }
            if operation.handsOn { return nil }
            if operation == .equality { return values.contains { argument($0).isPlain } ? nil : .unreadable }
            return argument(expression).isUnknown ? .unreadable : nil
        case .null, .boolean, .number, .text, .function: return nil
        case .opaque: return .unreadable
        }
    }

    /// The same of `a.b.c`: a field of what is no table is a fault.
    func fault(_ path: [Range<Int>]) -> ConfigurationFault? {
        guard path.count > 1 else { return nil }
        let names = path.map { source.extracting($0).string }
        guard let value = variable(names[0]) else {
            return isTable(Array(names.dropLast())) ? nil : .unreadable
        }
        switch value {
        case .table where path.count == 2, .object("table") where path.count == 2: return nil
        case .object("names") where path.count == 2: return nil
        default: return .unreadable
        }
    }

    private func fault(_ call: LuaCall) -> ConfigurationFault? {
        if let receiver = call.receiver, let fault = fault(receiver) { return fault }
        for argument in call.arguments { if let fault = fault(argument) { return fault } }
        guard let function = function(call) else { return .unreadable }
        guard function.takesMore || call.arguments.count <= function.takes.count,
            call.arguments.count >= function.minimum
        else { return .unreadable }
        var arguments = call.arguments.map { argument($0) }
        // What a function makes that stands last may be several values, or none.
        if case .call = call.arguments.last, arguments.last?.isUnknown == true { arguments.append(.unknown) }
        switch LuaForm.outcome(function.takes, arguments) {
        case .taken:
            let isAny = zip(arguments, function.takes).allSatisfy { Self.takesNil || !$0.isNothing || $1.takesAll }
            return isAny ? nil : .unreadable
        case .refused where function.refuses: return .bad
        case .refused, .unseen, .unknown: return .unreadable
        }
    }

    /// The function that a call names; nil where it is none that is known.
    private func function(_ call: LuaCall) -> LuaFunction? {
        let name = call.name(source)
        guard call.isMethod else {
            return variable(source.extracting(call.path[0]).string) == nil ? function(name) : nil
        }
        let method = ":" + source.extracting(call.path[call.path.count - 1]).string
        if let receiver = call.receiver {
            guard case .object(let kind) = argument(receiver) else { return nil }
            return function(kind + method)
        }
        guard let value = variable(source.extracting(call.path[0]).string) else { return function(name) }
        guard call.path.count == 2, case .object(let kind) = value else { return nil }
        return function(kind + method)
    }

    /// What an argument is, as far as it is known.
    func argument(_ expression: LuaExpression) -> LuaArgument {
        switch expression {
        case .null: return .nothing
        case .boolean(let value): return .boolean(value)
        case .number(let number): return .number(number)
        case .text(let text) where text.hasNUL && !Self.takesNUL: return .unknown
        case .text(let text):
            return text.content.count > Self.longestText ? .object("text") : .text(text.octets(source))
        case .table(let fields): return table(fields)
        case .path(let path): return argument(path)
        case .call(let call): return made(call)
        case .function: return .object("function")
        case .operation(let operation, let values): return result(operation, values)
        case .opaque: return .unknown
        }
    }

    private func argument(_ path: [Range<Int>]) -> LuaArgument {
        let names = path.map { source.extracting($0).string }
        if let value = variable(names[0]) { return names.count == 1 ? value : .unknown }
        if function(names.joined(separator: ".")) != nil { return .object("function") }
        return own(names)
    }

    /// What a call makes.
    private func made(_ call: LuaCall) -> LuaArgument {
        guard let function = function(call) else { return .unknown }
        return result(call.name(source), call) ?? function.makes
    }

    private func table(_ fields: [LuaField]) -> LuaArgument {
        var made: [(key: [UInt8]?, value: LuaArgument)] = []
        for field in fields {
            switch field.key {
            case nil: made.append((nil, argument(field.value)))
            case .text(let key)?: made.append((key.octets(source), argument(field.value)))
            default: return .object("table")
            }
        }
        return .table(made)
    }

    /// Texts of more octets are no names or addresses, and are known to be texts alone: many large ones would be copied often.
    private static var longestText: Int { 4_096 }

    /// What one operator makes of some values.
    private func result(_ operation: LuaOperator, _ values: [LuaExpression]) -> LuaArgument {
        if operation == .equality { return .object("boolean") }
        var result = argument(values[0])
        for value in values.dropFirst() {
            switch (result, argument(value)) {
            case (.number(let left), .number(let right)):
                guard let number = operation.result(left, right) else { return .unknown }
                result = .number(number)
            case (.text(let left), .text(let right))
            where operation == .text && left.count + right.count <= Self.longestText:
                result = .text(left + right)
            case (let left, let right) where operation == .text && left.isText && right.isText:
                result = .object("text")
            default: return .unknown
            }
        }
        return result
    }
}
