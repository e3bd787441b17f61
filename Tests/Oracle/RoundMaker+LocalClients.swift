extension RoundMaker {
    /// What Unbound does for some clients only, addresses in real answers, and names that are asked for elsewhere: what of
    /// it is not evaluated must be open at its names, and nothing else may change.
    mutating func localClients(_ round: inout Round, _ zones: [String]) -> String {
        round.client = 0x7F00_0000 | UInt32(pick([1, 5, 9]))
        let range = pick(["127.0.0.5/32", "127.0.0.4/30", "127.0.0.8/29", "127.0.0.0/28"])
        let names = owners(oneIn: 30)
        var text = ""
        text += tags(zones)
        if chance(3) { text += "local-data-ptr: \"198.18.0.7 \(pick(["", "60 "]))host.zz\"\n" }
        if !chance(4) { text += localAnswers() }
        if chance(8) { text += "deny-any: yes\n" }
        let other = chance(4)
        if other, chance(2) { text += "access-control-view: \(pick(Self.ranges)) adults\n" }
        let view = chance(2) ? "access-control-view: \(range) kids\n" : ""
        text += view
        if other {
            text += "access-control-view: \(pick([range, pick(Self.ranges)])) adults\n"
            text += "view:\n  name: adults\n  view-first: \(pick(["yes", "no"]))\n"
            text += "  local-zone: ready0.probe always_nxdomain\n"
            for name in owners(oneIn: 20) { text += "  local-zone: \(name) \(pick(["refuse", "static"]))\n" }
        }
        if !view.isEmpty || chance(4) {
            text += "view:\n  name: kids\n  view-first: \(pick(["yes", "no"]))\n"
            text += "  local-zone: ready0.probe always_nxdomain\n"
            if text.contains("response-ip: "), chance(2) { text += localResponses(indent: "  ") }
            let types = [
                "refuse", "transparent", "typetransparent", "static", "always_transparent", "always_null", "noview",
            ]
            for name in owners(oneIn: 12) {
                if !chance(4) { text += "  local-zone: \(name) \(pick(types))\n" }
                if chance(2) { text += "  local-data: '\(pick(["", "a.", "c.b."]))\(name) A 198.18.0.3'\n" }
                if chance(3) { text += "  local-data: '\(pick(["", "a."]))\(name) TXT v'\n" }
                if chance(9) { text += "  local-data: '\(name) CNAME x.zz'\n" }
            }
            // A view that has zones may hide all others, and the name that shows that the engine is ready must not be.
            if !names.isEmpty { text += "  local-zone: ready0.probe always_nxdomain\n" }
        }
        for name in names.dropFirst(3).prefix(2) {
            text += "\(pick(["forward-zone", "stub-zone"])):\n  name: \(name)\n"
            text += text.hasSuffix("stub-zone:\n  name: \(name)\n") ? "  stub" : "  forward"
            text += "-addr: 127.0.0.1@@UPSTREAM@\n"
        }
        return text
    }

    private static let ranges = [
        "127.0.0.5/32", "127.0.0.4/30", "127.0.0.8/29", "127.0.0.0/28", "127.0.0.1", "127.0.0.9/24", "127.0.0.0/8",
    ]

    /// Tags of zones and of clients, what tags mean for clients, and zones that are others for some.
    private mutating func tags(_ zones: [String]) -> String {
        guard !chance(3), !zones.isEmpty else { return "define-tag: \"one two three\"\n" }
        var types = zoneTypes + ["truncate", "nodefault"]
        if drops { types += ["deny", "inform_deny", "always_deny"] }
        let tags = ["one", "two", "three"]
        func list(_ maker: inout RoundMaker) -> String {
            let chosen = tags.filter { _ in maker.chance(2) }
            return "\"\(chosen.joined(separator: " "))\""
        }
        var text = "define-tag: \"one two\"\ndefine-tag: three\n"
        for zone in zones where chance(2) {
            text += "local-zone-tag: \(zone) \(list(&self))\n"
            // Unbound keeps the first.
            if chance(8) { text += "local-zone-tag: \(zone) \(list(&self))\n" }
        }
        for zone in zones where chance(5) {
            for _ in 0...below(2) { text += "local-zone-override: \(zone) \(pick(Self.ranges)) \(pick(types))\n" }
        }
        for range in Self.ranges where chance(2) {
            for _ in 0...below(2) where !chance(4) { text += "access-control-tag: \(range) \(list(&self))\n" }
            for tag in tags {
                if chance(2) { text += "access-control-tag-action: \(range) \(tag) \(pick(types))\n" }
                if chance(3) { text += "access-control-tag-action: \(range) \(tag) redirect\n" }
                if chance(6) { text += "access-control-tag-data: \(range) \(tag) \"CNAME \(pick(["x", "*"])).zz.\"\n" }
                if !text.hasSuffix(".zz.\"\n"), chance(2) {
                    for _ in 0...below(3) { text += "access-control-tag-data: \(range) \(tag) '\(localData())'\n" }
                }
            }
            if chance(6) { text += "access-control: \(range) allow\n" }
        }
        return text
    }
}
