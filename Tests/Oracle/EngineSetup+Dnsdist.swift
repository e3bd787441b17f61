import Policy

extension EngineSetup {
    /// dnsdist in front of the upstream, which is all of its pools.
    static let dnsdist = EngineSetup(
        engine: .dnsdist,
        program: "dnsdist",
        arguments: ["--supervised", "--disable-syslog", "-C", "@FOLDER@/conf"],
        makeRules: { $0.dnsdist(&$1) },
        files: { _ in
            [
                (
                    "conf",
                    """
                    setSecurityPollSuffix("")
                    setLocal("127.0.0.1:@PORT@")
                    setACL({"127.0.0.0/8"})
                    newServer({address="127.0.0.1:@UPSTREAM@", checkInterval=3600, healthCheckMode="up", pool={"", "inner"}})
                    dofile("@FOLDER@/rules")

                    """
                )
            ]
        }
    )
}
