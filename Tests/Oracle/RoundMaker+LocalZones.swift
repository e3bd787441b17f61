import FilterLists

extension RoundMaker {
    /// Unbound `local-zone` of every type that is evaluated, and `local-data` in, at and outside of them.
    mutating func localZones(_ round: inout Round) {
        var types = [
            "static", "transparent", "typetransparent", "redirect", "always_nxdomain", "always_nodata",
            "always_refuse", "always_null", "always_transparent", "refuse", "inform",
        ]
        if drops { types += ["deny", "inform_deny", "always_deny"] }
        var zones: [String: String] = [:]
        var rules = ["local-zone: \"ready0.probe.\" always_nxdomain"]
        for name in owners(oneIn: 6) {
            let type = pick(types)
            zones[name.lowercased()] = type
            rules.append("local-zone: \(pick(["\"\(name).\"", "\"\(name)\"", name])) \(type)")
        }
        for name in owners(oneIn: 5) {
            let owner = pick([name, name, "a.\(name)", "c.b.\(name)"])
            // Unbound refuses to start with data inside a redirect zone.
            guard !isInsideRedirect(owner.lowercased(), zones) else { continue }
            let quote = pick(["'", "\""])
            for _ in 0...below(2) { rules.append("local-data: \(quote)\(owner) \(localData())\(quote)") }
        }
        rules.shuffle(using: &generator)
        round.lists = [("rules", .unbound, rules.joined(separator: "\n") + "\n")]
        round.blocked = ["ready0.probe"]
    }

    private func isInsideRedirect(_ owner: String, _ zones: [String: String]) -> Bool {
        var name = owner
        while zones[name] == nil, let dot = name.firstIndex(of: ".") { name = String(name[name.index(after: dot)...]) }
        return zones[name] == "redirect" && name != owner
    }

    private mutating func localData() -> String {
        pick([
            "A 198.18.0.7", "AAAA ::", "TXT x", "A 0.0.0.0", "IN A 198.18.0.8", "60 IN AAAA ::1", "MX 10 mail.zz.",
            "HTTPS 1 .",
        ])
    }
}
