import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Records of dnsmasq's own beside addresses, as 2.90 answers with them.
struct DnsmasqRecordsTests {
    private static let rules = """
        cname=a.zz,b.zz,77
        cname=b.zz,c.zz
        cname=out.zz,zz.example
        host-record=c.zz,192.0.2.1,::1,55
        txt-record=c.zz,hello,"a,b"
        mx-host=m.zz,c.zz,5
        srv-host=_ldap._tcp.zz,c.zz,389,1,2
        caa-record=k.zz,0,issue,"ca.zz"
        dns-rr=d.zz,65,000100
        ptr-record=x.e.zz,c.zz
        address=/zz/
        """

    private func answer(_ name: String, _ type: RRType) throws -> PolicyAnswer {
        try #require(try readList(Self.rules, .dnsmasq, .dnsmasq).verdict(name, type).answer)
    }

    /// Of the addresses of a family that one line gives, the last counts; those of several lines are all given (compared with
    /// 2.90).
    @Test(arguments: [
        ("a.zz", RRType.a, ["192.0.2.2"]), ("a.zz", .aaaa, ["2001:db8::2"]), ("b.zz", .a, ["192.0.2.2"]),
        ("c.zz", .a, ["192.0.2.5", "192.0.2.6"]), ("f.zz", .a, ["192.0.2.10"]),
    ])
    func hostRecords(name: String, type: RRType, addresses: [String]) throws {
        let rules = """
            host-record=a.zz,192.0.2.1,192.0.2.2,2001:db8::1,b.zz,2001:db8::2
            host-record=c.zz,192.0.2.5
            host-record=c.zz,192.0.2.6
            host-record=f.zz,192.0.2.9,300,192.0.2.10

            """
        let answer = try #require(try readList(rules, .dnsmasq, .dnsmasq).verdict(name, type).answer)
        #expect(answer.records.compactMap(\.address).map(\.description) == addresses)
        #expect(answer.records.allSatisfy { $0.ttl == (name == "f.zz" ? 300 : 0) })
    }

    @Test func followsAliasesThatItKnows() throws {
        let answer = try answer("a.zz", .a)
        #expect(answer.records.map(\.ttl) == [77])
        #expect(answer.behind.map(\.owner.description) == ["b.zz", "c.zz"])
        #expect(answer.behind.map(\.record.type) == [.cname, .a])
        #expect(answer.behind.map(\.record.ttl) == [0, 55])
        #expect(answer.endsAtAlias)
        #expect(try self.answer("out.zz", .a).behind.isEmpty)
        #expect(try self.answer("a.zz", .cname).behind.isEmpty)
        #expect(try self.answer("a.zz", .mx).behind.map(\.record.type) == [.cname])
        #expect(try self.answer("a.zz", .any).behind.count == 4)
    }

    @Test(
        arguments: [
            ("c.zz", RRType.txt, [5] + Array("hello".utf8) + [3] + Array("a,b".utf8)),
            ("_ldap._tcp.zz", .srv, [0, 1, 0, 2, 1, 0x85, 1, 0x63, 2, 0x7A, 0x7A, 0]),
            ("k.zz", .caa, [0, 5] + Array("issueca.zz".utf8)), ("d.zz", .https, [0, 1, 0]),
            ("m.zz", .mx, [0, 5, 1, 0x63, 2, 0x7A, 0x7A, 0]),
        ] as [(String, RRType, [UInt8])]
    )
    func givesRecords(_ name: String, _ type: RRType, data: [UInt8]) throws {
        #expect(try answer(name, type).records.map(\.data) == [data])
    }

    /// What stands behind the name is read as it stands.
    @Test(
        arguments: [
            ("txt-record=a.zz, x , y", "a.zz", RRType.txt, ["x ", " y"]),
            ("txt-record=a.zz ,\"x\" , \"y\" ", "a.zz", .txt, ["x ", " y"]),
            ("txt-record=a.zz,x\t,\ty", "a.zz", .txt, ["x ", " y"]),
            ("txt-record=a.zz,  , y", "a.zz", .txt, ["", " y"]),
            ("txt-record=a.zz, \"x\", ", "a.zz", .txt, ["x", ""]),
            ("txt-record=a.zz, \" x\" ,y", "a.zz", .txt, [" x ", "y"]),
            ("ptr-record=1.2.0.192.in-addr.arpa,a,b", "1.2.0.192.in-addr.arpa", .ptr, ["a,b", ""]),
            ("ptr-record=1.2.0.192.in-addr.arpa, a , b", "1.2.0.192.in-addr.arpa", .ptr, ["a , b", ""]),
            ("ptr-record=1.2.0.192.in-addr.arpa,a,", "1.2.0.192.in-addr.arpa", .ptr, ["a,", ""]),
        ] as [(String, String, RRType, [String])]
    )
    func takesTheRestOfTheLine(_ rule: String, _ name: String, _ type: RRType, parts: [String]) throws {
        let answer = try #require(try readList(rule + "\n", .dnsmasq, .dnsmasq).verdict(name, type).answer)
        #expect(answer.records.map(\.data) == [parts.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }])
    }

    @Test func addsTheAddressesOfHosts() throws {
        #expect(try answer("m.zz", .mx).additional.map(\.record.type) == [.a, .aaaa])
        #expect(try answer("_ldap._tcp.zz", .srv).additional.map(\.record.ttl) == [55, 55])
    }

    @Test(arguments: [
        ("m.zz", VerdictKind.nodata), ("e.zz", .nodata), ("d.zz", .nxdomain), ("k.zz", .nxdomain), ("_tcp.zz", .nodata),
        ("q.zz", .nxdomain),
    ])
    func namesWithRecordsExist(_ name: String, _ kind: VerdictKind) throws {
        #expect(try readList(Self.rules, .dnsmasq, .dnsmasq).verdict(name, .a).kind == kind)
    }

    @Test func aliasesInACircleAreOpen() throws {
        let list = try readList("cname=a.zz,b.zz\ncname=b.zz,a.zz", .dnsmasq, .dnsmasq)
        #expect(try list.verdict("a.zz").kind == .unsupported)
    }
}
