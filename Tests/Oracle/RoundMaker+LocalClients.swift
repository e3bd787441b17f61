extension RoundMaker {
    /// What Unbound does for some clients only, addresses in real answers, and names that are asked for elsewhere: what of
    /// it is not evaluated must be open at its names, and nothing else may change.
    mutating func localClients(_ round: inout Round, _ zones: [String]) -> String {
        round.client = 0x7F00_0000 | UInt32(pick([1, 5, 9]))
        let range = pick(["127.0.0.5/32", "127.0.0.4/30", "127.0.0.8/29", "127.0.0.0/28"])
        let names = owners(oneIn: 30)
        var text = ""
        if chance(3), let zone = zones.first {
            text += "define-tag: \"one two\"\nlocal-zone-tag: \(zone) \"one\"\n"
            text += "access-control-tag: \(range) \"one\"\naccess-control-tag-action: \(range) one refuse\n"
        }
        if chance(3), let zone = zones.last { text += "local-zone-override: \(zone) \(range) always_nxdomain\n" }
        if chance(3) { text += "local-data-ptr: \"198.18.0.7 \(pick(["", "60 "]))host.zz\"\n" }
        if chance(4) { text += "private-address: \(pick(["10.0.0.0/8", "20.54.1.0/24", "fd00::/8"]))\n" }
        if chance(8) { text += "deny-any: yes\n" }
        let view = chance(2) ? "access-control-view: \(range) kids\n" : ""
        text += view
        if !view.isEmpty || chance(4) {
            text += "view:\n  name: kids\n  view-first: \(pick(["yes", "no"]))\n"
            text += "  local-zone: ready0.probe always_nxdomain\n"
            let types = ["refuse", "transparent", "typetransparent", "static", "always_transparent", "always_null"]
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
}
