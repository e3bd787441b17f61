import Policy

extension EngineSetup {
    /// squid with a list of names and one of expressions, in front of a parent that is not there.
    static let squid = EngineSetup(
        engine: .squid,
        program: "squid",
        arguments: ["-N", "-d", "1", "-f", "@FOLDER@/conf"],
        makeRules: { $0.squid(&$1) },
        files: { _ in
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
                    acl names dstdomain "@FOLDER@/names"
                    acl expressions dstdom_regex "@FOLDER@/expressions"
                    http_access deny names
                    http_access deny expressions
                    http_access allow all
                    cache_peer 127.0.0.1 parent 1 0 no-query default
                    never_direct allow all

                    """
                )
            ]
        },
        isProxy: true
    )
}
