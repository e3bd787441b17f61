import DNS
import FilterLists
import Policy
import Suites
import TestSupport
import Testing

/// What engines answer where a name has several rules or records that are alike; each was compared with the running engine.
@Suite struct RepeatedRulesTests {
    /// Address and TTL of each record.
    private func answers(_ text: String, _ format: ListFormat, _ engine: Engine, _ name: String) throws -> [String] {
        let verdict = try readList(text, format, engine).verdict(name, .a)
        return (verdict.answer?.records ?? []).map { record in
            "\(IPAddress(octets: record.data)?.description ?? "?") \(record.ttl ?? 0)"
        }
    }

    @Test(arguments: [
        ("address=/a.zz/#\naddress=/a.zz/#", "x.a.zz", ["0.0.0.0 0", "0.0.0.0 0"]),
        ("address=/*a.zz/#\naddress=/*a.zz/#", "xa.zz", ["0.0.0.0 0", "0.0.0.0 0"]),
        ("address=/*a.zz/192.0.2.1\naddress=/*a.zz/192.0.2.2", "xa.zz", ["192.0.2.1 0", "192.0.2.2 0"]),
        ("address=/a.zz/#\naddress=/*a.zz/#", "a.zz", ["0.0.0.0 0"]),
        ("address=/a.zz/#\naddress=/a.zz/0.0.0.0", "a.zz", ["0.0.0.0 0"]),
        ("host-record=a.zz,192.0.2.1\nhost-record=a.zz,192.0.2.1,7", "a.zz", ["192.0.2.1 0"]),
    ])
    func dnsmasq(rules: String, name: String, expected: [String]) throws {
        #expect(try answers(rules + "\n", .dnsmasq, .dnsmasq, name).sorted() == expected)
    }

    @Test(arguments: [
        (Engine.unboundRPZ, ["192.0.2.1 300", "192.0.2.2 5"]),
        (.pdnsRPZ, ["192.0.2.1 300", "192.0.2.1 300", "192.0.2.2 300"]), (.bindRPZ, ["192.0.2.1 5", "192.0.2.2 5"]),
    ])
    func policyZones(engine: Engine, expected: [String]) throws {
        let zone = """
            $ORIGIN p.zz.
            @ 300 IN SOA localhost. root.localhost. 1 3600 600 86400 60
            @ 300 NS a.
            a.example 300 A 192.0.2.1
            b.example CNAME .
            A.Example 5 A 192.0.2.1
            a.example 5 A 192.0.2.2

            """
        #expect(try answers(zone, .rpz, engine, "a.example").sorted() == expected)
    }
}
