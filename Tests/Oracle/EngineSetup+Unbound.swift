import Policy

extension EngineSetup {
    /// Unbound with local zones and local data.
    static let unbound = EngineSetup(
        engine: .unbound,
        program: "unbound",
        arguments: ["-d", "-c", "@FOLDER@/conf"],
        makeRules: { $0.localZones(&$1) },
        files: { round in
            // Unbound starts without the module only where no rule needs it.
            let modules =
                round.lists.contains { $0.text.contains("response-ip") || $0.text.contains("rpz:") }
                ? "respip iterator" : "iterator"
            return [("conf", unboundConfiguration(modules, rules: "include: \"@FOLDER@/rules\""))]
        }
    )

    /// Unbound with policy zones, which do nothing unless respip comes first.
    static let unboundRPZ = EngineSetup(
        engine: .unboundRPZ,
        program: "unbound",
        arguments: ["-d", "-c", "@FOLDER@/conf"],
        makeRules: { $0.policyZones(&$1, .unboundRPZ) },
        files: { round in
            let zones = round.lists.map { (file: $0.name, zone: round.zone($0.name)) }
            return [("conf", unboundConfiguration("respip iterator", zones: zones))]
        }
    )

    private static func unboundConfiguration(
        _ modules: String,
        rules: String = "",
        zones: [(file: String, zone: String)] = []
    ) -> String {
        let policies = zones.map { "rpz:\n  name: \($0.zone)\n  zonefile: \"@FOLDER@/\($0.file)\"\n" }.joined()
        return """
            server:
              interface: 127.0.0.1
              port: @PORT@
              username: ""
              chroot: ""
              directory: "@FOLDER@"
              pidfile: ""
              use-syslog: no
              logfile: ""
              do-ip6: no
              do-not-query-localhost: no
              module-config: "\(modules)"
              num-threads: 1
              cache-max-ttl: 0
              cache-max-negative-ttl: 0
              access-control: 127.0.0.0/8 allow
            \(rules)
            remote-control:
              control-enable: no
            forward-zone:
              name: "."
              forward-addr: 127.0.0.1@@UPSTREAM@
            \(policies)
            """
    }
}
