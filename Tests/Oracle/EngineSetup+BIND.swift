import Policy

extension EngineSetup {
    /// BIND with policy zones.
    static let bindRPZ = EngineSetup(
        engine: .bindRPZ,
        program: "named",
        arguments: ["-f", "-4", "-n", "1", "-c", "@FOLDER@/conf"],
        addressLifetime: 30,
        makeRules: { $0.policyZones(&$1, .bindRPZ) },
        files: { [("conf", bindConfiguration($0))] }
    )

    private static func bindConfiguration(_ round: Round) -> String {
        let zones = round.lists.map(\.name)
        let policies = zones.map { "zone \"\(round.zone($0))\"; " }.joined()
        let files = zones.map {
            "zone \"\(round.zone($0))\" { type primary; file \"@FOLDER@/\($0)\"; check-names ignore; };\n"
        }
        return """
            options {
              directory "@FOLDER@";
              pid-file none;
              session-keyfile none;
              listen-on port @PORT@ { 127.0.0.1; };
              listen-on-v6 { none; };
              recursion yes;
              allow-query { 127.0.0.0/8; };
              allow-recursion { 127.0.0.0/8; };
              dnssec-validation no;
              empty-zones-enable no;
              minimal-responses yes;
              forward only;
              forwarders { 127.0.0.1 port @UPSTREAM@; };
              response-policy { \(policies)} qname-wait-recurse no;
            };
            controls { };
            logging { channel out { stderr; severity notice; }; category default { out; }; };
            \(files.joined())
            """
    }
}
