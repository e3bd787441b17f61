import FilterLists
import Policy
import Suites
import Testing

/// What Knot Resolver 5.6 starts with (each row was given to the running engine).
@Suite struct KnotStartTests {
    private func kinds(_ statement: String) throws -> [VerdictKind] {
        let text = "policy.add(policy.suffix(policy.DENY, {todname('x.zz')}))\n\(statement)\n"
        let list = try readList(text, .knotPolicy, .knotPolicy)
        return [try list.verdict("x.zz").kind, try list.verdict("q.zz").kind]
    }

    private static func forward(_ servers: String) -> String {
        "policy.add(policy.suffix(policy.TLS_FORWARD(\(servers)), {todname('r.zz')}))"
    }

    @Test(arguments: [
        "cache.size = 1", "cache.size = 'x'", "cache.size = 5 * kB", "cache.size = 100 * GB", "user('nosuch')",
        "mode('nope')", "mode(1)", "log_level('nope')", "log_level('error')", "log_target('file')",
        "log_groups({'nope'})",
        "log_info('x')", "net.listen('nope')", "net.listen('127.0.0.1@53')", "net.listen('127.0.0.1', 'x')",
        "net.listen('127.0.0.1', 53, {kind='nope'})", "net.listen()", "net = {'127.0.0.1@5399'}", "net.nosuch = 5",
        "net.bufsize(511)", "net.bufsize(true)", "net.tcp_in_idle(0)", "net.outgoing_v4('::1')", "net.tls_padding('x')",
        "net.proxy_allowed('x')", "cache.min_ttl('x')", "cache.max_ttl(-1)", "option('NOPE', true)",
        "option('NO_MINIMIZE', 1)", "option('NO_ANSWER', true)", "trust_anchors.add('nope')",
        "trust_anchors.negative = {'x.zz'}", "trust_anchors.set_insecure('x.zz')", "hostname({})",
        "modules.unload('nosuch')", "modules.unload('iterate')", "modules.load('cookies')", "event.recurrent(0, f)",
        "policy.todnames('x')", "policy.DENY()", "policy.add(policy.suffix(policy.DENY, 5))",
        "policy.add(policy.suffix(policy.DENY, todname('r.zz')))", "policy.add(policy.suffix(policy.DENY))",
        "policy.add(policy.suffix(policy.DENY, {true}))",
        "policy.add(policy.suffix_common(policy.DENY, {todname('r.zz')}))",
        "policy.add(policy.all(policy.MIRROR('nope')))", "policy.add(policy.all(policy.REROUTE(5)))",
        "view:addr('nope', policy.all(policy.DENY))", forward("{'1.1.1.1'}"), forward("'1.1.1.1'"), forward("{}"),
        forward("{{'1.1.1.1'}}"), forward("{{'nope', hostname='x.y'}}"), forward("{{'1.1.1.1', hostname=''}}"),
        forward("{{'1.1.1.1', pin_sha256='x'}}"), forward("{{'1.1.1.1', hostname='x.y', nosuch=1}}"),
        forward("{{'1.1.1.1', hostname='x.y'}, {'1.0.0.1'}}"),
        // Whether these are right is not known.
        "net.listen(addresses)", "cache.size = half", "net.listen(net.eth0)",
    ])
    func doesNotStart(statement: String) throws {
        #expect(try kinds(statement) == [.unsupported, .unsupported], "\(statement)")
    }

    @Test(arguments: [
        "cache.size = 100000", "cache.size = 5 * MB", "cache.size = 1*GB", "cache.storage = 'lmdb:///x'",
        "user('knot-resolver', 'knot-resolver')", "mode('strict')", "log_level('debug')", "log_target('stderr')",
        "log_groups({'system', 'tls'})", "net.listen('::1', 5399)", "net.listen({'127.0.0.1', '::1'}, 5399)",
        "net.listen(net.lo, 5399)", "net.listen('127.0.0.1', 5399, {kind='tls', freebind=true})",
        "net.listen('/tmp/sock', nil, {kind='control'})", "net.ipv6 = false", "net.bufsize(1232, 4096)",
        "net.tls_padding(true)", "net.proxy_allowed({'192.0.2.0/24'})", "cache.max_ttl(60)", "cache.min_ttl(0)",
        "option('NO_MINIMIZE', true)", "option('NO_IPV6')", "trust_anchors.set_insecure({'x.zz'})",
        "trust_anchors.keep_removed = 0", "modules.unload('priming')", "modules = {'stats', predict = {window=15}}",
        "event.after(1000, function() end)",
        "policy.add(policy.suffix(policy.DENY, {5, 'r'}), false)",
        forward("{{'1.1.1.1', hostname='x.y'}}"),
        forward("{{'1.1.1.1@853', hostname='x.y', ca_file='/etc/ssl/certs/ca-certificates.crt'}}"),
        forward("{{'1.1.1.1', insecure=true}}"),
        forward("{{'1.1.1.1', pin_sha256='MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI='}}"),
        "policy.add(policy.suffix(policy.STUB({'192.0.2.1', '192.0.2.2'}), {todname('r.zz')}))",
    ])
    func starts(statement: String) throws {
        let isOdd = statement.contains("{5, 'r'}")
        #expect(try kinds(statement) == [.nxdomain, isOdd ? .unsupported : .pass], "\(statement)")
    }
}
