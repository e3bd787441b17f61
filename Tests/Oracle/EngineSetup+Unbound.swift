import Policy

extension EngineSetup {
    /// Unbound with local zones and local data.
    static let unbound = EngineSetup(
        engine: .unbound,
        program: "unbound",
        arguments: ["-d", "-c", "@FOLDER@/conf"],
        makeRules: { $0.localZones(&$1) },
        files: { [("conf", unboundConfiguration("iterator", rules: $0.lists[0].text))] }
    )

    /// Unbound with policy zones, which do nothing unless respip comes first.
    static let unboundRPZ = EngineSetup(
        engine: .unboundRPZ,
        program: "unbound",
        arguments: ["-d", "-c", "@FOLDER@/conf"],
        makeRules: { $0.policyZones(&$1, .unboundRPZ) },
        files: { [("conf", unboundConfiguration("respip iterator", zones: $0.lists.map(\.name)))] }
    )

    private static func unboundConfiguration(_ modules: String, rules: String = "", zones: [String] = []) -> String {
        let policies = zones.map { "rpz:\n  name: \($0).rpz\n  zonefile: \"@FOLDER@/\($0)\"\n" }.joined()
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
