import DNS

extension RoundMaker {
    /// Records of dnsmasq's own beside addresses: aliases, texts, pointers, hosts for mail and services, any type.
    mutating func dnsmasqRecords() -> [String] {
        let names = owners(oneIn: 10)
        var rules: [String] = []
        // Aliases lead to later names, so that there is no loop; each has one target.
        for (index, name) in names.enumerated() where chance(4) {
            let target = index + 1 < names.count && !chance(4) ? pick(Array(names[(index + 1)...])) : "garden.zz"
            rules.append("cname=\(name),\(target)\(pick(["", "", ",77"]))")
        }
        let target = names.last ?? "x.zz"
        for name in names where chance(2) {
            rules.append(
                pick([
                    "txt-record=\(name),one,\"two, three\"", "txt-record=\(name)", "ptr-record=\(name),\(target)",
                    "mx-host=\(name),\(target)", "mx-host=\(name),\(target),5", "mx-host=\(name), \(name), 50",
                    "srv-host=_a._tcp.\(name),\(target),389,1,2", "srv-host=_a._tcp.\(name)",
                    "naptr-record=\(name),1,2,s,SIP+D2U,,x.\(name)", "caa-record=\(name),0,issue,\"ca.zz\"",
                    "dns-rr=\(name),65,000100", "txt-record=\(name),one\ntxt-record=\(name),one",
                    "host-record=\(name),198.18.0.9\nhost-record=\(name),198.18.0.9,7", "dns-rr=\(name),16,0161",
                    "dns-rr=\(name),15,000A00",
                    "host-record=\(name),198.18.0.9,::9,55", "host-record=\(name),198.18.0.3",
                    "interface-name=\(name),lo",
                    "txt-record=\(name),a\\b", "mx-host=\(name)", "dns-rr=\(name),1,C6120001",
                    "synth-domain=\(name),198.18.0.0/24",
                ])
            )
        }
        if chance(6) { rules.append(pick(["filterwin2k", "filter-rr=TXT", "filter-rr=A,65", "filter-rr=CNAME"])) }
        if chance(6) {
            rules += (0..<14).map { "cname=l\($0).ll.zz,l\($0 + 1).ll.zz" } + ["host-record=l14.ll.zz,198.18.0.4"]
        }
        if chance(3) { rules.append("domain-needed") }
        rules += Self.harmless.filter { _ in chance(12) }
        if chance(3) { rules += pointerRules() }
        if chance(6) { rules.append("rev-server=198.18.0.0/15,127.0.0.1#@UPSTREAM@") }
        return rules
    }

    /// Options that decide nothing about names, nor how long what is said here lives.
    private static let harmless = [
        "no-negcache", "strict-order", "all-servers", "max-ttl=60", "neg-ttl=5", "min-cache-ttl=5", "max-cache-ttl=9",
        "no-round-robin", "dns-loop-detect", "edns-packet-max=1232", "add-subnet=24", "strip-subnet", "proxy-dnssec",
        "clear-on-reload", "use-stale-cache", "fast-dns-retry", "log-queries", "port-limit=2", "cache-rr=TXT",
        "no-poll", "auth-ttl=5", "dhcp-host=11:22:33:44:55:66,x.r1.rz,10.0.0.7", "local-service",
    ]

    /// `bogus-priv`, and what is said of such pointers beside it.
    private mutating func pointerRules() -> [String] {
        let rules = [
            "server=/10.in-addr.arpa/127.0.0.1#@UPSTREAM@", "server=/10.in-addr.arpa/#", "local=/0.10.in-addr.arpa/",
            "address=/10.in-addr.arpa/198.18.0.1", "server=/arpa/127.0.0.1#@UPSTREAM@", "server=/d.f.ip6.arpa/#",
            "ptr-record=1.0.0.10.in-addr.arpa,x.zz", "txt-record=0.0.10.in-addr.arpa,x", "cname=d.f.ip6.arpa,x.zz",
            "host-record=x.zz,10.0.0.1", "host-record=x.zz,20.1.1.1", "host-record=x.zz,10.0.0.0",
            "rev-server=172.16.0.0/12,127.0.0.1#@UPSTREAM@", "local=/bind/", "no-ident",
            "server=/*.10.in-addr.arpa/127.0.0.1#@UPSTREAM@", "address=/in-addr.arpa/#", "address=/version.bind/::",
        ]
        return ["bogus-priv"] + rules.filter { _ in chance(6) }
    }

    /// Names that options ask nobody for, and some beside them.
    static let unasked: [(String, RRType)] =
        [
            "1.0.0.10.in-addr.arpa", "0.10.in-addr.arpa", "7.1.0.0.10.in-addr.arpa", "x.0.0.10.in-addr.arpa",
            "9.16.172.in-addr.arpa", "1.1.1.20.in-addr.arpa", "d.f.ip6.arpa", "1.0.0.d.f.ip6.int", "c.f.ip6.arpa",
        ]
        .flatMap { name in [RRType.ptr, .any, .a].map { (name, $0) } }
        + ["version.bind", "bind", "auth.bind", "x.bind", "zz", "rz", "single"]
        .flatMap { name in [RRType.a, .aaaa, .any, .txt].map { (name, $0) } }

    /// Options about all hosts, about their mail, and about addresses that are translated.
    mutating func dnsmasqHosts(_ round: inout Round, _ hosts: inout [String]) -> [String] {
        var rules: [String] = []
        for name in ["a", "b", "lone"] where chance(2) {
            hosts.append("198.18.1.6 \(name)\(pick(["", " x.\(name)", "\n::6 \(name)"]))")
        }
        if !chance(3) { rules.append("expand-hosts") }
        // What is left out of answers beside local data is decided only so.
        if chance(2) { rules.append("cache-size=0") }
        for _ in 0...below(2) { rules.append("domain=\(pick(["r1.rz", "b.r2.rz", "a.a.r3.rz"]))") }
        if chance(6) { rules.append("domain=r4.rz,198.18.1.0/24") }
        if chance(3) { rules.append(pick(["selfmx", "localmx", "selfmx\nlocalmx"])) }
        if chance(2) { rules.append("mx-target=\(pick(["mail.zz", "a.r1.rz"]))") }
        if chance(2) { rules.append("mx-host=\(pick(["c.r1.rz", "a", "a.r1.rz"]))") }
        if chance(3) {
            rules.append(
                pick([
                    "alias=20.54.0.0,198.18.0.0,255.255.255.0", "alias=20.54.1.1-20.54.1.2,198.18.0.0,255.255.255.0",
                    "alias=20.54.1.3,198.18.0.3",
                ])
            )
        }
        for name in ["a", "b", "lone", "lone.r1.rz", "lone.b.r2.rz", "l0.ll.zz", "l5.ll.zz"] {
            round.questions += [.a, .aaaa, .mx, .any, .txt].map { (name, $0) }
        }
        return rules
    }
}
