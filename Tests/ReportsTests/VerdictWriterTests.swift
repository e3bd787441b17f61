import DNS
import FindingSupport
import Policy
import Reports
import Testing
import TextScan

/// The fast writer and the general one say the same, octet for octet.
@Suite struct VerdictWriterTests {
    /// Lists in which rules meet: several at one name, data of two families, stars, patterns, text that has to be escaped.
    static let lists: [(engine: Engine, text: String)] = [
        (
            .pihole,
            "0.0.0.0 a.example\nb.example\nb.example\n||c.example^\n@@||x.c.example^\nodd.example # \u{7F}\"\\é\n"
        ),
        (.pihole, "(^|\\.)d[0-9]+\\.example$\n^e\\.;querytype=A;reply=NODATA\n^.*z$;reply=192.0.2.7\n^[^f]+$;invert\n"),
        (
            .adguardHome,
            """
            0.0.0.0 a.example
            192.0.2.4 b.example
            ::1 b.example
            ||c.example^$dnstype=A
            @@||x.c.example^$important
            ||*d*.example^
            /^e[0-9]/
            ||b.example^
            ||r.example^$dnsrewrite=NOERROR;A;192.0.2.8
            ||d.example^$client=192.0.2.1
            ||d.example^$denyallow=x.d.example
            """
        ),
        (
            .dnsmasq,
            """
            address=/a.example/
            address=/b.example/#
            address=/c.example/192.0.2.1
            address=/c.example/2001:db8::1
            address=/*d.example/0.0.0.0
            server=/s.c.example/#
            local=/e.example/
            address=/x.e.example/192.0.2.9
            """
        ),
        (.dnsmasq, "filter-AAAA\naddress=/a.example/2001:db8::1\nserver=/b.example/#\n"),
        (
            .unbound,
            """
            server:
            local-zone: "a.example." always_nxdomain
            local-zone: "b.example." always_null
            local-zone: "c.example." redirect
            local-data: "c.example. 60 A 192.0.2.1"
            local-data: "c.example. 60 AAAA 2001:db8::1"
            local-zone: "d.example." static
            local-data: "x.d.example. CNAME y.example."
            local-data: "e.example. A 0.0.0.0"
            """
        ),
        (
            .dnsdist,
            """
            addAction("a.example", RCodeAction(DNSRCode.NXDOMAIN))
            addAction(QTypeRule(DNSQType.AAAA), SpoofAction({"2001:db8::1"}))
            addAction({"b.example", "c.example"}, SpoofAction({"192.0.2.1", "192.0.2.2"}))
            addAction("c.example", DropAction())
            """
        ),
        (.blocky, "a.example\nb.example\n*.b.example\nc.example\n/^e[0-9]/\n"),
        (.technitium, "a.example\nb.example\nc.example\n"),
        (.dnscryptProxy, "a.example\n=b.example\n*d*\nads.*\ne*.example\n"),
    ]

    static let zone = """
        $TTL 300
        @ SOA localhost. root.localhost. 1 1 1 1 1
        @ NS localhost.
        @ NS localhost.
        a.example CNAME .
        32.1.2.0.192.rpz-ip CNAME .
        *.a.example CNAME .
        b.example CNAME *.
        c.example A 192.0.2.1
        c.example AAAA 2001:db8::1
        c.example TXT "quo\\"te"
        *.d.example CNAME *.garden.example.
        e.example CNAME garden.example.
        *.f.example CNAME rpz-passthru.
        g.example CNAME rpz-drop.
        h.example CNAME rpz-tcp-only.
        *.h.example A 192.0.2.2
        """

    static let names = [
        "a.example", "x.a.example", "b.example", "x.b.example", "c.example", "x.c.example", "s.c.example", "d.example",
        "x.d.example", "adb.example", "d7.example", "e.example", "e1.example", "x.e.example", "ads.example.com",
        "f.example", "y.f.example", "g.example", "h.example", "y.h.example", "odd.example", "xyz", "_esni.a.example",
        "r.example", "A.EXAMPLE", "no\\000\\\"\\.\\255.example", "none.example.net", ".",
    ]

    static let types: [RRType] = [.a, .aaaa, .https, .txt, .cname, .any]

    static func layers() throws -> [CompiledLayer] {
        try lists.map { try Samples.layer($0.engine, $0.text, path: "li\"st.txt") }
            + [Engine.bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ].map { try Samples.layer($0, zone) }
    }

    private func compare(_ stack: CompiledStack, _ names: [DomainName], _ context: QueryContext = .unknown) {
        var writer = VerdictWriter(stack, context: context)
        for name in names + names {
            let buffer = NameBuffer(name)
            let hashes = SuffixHashes(buffer)
            writer.begin(buffer)
            for type in Self.types {
                var fast = JSONWriter()
                let own = stack.decide(buffer, hashes, type: type, context: context)
                let decision = stack.decideAnyAddress(of: buffer, type: type, context: context, after: own)
                writer.write(decision, on: buffer, hashes, type: type, to: &fast)
                var general = JSONWriter()
                let verdict = stack.verdict(name, type: type, context: context)
                let record = VerdictRecord(name: name, type: type, verdict: verdict)
                general.object {
                    $0.member("kind", "verdict")
                    record.write(to: &$0)
                }
                #expect(
                    fast.bytes == general.bytes,
                    "\(String(decoding: fast.bytes, as: UTF8.self)) is not \(String(decoding: general.bytes, as: UTF8.self))"
                )
            }
        }
    }

    @Test func sameRecordsForEveryEngine() throws {
        let names = try Self.names.map { try DomainName($0) }
        let layers = try Self.layers()
        for layer in layers { compare(CompiledStack(layers: [layer]), names) }
        compare(CompiledStack(layers: layers), names)
        let client = Client(address: IPAddress("192.0.2.1"))
        compare(CompiledStack(layers: layers), names, QueryContext(client: client))
        compare(CompiledStack(layers: layers.reversed()), names)
    }

    /// More rules and answers than a cache of pieces holds.
    @Test func sameRecordsWhenPiecesTakeEachOthersPlace() throws {
        let numbers = 0..<1500
        let data = numbers.map { "address=/n\($0).example/192.0.2.\($0 % 250)\n" }.joined()
        let hosts = numbers.map { "0.0.0.0 n\($0).example\n" }.joined()
        let layers = [try Samples.layer(.dnsmasq, data), try Samples.layer(.pihole, hosts)]
        let names = try numbers.map { try DomainName("n\($0).example") }
        for layer in layers { compare(CompiledStack(layers: [layer]), names) }
    }
}
