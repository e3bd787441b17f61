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
        if chance(6) { rules.append(pick(["domain-needed", "bogus-priv", "filterwin2k", "filter-rr=TXT"])) }
        if chance(6) {
            rules += (0..<14).map { "cname=l\($0).ll.zz,l\($0 + 1).ll.zz" } + ["host-record=l14.ll.zz,198.18.0.4"]
        }
        if chance(6) { rules.append("rev-server=198.18.0.0/15,127.0.0.1#@UPSTREAM@") }
        return rules
    }

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
