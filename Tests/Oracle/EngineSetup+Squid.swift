import FilterLists
import Policy

extension EngineSetup {
    /// squid with a list of names and one of expressions, or a configuration, in front of a parent that is not there.
    static let squid = EngineSetup(
        engine: .squid,
        program: "squid",
        arguments: ["-N", "-n", "patchway@PORT@", "-d", "1", "-f", "@FOLDER@/conf"],
        makeRules: { $0.squid(&$1) },
        files: { round in
            [
                (
                    "conf",
                    """
                    http_port 127.0.0.1:@PORT@
                    pid_filename none
                    cache_log stdio:@FOLDER@/log
                    access_log none
                    cache_store_log none
                    netdb_filename none
                    cache deny all
                    coredump_dir @FOLDER@
                    pinger_enable off
                    visible_hostname localhost
                    shutdown_lifetime 0 seconds
                    dns_nameservers 127.0.0.1
                    \(rules(round))
                    cache_peer 127.0.0.1 parent 1 0 no-query default
                    never_direct allow all

                    """
                )
            ]
        },
        isProxy: true
    )

    /// What uses the lists, or the configuration itself.
    private static func rules(_ round: Round) -> String {
        if round.lists[0].format == .squidConfiguration { return "include @FOLDER@/rules" }
        var text = "acl names dstdomain \"@FOLDER@/names\"\nhttp_access deny names\n"
        if round.lists.count > 1 {
            text += "acl expressions dstdom_regex \"@FOLDER@/expressions\"\nhttp_access deny expressions\n"
        }
        return text + "http_access allow all"
    }
}
