import Policy

extension EngineSetup {
    /// dnsmasq without a cache, with one file of rules and one of hosts.
    static let dnsmasq = EngineSetup(
        engine: .dnsmasq,
        program: "dnsmasq",
        arguments: ["--keep-in-foreground", "--conf-file=@FOLDER@/conf"],
        makeRules: { $0.dnsmasq(&$1) },
        files: { round in
            // dnsmasq takes the option once, and the rules may state it.
            let cache = round.lists.contains { $0.text.contains("cache-size=") } ? "" : "cache-size=0\n"
            // Rules that say so name all servers.
            let isWhole = round.lists.contains { "\n\($0.text)".contains("\nno-resolv") }
            return [
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
                    \(cache)\(isWhole ? "" : "server=127.0.0.1#@UPSTREAM@")
                    conf-file=@FOLDER@/rules
                    addn-hosts=@FOLDER@/hosts

                    """
                )
            ]
        }
    )
}
