import DNS
import FilterLists

extension RoundMaker {
    /// The types of zones that answer.
    var zoneTypes: [String] {
        [
            "static", "transparent", "typetransparent", "redirect", "always_nxdomain", "always_nodata",
            "always_refuse", "always_null", "always_transparent", "refuse", "inform",
            "inform_redirect", "noview",
        ]
    }

    /// Unbound `local-zone` of every type that is evaluated, and `local-data` in, at and outside of them.
    mutating func localZones(_ round: inout Round) {
        var types = zoneTypes
        if drops { types += ["deny", "inform_deny", "always_deny"] }
        var zones: [String: String] = [:]
        var rules = ["local-zone: \"ready0.probe.\" always_nxdomain"]
        for name in owners(oneIn: 6) {
            let type = pick(types)
            zones[name.lowercased()] = type
            rules.append("local-zone: \(pick(["\"\(name).\"", "\"\(name)\"", name])) \(type)")
            // One that is named twice; of what stands inside a redirect zone some refuses to start.
            let again = pick(types)
            if chance(8), !isRedirect(type), !isRedirect(again) {
                rules.append("local-zone: \(chance(2) ? name.uppercased() : name) \(again)")
            }
        }
        var redirects: Set<String> = []
        for name in owners(oneIn: 5) {
            let owner = pick([name, name, "a.\(name)", "c.b.\(name)"])
            // Unbound refuses to start with data inside a redirect zone.
            guard !isInsideRedirect(owner.lowercased(), zones) else { continue }
            // Nor with an alias beside other data at one.
            guard !isRedirect(zones[owner.lowercased()]) || redirects.insert(owner.lowercased()).inserted else {
                continue
            }
            let quote = pick(["'", "\""])
            // In a redirect zone an alias must stand alone.
            if chance(8), !isRedirect(zones[owner.lowercased()]) || chance(2) {
                let target = pick(["garden.zz.", "a.r1.rz.", "x.\(owner).", "*.zz.", "*.a.r1.rz."])
                rules.append("local-data: \(quote)\(owner) CNAME \(target)\(quote)")
                if chance(2) || isRedirect(zones[owner.lowercased()]) { continue }
            }
            if chance(6) {
                let soa = "SOA \(pick(["ns.zz.", "ns"])) root.zz 1 2 3 4 \(pick(["60", "86400"]))"
                rules.append("local-data: \(quote)\(owner) \(pick(["", "300 "]))\(soa)\(quote)")
            }
            for _ in 0...below(chance(6) ? 5 : 2) {
                rules.append("local-data: \(quote)\(owner) \(localData())\(quote)")
            }
        }
        rules += ownZones(&round)
        for name in zones.keys.sorted() where chance(2) { round.questions.append((name, .ds)) }
        if chance(2) { rules.append("local-zone: rz transparent") }
        if chance(8) { rules.append("local-zone: . \(pick(types.filter { !isRedirect($0) }))") }
        rules += Self.harmless.filter { _ in chance(10) }
        rules += dataOutside(&round)
        rules.shuffle(using: &generator)
        var more = chance(2) ? localClients(&round, zones.keys.sorted()) : ""
        if chance(2) { more += policyClauses(&round, hasTags: more.contains("define-tag")) }
        round.lists = [("rules", .unbound, rules.joined(separator: "\n") + "\n" + more)]
        round.blocked = ["ready0.probe"]
    }

    /// Options that change nothing about the names of zones.
    private static let harmless = [
        "rrset-roundrobin: no", "ede: yes", "serve-expired: yes", "prefetch: yes",
        "aggressive-nsec: yes", "harden-below-nxdomain: yes", "use-caps-for-id: yes", "qname-minimisation: no",
        "val-permissive-mode: yes", "domain-insecure: rz", "prefer-ip6: yes", "serve-original-ttl: yes",
        "log-local-actions: yes", "access-control: 127.0.0.0/8 allow_snoop", "unwanted-reply-threshold: 100000",
    ]

    /// Data outside of all zones, for which Unbound makes one that reaches as far up as they have in common.
    private mutating func dataOutside(_ round: inout Round) -> [String] {
        let owner = pick(["a.b.out", "b.out", "out"])
        let others = ["c.\(owner)", "d.c.\(owner)", "a.b.out", "b.b.out"].filter { _ in chance(3) }
        for name in ["out", "b.out", "a.b.out", "b.b.out", "c.b.out", "c.a.b.out"] {
            for type in [RRType.a, .txt, .ds] { round.questions.append((name, type)) }
        }
        return ([owner] + others).map { "local-data: '\($0) \(localData())'" }
    }

    /// Names in zones that Unbound has of its own, and statements that take these zones' place or add to them.
    private mutating func ownZones(_ round: inout Round) -> [String] {
        let networks = ["10.in-addr.arpa", "4.3.10.in-addr.arpa", "20.172.in-addr.arpa", "d.f.ip6.arpa", "x.home.arpa"]
        let others = [
            "127.in-addr.arpa", "1.0.0.127.in-addr.arpa", "2.0.0.127.in-addr.arpa", "test", "x.test", "onion",
        ]
        let name6 = "1." + String(repeating: "0.", count: 31) + "ip6.arpa"
        for name in networks + others + [name6, "localhost", "x.localhost", "a.x.test", "x.invalid"] {
            for type in [RRType.a, .aaaa, .ptr, .ns, .soa, .ds, .txt] { round.questions.append((name, type)) }
        }
        var rules = chance(4) ? ["unblock-lan-zones: yes"] : []
        for name in networks + others + [name6] where chance(8) {
            rules.append("local-zone: \(name). \(pick(zoneTypes.filter { !isRedirect($0) } + ["nodefault"]))")
        }
        for name in networks + others where chance(8) { rules.append("local-data: '\(name). \(localData())'") }
        if chance(8) { rules.append("local-data: 'localhost. \(localData())'") }
        if chance(8) { rules.append("local-data-ptr: '10.3.4.5 host.zz'") }
        return rules
    }

    private func isRedirect(_ type: String?) -> Bool { type == "redirect" || type == "inform_redirect" }

    private func isInsideRedirect(_ owner: String, _ zones: [String: String]) -> Bool {
        var name = owner
        while zones[name] == nil, let dot = name.firstIndex(of: ".") { name = String(name[name.index(after: dot)...]) }
        return isRedirect(zones[name]) && name != owner
    }

    mutating func localData() -> String {
        pick([
            "A 198.18.0.7", "60 A 198.18.0.7", "AAAA ::", "TXT x", "A 0.0.0.0", "IN A 198.18.0.8", "60 IN AAAA ::1",
            "MX 10 mail.zz.",
            "MX 10 mail",
            "HTTPS 1 .",
            "NS ns.zz.",
            "DNAME x.zz.",
            "SRV 1 2 3 host.zz.",
            "CAA 0 issue ca.zz",
            "TYPE65280 \\# 1 00",
        ])
    }
}
