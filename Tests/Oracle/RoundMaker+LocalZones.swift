import FilterLists

extension RoundMaker {
    /// Unbound `local-zone` of every type that is evaluated, and `local-data` in, at and outside of them.
    mutating func localZones(_ round: inout Round) {
        var types = [
            "static", "transparent", "typetransparent", "redirect", "always_nxdomain", "always_nodata",
            "always_refuse", "always_null", "always_transparent", "refuse", "inform",
        ]
        if drops { types += ["deny", "inform_deny", "always_deny"] }
        var rules = ["local-zone: \"ready0.probe.\" always_nxdomain"]
        for name in owners(oneIn: 5) {
            let type = pick(types)
            if chance(8) {
                rules.append("local-data: '\(name) \(localData())'")
                continue
            }
            rules.append("local-zone: \(pick(["\"\(name).\"", "\"\(name)\"", name])) \(type)")
            for _ in 0..<below(3) {
                let owner = type == "redirect" ? name : pick([name, "a.\(name)", "b.\(name)", "c.b.\(name)"])
                rules.append("local-data: \"\(owner). \(localData())\"")
            }
        }
        round.lists = [("rules", .unbound, rules.joined(separator: "\n") + "\n")]
        round.blocked = ["ready0.probe"]
    }

    private mutating func localData() -> String {
        pick([
            "A 198.18.0.7", "AAAA ::", "TXT x", "A 0.0.0.0", "IN A 198.18.0.8", "60 IN AAAA ::1", "MX 10 mail.zz.",
            "HTTPS 1 .",
        ])
    }
}
