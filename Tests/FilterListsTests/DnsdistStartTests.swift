import FilterLists
import Policy
import Suites
import Testing
import TextScan

/// What dnsdist 1.7.3 starts with (each row was given to the running engine).
@Suite struct DnsdistStartTests {
    private func kinds(_ statement: String) throws -> [VerdictKind] {
        let text = "addAction('x.zz', RCodeAction(DNSRCode.NXDOMAIN))\n\(statement)\n"
        let list = try readList(text, .dnsdist, .dnsdist)
        return [try list.verdict("x.zz").kind, try list.verdict("q.zz").kind]
    }

    @Test(arguments: [
        "addLocal('nope')", "addLocal('127.0.0.1:99999')", "addLocal('localhost:53')", "addLocal(':53')",
        "addLocal('127.0.0.1', {reusePort=1})", "addLocal()", "addLocal(nosuch)", "setMaxUDPOutstanding(70000)",
        "setMaxUDPOutstanding(-1)", "setMaxUDPOutstanding('x')", "setMaxUDPOutstanding(nil)", "setUDPTimeout(true)",
        "setMaxTCPClientThreads(-1)", "setTCPUseSinglePipe(true)", "loadTLSEngine('x')", "setVerbose(true)",
        "setECSOverride(1)", "fixupCase(nil)", "controlSocket('nope')", "webserver('nope')", "errlog(nil)",
        "setServerPolicy(nosuch)", "setServerPolicy(newServerPolicy('x', function(s, dq) return s[1] end))",
        "setServerPolicy('x')", "setConsoleACL({'nope'})", "addConsoleACL('nope')",
        "setWebserverConfig({acl='nope'})", "setWebserverConfig({statsRequireAuthentication='x'})",
        "newPacketCache(100, {maxTTL='x'})", "newPacketCache('x')", "newServer({})",
        "newServer({address='192.0.2.1', qps='x'})", "newServer({address='192.0.2.1', useClientSubnet='yes'})",
        "newServer({address='192.0.2.1', checkName='a..b'})", "newServer({address='192.0.2.1', id='x'})",
        "newServer('192.0.2.1', 'x')", "newDNSName('a..b')", "newRemoteLogger('nope')", "showTCPStats()", "shutdown()",
        "addAction(RegexRule('('), DropAction())", "addAction(RegexRule('*a'), DropAction())",
        "addAction(RegexRule('a{2,1}'), DropAction())", "addAction(RegexRule('[[:nope:]]'), DropAction())",
        "addAction(RegexRule('\\\\b*a'), DropAction())", "addAction(RegexRule('\\\\1'), DropAction())",
        "addAction(QTypeRule('NOPE'), DropAction())", "addAction(QTypeRule(DNSQType.ZONEMD), DropAction())",
        "addAction(TCPRule(1), DropAction())", "addAction(NotRule('a.zz'), DropAction())",
        "addAction(AndRule('a.zz'), DropAction())", "addAction(SuffixMatchNodeRule('a.zz'), DropAction())",
        "addAction('a.zz', RCodeAction('x'))", "addAction('a.zz', RCodeAction(3, {aa='x'}))",
        "addAction('a.zz', TeeAction('nope'))", "addAction('a.zz', DelayAction('x'))",
        "addAction('a.zz', LuaAction('x'))", "addAction('a.zz', ECSOverrideAction(1))",
        "x = 5\nsetECSOverride(x)",
        // Methods that are not there, or take something else.
        "newServer('127.0.0.1'):nosuch()", "getPool(''):setCache('x')", "newServer('127.0.0.1'):addPool()",
        "newServer('127.0.0.1'):rmPool('x')", "newServer('nope.zz'):setUp()", "newNMG():addMask('x')",
        "newSuffixMatchNode():add('a..b')", "newSuffixMatchNode():clear()", "newDNSNameSet():add('a.zz')",
        "dynBlockRulesGroup():excludeRange('x')", "newDNSNameSet():remove(newDNSName('a.zz'))",
        // Operators and functions of Lua.
        "x = nil .. 'x'", "x = ('x').y.z", "x = string.rep(nil)", "x = 'a' + 1", "x = -nosuch", "x = nosuch < 5",
        "x = {}\nx.y.z = 1", "x = 5\nx.y = 1", "t = {[nosuch] = 1}", "local a = 1, nosuch()", "type()",
        // No programs, be it in a function that nobody calls.
        "f = function() ( end", "function f() return 1 2 end", "function f() break end",
        "f = function() return ... end",
        "print\n('x')", "return\nx = 1", "x = 3 & 4", "while false do break break end",
        // Values of the right kind.
        "setConsoleACL('')", "hashPassword('x', 1000)", "setKey(makeKey())", "newFrameStreamUnixLogger('')",
        "newServer({address='192.0.2.1', id='zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz'})", "setACL({'192.0.2.1 '})",
        "addAction('a.zz', DropAction(), {uuid='5'})", "addAction({'192.0.2.1', 'a..b'}, DropAction())",
        "addAction('a.zz', SetECSAction('x'))",
        "addResponseAction(AllRule(), DropAction())", "addTLSLocal('127.0.0.1', '/nonexistent', '/nonexistent')",
        "addDynBlockSMT({newDNSName('a.zz')}, 'm', 60)", "addDynBlocks({['127.0.0.1/32']='x'}, 'm', 60)",
        "newServer({address='192.0.2.1', tls='openssl', caStore='/nonexistent'})",
        "addLocal('127.0.0.1:5301')\naddLocal('127.0.0.1:5301')", "addLocal('127.0.0.1')\naddLocal('127.0.0.1:53')",
        // Whether these are right is not known.
        "f = function() end\nf()", "do addLocal('127.0.0.1') end", "x = t[1]", "getServer(7):setUp()",
        "addAction('a.zz', LogAction('/nonexistent/x'))",
        "addAction(nosuch.x, DropAction())", "dofile('/nonexistent')", "require('nosuch')",
        "setMaxUDPOutstanding(os.getenv('N'))", "setUDPTimeout(-1)",
    ])
    func doesNotStart(statement: String) throws {
        #expect(try kinds(statement) == [.unsupported, .unsupported], "\(statement)")
    }

    @Test(arguments: [
        "addLocal('127.0.0.1:5399')", "addLocal('::1')", "addLocal('[::1]:5399')", "addLocal('0.0.0.0', {})",
        "addLocal('127.0.0.1', {reusePort=true, cpus={1}, nosuch=1})", "setMaxUDPOutstanding(65535)",
        "setMaxUDPOutstanding('5')", "setUDPTimeout(1.5)", "setKey('not base64')", "setKey(5)",
        "setServerPolicy(leastOutstanding)", "x = newServerPolicy('x', function(s, dq) return s[1] end)",
        "setServerPolicyLua('x', function(s, dq) return s[1] end)", "setConsoleACL('192.0.2.0/24, ::1')",
        "setConsoleACL({'192.0.2.0/24'})", "controlSocket('0.0.0.0')", "webserver('127.0.0.1:5396', 'pw', 'key')",
        "webserver('127.0.0.1:5396')\nsetWebserverConfig({password='x', apiKey='y', acl='127.0.0.1/8'})",
        "carbonServer('127.0.0.1')", "snmpAgent(true)", "newPacketCache(100, {maxTTL=5, nosuch=1})",
        "newServer('nope')", "newServer({address='192.0.2.1', weight=0, order=1, qps='5', pool={'', 'x'}})",
        "newServer({address='192.0.2.1', mustResolve=true, checkFunction=function(n, t, c, h) return n, t, c end})",
        "newServer('127.0.0.1'):setUp()", "getPool(''):setCache(newPacketCache(100))", "x = 5 * 60 * 60",
        "pc = newPacketCache(100, {maxTTL=86400})\ngetPool(''):setCache(pc)\ngetPool('x'):setCache(pc)",
        "s = newServer('192.0.2.1')\ns:setDown()\ns:addPool('x')", "x = 'a' .. 5 .. tostring(6)", "x = nosuch == 5",
        "x = nosuch or 5", "local x, y = 1, 'a'",
        "function f(dq) return dq.qname end\naddAction(LuaRule(f), NoneAction())",
        "local dbr = dynBlockRulesGroup()\ndbr:setQueryRate(30, 10, 'x', 60)\n"
            + "dbr:setRCodeRate(DNSRCode.NXDOMAIN, 20, 10, 'x', 60)\nfunction maintenance() dbr:apply() end",
        "setWebserverConfig({password=hashPassword('x'), acl=''})", "hashPassword('x', 1024)",
        "addAction('b.yy', SetECSAction('192.0.2.0/24'))", "addDynBlocks(exceedQRate(20, 10), 'm', 60)",
        "rl = newRemoteLogger('127.0.0.1:4242')\naddAction(AllRule(), RemoteLogAction(rl))",
        "addAction(MaxQPSIPRule(5, 32, 48), DelayAction(100))",
        "local n = newNMG()\nn:addMask('192.0.2.0/24')\nn:clear()",
        "addCapabilitiesToRetain({'CAP_CHOWN'})", "x = true\nsetECSOverride(x)", "newDNSName('')", "x = DNSRCode.NOPE",
        "setSyslogFacility('x')", "grepq('x')", "showServers()", "print(nosuch)",
        "addAction(TCPRule(true), DelayAction(5))", "addAction(AllRule(), SetTagAction('x', 1))",
        "addAction(AndRule{AllRule(), RDRule()}, TeeAction('127.0.0.1:9'))",
        "addAction(NotRule(QTypeRule('AAAA')), LogAction())",
        // Where the file can be written, which is said.
        "addAction(AllRule(), LogAction('/tmp/x.log', false))",
        "addAction(AllRule(), LogAction('/dev/stdout', true, true))",
        "addDNSCryptBind('127.0.0.1:5397', '2.provider', '/nonexistent', '/nonexistent')",
    ])
    func starts(statement: String) throws {
        #expect(try kinds(statement) == [.nxdomain, .pass], "\(statement)")
    }

    @Test(arguments: [("'/var/log/x.log', false", 1), ("'', true", 0), ("", 0)])
    func saysWhichLogsItTakesForGranted(_ arguments: String, _ count: Int) throws {
        let list = try readList(
            "\naddAction('a.zz', LogAction(\(arguments)))\naddAction('b.zz', DropAction())\n",
            .dnsdist
        )
        #expect(
            list.reports[0].notices.filter { $0.reason == "log-file" }.map(\.line) == Array(repeating: 2, count: count)
        )
        #expect(try list.verdict("a.zz").kind == .pass && list.verdict("b.zz").kind == .drop)
    }

    /// LuaJIT compiles no function with more than 200 variables, 65,536 constants, or too much in one expression; what is
    /// written down in a table is one constant.
    @Test func limits() throws {
        func lines(_ count: Int, _ line: (Int) -> String) -> String { (0..<count).map(line).joined(separator: "\n") }
        func list(_ count: Int, _ item: String, by mark: String) -> String {
            Array(repeating: item, count: count).joined(separator: mark)
        }
        let names = (0..<70_000).map { "'n\($0).yy'" }.joined(separator: ",")
        let open = [
            lines(201) { "local v\($0) = 1" }, lines(66_000) { "print('n\($0)')" },
            "x = \(list(220, "'a'", by: " .. "))", "print(\(list(260, "1", by: ", ")))",
            "function f() \(lines(201) { "local v\($0) = 1" }) end",
        ]
        for text in open { #expect(try kinds(text) == [.unsupported, .unsupported], "\(text.prefix(40))") }
        let firm = [
            lines(175) { "local v\($0) = 1" }, "x = \(list(140, "'a'", by: " .. "))",
            "print(\(list(170, "1", by: ", ")))", "addAction({\(names)}, DropAction())",
        ]
        for text in firm { #expect(try kinds(text) == [.nxdomain, .pass], "\(text.prefix(40))") }
    }

    /// What the expression means is not known, but that it is one.
    @Test(arguments: ["\\\\d+", "[a-z]\\\\w+\\\\.y", "\\\\<a\\\\>", "(a)\\\\b"])
    func oddExpressions(pattern: String) throws {
        let text = "addAction(AndRule{RegexRule('\(pattern)'), makeRule('x.zz')}, DropAction())"
        let list = try readList(text, .dnsdist, .dnsdist)
        #expect(list.reports[0].unsupported == ["regex-dialect": 1], "\(pattern)")
        #expect(try list.verdict("q.zz").kind == .pass, "\(pattern)")
    }
}
