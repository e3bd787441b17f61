import FilterLists

extension RoundMaker {
    /// Rules of Knot Resolver's policy module of every kind that is evaluated, in random order.
    mutating func knotPolicy(_ round: inout Round) {
        var statements: [String] = []
        for name in owners(oneIn: 6) { statements.append("policy.add(\(knotRule(name)))") }
        for _ in 0..<below(3) { statements.append(knotVariables()) }
        for _ in 0..<below(3) { statements.append(pick(Self.besideRules)) }
        statements.shuffle(using: &generator)
        if chance(4) { statements.append("policy.add(policy.all(\(knotAction())))") }
        if chance(3) {
            statements.insert(
                pick(["modules = {'view'}", "modules = {'view < policy'}", "modules = {'view', 'policy'}"]),
                at: 0
            )
            for name in owners(oneIn: 12) {
                statements.append("view:addr('127.0.0.0/\(pick([8, 32]))', \(knotRule(name)))")
            }
        }
        let probe = "policy.add(policy.domains(policy.DENY, {todname('ready0.probe')}))"
        round.lists = [("rules", .knotPolicy, probe + "\n" + statements.joined(separator: "\n") + "\n")]
        round.blocked = ["ready0.probe"]
    }

    /// What changes nothing, and starts.
    private static let besideRules = [
        "local size = 5 * MB", "print('Knot Resolver ' .. package_version())", "function own(x) return x.y end",
        "local first, second = 1, 'x'", "t = {}\nt.x = 1\nt.y = function() return t.x end", "log('ready')",
        "local id = event.after(1 * day, function() end)\nevent.cancel(id)", "net.bufsize(1232)",
        "trust_anchors.set_insecure({'r.zz'})",
    ]

    private mutating func quotedName(_ name: String) -> String {
        pick(["'\(name)'", "'\(name).'", "\"\(name)\"", "[[\(name).]]"])
    }

    private mutating func knotNames(_ names: [String]) -> String {
        let quoted = names.map { quotedName($0) }
        return pick([
            "policy.todnames({\(quoted.joined(separator: ", "))})",
            "{\(quoted.map { "todname(\($0))" }.joined(separator: ",\n  "))}",
            "policy.todnames{\(quoted.joined(separator: "; "))}",
        ])
    }

    private mutating func knotRule(_ name: String) -> String {
        let action = knotAction()
        let other = owners(oneIn: 12).first ?? "other.zz"
        switch below(8) {
        case 0, 1, 2: return "policy.suffix(\(action), \(knotNames([name])))"
        case 3: return "policy.suffix(\(action), \(knotNames([name, other, "x.\(name)"])))"
        case 4, 5: return "policy.domains(\(action), \(knotNames([name, other])))"
        case 6:
            let parent = name.split(separator: ".").suffix(2).joined(separator: ".")
            return "policy.suffix_common(\(action), \(knotNames([name, other])), todname('\(parent)'))"
        default: return "policy.pattern(\(action), \(knotPattern(name)))"
        }
    }

    /// A Lua pattern over the wire form.
    private mutating func knotPattern(_ name: String) -> String {
        let labels = name.lowercased().split(separator: ".").map(String.init)
        let wire = labels.map { "\\" + String(1000 + $0.utf8.count).dropFirst() + $0.replacing("-", with: "%-") }
        let tail = wire.suffix(2).joined()
        let pattern = pick([
            wire.joined(), "^" + wire.joined(), tail + "%z$", tail + "\\0$", "%l+" + tail, "^.%a?" + tail,
            "[a-c]-" + tail, "^%w" + tail, "[^%d]" + tail + "\\0", "^\\1[%l_]" + tail, ".." + tail, tail + "$",
            "%A" + tail, "(\(tail))", "(()\(tail))$", "(\(tail))*", "^.(%a)?\(tail)",
        ])
        return "'\(pattern)'"
    }

    private mutating func knotAction() -> String {
        var actions = [
            "policy.DENY", "policy.DENY", "policy.PASS", "policy.PASS", "policy.REFUSE", "policy.TC", "policy.DROP",
            "policy.DENY_MSG('no such thing')", "policy.DENY_MSG()", "policy.STUB('127.0.0.1@@UPSTREAM@')",
            "policy.STUB({'127.0.0.1@@UPSTREAM@'})", "policy.QTRACE",
            "policy.ANSWER({[kres.type.A] = {rdata = kres.str2ip('0.0.0.0'), ttl = 60}})",
            "policy.ANSWER({[kres.type.A] = {rdata = kres.str2ip('198.18.0.7')}}, true)",
            "policy.ANSWER({[kres.type.AAAA] = {rdata = kres.str2ip('::'), ttl = 5},\n  [16] = {rdata = '\\1x'}}, true)",
            "policy.ANSWER({[kres.type.A] = {rdata = {kres.str2ip('198.18.0.7'), '\\198\\18\\0\\8'}, ttl = 300}}, false)",
            "policy.ANSWER({}, true)", "policy.ANSWER({})",
        ]
        if drops { actions.append("policy.NO_ANSWER") }
        return pick(actions)
    }

    private mutating func knotVariables() -> String {
        let names = owners(oneIn: 8)
        guard !names.isEmpty else { return "-- nothing" }
        let number = below(1000)
        return """
            local names\(number) = \(knotNames(names))
            local action\(number) = \(knotAction())
            \(pick(["local ", ""]))rule\(number) = policy.suffix(action\(number), names\(number))
            policy.add(rule\(number), false)
            policy:add(policy.domains(\(knotAction()), names\(number)))
            """
    }
}
