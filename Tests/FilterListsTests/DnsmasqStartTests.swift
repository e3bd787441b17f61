import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Options that keep dnsmasq 2.90 from starting or answering, and what the others need of the machine; each was given to the
/// running engine, with `local=/b.zz/` beside it.
struct DnsmasqStartTests {
    private func kind(_ rules: String, _ name: String = "b.zz", _ type: RRType = .a) throws -> VerdictKind {
        try readList("local=/b.zz/\n\(rules)\n", .dnsmasq, .dnsmasq).verdict(name, type).kind
    }

    /// It starts and answers.
    @Test(
        arguments: [
            "no-resolv", "cache-size=0", "cache-size=", "neg-ttl=60", "edns-packet-max=1232", "use-stale-cache",
            "use-stale-cache=3600", "min-port=2000", "min-port=2000\nmax-port=0", "max-port=5000", "port=53",
            "log-facility=-", "log-facility=LOCAL3", "log-facility=/var/log/dnsmasq.log", "log-queries=extra",
            "trust-anchor=.,20326,8,2,E06D44", "trust-anchor=a.zz,IN,1,8,2,E0", "conntrack", "query-port=0",
            "interface=eth9", "interface=lo\nbind-interfaces", "listen-address=127.0.0.1,::1\nbind-interfaces",
            "listen-address=10.9.9.9", "user=root", "group", "pid-file=/run/dnsmasq.pid", "no-poll\nno-resolv",
            "ipset=/a.zz/c", "nftset=/a.zz/4#ip#c#d", "dhcp-range=192.0.2.10,192.0.2.20,12h", "auth-server=ns.zz",
            "dhcp-range=set:a,192.0.2.10,192.0.2.20,255.255.255.0,192.0.2.255,12h", "dhcp-option=3,192.0.2.1",
            "dhcp-host=11:22:33:44:55:66,box,192.0.2.9", "dhcp-fqdn\ndomain=a.zz", "tftp-root=/nosuch",
            "dhcp-leasefile=/nosuch/x", "local-service=host", "add-subnet=24,96", "fast-dns-retry=50",
            "enable-dbus", "cache-rr=TXT", "max-tcp-connections=1", "dnssec-limits=1,2", "domain=a.zz,eth0",
            "port-limit=2",
            "naptr-record=a..b,1,2,s,x,e,r,7", "naptr-record=a.zz,,2,,,", "naptr-record=a..b,1,2,s,x,e",
            "dns-rr=a..b,51,01", "dns-rr=a.zz,70000", "dns-rr=a.zz,51,01:02", "dns-rr=a.zz,51,01 02", "dns-rr=a.zz,51,",
            "mx-host=a.zz,,7", "mx-host=a.zz,c,", "srv-host=a.zz,c,1,,1", "ptr-record=a.zz,b,c",
            "caa-record=a.zz,1,t,v,w",
            "interface-name=a.zz,lo/6", "interface-name=a.zz,lo,x", "dynamic-host=a.zz,0.0.0.1,lo",
            "dynamic-host=a.zz,0.0.0.1,", "synth-domain=a.zz,192.0.2.0/24,i-", "synth-domain=a.zz,192.0.2.9,192.0.2.1",
            "synth-domain=a.zz,192.0.2.1", "auth-zone=a.zz,lo,192.0.2.0/33\nauth-server=x.zz", "server=localhost",
            "server=/a.zz/localhost#53", "server=/a.zz/localhost@127.0.0.1",
            // Without anything most say nothing.
            "addn-hosts=", "conf-dir=", "conf-file", "conf-file=", "conf-script=", "dhcp-host=", "dhcp-option=",
            "dhcp-option-force=", "dhcp-pxe-vendor=", "dumpfile=", "hostsdir=", "local-ttl=", "ra-param=",
            "servers-file=", "mx-host=", "ptr-record=", "srv-host=", "txt-record=", "server=192.0.2.1\naddress=",
            "server=192.0.2.1\nlocal=", "server=192.0.2.1\nserver=",
            "domain=a.zz\ndomain=c.zz", "log-queries\nlog-queries", "cname=*.a.zz,b.a.zz", "dns-forward-max=1",
            "dnssec\ntrust-anchor=.,20326,8,2,E06D44", "resolv-file=/etc/resolv.other",
        ]
    )
    func answers(rules: String) throws { #expect(try kind(rules) == .nxdomain) }

    /// It does not start.
    @Test(
        arguments: [
            "naptr-record=a.zz", "naptr-record=a..b,1", "naptr-record=a.zz,1,x,s,x,e",
            "naptr-record=a.zz,70000,2,s,x,e,r",
            "naptr-record=a.zz,1,2,s,x", "naptr-record=", "dns-rr=a..b", "dns-rr=a..b,x", "dns-rr=a.zz,-1",
            "dns-rr=a.zz,51,xx", "dns-rr=a..b,51,01,02", "dns-rr=a.zz,51,\"01\"", "mx-host=a..b,c,x",
            "mx-host=a.zz,c,1,2",
            "srv-host=a..b,c,x", "srv-host=a.zz,c,1,2,3,4", "srv-host=a.zz,c,1,x", "interface-name",
            "interface-name=a.zz",
            "interface-name=a.zz,lo/7", "interface-name=a.zz,lo/4/6", "dynamic-host=a.zz,0.0.0.1",
            "dynamic-host=a.zz,,lo",
            "dynamic-host", "synth-domain=", "synth-domain=a.zz,192.0.2.0/33", "synth-domain=a.zz,x",
            "synth-domain=a.zz,192.0.2.1,x", "synth-domain=a.zz,192.0.2.1,2001:db8::1", "auth-zone",
            "auth-zone=a.zz,192.0.2.0/x\nauth-server=x.zz",
            "no-resolv=1", "caa-record=a.zz,x", "filter-rr=+1", "dhcp-boot=tag:a", "no-hosts=yes", "no-resolv=",
            "bogus-priv=1", "cache-size", "cache-size=-1", "neg-ttl=abc",
            "neg-ttl", "edns-packet-max=abc", "use-stale-cache=abc", "use-stale-cache=2147483648", "min-port=70000",
            "max-port=x", "port=65536", "log-facility=nonesuch", "log-facility", "trust-anchor=abc", "no-0x20-encode",
            "all-subnets", "min-port=2000\nmax-port=1000", "max-port=500", "conntrack\nquery-port=5000", "interface",
            "bind-interfaces\nbind-dynamic", "cache-size=10\ncache-size=20", "local-ttl=1\nlocal-ttl=2", "user\nuser",
            "mx-target=a.zz\nmx-target=a.zz", "dhcp-fqdn", "dnssec", "listen-address=lo", "auth-peer=x", "ipset=",
            "ipset=/a.zz/", "domain=a.zz,192.0.2.0/33", "domain=a.zz,192.0.2.0/24,x", "domain=#", "port-limit=0",
            "dnssec\ntrust-anchor=.,20326,8,2,E06D44\ncache-size=10", "local-service=x", "fast-dns-retry=49",
            "add-subnet=1.2.3.4", "cache-rr=x", "max-tcp-connections=0", "dnssec-limits=1,x", "enable-ubus",
            "dhcp-range=192.0.2.10", "dhcp-range=192.0.2.10,192.0.2.20,12x", "dhcp-option=3,abc", "log-async=x",
            "dhcp-range=192.0.2.10,192.0.3.20,255.255.255.0", "dhcp-luascript=/x", "dhcp-host=11:22:33:44:55:66,-box",
            "dhcp-host=11:22:33:44:55:66,192.0.2.9\ndhcp-host=11:22:33:44:55:67,192.0.2.9",
            "resolv-file=/etc/a\nresolv-file=/etc/b\nno-poll",
            "cname=a.zz,c.zz\ncname=c.zz,a.zz", "cname=a.zz,a.zz", "cname=*.a.zz,*.a.zz",
            "cname=a.zz,x.zz\ncname=A.zz.,y.zz",
            "cname=c.zz,d.zz\ncname=a.zz,c.zz\ncname=d.zz,c.zz", "auth-server=ns.zz\nauth-server=ns.zz",
        ]
    )
    func doesNotStart(rules: String) throws {
        #expect(try kind(rules) == .unsupported)
        #expect(try kind("cname=al.zz,t.zz\n\(rules)", "al.zz", .cname) == .unsupported)
    }

    /// It starts only on some machines, answers nothing, or refuses.
    @Test(
        arguments: [
            "interface=eth9\nbind-interfaces", "listen-address=10.9.9.9\nbind-interfaces", "group=other", "user=other",
            "enable-tftp\ntftp-root=/nosuch", "dumpfile=/nosuch/x", "log-facility=/nosuch/x", "resolv-file=/nosuch/x",
            "dhcp-leasefile=/nosuch/x\ndhcp-range=192.0.2.1,192.0.2.9", "port=0", "port=4294967296",
            "dns-forward-max=0", "dns-forward-max=", "auth-server=ns.zz,lo", "auth-server=ns.zz,127.0.0.1",
            "connmark-allowlist-enable", "pid-file=/nosuch/x", "server=nosuch.invalid", "local=/a.zz/nosuch.invalid",
            "server=/a.zz/nosuch.invalid#53", "server=/a.zz/x.y@lo", "rev-server=192.0.2.0/24,nosuch.invalid",
        ]
    )
    func dependsOnTheMachine(rules: String) throws { #expect(try kind(rules) == .unsupported) }

    @Test(
        arguments: [
            ("domain=corp.zz,192.0.2.0/24,local", "corp.zz", RRType.a, VerdictKind.nxdomain),
            ("domain=corp.zz,192.0.2.0/24,local", "x.corp.zz", .a, .nxdomain),
            ("domain=corp.zz,192.0.2.0/24,local", "1.2.0.192.in-addr.arpa", .ptr, .nxdomain),
            ("domain-suffix=corp.zz,192.0.2.0/23,local", "1.3.0.192.in-addr.arpa", .ptr, .nxdomain),
            ("domain=corp.zz,192.0.2.0/24,local", "1.3.0.192.in-addr.arpa", .ptr, .pass),
            ("domain=corp.zz,192.0.2.0/24", "x.corp.zz", .a, .pass),
            ("domain=corp.zz,192.0.2.1,192.0.2.9,local", "x.corp.zz", .a, .pass),
            ("domain=lan.zz\nsrv-host=_x._tcp,h.zz,5", "_x._tcp.lan.zz", .srv, .unsupported),
            ("interface-name=if.zz,lo", "1.0.0.127.in-addr.arpa", .ptr, .unsupported),
            ("synth-domain=s.zz,192.0.2.1,192.0.2.9", "5.2.0.192.in-addr.arpa", .ptr, .unsupported),
            ("synth-domain=s.zz,192.0.2.1,192.0.2.9", "5.3.0.192.in-addr.arpa", .ptr, .pass),
            // Without anything a rule is about every name, and gives way to a server for everything.
            ("no-resolv\naddress=", "x.zz", .a, .nxdomain), ("no-resolv\nlocal=", "x.zz", .a, .nxdomain),
            ("server=192.0.2.1\nserver=", "x.zz", .a, .pass), ("address=", "x.zz", .a, .unsupported),
            // Without any server for everything, what nothing else decides is refused.
            ("no-resolv", "x.zz", .a, .refused), ("no-resolv", ".", .ns, .refused),
            ("no-resolv\nserver=192.0.2.1", "x.zz", .a, .pass), ("server=192.0.2.1\nno-resolv", "x.zz", .a, .pass),
            ("no-resolv\nserver=/#/192.0.2.1", "x.zz", .a, .route),
            ("no-resolv\nserver=/a.zz/192.0.2.1", "a.zz", .a, .route),
            ("no-resolv\nserver=/a.zz/192.0.2.1", "x.zz", .a, .refused),
            ("no-resolv\nserver=//192.0.2.1", "x.zz", .a, .refused),
            ("no-resolv\naddress=/#/192.0.2.1", "x.zz", .a, .redirect),
            ("no-resolv\naddress=/#/192.0.2.1", "x.zz", .aaaa, .refused),
            ("no-resolv\naddress=/a.zz/192.0.2.1", "a.zz", .aaaa, .refused),
            ("no-resolv\nhost-record=h.zz,192.0.2.1", "h.zz", .a, .redirect),
            ("no-resolv\nhost-record=h.zz,192.0.2.1", "h.zz", .txt, .refused),
            ("no-resolv\nserver=/a.zz/#", "x.zz", .a, .unsupported),
            ("no-resolv\nenable-dbus", "x.zz", .a, .unsupported),
            ("txt-record=", ".", .txt, .unsupported), ("txt-record=", ".", .a, .pass),
            ("txt-record=", "x.zz", .txt, .pass), ("addn-hosts=", "x.zz", .a, .pass),
            ("dns-rr=a.zz,65587,01", "a.zz", RRType(rawValue: 51), .redirect),
            ("interface-name=if.zz,lo", "if.zz", .a, .unsupported), ("interface-name=if.zz,lo", "x.y", .a, .pass),
            // A NUL ends what is read of a line.
            ("local=/x.zz/\0", "x.zz", .a, .nxdomain), ("local=/x.zz/\0/1.2.3.4", "x.zz", .a, .nxdomain),
            ("#\0local=/x.zz/", "x.zz", .a, .pass), ("address=/x.zz/1.2.3.4\0 \"", "x.zz", .a, .redirect),
            ("\0local=/x.zz/", "x.zz", .a, .pass),
            ("localise-queries\nhost-record=l.zz,127.0.0.5\nhost-record=l.zz,10.1.1.1", "l.zz", .a, .unsupported),
            ("localise-queries\nhost-record=l.zz,10.1.1.1\nhost-record=l.zz,::1", "l.zz", .a, .redirect),
            ("localise-queries\nhost-record=l.zz,::2\nhost-record=l.zz,::1", "l.zz", .aaaa, .redirect),
            (
                "localise-queries\ncname=k.zz,l.zz\nhost-record=l.zz,127.0.0.5\nhost-record=l.zz,10.1.1.1", "k.zz", .a,
                .unsupported
            ),
        ]
    )
    func decides(rules: String, name: String, type: RRType, kind: VerdictKind) throws {
        #expect(try self.kind(rules, name, type) == kind, "\(rules) / \(name)")
    }

    /// One dnsmasq whose `conf-file` is the second list: it does not start.
    @Test(
        arguments: [
            ("cache-size=10", "cache-size=20"), ("bind-dynamic", "bind-interfaces"), ("min-port=2000", "max-port=1500"),
            ("cname=a.zz,c.zz", "cname=c.zz,a.zz"), ("cname=a.zz,c.zz", "cname=a.zz,d.zz"),
            ("conntrack", "query-port=5000"), ("dnssec\ntrust-anchor=.,20326,8,2,E06D44", "cache-size=10"),
            ("dhcp-host=11:22:33:44:55:66,192.0.2.9", "dhcp-host=11:22:33:44:55:67,192.0.2.9"),
            ("resolv-file=/etc/a\nno-poll", "resolv-file=/etc/b"), ("mx-target=a.zz", "mx-target=a.zz"),
        ]
    )
    func doesNotStart(first: String, second: String) throws {
        for lists in [[first, second], [second, first]] {
            #expect(try layer(lists).verdict("b.zz").kind == .unsupported, "\(lists)")
        }
        #expect(try layer([first, ""]).verdict("b.zz").kind == .nxdomain)
        #expect(try layer([second, ""]).verdict("b.zz").kind == .nxdomain)
    }

    /// The same where what one list says counts for the rules of the other.
    @Test(
        arguments: [
            ("dnssec", "trust-anchor=.,20326,8,2,E06D44", "b.zz", RRType.a, VerdictKind.nxdomain),
            ("dhcp-fqdn", "domain=a.zz", "b.zz", .a, .nxdomain),
            ("auth-zone=a.zz", "auth-server=ns.zz", "b.zz", .a, .nxdomain),
            ("resolv-file=/nosuch/x", "no-resolv", "b.zz", .a, .nxdomain),
            ("local=/#/", "no-resolv", "x.y", .a, .nxdomain), ("no-resolv", "", "x.y", .a, .refused),
            ("no-resolv", "server=192.0.2.1", "x.y", .a, .pass),
            ("local=/#/", "server=192.0.2.1", "x.y", .a, .pass),
            ("mx-host=m.zz", "mx-target=t.zz", "m.zz", .mx, .redirect),
            ("srv-host=_x._tcp,h.zz,5", "domain=lan.zz", "_x._tcp.lan.zz", .srv, .unsupported),
        ]
    )
    func decides(first: String, second: String, name: String, type: RRType, kind: VerdictKind) throws {
        for lists in [[first, second], [second, first]] {
            #expect(try layer(lists).verdict(name, type).kind == kind, "\(lists)")
        }
    }

    /// A layer of lists, each with a rule.
    private func layer(_ lists: [String]) throws -> LoadedLayer {
        try LayerLoader.load(
            lists.map { ListInput(path: $0, format: .dnsmasq, octets: Array("local=/b.zz/\n\($0)\n".utf8)) },
            engine: .dnsmasq
        )
    }

    /// What each list says for all others is looked at so often and no more.
    @Test(arguments: [(20, VerdictKind.nxdomain), (200, .unsupported)])
    func manyListsWithManyOptions(lists: Int, kind: VerdictKind) throws {
        let loaded = try layer(
            (0..<lists).map { list in (0..<150).map { "cname=l\(list)n\($0).zz,t.zz\n" }.joined() }
        )
        #expect(try loaded.verdict("a.b.zz").kind == kind)
        #expect(loaded.reports.allSatisfy { ($0.unsupported["too-many-options"] == 1) == (kind == .unsupported) })
    }

    /// `domain-suffix` is `domain`.
    @Test func suffix() throws {
        let lists = ["192.0.2.7 nas\n", "domain-suffix=lan.zz\nexpand-hosts\n"]
        let layer = try LayerLoader.load(
            zip([ListFormat.hosts, .dnsmasq], lists).map { ListInput(path: $1, format: $0, octets: Array($1.utf8)) },
            engine: .dnsmasq,
            mayBeEmpty: true
        )
        #expect(try layer.verdict("nas.lan.zz").kind == .redirect)
    }
}
