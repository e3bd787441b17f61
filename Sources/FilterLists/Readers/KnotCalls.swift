import DNS
import Policy
import TextScan

/// Calls and settings with which Knot Resolver does not start.
extension KnotConfiguration: LuaCallReading {
    // Names in wire form end with one.
    static var takesNUL: Bool { true }

    func fault(_ path: [Range<Int>]) -> ConfigurationFault? { nil }

    func fault(_ call: LuaCall) -> ConfigurationFault? {
        guard variables[source.extracting(call.path[0]).string] == nil,
            let forms = KnotArguments.forms(call.name(source))
        else { return nil }
        let outcome = LuaForm.outcome(forms, call.arguments.map { argument($0) })
        // What rules make of what is not known is said where they are read.
        if case .unknown = outcome, Self.isMaking(call.name(source)) { return nil }
        return Self.fault(outcome)
    }

    private static func isMaking(_ name: String) -> Bool {
        ["policy.", "kres.", "view"].contains { name.hasPrefix($0) } && name != "policy.TLS_FORWARD"
    }

    private static func fault(_ outcome: LuaForm.Outcome) -> ConfigurationFault? {
        switch outcome {
        case .taken: nil
        case .refused: .bad
        case .unseen, .unknown: .unreadable
        }
    }

    /// What keeps it from starting with a value that is assigned; `statement` is the whole assignment.
    func fault(
        assigning expression: LuaExpression,
        to path: [Range<Int>],
        _ statement: Range<Int>
    ) -> ConfigurationFault? {
        guard variables[source.extracting(path[0]).string] == nil else { return nil }
        let name = path.map { source.extracting($0).string }.joined(separator: ".")
        guard let form = KnotArguments.setting(name) else { return nil }
        var value = argument(expression)
        if case .opaque = expression, let size = size(statement) { value = .number(size) }
        return Self.fault(form.outcome(value))
    }

    /// The size that a statement `… = 100 * MB` assigns.
    private func size(_ statement: Range<Int>) -> Double? {
        let text = source.extracting(statement).string
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let factors = text[text.index(after: equals)...].split(separator: "*", omittingEmptySubsequences: false)
        guard factors.count == 2 else { return nil }
        let words = factors.map { $0.filter { $0 != " " && $0 != "\t" } }
        let units: [String: Double] = ["kB": 1024, "MB": 1_048_576, "GB": 1_073_741_824]
        guard let number = Double(words[0]) else { return nil }
        return units[words[1]].map { $0 * number }
    }

    func argument(_ path: [Range<Int>]) -> LuaArgument {
        let root = source.extracting(path[0]).string
        guard let value = variables[root] else {
            // An interface: this one is on every machine.
            return path.count == 2 && root == "net" && source.extracting(path[1]).equals("lo")
                ? .object("net") : .unknown
        }
        guard path.count == 1 else { return .unknown }
        switch value {
        case .text(let text): return .text(text.octets(source))
        case .names, .wires: return .object("names")
        case .name: return .object("name")
        case .condition: return .object("rule")
        case .action: return .object("action")
        case .unknown: return .unknown
        }
    }

    func result(of call: LuaCall) -> LuaArgument {
        guard !call.isMethod, variables[source.extracting(call.path[0]).string] == nil else { return .unknown }
        switch call.name(source) {
        case "todname", "kres.str2dname": return .object("name")
        case "policy.todnames": return .object("names")
        case "policy.suffix", "policy.domains", "policy.pattern", "policy.all": return .object("rule")
        default: return .unknown
        }
    }
}
