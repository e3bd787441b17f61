import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Policy rules of Knot Resolver; the verdicts are those of kresd 5.6.
@Suite struct KnotPolicyTests {
    typealias Row = (rules: String, question: String, expected: String)

    private func check(_ row: Row) throws {
        let loaded = try readList(row.rules, .knotPolicy, .knotPolicy)
        let words = row.question.split(separator: " ").map(String.init)
        let verdict = try loaded.verdict(words[0], #require(RRType(words.count > 1 ? words[1] : "A")))
        let answer = verdict.answer.map { $0.text.isEmpty ? "" : " " + $0.text } ?? ""
        #expect("\(verdict.kind)\(answer)" == row.expected, "\(row.rules) / \(row.question)")
        #expect(loaded.reports[0].unsupportedCount == 0, "\(loaded.reports[0].diagnostics)")
    }

    private static func suffix(_ action: String) -> String {
        "policy.add(policy.suffix(\(action), policy.todnames({'a.zz'})))"
    }

    @Test(arguments: [
        (suffix("policy.DENY"), "x.a.zz", "nxdomain"), (suffix("policy.DENY"), "xa.zz", "pass"),
        (suffix("policy.DENY"), "a.zz ANY", "servfail"), (suffix("policy.PASS"), "a.zz", "pass"),
        ("policy:add(policy.domains(policy.DENY, {todname('A.zz.')}))", "a.zz", "nxdomain"),
        ("policy.add(policy.domains(policy.DENY, {todname('a.zz')}))", "x.a.zz", "pass"),
        ("policy.add(policy.suffix(policy.DENY, policy.todnames{'.'}))", "a.zz", "nxdomain"),
        (
            "policy.add(policy.suffix_common(policy.DENY, policy.todnames{'a.zz', 'b.yy'}, todname('zz')))",
            "a.zz", "nxdomain"
        ),
        (
            "policy.add(policy.suffix_common(policy.DENY, policy.todnames{'a.zz', 'b.yy'}, todname('zz')))",
            "b.yy", "pass"
        ),
        // Names in wire form; a table without names holds for none.
        ("policy.add(policy.suffix(policy.DENY, {'\\3ads\\0', todname('zz')}))", "x.ads", "nxdomain"),
        ("policy.add(policy.suffix(policy.DENY, {'\\3ads\\0', todname('zz')}))", "x.zz", "nxdomain"),
        ("policy.add(policy.suffix(policy.DENY, {'\\3ads\\0'}))", "ads.zz", "pass"),
        ("policy.add(policy.suffix(policy.DENY, {'\\3ADS\\0'}))", "ads", "pass"),
        ("policy.add(policy.domains(policy.DENY, {'\\1a\\2zz\\0'}))", "a.zz", "nxdomain"),
        ("policy.add(policy.domains(policy.DENY, {'\\1a\\2zz\\0'}))", "x.a.zz", "pass"),
        ("policy.add(policy.suffix(policy.DENY, {}))", "a.zz", "pass"),
        ("policy.add(policy.domains(policy.DENY, policy.todnames({})))", "a.zz", "pass"),
        ("policy.add(policy.pattern(policy.DENY, '\\3ads'))", "ads.zz", "nxdomain"),
        ("policy.add(policy.pattern(policy.DENY, '\\3ads'))", "xads.zz", "pass"),
        ("policy.add(policy.pattern(policy.DENY, 'ads'))", "xads.zz", "nxdomain"),
        ("policy.add(policy.pattern(policy.DENY, '^\\4ad%d+\\2zz'))", "ad12.zz", "nxdomain"),
        ("policy.add(policy.pattern(policy.DENY, '^\\4ad%d+\\2zz'))", "x.ad12.zz", "pass"),
        ("policy.add(policy.pattern(policy.DENY, '[^a-c]d'))", "ad.zz", "pass"),
        ("policy.add(policy.pattern(policy.DENY, 'x-y'))", "xxy.zz", "nxdomain"),
        // A zero ends a pattern that has marks, and belongs to one that has none.
        ("policy.add(policy.pattern(policy.DENY, '.\\2zz\\0'))", "a.zz.yy", "nxdomain"),
        ("policy.add(policy.pattern(policy.DENY, '\\2zz\\0'))", "a.zz.yy", "pass"),
        ("policy.add(policy.pattern(policy.DENY, '.\\2zz%z$'))", "a.zz", "nxdomain"),
        (suffix("policy.PASS") + "\npolicy.add(policy.all(policy.DENY))", "x.a.zz", "pass"),
        ("policy.add(policy.all(policy.DENY))\n" + suffix("policy.PASS"), "x.a.zz", "nxdomain"),
        (suffix("policy.QTRACE") + "\npolicy.add(policy.all(policy.DENY))", "a.zz", "nxdomain"),
        (suffix("policy.DROP"), "a.zz", "servfail"), (suffix("policy.NO_ANSWER"), "a.zz", "drop"),
        (suffix("policy.REFUSE"), "a.zz", "refused"), (suffix("policy.TC"), "a.zz", "truncate"),
        (suffix("policy.FORWARD({'192.0.2.1'})"), "a.zz", "route"),
        (suffix("policy.DENY_MSG('x')"), "a.zz", "nxdomain"),
        (suffix("policy.ANSWER({[kres.type.A] = {rdata = kres.str2ip('0.0.0.0')}})"), "a.zz", "sinkhole A=0.0.0.0"),
        (suffix("policy.ANSWER({[kres.type.A] = {rdata = kres.str2ip('0.0.0.0')}})"), "a.zz TXT", "pass"),
        (suffix("policy.ANSWER({[1] = {rdata = '\\192\\0\\2\\1'}}, true)"), "a.zz A", "redirect A=192.0.2.1"),
        (suffix("policy.ANSWER({[1] = {rdata = '\\192\\0\\2\\1'}}, true)"), "a.zz TXT", "nodata"),
        (suffix("policy.ANSWER({}, true)"), "a.zz", "nodata"), (suffix("policy.ANSWER({})"), "a.zz", "pass"),
        (
            "local n = policy.todnames{'a.zz'}\nlocal d = policy.DENY\nlocal r = policy.suffix(d, n)\npolicy.add(r)",
            "a.zz", "nxdomain"
        ),
        // Names of special use are the resolver's own business unless a rule decides.
        (suffix("policy.DENY"), "a.test", "unsupported"),
        (suffix("policy.DENY"), "1.0.0.10.in-addr.arpa PTR", "unsupported"),
        ("policy.add(policy.all(policy.STUB('192.0.2.1')))", "a.test", "route"),
    ])
    func rules(row: Row) throws { try check(row) }

    @Test(arguments: [
        ("policy.add(function(req, query) return policy.DENY end)", "program", 1),
        ("for _, n in ipairs(names) do policy.add(policy.suffix(policy.DENY, {todname(n)})) end", "program", 1),
        ("policy.add(policy.suffix(policy.DENY, {'\\3ads'}))", "program", 1),
        ("policy.add(policy.suffix(policy.DENY, policy.todnames({'a..b'})))", "odd-name", 1),
        ("policy.add(policy.rpz(policy.DENY, 'x.rpz'))", "include", 1),
        ("policy.add(policy.all(policy.DENY), true)", "response-rule", 1),
        ("policy.add(policy.pattern(policy.DENY, '%b()'))", "regex-dialect", 1),
        ("policy.add(policy.pattern(policy.DENY, '(a'))", "regex-dialect", 1),
        ("policy.add(policy.all(policy.FLAGS('NO_CACHE')))", "action", 1), ("policy.del(1)", "program", 1),
        ("policy.DENY = policy.PASS", "program", 1),
        ("modules = {'view'}\nview:tsig('key', policy.all(policy.DENY))", "view", 1),
        ("modules = {'hints'}\nhints['a.zz'] = '192.0.2.1'", "program", 1),
        ("modules = {'hints'}\nhints.set('a.zz 192.0.2.1')", "local-record", 1),
        ("modules = { 'rebinding < iterate' }", "answer-option", 1), ("daf.add('qname = a.zz deny')", "program", 1),
        ("policy.add(policy.all(policy.DENY)", "bad-statement", 1),
    ])
    func whatWouldHaveToBeRunIsCounted(rules: String, reason: String, count: Int) throws {
        let loaded = try readList(rules, .knotPolicy, .knotPolicy)
        #expect(loaded.reports[0].unsupported == [reason: count], "\(rules)")
    }

    /// What the real engine blocks here is never passed for certain.
    @Test(arguments: [
        "function fill() names[#names+1] = todname('x.zz') end\nnames = {todname('y.zz')}\nfill()\n@suffix",
        "names = {todname('y.zz')}\nnames[1] = todname('x.zz')\n@suffix",
        "names = {todname('y.zz')}\nnames.x = todname('x.zz')\n@suffix",
        "names = {todname('y.zz')}\ntable.insert(names, todname('x.zz'))\n@suffix",
        "names = {todname('y.zz')}\nt = names\nt[1] = todname('x.zz')\n@suffix",
        "names = {todname('y.zz')}\nt = {names}\nt[1][1] = todname('x.zz')\n@suffix",
        "names = {todname('y.zz')}\n_G.names = {todname('x.zz')}\n@suffix",
        // These rules look into the table whenever they are asked.
        "names = {todname('y.zz')}\n@domains\nnames[1] = todname('x.zz')",
        "names = {todname('y.zz')}\nt = names\n@domains\ntable.insert(t, todname('x.zz'))",
        "names = {todname('y.zz')}\n@domains\nfunction f() names[1] = todname('x.zz') end\nf()",
        "table.insert(policy.rules, 1, {cb=@rule, id=7, suspended=false, count=0})", "r = policy.rules\nr[1] = nil",
        "local p = policy\np.add(p.suffix(p.DENY, {todname('x.zz')}))", "pcall(policy.add, @rule)",
        "x = policy.add(@rule)", "event.after(0, function() policy.add(@rule) end)", "f(policy)",
        "modules.load('rebinding')", "map('policy.add(policy.all(policy.DENY))')",
        "if x then policy.DENY, y = policy.PASS, 1 end",
    ])
    func whatGetsAwayIsNotKnown(start: String) throws {
        let text = start.replacing("@suffix", with: "policy.add(policy.suffix(policy.DENY, names))")
            .replacing("@domains", with: "policy.add(policy.domains(policy.DENY, names))")
            .replacing("@rule", with: "policy.suffix(policy.DENY, {todname('x.zz')})")
        let loaded = try readList(
            "policy.add(policy.all(policy.QTRACE))\n" + Self.suffix("policy.DENY") + "\n" + text,
            .knotPolicy,
            .knotPolicy
        )
        #expect(loaded.reports[0].unsupportedCount > 0, "\(text)")
        #expect(try loaded.verdict("a.zz").kind != .pass, "\(text)")
        #expect(try loaded.verdict("x.zz").kind == .unsupported, "\(text)")
    }

    /// Code that has nothing to do with the rules does not spoil them.
    @Test(arguments: [
        "net.listen('192.0.2.1', 53, {kind = 'dns'})", "cache.size = 100 * MB", "modules = {'policy', 'stats'}",
        "function f(x) return x.names end", "local x, y = 1, 2", "trust_anchors.remove('.')",
        "user('knot-resolver', 'knot-resolver')",
    ])
    func otherCode(start: String) throws {
        let text = start + "\nlocal n = {todname('a.zz')}\npolicy.add(policy.domains(policy.DENY, n))"
        try check((text, "a.zz", "nxdomain"))
    }

    @Test func wholeAnswers() throws {
        let loaded = try readList(
            Self.suffix("policy.DENY_MSG('why')") + "\npolicy.add(policy.suffix(policy.REFUSE, policy.todnames{'zz'}))",
            .knotPolicy
        )
        let denial = try #require(try loaded.verdict("x.a.zz").answer)
        #expect(denial.authority.map(\.owner) == [try DomainName("x.a.zz")])
        #expect(denial.additional.map(\.record.type) == [.txt])
        #expect(denial.isAuthoritative && denial.errors.map(\.code) == [.blocked])
        let refusal = try #require(try loaded.verdict("b.zz").answer)
        #expect(refusal.authority.isEmpty && !refusal.isAuthoritative && refusal.errors.map(\.code) == [.prohibited])
    }

    /// Views come behind the rules of policy, and meet what those let pass (Knot Resolver 5.6, run).
    private static let views = """
        modules = {'view'}
        policy.add(policy.suffix(policy.REFUSE, {todname('a.example')}))
        policy.add(policy.suffix(policy.PASS, {todname('b.example')}))
        policy.add(policy.suffix(policy.STUB('192.0.2.53'), {todname('d.example')}))
        view:addr('192.0.2.1', policy.suffix(policy.PASS, policy.todnames({'c.example'})))
        view:addr('192.0.2.0/24', policy.suffix(policy.DENY, policy.todnames({'a.example', 'b.example', 'c.example'})))
        view:addr('192.0.2.0/24', policy.suffix(policy.REFUSE, {todname('b.example'), todname('d.example')}))

        """

    @Test(arguments: [
        ("a.example", "192.0.2.1", VerdictKind.refused), ("a.example", "", .refused),
        ("b.example", "192.0.2.9", .nxdomain),
        ("x.b.example", "198.51.100.1", .pass), ("b.example", "", .unsupported), ("c.example", "192.0.2.1", .pass),
        ("c.example", "192.0.2.2", .nxdomain), ("d.example", "192.0.2.2", .refused),
        ("d.example", "198.51.100.1", .route),
        ("e.example", "", .pass), ("e.example", "192.0.2.1", .pass),
    ])
    func views(name: String, client: String, kind: VerdictKind) throws {
        let list = try readList(Self.views, .knotPolicy)
        #expect(list.reports[0].unsupported.isEmpty)
        let context = QueryContext(client: IPAddress(client).map { Client(address: $0) })
        #expect(try list.verdict(name, context: context).kind == kind)
    }

    @Test(arguments: [
        "modules = {'policy', 'view'}", "modules.load('view')", "modules = {'view > policy'}",
        "modules = {'hints', 'view > hints'}", "modules = {'policy > iterate', 'view'}",
        "modules = {'view < policy', 'view'}",
    ])
    func modulesThatKeepPolicyFirst(statement: String) throws {
        let text = Self.views.replacing("modules = {'view'}", with: statement)
        let context = QueryContext(client: IPAddress("192.0.2.9").map { Client(address: $0) })
        #expect(try readList(text, .knotPolicy).verdict("b.example", context: context).kind == .nxdomain)
    }

    /// Views that are asked first; policy meets what they let pass.
    @Test(arguments: [
        "modules = {'view < policy'}", "modules = {'view', 'policy'}", "modules = {'view', 'policy > view'}",
        "modules = {'view > cache'}", "modules.load('view < iterate')",
    ])
    func modulesThatPutViewsFirst(statement: String) throws {
        let text = Self.views.replacing("modules = {'view'}", with: statement)
        let list = try readList(text, .knotPolicy)
        #expect(list.reports[0].unsupported.isEmpty)
        let expected: [(String, String, VerdictKind)] = [
            ("a.example", "192.0.2.9", .nxdomain), ("a.example", "198.51.100.1", .refused),
            ("b.example", "192.0.2.9", .nxdomain), ("c.example", "192.0.2.1", .pass),
            ("d.example", "192.0.2.9", .refused), ("d.example", "198.51.100.1", .route),
            ("e.example", "192.0.2.9", .pass),
        ]
        for (name, client, kind) in expected {
            let context = QueryContext(client: IPAddress(client).map { Client(address: $0) })
            #expect(try list.verdict(name, context: context).kind == kind, "\(name) \(client)")
        }
    }

    /// Where a module is put beside one that is not known here, or what a view asks is not known, its names are open.
    @Test(arguments: [
        "modules = {'view < priming'}\nview:addr('192.0.2.0/24', policy.suffix(policy.DENY, {todname('b.example')}))",
        "view:addr('192.0.2.0/24', policy.suffix(policy.DENY, {todname('b.example')}), true)",
        "view:tsig('key', policy.suffix(policy.DENY, {todname('b.example')}))",
    ])
    func viewsThatAreNotKnown(text: String) throws {
        let list = try readList(
            (text.hasPrefix("modules") ? "" : "modules = {'view'}\n") + text
                + "\npolicy.add(policy.suffix(policy.PASS, {todname('b.example')}))\n",
            .knotPolicy
        )
        #expect(list.reports[0].unsupported == ["view": 1])
        #expect(try list.verdict("b.example").kind == .unsupported && list.verdict("c.example").kind == .pass)
    }
}
