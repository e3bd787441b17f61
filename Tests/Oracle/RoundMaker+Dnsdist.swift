import FilterLists

extension RoundMaker {
    /// dnsdist rules of every kind that is evaluated, in random order: sets, combinations, expressions.
    mutating func dnsdist(_ round: inout Round) {
        var statements: [String] = []
        for name in owners(oneIn: 6) { statements.append("addAction(\(dnsdistRule(name)), \(dnsdistAction()))") }
        for _ in 0..<below(4) { statements.append(dnsdistSet()) }
        for _ in 0..<below(3) { statements.append(pick(Self.besideRules)) }
        if chance(4) { statements.append("addAction(AllRule(), \(dnsdistAction()))") }
        if chance(6) { statements.append("mvRuleToTop()") }
        if chance(6) { statements.append("mvRule(\(below(6)), \(below(6)))") }
        if chance(6) { statements.append("rmRule(\(below(8)))") }
        statements.shuffle(using: &generator)
        // The probe's rule must come first, whatever is moved.
        let probe = "addAction(QNameRule(\"ready0.probe\"), RCodeAction(DNSRCode.NXDOMAIN))\nmvRuleToTop()"
        round.lists = [("rules", .dnsdist, statements.joined(separator: "\n") + "\n" + probe + "\n")]
        round.blocked = ["ready0.probe"]
    }

    /// What changes nothing, and starts.
    private static let besideRules = [
        "local minute = 5 * 12", "text = 'a' .. 5 .. tostring(minute == nil)", "function maintenance() end",
        "local first, second = 1, 'x'", "getPool('inner'):setECS(false)",
        "t = {}\nt.x = 1\nt.y = function() return t.x end",
        "function hook(dq) return DNSAction.None, '' end\naddAction(AllRule(), NoneAction())",
        "local group = dynBlockRulesGroup()\ngroup:setQueryRate(1000000, 10, 'x', 60)\ngroup:excludeRange('127.0.0.0/8')",
        "setVerboseHealthChecks(false)", "print('Hello ' .. string.upper('you'))",
    ]

    private mutating func quoted(_ name: String) -> String {
        pick(["\"\(name)\"", "\"\(name).\"", "'\(name)'", "[[\(name)]]", "\"\(name)\""])
    }

    private mutating func dnsdistRule(_ name: String, depth: Int = 0) -> String {
        let other = owners(oneIn: 12).first ?? "other.zz"
        switch depth == 0 && chance(3) ? below(4) : below(depth > 2 ? 9 : 14) {
        case 0: return depth == 0 ? quoted(name) : "makeRule(\(quoted(name)))"
        case 1: return (depth == 0 ? "" : "makeRule") + "{\(quoted(name)), \(quoted(other))}"
        case 2, 3: return "QNameRule(\(quoted(name)))"
        case 4: return "makeRule(\(pick([quoted(name), "newDNSName(\(quoted(name)))"])))"
        case 5: return "RegexRule(\(pick(["\"@\"", "[=[@]=]"]).replacing("@", with: expression(name))))"
        case 6 where depth > 0:
            return "QTypeRule(\(pick(["DNSQType.A", "DNSQType.AAAA", "\"HTTPS\"", "16", "DNSQType.ANY", "'mx'"])))"
        case 7 where depth > 0:
            return pick([
                "QNameLabelsCountRule(\(below(4)), \(2 + below(3)))", "OpcodeRule(DNSOpcode.Query)",
                "QNameWireLengthRule(\(8 + below(6)), \(12 + below(20)))", "QClassRule(DNSClass.IN)",
                "QClassRule(DNSClass.CHAOS)", "OrRule({})", "NotRule(QNameRule(\(quoted(name))))",
            ])
        case 6, 7: return "RE2Rule(\"\(pick(["(?i)\(expression(name))", "(?i).*\(name)", "[0-9]+"]))\")"
        case 8:
            let dotted = name.replacing(".", with: "\\.")
            let pattern = pick([
                "^\(dotted)$", "\\.\(dotted)$", dotted, "^[a-c]\\.\(dotted)", "(^|\\.)\(dotted)$", "^[^.]+[.]\(dotted)",
            ])
            return "RegexRule(\(pick(["[[\(pattern)]]", "\"\(pattern.replacing("\\", with: "\\\\"))\""])))"
        case 9, 10:
            // Alone it would match nearly everything and hide the rest.
            return "AndRule({makeRule(\(quoted(other))), NotRule(\(dnsdistRule(name, depth: 3)))})"
        case 11:
            return "AndRule({\(dnsdistRule(name, depth: depth + 1)), \(dnsdistRule(other, depth: depth + 1))})"
        case 12 where chance(2):
            let network = pick([
                "\"127.0.0.0/8\"", "'127.0.0.1'", "\"192.0.2.0/24\"", "{\"192.0.2.1\", '127.0.0.0/9', 'a.zz'}",
            ])
            let client = pick(["makeRule(\(network))", "NotRule(makeRule(\(network)))"])
            return "\(pick(["AndRule", "AndRule", "OrRule"])){\(client), makeRule(\(quoted(name)))}"
        case 12:
            return "AndRule{makeRule(\(quoted(name))), NotRule(\(dnsdistRule("a.\(name)", depth: depth + 1)))}"
        default:
            return "OrRule({\(dnsdistRule(name, depth: depth + 1)), \(dnsdistRule(other, depth: depth + 1))})"
        }
    }

    /// An expression about a part of a name: of two labels or more, or it would match most others too.
    private mutating func expression(_ name: String) -> String {
        let labels = name.split(separator: ".")
        let part = labels.suffix(max(2, below(labels.count + 1))).joined(separator: ".")
        let word = part.replacing(".", with: pick([".", "[.]", "[^a-z]"]))
        return pick([
            word, "^\(word)", "^[a-c]+.\(word)", "(a|b).+\(word)", "^x?.?\(word)$", "^[a-c]{1}.\(word)",
            "b.*\(word).*", "^[[:alpha:]]+[.]\(word)$", "(not|x)+.?\(word)",
        ])
    }

    private mutating func dnsdistAction() -> String {
        var actions = [
            "RCodeAction(DNSRCode.NXDOMAIN)", "RCodeAction(DNSRCode.NXDOMAIN)", "RCodeAction(DNSRCode.REFUSED)",
            "RCodeAction(DNSRCode.NOERROR)", "RCodeAction(2)", "ERCodeAction(DNSRCode.NXDOMAIN)",
            "SpoofAction(\"0.0.0.0\")", "SpoofAction({\"0.0.0.0\", \"::\"})",
            "SpoofAction({'198.18.0.7', '198.18.0.8'})",
            "SpoofAction(\"::1\", {ttl=5})", "SpoofAction('198.18.0.9', {ttl = 3600})",
            "SpoofCNAMEAction(\"garden.zz\")",
            "SpoofCNAMEAction('Garden.zz.', {ttl=7})", "AllowAction()", "AllowAction()", "PoolAction(\"inner\")",
            "PoolAction('')", "NoneAction()", "TCAction()", "SetTagAction('a', 'b')", "SetSkipCacheAction()",
            "NegativeAndSOAAction(true, 'zz', 60, 'ns.zz', 'root.zz', 1, 2, 3, 4, 5)",
            "NegativeAndSOAAction(false, 'a.zz', 61, 'ns.zz.', 'root.zz', 1, 2, 3, 4, 4294967295)",
        ]
        if drops { actions.append("DropAction()") }
        return pick(actions)
    }

    /// A variable that is filled, used, and filled again.
    private mutating func dnsdistSet() -> String {
        let names = owners(oneIn: 8)
        let variable = "set\(below(1000))"
        var text = "\(pick(["", "local "]))\(variable) = newSuffixMatchNode()\n"
        text += "\(variable):add({\(names.map { "\"\($0)\"" }.joined(separator: ",\n  "))})\n"
        if let first = names.first {
            text += "\(variable):add(\(pick([quoted(first), "newDNSName(\(quoted(first)))"])))\n"
            text += "\(variable):remove(\"\(pick([first, "a.\(first)", "x.x"]))\")\n"
        }
        let rule = "SuffixMatchNodeRule(\(variable)\(pick(["", ", true"])))"
        let other = dnsdistRule("r1.rz", depth: 1)
        let used = pick([rule, rule, "NotRule(\(rule))", "AndRule({\(rule), \(other)})", "OrRule({\(rule), \(other)})"])
        text += "addAction(\(used), \(dnsdistAction()))\n"
        if let last = names.last {
            text += "exact\(variable) = newDNSNameSet()\nexact\(variable):add(newDNSName(\"\(last)\"))\n"
            text += "addAction(QNameSetRule(exact\(variable)), \(dnsdistAction()))\n"
            text += "\(variable):add('late.\(last)')"
        }
        return text
    }
}
