import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Statements of configurations in Lua that are not evaluated leave names open from the place on where the engine comes to
/// them; the rows were made by running dnsdist 1.7.3 and kresd 5.6.
@Suite struct LuaOpenNamesTests {
    private static let nx = "RCodeAction(DNSRCode.NXDOMAIN)"

    /// Kinds of `first.zz`, which a rule in front of the statement blocks, and of `x.zz`, which one behind it blocks; `q.zz`
    /// is of no rule.
    typealias Row = (statement: String, first: VerdictKind, behind: VerdictKind, other: VerdictKind)

    @Test(
        arguments: [
            ("addAction(LuaRule(function(dq) return true end), DropAction())", .nxdomain, .unsupported, .unsupported),
            ("addAction(AllRule(), LuaAction(function(dq) return 1, '' end))", .nxdomain, .unsupported, .unsupported),
            ("function f(dq) return 1 end\naddAction('x.zz', LuaAction(f))", .nxdomain, .unsupported, .pass),
            ("for i = 1, 2 do addAction('q.zz', DropAction()) end", .unsupported, .unsupported, .unsupported),
            ("if true then addAction('q.zz', DropAction()) end", .unsupported, .unsupported, .unsupported),
            ("function f() addAction('q.zz', DropAction()) end", .nxdomain, .unsupported, .unsupported),
            ("for i = 1, 1 do rmRule(0) end", .unsupported, .unsupported, .unsupported),
            // Behind these nothing may be run.
            ("do return end", .unsupported, .unsupported, .unsupported),
            ("if os.getenv('x') then return end", .unsupported, .unsupported, .unsupported),
            ("goto over", .unsupported, .unsupported, .unsupported),
            // No statements.
            ("foo", .unsupported, .unsupported, .unsupported),
            ("foo.bar", .unsupported, .unsupported, .unsupported),
            ("addAction", .unsupported, .unsupported, .unsupported),
            ("addAction('r.zz', DropAction()) foo", .unsupported, .unsupported, .unsupported),
            ("a.b.c = 1", .unsupported, .unsupported, .unsupported),
            ("x = nosuch.y", .unsupported, .unsupported, .unsupported),
            ("x = DNSRCode.REFUSED", .nxdomain, .nxdomain, .pass),
            ("t = {}\nt.x = 1", .nxdomain, .nxdomain, .pass),
            ("f() = 1", .unsupported, .unsupported, .unsupported),
            ("error('no')", .unsupported, .unsupported, .unsupported),
            ("os.exit(0)", .unsupported, .unsupported, .unsupported),
            ("function f() if true then return end end", .nxdomain, .nxdomain, .pass),
            ("local a = addAction", .unsupported, .unsupported, .unsupported),
            ("dofile('rules.lua')", .unsupported, .unsupported, .unsupported),
            ("includeDirectory('conf.d')", .unsupported, .unsupported, .unsupported),
            ("require 'rules'", .unsupported, .unsupported, .unsupported),
            // Only what servers answer is changed.
            ("addResponseAction(AllRule(), DropResponseAction())", .nxdomain, .nxdomain, .unsupported),
            ("addResponseAction('q.zz', DropResponseAction())", .nxdomain, .nxdomain, .unsupported),
            ("addResponseAction('r.zz', DropResponseAction())", .nxdomain, .nxdomain, .pass),
            (
                "addAction('q.zz', AllowAction())\naddResponseAction(AllRule(), DropResponseAction())",
                .nxdomain, .nxdomain, .unsupported
            ),
            (
                "addSelfAnsweredResponseAction(AllRule(), DropResponseAction())",
                .unsupported, .unsupported, .unsupported
            ),
            (
                "addDynBlocks({['127.0.0.1/32']='x'}, 'm', 60, DNSAction.Refused)", .unsupported, .unsupported,
                .unsupported
            ),
            // Who does not ask too much meets the rules alone.
            ("setDynBlocksAction(DNSAction.Refused)", .nxdomain, .nxdomain, .pass),
            ("addDynBlocks(exceedQRate(20, 10), 'm', 60)", .nxdomain, .nxdomain, .pass),
            (
                "local g = dynBlockRulesGroup()\ng:setQueryRate(30, 10, 'm', 60)\nfunction maintenance() g:apply() end",
                .nxdomain, .nxdomain, .pass
            ),
            (
                "function maintenance() addDynBlocks(exceedNXDOMAINs(20, 10), 'm', 60, DNSAction.Drop) end",
                .nxdomain, .nxdomain, .pass
            ),
            ("function maintenance() addDynBlocks(clients, 'm', 60) end", .unsupported, .unsupported, .unsupported),
            (
                "function maintenance() g:apply() addAction('q.zz', DropAction()) end", .unsupported, .unsupported,
                .unsupported
            ),
            ("addDynBlockSMT({'q.zz.'}, 'm', 60, DNSAction.Nxdomain)", .nxdomain, .nxdomain, .unsupported),
            ("setACLFromFile('acl')", .unsupported, .unsupported, .unsupported),
            ("setACL(networks)", .unsupported, .unsupported, .unsupported),
            ("somethingNew(1)", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz')", .unsupported, .unsupported, .unsupported),
            ("addAction('q..zz', DropAction())", .unsupported, .unsupported, .unsupported),
            // dnsdist does not start with these.
            ("addAction('q\\.zz', DropAction())", .unsupported, .unsupported, .unsupported),
            ("local t = '\\300'", .unsupported, .unsupported, .unsupported),
            ("topRule()", .unsupported, .unsupported, .unsupported),
            ("local x = foo()", .unsupported, .unsupported, .unsupported),
            ("addAction(makeRule('q.zz', 'b'), DropAction())", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', DropAction(1))", .unsupported, .unsupported, .unsupported),
            ("setVerboseHealthChecks(true);;", .unsupported, .unsupported, .unsupported),
            ("do ;; end", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', RCodeAction('NXDOMAIN'))", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', RCodeAction(DNSRCode.FOO))", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', SpoofAction(''))", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', SpoofAction('::1%lo'))", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', nil)", .unsupported, .unsupported, .unsupported),
            ("addAction(foo, DropAction())", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', SpoofCNAMEAction({'a.yy'}))", .unsupported, .unsupported, .unsupported),
            // It starts with these.
            ("addAction('\\u{71}.zz', \(nx))", .nxdomain, .nxdomain, .nxdomain),
            ("addAction('q\\0.zz', DropAction())", .unsupported, .unsupported, .unsupported),
            ("topRules(3);", .nxdomain, .nxdomain, .pass), ("math.floor(1.5)", .nxdomain, .nxdomain, .pass),
            ("addAction(RDRule(), NoneAction())", .nxdomain, .nxdomain, .pass),
            ("setVerboseHealthChecks(true)", .nxdomain, .nxdomain, .pass),
            ("getPool(''):setCache(newPacketCache(100))", .nxdomain, .nxdomain, .pass),
            ("addAction('q.zz', LuaAction(f))", .unsupported, .unsupported, .unsupported),
            ("addAction('q.zz', LuaAction(function(dq) end))\nrmRule(1)", .nxdomain, .nxdomain, .pass),
            (
                "for i = 1, 2 do addAction('q.zz', DropAction()) end\nrmRule(0)", .unsupported, .unsupported,
                .unsupported
            ),
            (
                "for i = 1, 2 do addAction('q.zz', DropAction()) end\nmvRuleToTop()", .unsupported, .unsupported,
                .unsupported
            ),
            (
                "for i = 1, 2 do addAction('q.zz', DropAction()) end\nclearRules()",
                .unsupported, .unsupported, .unsupported
            ),
        ] as [Row]
    )
    func dnsdist(row: Row) throws {
        let text = "addAction('first.zz', \(Self.nx))\n\(row.statement)\naddAction('x.zz', \(Self.nx))\n"
        let list = try readList(text, .dnsdist, .dnsdist)
        #expect(try list.verdict("first.zz").kind == row.first, "\(row.statement)")
        #expect(try list.verdict("x.zz").kind == row.behind, "\(row.statement)")
        #expect(try list.verdict("q.zz").kind == row.other, "\(row.statement)")
        #expect(list.reports[0].rules <= 4)
    }

    /// dnsdist drops what clients ask that its ACL does not name.
    @Test(arguments: [
        ("setACL({'192.0.2.0/24'})", "192.0.2.1", VerdictKind.nxdomain, VerdictKind.pass),
        ("setACL({'192.0.2.0/24'})", "127.0.0.1", .drop, .drop),
        ("setACL({'192.0.2.0/24'})", "", .unsupported, .unsupported),
        ("setACL('192.0.2.0/24')", "127.0.0.1", .drop, .drop),
        ("addACL('192.0.2.0/24')", "127.0.0.1", .nxdomain, .pass),
        ("addACL('192.0.2.0/24')", "192.0.2.7", .nxdomain, .pass),
        ("addACL('192.0.2.0/24')", "203.0.113.1", .drop, .drop),
        ("setACL({'0.0.0.0/0', '::/0'})", "203.0.113.1", .nxdomain, .pass),
        ("newServer('192.0.2.1')", "203.0.113.1", .drop, .drop), ("newServer('192.0.2.1')", "", .nxdomain, .pass),
        ("newServer('192.0.2.1')", "10.1.2.3", .nxdomain, .pass),
        ("setACL({'!10.0.0.0/8'})", "10.0.0.1", .unsupported, .unsupported),
    ])
    func access(statement: String, client: String, blocked: VerdictKind, other: VerdictKind) throws {
        let text = "addAction('x.zz', \(Self.nx))\n\(statement)\n"
        let list = try readList(text, .dnsdist, .dnsdist)
        let context = QueryContext(client: IPAddress(client).map { Client(address: $0) })
        #expect(try list.verdict("x.zz", context: context).kind == blocked, "\(statement)")
        #expect(try list.verdict("q.zz", context: context).kind == other, "\(statement)")
    }

    private static let rule = "policy.suffix(policy.DENY, {todname('q.zz')})"

    @Test(
        arguments: [
            ("policy.add(function(req, query) return policy.DENY end)", .nxdomain, .unsupported, .unsupported),
            ("policy.add(policy.rpz(policy.DENY, '/etc/hosts'))", .nxdomain, .unsupported, .unsupported),
            ("policy.add(policy.rpz(policy.DENY, '/nonexistent.rpz'))", .unsupported, .unsupported, .unsupported),
            ("for i = 1, 2 do policy.add(\(rule)) end", .unsupported, .unsupported, .unsupported),
            ("if x then policy.add(\(rule)) end", .unsupported, .unsupported, .unsupported),
            (
                "policy.add(policy.suffix(policy.FLAGS('NO_CACHE'), {todname('q.zz')}))", .nxdomain, .nxdomain,
                .unsupported
            ),
            ("policy.add(\(rule), true)", .nxdomain, .nxdomain, .unsupported),
            ("policy.add(policy.all(policy.DENY), true)", .unsupported, .unsupported, .unsupported),
            ("policy.del(0)", .unsupported, .unsupported, .unsupported),
            // Knot Resolver does not start with these.
            ("foo()", .unsupported, .unsupported, .unsupported),
            ("local x = foo()", .unsupported, .unsupported, .unsupported),
            ("foo", .unsupported, .unsupported, .unsupported),
            ("x = nosuch.y", .unsupported, .unsupported, .unsupported),
            ("local x = policy.todnames({'q\\.zz'})", .unsupported, .unsupported, .unsupported),
            ("policy.add(policy.all(policy.STUB('foo')))", .unsupported, .unsupported, .unsupported),
            ("policy.add(policy.all(policy.STUB('192.0.2.1@x')))", .unsupported, .unsupported, .unsupported),
            ("policy.add(policy.all(policy.FORWARD({'192.0.2.1', 'x'})))", .unsupported, .unsupported, .unsupported),
            ("policy.add(policy.all(policy.DENY_MSG(5)))", .unsupported, .unsupported, .unsupported),
            ("policy.add(policy.all(policy.STUB('192.0.2.1@53')))", .nxdomain, .route, .route),
            ("log('x')", .nxdomain, .nxdomain, .pass),
            ("log_info('x')", .unsupported, .unsupported, .unsupported),
            ("policy.DENY = policy.PASS", .unsupported, .unsupported, .unsupported),
            ("quit()", .unsupported, .unsupported, .unsupported),
            ("error('no')", .unsupported, .unsupported, .unsupported),
            ("dofile('other.lua')", .unsupported, .unsupported, .unsupported),
            ("require('other')", .unsupported, .unsupported, .unsupported),
            // What policy answers meets no view and no hint.
            (
                "modules = {'view'}\nview:addr('127.0.0.0/8', function(req, query) return policy.DENY end)", .nxdomain,
                .nxdomain,
                .unsupported
            ),
            ("for i = 1, 2 do view:addr('127.0.0.0/8', \(rule)) end", .unsupported, .unsupported, .unsupported),
            (
                "modules = {'view', 'policy'}\nview:addr('127.0.0.0/8', function(req, query) return policy.DENY end)",
                .unsupported, .unsupported, .unsupported
            ),
            (
                "view:addr('127.0.0.0/8', \(rule))\nmodules = {'view', 'policy'}",
                .unsupported, .unsupported, .unsupported
            ),
            (
                "modules = {'view', 'policy'}\nlocal r = policy.all(policy.PASS)\nview:addr('127.0.0.0/8', r)",
                .unsupported, .unsupported, .pass
            ),
            ("modules = {'hints > iterate'}\nhints.add_hosts('/etc/hosts')", .nxdomain, .nxdomain, .unsupported),
            (
                "modules = {'hints'}\npolicy.add(policy.all(policy.PASS))\nhints.config('/etc/hosts')", .nxdomain,
                .unsupported, .unsupported
            ),
            ("modules = {'hints'}\nhints.set('q.zz 192.0.2.1')", .nxdomain, .nxdomain, .unsupported),
            ("modules = {'hints'}\nhints['q.zz'] = '192.0.2.1'", .nxdomain, .nxdomain, .unsupported),
            ("modules = {'hints'}\nhints.set('r.zz 192.0.2.1')", .nxdomain, .nxdomain, .pass),
            ("hints.set('r.zz 192.0.2.1')", .unsupported, .unsupported, .unsupported),
            ("modules = { hints = '/etc/hosts' }", .nxdomain, .nxdomain, .unsupported),
            ("modules = {'rebinding < iterate'}", .nxdomain, .nxdomain, .unsupported),
            ("modules = {'dns64'}", .nxdomain, .nxdomain, .pass),
            ("modules = {'own'}", .unsupported, .unsupported, .unsupported),
            ("modules.load('daf')", .unsupported, .unsupported, .unsupported),
            ("modules.unload('policy')", .unsupported, .unsupported, .unsupported),
            ("modules.unload('priming')", .nxdomain, .nxdomain, .pass),
            ("cache.size = 5 * MB", .nxdomain, .nxdomain, .pass),
            // It does not start with a call of what is not there.
            ("net.nosuch()", .unsupported, .unsupported, .unsupported),
            ("net:nosuch()", .unsupported, .unsupported, .unsupported),
            ("hints.nosuch('r.zz')", .unsupported, .unsupported, .unsupported),
            ("stats.config()", .unsupported, .unsupported, .unsupported),
            ("log_info(net.nosuch())", .unsupported, .unsupported, .unsupported),
            ("net.listen('127.0.0.1')", .nxdomain, .nxdomain, .pass),
            ("trust_anchors.set_insecure({'x.zz'})", .nxdomain, .nxdomain, .pass),
        ] as [Row]
    )
    func knot(row: Row) throws {
        func deny(_ name: String) -> String { "policy.add(policy.suffix(policy.DENY, {todname('\(name)')}))" }
        let list = try readList(
            "\(deny("first.zz"))\n\(row.statement)\n\(deny("x.zz"))\n",
            .knotPolicy,
            .knotPolicy
        )
        #expect(try list.verdict("first.zz").kind == row.first, "\(row.statement)")
        #expect(try list.verdict("x.zz").kind == row.behind, "\(row.statement)")
        #expect(try list.verdict("q.zz").kind == row.other, "\(row.statement)")
    }

    @Test(arguments: [ListFormat.dnsdist, .knotPolicy])
    func lines(format: ListFormat) throws {
        let engine: Engine = format == .dnsdist ? .dnsdist : .knotPolicy
        #expect(try readList("x = 1\ny = 2\n", format, engine).reports[0].lines == 2)
        #expect(try readList("x = 1\ny = 2", format, engine).reports[0].lines == 2)
        #expect(try readList("x = 1\n(\n\n", format, engine).reports[0].lines == 3)
    }

    /// Pools without servers, as 1.7.3 has them: it is silent, or fails where `setServFailWhenNoServer` is said.
    @Test(
        arguments: [
            ("newServer('192.0.2.1')", VerdictKind.unsupported, VerdictKind.pass),
            ("newServer({address='192.0.2.1', pool='p'})", .route, .unsupported),
            ("newServer({address='192.0.2.1', pool={'p', ''}})", .route, .pass),
            ("s = newServer('192.0.2.1')\ns:addPool('p')", .route, .pass),
            ("newServer({address='192.0.2.1', pool=os.getenv('POOL')})", .unsupported, .unsupported),
            (
                "newServer({address='192.0.2.1', pool='p'})\nfor i = 1, 2 do newServer('192.0.2.2') end",
                .unsupported, .unsupported
            ),
            ("setLocal('127.0.0.1')", .route, .pass),
        ]
    )
    func poolsNeedServers(_ servers: String, _ sent: VerdictKind, _ other: VerdictKind) throws {
        let text = servers + "\naddAction('x.zz', PoolAction('p'))\naddAction('y.zz', AllowAction())\n"
        let loaded = try readList(text, .dnsdist)
        let context = QueryContext(client: IPAddress("127.0.0.1").map { Client(address: $0) })
        #expect(try loaded.verdict("x.zz", context: context).kind == sent, "\(servers)")
        for name in ["y.zz", "q.zz"] {
            #expect(try loaded.verdict(name, context: context).kind == other, "\(servers) \(name)")
        }
    }

    /// An engine starts with all files or with none, whichever comes first here.
    @Test(arguments: ["dofile('rules.lua')", "nosuch()", "rmRule(0)", "newServer('127.0.0.1'):nosuch()"])
    func otherLists(statement: String) throws {
        let texts = ["addAction('x.zz', \(Self.nx))\n", "addAction('y.zz', \(Self.nx))\n\(statement)\n"]
        let lists = texts.enumerated().map { index, text in
            ListInput(path: "\(index).lua", format: .dnsdist, octets: Array(text.utf8))
        }
        let layer = try LayerLoader.load(lists, engine: .dnsdist).layer
        let stack = CompiledStack(layers: [layer])
        for name in ["x.zz", "y.zz", "q.zz"] {
            #expect(stack.verdict(try DomainName(name), type: .a).kind == .unsupported, "\(statement) \(name)")
        }
    }
}
