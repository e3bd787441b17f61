import DNS
import FilterLists

extension RoundMaker {
    /// `address=`, `server=`, `local=`, `host-record=` and a hosts file.
    mutating func dnsmasq(_ round: inout Round) {
        var rules = ["address=/ready0.probe/"]
        for name in owners(oneIn: 4) {
            rules.append(chance(8) ? twins(name) : dnsmasqRule(name))
        }
        // Names that have a rule get another one, somewhere behind it.
        for name in owners(oneIn: 4) where chance(5) { rules.append(dnsmasqRule(chance(4) ? name.uppercased() : name)) }
        let forAll = [
            "address=/#/198.18.0.1", "address=/#/::", "address=/#/0.0.0.0", "address=/*/198.18.0.2", "local=/#/",
        ]
        if chance(6) { rules.append(pick(forAll)) }
        if chance(8) { rules.append(server(&round)) }
        if chance(2) { rules += addressRules() }
        if chance(2) { rules += dnsmasqRecords() }
        round.questions += Self.unasked
        var hosts: [String] = []
        if chance(2) { rules += dnsmasqHosts(&round, &hosts) }
        for name in owners(oneIn: 12) {
            hosts.append(
                pick([
                    "0.0.0.0 \(name)", ":: \(name) x.\(name)#", "127.0.0.1 \(name) # x", "198.18.1.1 \(name)",
                    "0.0.0.0\t\(name)  www.\(name)", "198.18.1.1 \(name)\n198.18.1.2 \(name)",
                    "0.0.0.0 \(name)\n:: \(name)", "::1 \(name)", "0.0.0.0 \(name).",
                ])
            )
        }
        for name in owners(oneIn: 24) where chance(3) {
            hosts.append(
                pick(["198.18.1.4\0 \(name)", "198.18.1.4 \(name)\0x y.\(name)", "\0 \(name)", "::4 \0 \(name)"])
            )
        }
        round.questions += [RRType.a, .aaaa, .txt].map { (".", $0) }
        for name in owners(oneIn: 12) where chance(3) {
            hosts.append("\(pick(["198.18.1.3", "::", "0.0.0.0"])) x.\(name) \(name)")
        }
        round.lists = [
            ("rules", .dnsmasq, rules.joined(separator: "\n") + "\n"),
            ("hosts", .hosts, hosts.joined(separator: "\n") + "\n"),
        ]
        round.blocked = ["ready0.probe"]
        // Some of the names that the rules know do not exist.
        if chance(2) { round.missing = owners(oneIn: 4) + ["version.bind", "bind", "x.bind"] }
    }

    /// A server that is somewhere odd, or nowhere, with which dnsmasq does not start.
    private mutating func server(_ round: inout Round) -> String {
        round.mayBeRefused = true
        // None that dnsmasq starts with and nobody answers at: a route says where to ask, not what comes back.
        let target = pick([
            "#", "#53", "##", "#x", "127.0.0.1#@UPSTREAM@", "127.0.0.1#@UPSTREAM@@lo",
            "127.0.0.1#@UPSTREAM@@127.0.0.1", "127.0.0.1#@UPSTREAM@ @ 127.0.0.1#0", "127.0.0.1#@UPSTREAM@@",
            "127.0.0.1#@UPSTREAM@@127.0.0.1#x", "127.0.0.1#65536", "127.0.0.1#5#3", "127.0.0.1#1x", "@lo", "[::1]",
            "127.0.0.1@127.0.0.1#65536", "localhost#@UPSTREAM@", "[127.0.0.1]#@UPSTREAM@",
        ])
        return "server=/\(pick(["r5.rz", "*.a.r6.rz", "one.yy/two.yy"]))/\(target)"
    }

    /// Rules about the addresses of real answers.
    private mutating func addressRules() -> [String] {
        var rules: [String] = []
        for _ in 0..<(1 + below(4)) {
            let (third, last) = (below(2), below(4))
            var kinds = [
                "bogus-nxdomain=20.54.\(third).\(last)", "bogus-nxdomain=20.54.\(third).0/24", "filter-A",
                "filter-AAAA",
                "bogus-nxdomain=2603:1030:0:\(third)::\(last)", "bogus-nxdomain=2603:1030:0:\(third)::/64",
                "stop-dns-rebind", "rebind-localhost-ok", "rebind-domain-ok=/\(pick(["r0.rz", "b.r1.rz", "ch.zz"]))/",
                "rebind-domain-ok=c.rz", "rebind-domain-ok=/r2.rz/a.r3.rz/", "stop-dns-rebind",
            ]
            if drops {
                kinds += ["ignore-address=20.54.\(third).\(last)", "ignore-address=2603:1030:0:\(third)::\(last)"]
            }
            rules.append(pick(kinds))
        }
        return rules
    }

    private mutating func dnsmasqRule(_ name: String) -> String {
        pick([
            "address=/\(name)/", "address=/\(name)/#", "address=/\(name)/0.0.0.0", "address=/\(name)/::",
            "address=/\(name)/198.18.0.7", "local=/\(name)/", "server=/\(name)/", "server=/\(name)/#",
            "address=/*.\(name)/#", "address=/*.\(name)/", "address=/*\(name)/", "address=/*\(name)/#",
            "address=/*\(name)/198.18.0.7", "address=/*\(name)/198.18.0.7\naddress=/*\(name)/198.18.0.8",
            "server=/*.\(name)/#", "address=/.\(name)/0.0.0.0", "local=/.\(name)/",
            "host-record=\(name),198.18.0.9", "host-record=\(name),198.18.0.9,::9", "host-record=\(name),y.\(name),::",
            "address=/\(name)/0.0.0.0\naddress=/\(name)/::", "address=/\(name)/198.18.0.7\naddress=/\(name)/198.18.0.8",
            "server=/\(name)/127.0.0.1#@UPSTREAM@", "local=/\(name)/\naddress=/\(name)/0.0.0.0",
            "address=/\(name)/x.\(name)/198.18.0.6", "address=/\(name)/0.0.0.0 # why", "  address = /\(name)/::1",
            "address=/\(name)/\naddress=/*.\(name)/198.18.0.5", "address=/\(name)/#\nserver=/a.\(name)/#",
            "address=/\(name) /#", "local=/..\(name)\t/", "address=/x.\(name)  /*.\(name) /198.18.0.4",
        ])
    }

    /// Rules about a name and about the names whose text ends with it.
    private mutating func twins(_ name: String) -> String {
        let keys = [
            "address=/@/", "address=/@/#", "address=/@/0.0.0.0", "address=/@/::1", "server=/@/#", "local=/@/",
            "address=/@/::2",
        ]
        let pair = [pick(keys).replacing("@", with: name), pick(keys).replacing("@", with: "*" + name)]
        return pair.shuffled(using: &generator).joined(separator: "\n")
    }
}
