import DNS
import FilterLists
import Policy
import Suites
import Testing

/// dnsdist rules; the verdicts are those of dnsdist 1.7.3.
@Suite struct DnsdistTests {
    typealias Row = (rules: String, question: String, expected: String)

    private static let nx = "RCodeAction(DNSRCode.NXDOMAIN)"

    private func check(_ row: Row) throws {
        let loaded = try readList(row.rules, .dnsdist, .dnsdist)
        let words = row.question.split(separator: " ").map(String.init)
        let verdict = try loaded.verdict(words[0], #require(RRType(words.count > 1 ? words[1] : "A")))
        let answer = verdict.answer.map { $0.text.isEmpty ? "" : " " + $0.text } ?? ""
        #expect("\(verdict.kind)\(answer)" == row.expected, "\(row.rules) / \(row.question)")
        #expect(loaded.reports[0].unsupportedCount == 0, "\(loaded.reports[0].diagnostics)")
    }

    @Test(arguments: [
        ("addAction('a.zz', \(nx))", "x.a.zz", "nxdomain"), ("addAction('a.zz', \(nx))", "xa.zz", "pass"),
        ("addAction({'a.zz', \"b.zz.\"}, \(nx))", "x.b.zz TXT", "nxdomain"),
        ("addAction(QNameRule('A.zz'), \(nx))", "a.zz", "nxdomain"),
        ("addAction(QNameRule('a.zz'), \(nx))", "x.a.zz", "pass"),
        ("addAction(newDNSName('a.zz'), \(nx))", "x.a.zz", "nxdomain"),
        ("addAction([==[a.zz]==], \(nx))", "a.zz", "nxdomain"), ("addAction('\\97\\x2ezz', \(nx))", "a.zz", "nxdomain"),
        ("addAction('', \(nx))", "a.zz", "nxdomain"), ("addAction(AllRule(), \(nx))", "zz", "nxdomain"),
        ("addAction(RegexRule('^ad[0-9]+[.]'), \(nx))", "ad12.zz", "nxdomain"),
        ("addAction(RegexRule('AD'), \(nx))", "bad.zz", "nxdomain"),
        ("addAction(RE2Rule('(?i)ad.*'), \(nx))", "ad.zz", "nxdomain"),
        ("addAction(RE2Rule('(?i)ad.*'), \(nx))", "bad.zz", "pass"),
        ("addAction(RE2Rule('(?i)ad|b.*'), \(nx))", "ad.zz", "pass"),
        ("addAction(AndRule{makeRule('zz'), QTypeRule('AAAA')}, \(nx))", "a.zz AAAA", "nxdomain"),
        ("addAction(AndRule{makeRule('zz'), QTypeRule('AAAA')}, \(nx))", "a.zz A", "pass"),
        ("addAction(OrRule{QNameRule('a.zz'), QTypeRule(16)}, \(nx))", "b.zz TXT", "nxdomain"),
        ("addAction(OrRule{QNameRule('a.zz'), QTypeRule(16)}, \(nx))", "b.zz MX", "pass"),
        ("addAction(NotRule(makeRule('zz')), \(nx))", "a.yy", "nxdomain"),
        ("addAction(AndRule{makeRule('zz'), NotRule(makeRule('a.zz'))}, \(nx))", "x.a.zz", "pass"),
        ("addAction(AndRule{makeRule('zz'), NotRule(makeRule('a.zz'))}, \(nx))", "xa.zz", "nxdomain"),
        ("addAction(AndRule{}, \(nx))", "a.zz", "nxdomain"), ("addAction(OrRule{}, \(nx))", "a.zz", "pass"),
        ("addAction(QNameLabelsCountRule(2, 3), \(nx))", "a.b.zz", "pass"),
        ("addAction(QNameLabelsCountRule(2, 3), \(nx))", "c.a.b.zz", "nxdomain"),
        ("addAction(QNameWireLengthRule(6, 6), \(nx))", "a.zz", "pass"),
        ("addAction(QNameWireLengthRule(7, 9), \(nx))", "a.zz", "nxdomain"),
    ])
    func rules(row: Row) throws { try check(row) }

    @Test(arguments: [
        ("addAction('zz', SpoofAction('0.0.0.0'))", "a.zz", "sinkhole A=0.0.0.0"),
        ("addAction('zz', SpoofAction('0.0.0.0'))", "a.zz AAAA", "pass"),
        // A type that a spoof has no address for goes on to the next rule.
        ("addAction('zz', SpoofAction('0.0.0.0'))\naddAction('a.zz', \(nx))", "a.zz TXT", "nxdomain"),
        ("addAction('zz', SpoofAction({'192.0.2.1', '::1'}))", "a.zz ANY", "redirect A=192.0.2.1 AAAA=::1"),
        ("addAction('zz', SpoofAction({}))", "a.zz", "pass"),
        ("addAction('zz', SpoofCNAMEAction('g.yy'))", "a.zz TXT", "redirect CNAME=g.yy."),
        ("addAction('zz', RCodeAction(5))", "a.zz", "refused"), ("addAction('zz', RCodeAction(2))", "a.zz", "servfail"),
        ("addAction('zz', RCodeAction(DNSRCode.NOERROR, {ttl=5, ra=true}))", "a.zz", "nodata"),
        ("addAction('zz', DropAction())", "a.zz", "drop"), ("addAction('zz', TCAction())", "a.zz", "truncate"),
        ("addAction('zz', PoolAction('p'))", "a.zz", "route"),
        ("addAction('a.zz', AllowAction())\naddAction('zz', \(nx))", "x.a.zz", "pass"),
        ("addAction('zz', \(nx))\naddAction('a.zz', AllowAction())", "x.a.zz", "nxdomain"),
        ("addAction('zz', NoneAction())\naddAction('zz', \(nx))", "a.zz", "nxdomain"),
        ("addAction('zz', NegativeAndSOAAction(false, 'zz', 60, 'a.', 'b', 1, 2, 3, 4, 5))", "a.zz", "nodata"),
    ])
    func actions(row: Row) throws { try check(row) }

    @Test(arguments: [
        (
            "s = newSuffixMatchNode()\ns:add{'a.zz', 'b.zz'}\naddAction(SuffixMatchNodeRule(s), \(nx))",
            "x.b.zz", "nxdomain"
        ),
        // A rule keeps the names of its moment.
        ("s = newSuffixMatchNode()\naddAction(SuffixMatchNodeRule(s), \(nx))\ns:add('a.zz')", "a.zz", "pass"),
        (
            "s = newSuffixMatchNode()\nt = s\nt:add('a.zz')\naddAction(SuffixMatchNodeRule(s), \(nx))",
            "a.zz", "nxdomain"
        ),
        // Removing takes the very name away, not what lies below it.
        (
            "s = newSuffixMatchNode()\ns:add('zz')\ns:remove('a.zz')\naddAction(SuffixMatchNodeRule(s), \(nx))",
            "a.zz", "nxdomain"
        ),
        (
            "s = newSuffixMatchNode()\ns:add('A.zz')\ns:remove('a.zz.')\naddAction(SuffixMatchNodeRule(s), \(nx))",
            "a.zz", "pass"
        ),
        ("s = newDNSNameSet()\ns:add(newDNSName('a.zz'))\naddAction(QNameSetRule(s), \(nx))", "x.a.zz", "pass"),
        ("local names = {'a.zz'}; addAction(names, \(nx))", "a.zz", "nxdomain"),
        ("local deny = \(nx)\naddAction('a.zz', deny)", "a.zz", "nxdomain"),
        ("addAction('zz', \(nx))\naddAction('a.zz', AllowAction())\nmvRuleToTop()", "a.zz", "pass"),
        ("addAction('zz', \(nx))\naddAction('a.zz', AllowAction())\nmvRule(0, 2)", "a.zz", "pass"),
        ("addAction('zz', \(nx))\naddAction('zz', RCodeAction(5))\nrmRule(0)", "a.zz", "refused"),
        ("addAction('zz', \(nx), {name='x'})\naddAction('zz', RCodeAction(5))\nrmRule('x')", "a.zz", "refused"),
        ("addAction('zz', \(nx))\nclearRules()", "a.zz", "pass"),
        ("addAction('zz', \(nx))\nsetRules{newRuleAction(makeRule('zz'), RCodeAction(5))}", "a.zz", "refused"),
        ("--[[ addAction('zz', \(nx)) ]] -- x\naddAction('b.zz', \(nx)) -- y", "a.zz", "pass"),
    ])
    func configurations(row: Row) throws { try check(row) }

    @Test(arguments: [
        ("for i, n in ipairs(names) do addAction(n, DropAction()) end", "program", 1),
        ("if x then addAction('a', DropAction()) else addAction('b', DropAction()) end", "program", 1),
        ("addAction('a.' .. zone, DropAction())", "program", 1), ("addAction(names, DropAction())", "bad-statement", 1),
        (
            "s = newSuffixMatchNode()\nfor n in f() do s:add(n) end\naddAction(SuffixMatchNodeRule(s), DropAction())",
            "program", 2
        ),
        ("addAction('a', LuaAction(function(dq) return DNSAction.Drop end))", "action", 1),
        ("addAction('!192.0.2.0/24', DropAction())", "query-state", 1),
        ("n = newNMG()\nn:addMask(x)\naddAction(NetmaskGroupRule(n), DropAction())", "bad-statement", 1),
        ("addAction('12.34', DropAction())", "query-state", 1),
        ("addAction(MaxQPSIPRule(5), DropAction())", "query-state", 1),
        ("addAction(AndRule{makeRule('a'), TCPRule(true)}, DropAction())", "query-state", 1),
        ("addAction(RegexRule('\\\\d'), DropAction())", "regex-dialect", 1),
        ("addAction(RE2Rule('ad.*'), DropAction())", "letter-case", 1),
        ("addAction('a', RCodeAction(DNSRCode.NOTIMP))", "action", 1),
        ("addAction('a', RCodeAction(3, {aa=true}))", "answer-option", 1),
        ("addResponseAction('a', DropResponseAction())", "response-rule", 1), ("dofile('x')", "include", 1),
        ("addAction = f\naddAction('a', DropAction())", "program", 1),
        ("addAction('a', DropAction())\naddAction('b' DropAction())\naddAction('c', DropAction())", "bad-statement", 1),
    ])
    func whatWouldHaveToBeRunIsCounted(rules: String, reason: String, count: Int) throws {
        let loaded = try readList(rules, .dnsdist, .dnsdist)
        #expect(loaded.reports[0].unsupported == [reason: count], "\(rules)")
        #expect(loaded.layer.unsupportedCount == count)
    }

    /// What the real engine blocks here is never passed for certain.
    @Test(arguments: [
        "function fill() a:add('x.zz') end\na = newSuffixMatchNode()\nfill()",
        "function fill() a:add('x.zz') end\na = newSuffixMatchNode()\nb = a\nfill()\na = b",
        "a = newSuffixMatchNode()\nt = {a}\nt[1]:add('x.zz')", "a = newSuffixMatchNode()\nt.x = a\nt.x:add('x.zz')",
        "a = newSuffixMatchNode()\n_G.a:add('x.zz')", "a = newSuffixMatchNode()\npackage.loaded._G.a:add('x.zz')",
        "a = newSuffixMatchNode()\nrawset(x, 'a', b)", "a = newSuffixMatchNode()\nx = load('a:add\"x.zz\"')",
        "a = newSuffixMatchNode()\nb = false or a\nb:add('x.zz')", "a = newSuffixMatchNode()\nb = (a):add('x.zz')",
        "a = newSuffixMatchNode()\nprint(a:add('x.zz'))", "a = newSuffixMatchNode()\nQNameRule('y', a:add('x.zz'))",
        "a = newSuffixMatchNode()\nb = #tostring(a:add('x.zz'))", "a = newSuffixMatchNode()\nb = {[a:add('x.zz')] = 1}",
        "a = newSuffixMatchNode()\nf(a)(b)", "a = newSuffixMatchNode()\nb = select(1, a)\nb:add('x.zz')",
        "a = newSuffixMatchNode()\npcall(function() a:add('x.zz') end)",
        "a = newSuffixMatchNode()\nlocal b, c = a, 1\nb:add('x.zz')",
        "a = {'y.zz'}\nb = a\nb[2] = 'x.zz'", "a = {'y.zz'}\ntable.insert(a, 'x.zz')", "a, b = {'x.zz'}, 1",
        "local a", "repeat until a:add('x.zz')",
    ])
    func whatGetsAwayIsNotKnown(start: String) throws {
        let rule = start.contains("{'") || start == "local a" ? "a" : "SuffixMatchNodeRule(a)"
        let text = "\(start)\naddAction(\(rule), \(Self.nx))\naddAction('other.zz', DropAction())"
        let loaded = try readList(text, .dnsdist, .dnsdist)
        #expect(loaded.reports[0].unsupportedCount > 0, "\(text)")
        #expect(try loaded.verdict("x.zz").kind == .unsupported, "\(text)")
    }

    @Test func longNamesAreNotForgotten() throws {
        let name = String(repeating: "v", count: 70)
        let many = (0..<11_000).map { "v\($0)()" }.joined(separator: " ")
        for block in ["\(name):add('x.zz')", "\(many) \(name):add('x.zz')", "\(many) addAction('x.zz', DropAction())"] {
            let text =
                "\(name) = newSuffixMatchNode()\nif true then \(block) end\n"
                + "addAction(SuffixMatchNodeRule(\(name)), \(Self.nx))\naddAction('other.zz', DropAction())"
            #expect(try readList(text, .dnsdist, .dnsdist).reports[0].unsupported["program"] == 2)
        }
    }

    @Test(arguments: [
        "x = addAction('x.zz', DropAction())", "pcall(addAction, 'x.zz', DropAction())",
        "f = addAction\nf('x.zz', DropAction())", "f(function() addAction('x.zz', DropAction()) end)",
        "t = {addAction('x.zz', DropAction())}", "x = 1 + addAction('x.zz', DropAction())",
        "d = DNSRCode\nd.NOERROR = 3\naddAction('x.zz', RCodeAction(DNSRCode.NOERROR))",
        "if y then DNSRCode.NOERROR = 3 end\naddAction('x.zz', RCodeAction(DNSRCode.NOERROR))",
        "if y then RCodeAction, z = DropAction, 1 end\naddAction('x.zz', RCodeAction(3))",
        "function AllowAction() return DropAction() end\naddAction('x.zz', AllowAction())",
    ])
    func rulesThatAreMadeOtherwise(start: String) throws {
        let loaded = try readList("addAction('other.zz', DropAction())\n" + start, .dnsdist, .dnsdist)
        #expect(loaded.reports[0].unsupportedCount > 0, "\(start)")
        #expect(try loaded.verdict("x.zz").kind == .unsupported, "\(start)")
    }

    /// Code that has nothing to do with the rules does not spoil them.
    @Test(arguments: [
        "function f(dq) return DNSAction.Spoof, tostring(dq.qname) end", "newServer({address='192.0.2.1', pool='p'})",
        "pc = newPacketCache(100, {maxTTL=5})\ngetPool(''):setCache(pc)", "x = 5 * 60",
        "function g(i) f(RCodeAction(DNSRCode.NXDOMAIN), i) end",
    ])
    func otherCode(start: String) throws {
        try check(("\(start)\ns = {'a.zz'}\naddAction(s, \(Self.nx))", "a.zz", "nxdomain"))
    }

    @Test(arguments: [
        ("'192.0.2.0/24'", true), ("{'192.0.2.7', '::1'}", true), ("{'a.zz', '198.51.100.0/24'}", false),
        ("NetmaskGroupRule(nets)", true), ("NotRule(makeRule('192.0.2.0/24'))", false),
        ("AndRule{makeRule('192.0.2.0/24'), makeRule('zz')}", true),
        ("OrRule{makeRule('192.0.2.0/24'), QNameRule('b.zz')}", true),
    ])
    func clients(rule: String, hitsInside: Bool) throws {
        let text = "nets = newNMG()\nnets:addMask('192.0.2.0/24')\naddAction(\(rule), \(Self.nx))"
        let stack = CompiledStack(layers: [try readList(text, .dnsdist).layer])
        let name = try DomainName("a.zz")
        func kind(_ address: String) -> VerdictKind {
            let client = Client(address: IPAddress(address))
            return stack.verdict(name, type: .a, context: QueryContext(client: client)).kind
        }
        #expect(kind("192.0.2.7") == (hitsInside ? .nxdomain : .pass))
        #expect(kind("198.51.100.1") == (hitsInside ? .pass : .nxdomain))
        #expect(stack.verdict(name, type: .a).kind == .unsupported)
    }

    /// A rule that lets pass what nothing else stops is not the one that leaves a name open.
    @Test func theRuleAtFault() throws {
        func line(_ rules: String) throws -> Int? {
            let verdict = try readList(rules, .dnsdist).verdict("a.zz")
            #expect(verdict.kind == .unsupported)
            return verdict.matched?.rule.line
        }
        let allowing = "addAction('192.0.2.0/24', AllowAction())\n"
        let denying = "addAction('198.51.100.0/24', \(Self.nx))\n"
        #expect(try line(allowing + denying) == 2)
        #expect(try line(denying + allowing) == 1)
        #expect(try line(allowing + "addAction('zz', \(Self.nx))\n") == 1)
    }

    @Test func wholeAnswers() throws {
        let loaded = try readList(
            "addAction('zz', NegativeAndSOAAction(true, 'soa.zz', 60, 'a', 'b', 1, 2, 3, 4, 5))\n"
                + "addAction('yy', SpoofAction('192.0.2.1', {ttl=7}))\naddAction('xx', SpoofAction('192.0.2.1'))",
            .dnsdist
        )
        let negative = try #require(try loaded.verdict("a.zz").answer)
        #expect(negative.additional.map(\.owner) == [try DomainName("soa.zz")])
        #expect(negative.authority.isEmpty && !negative.isAuthoritative)
        #expect(try loaded.verdict("a.yy").answer?.records.map(\.ttl) == [7])
        #expect(try loaded.verdict("a.xx").answer?.records.map(\.ttl) == [60])
    }

    @Test func placesAreThoseOfTheNames() throws {
        let loaded = try readList(
            "s = newSuffixMatchNode()\ns:add({\n  'a.zz',\n  'b.zz'\n})\n"
                + "addAction(SuffixMatchNodeRule(s), \(Self.nx))\naddAction(RegexRule('^ad'), \(Self.nx))",
            .dnsdist
        )
        let named = try #require(try loaded.verdict("x.b.zz").matched)
        #expect(named.rule.line == 4)
        #expect(named.rule.text == "'b.zz'")
        let pattern = try #require(try loaded.verdict("ad.yy").matched)
        #expect(pattern.rule.line == 7)
        #expect(pattern.rule.text.hasPrefix("addAction(RegexRule"))
    }

    @Test func aNameWithOddOctetsIsNotComparedWithPatterns() throws {
        let rules = "addAction('b.zz', \(Self.nx))\naddAction(RegexRule('^ad'), \(Self.nx))"
        let open = try readList(rules, .dnsdist).verdict("a\\.d.zz")
        #expect(open.kind == .unsupported && open.matched == nil && open.note != nil)
        #expect(try readList(rules, .dnsdist).verdict("a\\.d.b.zz").kind == .nxdomain)
    }

    /// Nothing that a file says may take more than its share of memory, time or stack.
    @Test func hostileConfigurations() throws {
        for text in [
            String(repeating: "(", count: 100_000), "x = " + String(repeating: "{", count: 100_000),
            String(repeating: "repeat until function() ", count: 50_000),
            "addAction(" + String(repeating: "NotRule(", count: 90),
            String(repeating: "s:add('a') ", count: 10_000), "[==[", "--[[", "'", "\"\\", "x = 1e", "f(", "a.b:c", "::",
        ] {
            let report = try readList(text, .dnsdist).reports[0]
            #expect(report.rules == 0)
        }
        let pairs = (0..<3000).map { "s:add('n\($0).zz') addAction(SuffixMatchNodeRule(s), DropAction())" }
        let loaded = try readList("s = newSuffixMatchNode()\n" + pairs.joined(separator: "\n"), .dnsdist)
        #expect(loaded.layer.ruleCount < 400_000)
        #expect(try #require(loaded.reports[0].unsupported["too-many-parts"]) > 0)
        let masks = (0..<3000).map { "n:addMask('10.0.\($0 % 250).0/24') addAction(NetmaskGroupRule(n), DropAction())" }
        let networks = try readList("n = newNMG()\n" + masks.joined(separator: "\n"), .dnsdist)
        #expect(try #require(networks.reports[0].unsupported["too-many-parts"]) > 0)
        let named = (0..<9000).map { "addAction('n\($0).zz', DropAction(), {name='\($0)'})" }
        let removals = String(repeating: "rmRule('none')\n", count: 9000)
        let moved = try readList(named.joined(separator: "\n") + "\n" + removals, .dnsdist)
        #expect(try #require(moved.reports[0].unsupported["too-many-parts"]) > 0)
        for chain in [".a", "\n.a", ".a()", "[1]"] {
            let text = "x = a" + String(repeating: chain, count: 8000) + "\n()" + String(repeating: "()", count: 8000)
            #expect(try readList(text, .dnsdist).reports[0].rules == 0)
        }
    }
}
