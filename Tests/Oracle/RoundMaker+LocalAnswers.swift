extension RoundMaker {
    private static let addresses = [
        "20.54.0.0/23", "20.54.1.0/24", "20.54.0.0/31", "20.54.0.2", "20.54.1.1/32", "10.0.0.0/8", "0.0.0.0/0",
        "2603:1030::/60", "2603:1030:0:1::/64", "2603:1030::2", "fd00::/8",
    ]

    /// Addresses that Unbound takes out of answers, and those that change answers.
    mutating func localAnswers() -> String {
        var text = ""
        if chance(2) {
            for range in Self.addresses where chance(6) { text += "private-address: \(range)\n" }
            for name in owners(oneIn: 40) { text += "private-domain: \(name)\n" }
        }
        guard !chance(3) else { return text }
        return text + localResponses(indent: "") + "response-ip: 203.0.113.0/24 inform\n"
    }

    /// What is done to answers with some addresses, for everyone or in a view.
    mutating func localResponses(indent: String) -> String {
        var types = [
            "redirect", "redirect", "redirect", "inform", "always_transparent", "always_refuse", "always_nxdomain",
        ]
        if drops { types += ["deny", "inform_deny"] }
        var text = ""
        for range in Self.addresses where chance(3) {
            let type = pick(types)
            let isStated = !chance(8)
            if isStated {
                text += "\(indent)response-ip: \(range) \(type)\n"
                // Unbound keeps the first.
                if chance(9) { text += "\(indent)response-ip: \(range) \(pick(types))\n" }
            }
            if indent.isEmpty, chance(2) {
                text += "response-ip-tag: \(range) \"\(pick(["one", "two three", ""]))\"\n"
            }
            guard isStated, type == "redirect", chance(2) else { continue }
            let kind = range.contains(":") ? "AAAA" : "A"
            let data =
                chance(4)
                ? ["CNAME x.zz."] : ["\(kind) ::7", "60 \(kind) ::8", "\(kind) ::7"].filter { _ in chance(2) }
            for record in data {
                let record = kind == "A" ? record.replacing("::", with: "198.18.0.") : record
                text += "\(indent)response-ip-data: \(range) '\(record)'\n"
            }
        }
        return text
    }
}
