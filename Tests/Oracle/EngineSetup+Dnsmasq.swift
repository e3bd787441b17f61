import Policy

extension EngineSetup {
    /// dnsmasq without a cache, with one file of rules and one of hosts.
    static let dnsmasq = EngineSetup(
        engine: .dnsmasq,
        program: "dnsmasq",
        arguments: ["--keep-in-foreground", "--conf-file=@FOLDER@/conf"],
        makeRules: { $0.dnsmasq(&$1) },
        files: { _ in
            [
                (
                    "conf",
                    """
                    port=@PORT@
                    listen-address=127.0.0.1
                    bind-interfaces
                    no-resolv
                    no-hosts
                    user=root
                    group=root
                    cache-size=0
                    server=127.0.0.1#@UPSTREAM@
                    conf-file=@FOLDER@/rules
                    addn-hosts=@FOLDER@/hosts

                    """
                )
            ]
        }
    )
}
