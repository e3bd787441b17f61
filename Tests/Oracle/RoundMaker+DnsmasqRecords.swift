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
        if chance(6) { rules.append("rev-server=198.18.0.0/15,127.0.0.1#@UPSTREAM@") }
        return rules
    }
}
