import Policy

extension EngineSetup {
    /// PowerDNS Recursor with policy zones from files; without `dont-query=` it would not ask a server on loopback.
    static let pdnsRPZ = EngineSetup(
        engine: .pdnsRPZ,
        program: "pdns_recursor",
        arguments: ["--config-dir=@FOLDER@"],
        makeRules: { $0.policyZones(&$1, .pdnsRPZ) },
        files: { round in
            let zones = round.lists.map { "rpzFile('@FOLDER@/\($0.name)', {policyName='\($0.name)'})\n" }
            return [("recursor.conf", recursorConfiguration), ("policy.lua", zones.joined())]
        }
    )

    private static let recursorConfiguration = """
        local-address=127.0.0.1
        local-port=@PORT@
        daemon=no
        write-pid=no
        socket-dir=@FOLDER@
        allow-from=127.0.0.0/8
        dont-query=
        forward-zones-recurse=.=127.0.0.1:@UPSTREAM@
        dnssec=off
        lua-config-file=@FOLDER@/policy.lua
        threads=1
        pdns-distributes-queries=no
        disable-packetcache=yes
        loglevel=3
        quiet=yes
        security-poll-suffix=
        hint-file=no

        """
}
