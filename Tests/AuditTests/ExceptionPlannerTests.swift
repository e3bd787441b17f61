import Audit
import Catalog
import DNS
import FilterLists
import FindingSupport
import Findings
import Policy
import TestSupport
import Testing

/// The fewest exceptions of a layer: compared with trying every set of them, and what is said about them.
@Suite struct ExceptionPlannerTests {
    private static let zone = "$TTL 60\n@ SOA a. b. 1 2 3 4 5\n@ NS a.\n"
    private static let base = "w.example"

    /// Engines with rules that block a name alone, or it and what is below it, as far as they can say that.
    private static let engines: [(engine: Engine, head: String, rules: [String])] = [
        (.adguardHome, "! x\n||q.example^\n", ["|@^", "||@^", "||@^$important", "@@||@^"]),
        (.pihole, "0.0.0.0 q.example\n", ["0.0.0.0 @"]),
        (.pihole, "||q.example^\n", ["||@^"]),
        (.blocky, "*.q.example\n*.r.example\n", ["@", "*.@"]),
        (.technitium, "q.example\n", ["@"]),
        (.dnscryptProxy, "*.q.example\n=r.example\n", ["=@", "*.@"]),
        (
            .unbound, "local-zone: \"q.example\" static\n",
            [
                "local-zone: \"@\" always_nxdomain", "local-zone: \"@\" always_transparent",
            ]
        ),
        (.dnsmasq, "address=/q.example/\n", ["address=/@/", "address=/@/0.0.0.0", "server=/@/#"]),
        (
            .dnsdist, "addAction(\"q.example\", DropAction())\n",
            [
                "addAction(\"@\", DropAction())", "addAction(QNameRule(\"@\"), DropAction())",
            ]
        ),
        (.bindRPZ, zone, ["@ CNAME .", "*.@ CNAME .", "@ CNAME rpz-passthru."]),
        (.unboundRPZ, zone, ["@ CNAME .", "*.@ CNAME ."]),
        (.pdnsRPZ, zone, ["@ CNAME .", "*.@ CNAME .", "*.@ CNAME rpz-passthru."]),
        (.knotRPZ, zone, ["@ CNAME .", "*.@ CNAME ."]),
        (.umbrella, "q.example\n", ["@"]),
    ]

    /// One random layer and what is needed of it.
    private struct Instance {
        var layer: LoadedLayer
        var needs: [ExceptionNeed]
        var catalog: EndpointCatalog
        /// The exceptions that may be made.
        var exceptions: [LayerException]

        init(_ engine: (engine: Engine, head: String, rules: [String]), _ random: inout SeededGenerator) throws {
            let letters = ["a", "b"]
            let deep = letters.flatMap { one in letters.map { "\(one).\($0).\(base)" } }
            let names = deep + letters.map { "\($0).\(base)" }
            let aliases = ["c", "d", "e.d"].map { "\($0).cdn.test" }
            let owners = names + aliases + [base, "cdn.test"]
            var rules: [String] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let rule = engine.rules[Int.random(in: 0..<engine.rules.count, using: &random)]
                rules.append(rule.replacing("@", with: owners[Int.random(in: 0..<owners.count, using: &random)]))
            }
            let text = engine.head + Set(rules).sorted().joined(separator: "\n") + "\n"
            let list = ListInput(path: "list.txt", role: .block, octets: Array(text.utf8))
            layer = try LayerLoader.load([list], engine: engine.engine)
            var asked = Set<String>()
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                asked.insert(names[Int.random(in: 0..<names.count, using: &random)])
            }
            var edges: [String] = []
            for name in asked.sorted() where Bool.random(using: &random) {
                var owner = name
                for alias in aliases where Bool.random(using: &random) {
                    edges.append("\(owner)>\(alias)")
                    owner = alias
                }
            }
            let catalog = try Samples.catalog([try Samples.endpoint("*.\(base)")], hosts: [], edges: edges)
            needs = try asked.sorted().map { name in
                let name = AuditName(name: try DomainName(name), endpoint: nil, origin: nil)
                return ExceptionNeed(name, types: [.a], chains: catalog.chains)
            }
            self.catalog = catalog
            let scopes = LayerException.scopes(of: engine.engine)
            var made: [LayerException] = []
            for name in asked.sorted() + aliases {
                made += [LayerException(engine.engine, scopes[0], try DomainName(name))].compactMap(\.self)
            }
            if let wide = scopes.last, wide != .exact {
                for name in names + [base] {
                    made += [LayerException(engine.engine, wide, try DomainName(name))].compactMap(\.self)
                }
            }
            exceptions = Array(Set(made)).sorted { $0.line < $1.line }
        }

        /// What passes with exceptions.
        func passing(_ set: [LayerException]) throws -> Set<DomainName> {
            let stack = CompiledStack(layers: [try layer.adding(set.map { ($0, 0) }).layer])
            let free = needs.filter { $0.blocked(stack, context: .unknown).isEmpty }
            return Set(free.map(\.name.name))
        }

        /// Whether some set of so many exceptions frees all of some names.
        func canFree(_ names: Set<DomainName>, with count: Int) throws -> Bool {
            func search(_ first: Int, _ set: [LayerException]) throws -> Bool {
                if set.count == count { return try names.isSubset(of: passing(set)) }
                guard first < exceptions.count else { return false }
                return try search(first + 1, set + [exceptions[first]]) || search(first + 1, set)
            }
            return try search(0, [])
        }
    }

    @Test(arguments: engines.indices)
    func agreesWithTryingEverySet(place: Int) throws {
        var random = SeededGenerator(seed: UInt64(place))
        var compared = 0
        for round in 0..<40 {
            let instance = try Instance(Self.engines[place], &random)
            let planner = ExceptionPlanner(needs: instance.needs, catalog: instance.catalog)
            let (plan, _) = try planner.plan(instance.layer, at: 0)
            guard plan.search.demands > 0 else { continue }
            let freed = try instance.passing(plan.members.map(\.exception))
            let all = try instance.passing(instance.exceptions)
            #expect(all.isSubset(of: freed), "round \(round): \(plan.members.map(\.exception.line))")
            #expect(plan.isMinimal, "round \(round)")
            #expect(plan.search.lowerBound == plan.members.count)
            if !plan.members.isEmpty {
                let isSmaller = try instance.canFree(freed, with: plan.members.count - 1)
                #expect(!isSmaller, "round \(round): \(plan.members.map(\.exception.line))")
                compared += 1
            }
            for member in plan.members {
                let others = plan.members.map(\.exception).filter { $0 != member.exception }
                let without = try instance.passing(others)
                #expect(!without.isSuperset(of: member.names) || without != freed)
            }
        }
        #expect(compared > 5)
    }
}
