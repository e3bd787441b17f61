import DNS
import Policy
import TextScan

/// What the modules of a configuration of Unbound (`module-config:`, compared with 1.17.1) make of its rules. A file that
/// names none is taken for a part of one that names those it needs.
struct UnboundModules {
    /// Of several statements the last counts.
    private var stated: (modules: [String], rule: Range<Int>, line: Int)?

    /// Statements that only their module refuses.
    private var faults: [(module: StaticString, rule: Range<Int>, line: Int)] = []

    /// The modules that some build has.
    private static let known = [
        "dns64", "python", "dynlib", "cachedb", "ipsecmod", "subnetcache", "respip", "validator", "iterator", "ipset",
    ]
    /// Those of a configuration that names none.
    private static let usual = ["subnetcache", "validator", "iterator"]

    /// Takes a statement that a module refuses.
    mutating func noteFault(_ module: StaticString, _ rule: Range<Int>, _ line: Int) {
        faults.append((module, rule, line))
    }

    /// Takes a statement.
    mutating func note(_ list: String, _ rule: Range<Int>, _ line: Int) {
        stated = (Self.modules(Array(list.utf8)), rule, line)
    }

    /// As many modules as there are words, each found by how the rest begins (`module_factory`): `validatoriterator` is one.
    private static func modules(_ list: [UInt8]) -> [String] {
        var rest = list[...]
        var found: [String] = []
        for _ in 0..<list.split(whereSeparator: isBlank).count {
            rest = rest.drop(while: isBlank)
            guard let module = known.first(where: { rest.starts(with: $0.utf8) }) else {
                return found + [String(decoding: rest.prefix { !isBlank($0) }, as: UTF8.self)]
            }
            found.append(module)
            rest = rest.dropFirst(module.utf8.count)
        }
        return found
    }

    /// Leaves open what other modules may change, and refuses rules about addresses without their module.
    func finish(hasResponses: Bool, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        for fault in faults where (stated?.modules ?? Self.usual).contains(fault.module.description) {
            sink.drop(.badStatement, text, fault.rule, fault.line)
        }
        guard let (modules, rule, line) = stated else { return }
        if modules.isEmpty || modules.contains(where: { !Self.known.contains($0) }) {
            sink.drop(.badStatement, text, rule, line)
        }
        func open(_ types: [RRType]?) {
            sink.skip(.answerOption, text, rule, line)
            sink.leaveOpen(.subtree, .root, class: .open, types: types, rule: rule, line: line)
        }
        if hasResponses {
            let place = modules.firstIndex(of: "respip")
            if place == nil { sink.drop(.badStatement, text, rule, line) }
            // Behind the one that finds answers it sees none of them.
            if let place, let iterator = modules.firstIndex(of: "iterator"), iterator < place { open(nil) }
        }
        // Nobody finds answers then (compared).
        if !modules.contains("iterator") { open(nil) }
        if modules.contains("python") || modules.contains("dynlib") { open(nil) }
        if modules.contains("dns64") { open([.aaaa, .ptr, .any]) }
    }
}
