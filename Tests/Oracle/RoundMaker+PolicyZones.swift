import FilterLists
import Policy

extension RoundMaker {
    /// One or two response policy zones with triggers on the query name.
    mutating func policyZones(_ round: inout Round, _ engine: Engine) {
        let zones = 1 + below(2)
        for index in 0..<zones {
            let probe = "ready\(index).probe"
            var text = """
                $TTL 60
                $ORIGIN zone\(index).rpz.
                @ IN SOA localhost. root.localhost. 1 3600 600 86400 60
                @ IN NS localhost.
                \(probe) CNAME .

                """
            var seen: Set<String> = []
            for name in owners(oneIn: 5) {
                let owner = chance(2) ? name : "*.\(name)"
                if seen.insert(owner.lowercased()).inserted { text += policy(owner) }
            }
            // A policy for every name is declared unsupported for Unbound.
            // In an earlier zone it would hide the probe of a later one.
            if engine != .unboundRPZ, index == zones - 1, chance(4) { text += policy("*") }
            round.lists.append(("zone\(index)", .rpz, text))
            round.blocked.append(probe)
        }
    }

    private mutating func policy(_ owner: String) -> String {
        var actions = [
            "CNAME .", "CNAME .", "CNAME *.", "CNAME rpz-passthru.", "CNAME rpz-passthru.", "CNAME rpz-tcp-only.",
            "A 0.0.0.0", "A 198.18.0.7", "AAAA ::", "TXT \"x\"", "CNAME garden.zz.", "CNAME *.garden.zz.",
            "300 IN CNAME .", "IN A 198.18.0.8", "MX 10 mail.zz.", "HTTPS 1 .",
        ]
        if drops { actions.append("CNAME rpz-drop.") }
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
