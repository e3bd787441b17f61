import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Names with octets that hosts do not have, in engines that look at text: nothing firm is said that the engine's source refutes.
@Suite struct OddNamesTests {
    @Test(arguments: [
        (Engine.adguardHome, ListFormat.adblock, "||c.zz^", "*.c.zz", VerdictKind.unsupported),
        (.adguardHome, .adblock, "||c.zz^", #"x\.y.c.zz"#, .unsupported),
        (.adguardHome, .adblock, "||c.zz^", #"a\255b.c.zz"#, .unsupported),
        (.adguardHome, .adblock, "||c.zz^", "a_b-1.c.zz", .sinkhole),
        (.adguardHome, .adblock, "||c.zz^", "*.d.zz", .pass),
        // A label of 46 octets has the octet of a dot in front of it.
        (.adguardHome, .adblock, "||c.zz^", "abcdefghijabcdefghijabcdefghijabcdefghijabcdef.c.zz", .sinkhole),
        (.dnscryptProxy, .dnscrypt, "b.zz", #"x\.b.zz"#, .unsupported),
        (.dnscryptProxy, .dnscrypt, "=c.b.zz", #"c\.b.zz"#, .unsupported),
        (.dnscryptProxy, .dnscrypt, "b.zz", #"x\255.b.zz"#, .unsupported),
        (.dnscryptProxy, .dnscrypt, "b.zz", "*.b.zz", .nodata),
        (.dnscryptProxy, .dnscrypt, "b.zz", "abcdefghijabcdefghijabcdefghijabcdefghijabcdef.b.zz", .nodata),
        (.dnscryptProxy, .dnscrypt, "b.zz", "abcdefghijabcdefghijabcdefghijabcdefghijabcdef.d.zz", .pass),
        (.dnscryptProxy, .dnscrypt, "[ -~]*.zz", "a.zz", .nodata), (.dnscryptProxy, .dnscrypt, "a b.zz", "b.zz", .pass),
        // FTL compares the names of types, and four letters of CNAME.
        (.pihole, .regex, #"(\.|^)b\.zz$;querytype=TYPE1"#, "b.zz", .pass),
        (.pihole, .regex, #"b\.zz$;reply=CNAM,foo"#, "b.zz", .unsupported),
    ])
    func saysNothingThatTextRefutes(engine: Engine, format: ListFormat, line: String, name: String, kind: VerdictKind)
        throws
    {
        let loaded = try LayerLoader.load(
            [ListInput(path: "a", format: format, octets: Array((line + "\n").utf8))],
            engine: engine,
            mayBeEmpty: true
        )
        let domain = try DomainName(name)
        let alone = CompiledStack(layers: [loaded.layer])
        #expect(alone.verdict(domain, type: .a).kind == kind)
        // Behind other layers, which tell which of them are asked.
        let other = try readList("other.example\n", .domains, .pihole)
        let stack = CompiledStack(layers: [other.layer, loaded.layer])
        #expect(stack.verdict(domain, type: .a).kind == kind)
    }

    @Test(arguments: [Engine.bindRPZ, .unboundRPZ, .pdnsRPZ])
    func targetsThatAreTooLongAreOpen(engine: Engine) throws {
        let label = String(repeating: "b", count: 63)
        let owner = String(repeating: "a", count: 63)
        let text = """
            $TTL 60
            @ SOA . . 1 1 1 1 1
            @ NS localhost.
            \(owner).zz CNAME *.\(label).\(label).\(label).
            a.zz CNAME *.\(label).\(label).\(label).

            """
        let loaded = try readList(text, .rpz, engine)
        let context = QueryContext(client: Client(address: IPAddress("10.0.0.9")))
        #expect(try loaded.verdict("\(owner).zz", .a, context: context).kind == .unsupported)
        #expect(try loaded.verdict("a.zz", .a, context: context).kind == .redirect)
    }
}
