import FilterLists
import Policy
import Suites
import Testing

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
        // Whether these are right is not known.
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
        "addCapabilitiesToRetain({'CAP_CHOWN'})", "x = true\nsetECSOverride(x)", "newDNSName('')", "x = DNSRCode.NOPE",
        "setSyslogFacility('x')", "grepq('x')", "showServers()", "print(nosuch)",
        "addAction(TCPRule(true), DelayAction(5))", "addAction(AllRule(), SetTagAction('x', 1))",
        "addAction(AndRule{AllRule(), RDRule()}, TeeAction('127.0.0.1:9'))",
        "addAction(NotRule(QTypeRule('AAAA')), LogAction())",
        "addDNSCryptBind('127.0.0.1:5397', '2.provider', '/nonexistent', '/nonexistent')",
    ])
    func starts(statement: String) throws {
        #expect(try kinds(statement) == [.nxdomain, .pass], "\(statement)")
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
