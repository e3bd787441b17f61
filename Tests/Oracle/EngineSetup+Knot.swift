import Policy

extension EngineSetup {
    /// Knot Resolver with policy zones.
    static let knotRPZ = EngineSetup(
        engine: .knotRPZ,
        program: "kresd",
        arguments: ["-n", "-c", "@FOLDER@/conf", "@FOLDER@"],
        makeRules: { $0.policyZones(&$1, .knotRPZ) },
        files: { [("conf", knotConfiguration(policy: knotZones($0.lists.map(\.name))))] }
    )

    /// Knot Resolver with policy rules. `policy.PASS` ends the rules, and with them the one that says where to ask.
    static let knotPolicy = EngineSetup(
        engine: .knotPolicy,
        program: "kresd",
        arguments: ["-n", "-c", "@FOLDER@/conf", "@FOLDER@"],
        makeRules: { $0.knotPolicy(&$1) },
        files: { [("conf", knotConfiguration(policy: "policy.PASS = ask\n" + $0.lists[0].text))] }
    )

    /// A configuration that asks the upstream whatever `policy`, which may use `ask`, lets pass.
    static func knotConfiguration(policy: String) -> String {
        """
        net.listen('127.0.0.1', @PORT@, { kind = 'dns' })
        modules.unload('priming')
        modules.unload('ta_update')
        modules.unload('ta_signal_query')
        modules.unload('detect_time_skew')
        modules = { 'policy', 'hints > iterate' }
        hints.root({ ['upstream.zz.'] = '127.0.0.1' })
        cache.size = 5 * MB
        trust_anchors.remove('.')
        local ask = policy.STUB('127.0.0.1@@UPSTREAM@')
        \(policy)
        policy.add(policy.all(ask))

        """
    }

    /// `policy.PASS` ends the list of rules, and with it the rule that says where to ask: pass means ask the upstream.
    private static func knotZones(_ zones: [String]) -> String {
        """
        local function apply(path)
          local decide = policy.rpz(policy.DENY, path)
          policy.add(function (request, query)
            local action = decide(request, query)
            if action == policy.PASS then return ask end
            return action
          end)
        end
        \(zones.map { "apply('@FOLDER@/\($0)')" }.joined(separator: "\n"))
        """
    }
}
