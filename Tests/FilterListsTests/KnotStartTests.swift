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
        // What modules and the cache give is there when they are.
        "cache.clear()", "cache.max_ttl(60)", "cache.stats()", "hints.set('r.zz 192.0.2.1')", "stats.list()",
        "view:addr('192.0.2.0/24', policy.all(policy.DENY))", "predict.config({window=15, period=24})",
        "modules = {'http'}", "modules = {'nosuch'}", "modules = {'hints > nosuch'}", "modules = {predict = 'x'}",
        "modules = {5}", "modules = 'x'", "modules.unload('hints')", "modules = {'dns64'}\ndns64.config('x')",
        "modules = {'hints'}\nhints.root_file('/nonexistent')", "modules = {'view'}\nview.addr('192.0.2.0/24', f)",
        // Values of the right kind.
        "policy.add(policy.all(policy.MIRROR('127.0.0.1')))", "policy.slice_randomize_psl()",
        "policy.REROUTE({['x']='y'})",
        "policy.add(policy.rpz(policy.DENY, '/nonexistent'))", "policy.add(policy.suffix(policy.DENY, {{}}))",
        forward("{{'1.1.1.1', hostname='x.y'}, {'1.1.1.1', hostname='x.z'}}"),
        forward("{{'1.1.1.1', hostname='x..y'}}"),
        forward("{{'1.1.1.1', pin_sha256='!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!='}}"),
        forward("{{'1.1.1.1', hostname='x.y', ca_file='/nonexistent'}}"), "user('root', 'nosuch')", "log('%d', 'x')",
        "trust_anchors.add('x y')", "trust_anchors.add('. IN DS 20326 8 2 zz')",
        "trust_anchors.add_file('/nonexistent')",
        "net.tls('/nonexistent', '/nonexistent')", "net.listen('127.0.0.1', 53)\nnet.listen('127.0.0.1', 53)",
        "net = '127.0.0.1'", "net.listen('127.0.0.1', 53, {kind='webmgmt'})", "hostname(nil)", "log_level(nil)",
        "debugging.nosuch = 5", "kres.str2ip(5)", "assert(false)", "worker.sleep(1)", "cache.storage = 'nope://x'",
        // Operators, and no programs.
        "x = 5 * nosuch", "x = todname('a..b') .. 'b'", "x = kres.nosuch.x", "t = {[nosuch] = 1}", "x = nil .. 'x'",
        "f = function() ( end", "function f() break end", "tostring()", "net.nosuch()",
        // Whether these are right is not known.
        "f = function() end\nf()", "if true then print('x') end", "local x = require('nosuch')", "user('nobody')",
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
        "net.ipv6 = false", "net.bufsize(1232, 4096)",
        "net.tls_padding(true)", "net.proxy_allowed({'192.0.2.0/24'})", "cache.size = 5 * MB\ncache.max_ttl(60)",
        "cache.open(5 * MB)\ncache.min_ttl(0)",
        "option('NO_MINIMIZE', true)", "option('NO_IPV6')", "trust_anchors.set_insecure({'x.zz'})",
        "trust_anchors.keep_removed = 0", "modules.unload('priming')", "modules = {'stats', predict = {window=15}}",
        "modules = {'hints'}\nhints.use_nodata(true)", "modules = {'stats', 'predict', 'serve_stale < cache'}",
        "modules = {'view'}\nview:addr('192.0.2.0/24', policy.suffix(policy.DENY, {todname('r.zz')}))",
        "modules = {'hints'}\nhints.root({['j.root-servers.net.'] = {'192.0.2.4', '2001:503:c27::2:30'}})",
        "cache.open(5 * MB)\ncache.clear()", "print('Knot Resolver ' .. package_version())", "x = 5 * MB",
        "trust_anchors.add('. IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D')",
        "event.recurrent(1 * minute, function() end)",
        "local id = event.after(5 * sec, function() end)\nevent.cancel(id)",
        "internalDomains = policy.todnames({'company.example', 'internal.example'})\n"
            + "policy.add(policy.suffix(policy.FORWARD({'192.168.1.2'}), internalDomains))",
        "function f(x) return x.y end", "local a, b = 1, 'x'", "t = {}\nt.x = 1\nt.y = 2", "log_groups()",
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
