import DNS
import Policy
import TextScan

/// Calls and settings with which Knot Resolver is known to start.
extension KnotConfiguration: LuaCallReading {
    // Names in wire form end with one.
    static var takesNUL: Bool { true }
    static var takesNil: Bool { false }

    func function(_ name: String) -> LuaFunction? {
        guard let function = KnotArguments.function(name) else { return nil }
        if let mark = name.firstIndex(where: { $0 == "." || $0 == ":" }) {
            let table = String(name[..<mark])
            // What modules give is there when they are.
            guard KnotGlobals.tables.contains(table) || loaded.contains(table) else { return nil }
        }
        return KnotArguments.aboutCache.contains(name) && !hasCache ? nil : function
    }

    func isTable(_ path: [String]) -> Bool {
        switch path.count {
        case 1: KnotGlobals.free.contains(path[0]) || KnotGlobals.modules.contains(path[0]) && loaded.contains(path[0])
        case 2: path[0] == "kres" && ["class", "rcode", "section", "type"].contains(path[1])
        default: false
        }
    }

    func variable(_ name: String) -> LuaArgument? { variables[name].map { argument($0) } }

    private func argument(_ value: KnotValue) -> LuaArgument {
        switch value {
        case .text(let text): argument(LuaExpression.text(text))
        case .number(let number): .number(number)
        case .names, .wires: .object("names")
        case .name: .object("name")
        case .condition: .object("rule")
        case .action: .object("action")
        case .object(let kind): .object(kind)
        case .unknown: .unknown
        }
    }

    func own(_ path: [String]) -> LuaArgument {
        switch (path.count, path[0]) {
        case (1, let name):
            if let number = KnotGlobals.numbers[name] { return .number(number) }
            let isThere = KnotGlobals.tables.contains(name) || KnotGlobals.functions.contains(name)
            return isThere || loaded.contains(name) ? .unknown : .nothing
        // An interface: this one is on every machine.
        case (2, "net"): return path[1] == "lo" ? .object("net") : .unknown
        case (2, "policy"): return (try? plainAction(path[1])) != nil ? .object("action") : .unknown
        case (2, "worker"): return ["count", "id", "pid"].contains(path[1]) ? .object("number") : .unknown
        case (2, "math"): return ["huge", "pi"].contains(path[1]) ? .object("number") : .unknown
        case (3, "kres"):
            guard path[1] == "type", KnotGlobals.types.contains(path[2]) else { return .unknown }
            return RRType(path[2]).map { .number(Double($0.rawValue)) } ?? .unknown
        default: return .unknown
        }
    }

    func result(_ name: String, _ call: LuaCall) -> LuaArgument? {
        guard ["todname", "kres.str2dname", "kres.str2ip"].contains(name) else { return nil }
        guard case .text(let text)? = call.arguments.first.map({ argument($0) }) else { return .unknown }
        if name == "kres.str2ip" { return IPAddress(text: text) == nil ? .nothing : .object("text") }
        return (try? DomainName(presentation: text)) == nil ? .unknown : .object("name")
    }

    /// What keeps it from starting with a value that is assigned.
    func fault(assigning expression: LuaExpression, to path: [Range<Int>]) -> ConfigurationFault? {
        let root = source.extracting(path[0]).string
        guard variables[root] == nil, path.count > 1 || root == "net" else { return path.count > 1 ? fault(path) : nil }
        let name = path.map { source.extracting($0).string }.joined(separator: ".")
        // What hints are told is looked at where they are read.
        if root == "hints", path.count == 2, case .text = expression, loaded.contains(root) { return nil }
        return Self.fault(KnotArguments.setting(name).outcome(argument(expression)))
    }

    static func fault(_ outcome: LuaForm.Outcome) -> ConfigurationFault? {
        switch outcome {
        case .taken: nil
        case .refused: .bad
        case .unseen, .unknown: .unreadable
        }
    }

    /// What keeps it from starting with a module that is loaded, and what that is told.
    func fault(loading text: String, _ configuration: LuaArgument?) -> ConfigurationFault? {
        let words = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        guard let name = words.first, KnotGlobals.modules.contains(name) else { return .unreadable }
        switch words.count {
        case 1: break
        case 3 where words[1] == "<" || words[1] == ">":
            guard words[2] != name, loaded.contains(words[2]) else { return .unreadable }
        default: return .unreadable
        }
        guard let configuration else { return nil }
        return Self.fault(KnotArguments.configuration(of: name).outcome(configuration))
    }
}
