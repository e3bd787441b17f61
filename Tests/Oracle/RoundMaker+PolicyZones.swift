import DNS
import FilterLists
import Policy

extension RoundMaker {
    /// One or two response policy zones with triggers on names, and now and then on addresses.
    mutating func policyZones(_ round: inout Round, _ engine: Engine) {
        let zones = 1 + below(2)
        // What Unbound makes of an alias of its own that leads on depends on what it has of the target.
        leadsBack = engine != .unboundRPZ && chance(3)
        round.client = 0x7F00_0007
        for index in 0..<zones {
            let probe = "ready\(index).probe"
            let start = """
                \(start(of: "zone\(index).rpz."))
                @ IN NS localhost.
                \(probe) CNAME .

                """
            // In an earlier zone a star would hide the probe of a later one.
            let records = policyRecords(engine, mayHideAll: index == zones - 1)
            askStars(&round)
            round.lists.append(("zone\(index)", .rpz, start + records))
            round.blocked.append(probe)
        }
    }

    /// The start of a zone: where the TTL of records that state none comes from differs.
    private mutating func start(of origin: String) -> String {
        let data = "SOA localhost. root.localhost. 1 3600 600 86400 \(pick(["60", "3"]))"
        return pick([
            "$TTL 60\n$ORIGIN \(origin)\n@ IN \(data)", "$ORIGIN \(origin)\n@ 4 IN \(data)\n$TTL 2",
            "$ORIGIN \(origin)\n@ 4 IN \(data)", "$ORIGIN \(origin)\n@ \(data)",
        ])
    }

    /// The records of a zone below its own.
    private mutating func policyRecords(_ engine: Engine, mayHideAll: Bool) -> String {
        var text = ""
        var seen: Set<String> = []
        var repeats = ""
        for name in owners(oneIn: 5) {
            let owner = chance(16) ? starred(name) : chance(2) ? name : "*.\(name)"
            guard seen.insert(owner.lowercased()).inserted else { continue }
            // In BIND it hides what is below it, which is not evaluated.
            let made = engine != .bindRPZ && chance(20) ? "\(owner) DNAME x.zz.\n" : policy(owner)
            text += made
            guard chance(5) else { continue }
            // The other engines refuse aliases beside other data, or have no order in which they read them.
            if engine == .knotRPZ {
                repeats += pick([policy(owner), repeated(owner)])
            } else if !made.contains("NAME") {
                repeats += further(owner)
            } else if engine != .pdnsRPZ, chance(2) {
                repeats += made
            }
        }
        text += repeats
        if chance(2) { text += addressPolicies(engine) }
        // BIND takes data of the apex for those of the zone.
        if engine != .bindRPZ, chance(4) { text += policy("@") }
        // Whether Unbound goes on behind an alias that it met depends on what it has of the target.
        if engine == .unboundRPZ {
            for target in ["a.r0.rz.", "b.a.r1.rz."] {
                text = text.replacing("CNAME \(target)", with: "CNAME garden.zz.")
            }
        }
        if mayHideAll, chance(4) { text += policy("*") }
        return text
    }

    /// Clauses of Unbound's configuration that name policy zones, with their files.
    mutating func policyClauses(_ round: inout Round, hasTags: Bool) -> String {
        var text = ""
        var actions = ["nxdomain", "nodata", "passthru", "disabled", "cname"]
        if drops { actions.append("drop") }
        for index in 0..<(1 + below(3)) {
            let (file, name) = ("policy\(index)", "p\(index).rpz")
            text += "rpz:\n  name: \(chance(2) ? name : name.uppercased() + ".")\n  zonefile: \(file)\n"
            if chance(3) {
                let action = pick(actions)
                text += "  rpz-action-override: \(action)\n"
                if action == "cname" { text += "  rpz-cname-override: \(pick(["garden.zz.", "\"*.garden.zz\""]))\n" }
            }
            if hasTags, chance(3) { text += "  tags: \"\(pick(["one", "two three", ""]))\"\n" }
            if chance(4) { text += "  rpz-log: yes\n  rpz-log-name: x\n" }
            var records = policyRecords(.unboundRPZ, mayHideAll: true)
            if chance(4) { records += policy(pick(["32.5.0.0.127", "29.8.0.0.127"]) + ".rpz-client-ip") }
            let origin = chance(2) ? "$ORIGIN \(name).\n" : ""
            let soa = chance(4) ? "" : "@ 60 IN SOA localhost. root.localhost. 1 3600 600 86400 60\n"
            round.files.append((file, origin + soa + records))
            askStars(&round)
        }
        return text
    }

    /// An owner with a star that stands for nothing: in the middle, or inside of a label.
    private mutating func starred(_ name: String) -> String {
        pick(["ads.*.\(name)", "*.*.\(name)", "a*b.\(name)", "*a.\(name)"])
    }

    /// Names that are stars themselves, and what is below and beside them.
    private mutating func askStars(_ round: inout Round) {
        var names: [String] = ["."]
        for name in owners(oneIn: 12) {
            names += ["*.\(name)", "ads.*.\(name)", "b.*.\(name)", "ads.x.\(name)", "a*b.\(name)"]
        }
        for name in names { round.questions += [RRType.a, .txt].map { (name, $0) } }
    }

    /// Policies about addresses of answers, in both families, and about the client.
    private mutating func addressPolicies(_ engine: Engine) -> String {
        var owners: [String: String] = [:]
        for _ in 0..<(1 + below(4)) {
            let (third, last) = (below(2), below(4))
            let owner =
                pick([
                    "32.\(last).\(third).54.20.rpz-ip", "31.\(last & 2).\(third).54.20.rpz-ip",
                    "24.0.\(third).54.20.rpz-ip", "32.9.9.54.20.rpz-ip", "16.0.0.54.20.rpz-ip",
                    "128.\(last).zz.\(third).1030.2603.rpz-ip", "64.zz.\(third).0.1030.2603.rpz-ip",
                    "48.zz.1030.2603.rpz-ip", "128.zz.rpz-ip", "128.1.zz.rpz-ip",
                    "33.0.0.54.20.rpz-ip", "8.0.0.0.10.rpz-ip", "32.\(last).\(third).54.20.RPZ-IP",
                ])
            // PowerDNS does not start with a prefix that is longer than the address.
            if engine != .pdnsRPZ || !owner.hasPrefix("33.") { owners[owner.lowercased()] = owner }
        }
        // What bits behind the prefix do is declared unsupported for Unbound.
        // Two of one range are two policies, with which BIND and PowerDNS refuse a zone.
        let hasRange = owners.keys.contains { $0.hasPrefix("24.") }
        if engine != .unboundRPZ, chance(4), !hasRange { owners["24"] = "24.\(below(4)).\(below(2)).54.20.rpz-ip" }
        if chance(8) { owners["0"] = pick(["0.0.0.0.0.rpz-ip", "0.zz.rpz-ip"]) }
        if chance(6) {
            let owner = pick(["32.7.0.0.127", "31.6.0.0.127", "32.8.0.0.127"]) + ".rpz-client-ip"
            owners[owner] = owner
        }
        return owners.sorted { $0.key < $1.key }.map { policy($0.value) }.joined()
    }

    /// Further data of an owner, which live for another time.
    private mutating func repeated(_ owner: String) -> String {
        let records = [
            "5 A 0.0.0.0", "300 A 198.18.0.7", "A 198.18.0.7", "90 AAAA ::", "TXT \"x\"", "30 MX 10 mail.zz.",
        ]
        return "\(owner) \(pick(records))\n" + (chance(2) ? policy(owner) : "")
    }

    /// Further data of an owner that has some, none of them an alias.
    private mutating func further(_ owner: String) -> String {
        let records = [
            "5 A 0.0.0.0", "300 A 198.18.0.7", "A 198.18.0.7", "90 AAAA ::", "TXT \"x\"", "30 MX 10 mail.zz.",
            "7 TXT \"z\"", "A 198.18.0.8", "HTTPS 1 .",
        ]
        return (0...below(3)).map { _ in "\(chance(4) ? owner.uppercased() : owner) \(pick(records))\n" }.joined()
    }

    private mutating func policy(_ owner: String) -> String {
        var actions = [
            "CNAME .", "CNAME .", "CNAME *.", "CNAME rpz-passthru.", "CNAME rpz-passthru.", "CNAME rpz-tcp-only.",
            "A 0.0.0.0", "A 198.18.0.7", "AAAA ::", "TXT \"x\"", "CNAME garden.zz.", "CNAME *.garden.zz.",
            "CNAME a.r0.rz.", "CNAME b.a.r1.rz.",
            "300 IN CNAME .", "IN A 198.18.0.8", "MX 10 mail.zz.", "HTTPS 1 .",
        ]
        if drops { actions.append("CNAME rpz-drop.") }
        if leadsBack { actions.append("CNAME h\(below(Self.chains)).ch.zz.") }
        let action = pick(actions)
        var text = "\(owner) \(action)\n"
        if action.hasPrefix("A ") {
            if chance(2) { text += "\(owner) AAAA ::1\n" }
            if chance(4) { text += "\(owner) A 198.18.0.9\n" }
            if chance(4) { text += "\(owner) TXT \"y\"\n" }
        }
        return text
    }
}
