import DNS
import FilterLists
import Policy
import Suites
import Testing

/// What Unbound 1.17.1 makes of real answers because of their addresses.
struct UnboundAnswersTests {
    private static let rules = """
        server:
          private-address: 10.0.0.0/8
          private-domain: lan.zz
          define-tag: kids
          response-ip: 192.0.2.0/24 always_nxdomain
          response-ip: 192.0.2.0/24 deny
          response-ip: 192.0.2.64/26 redirect
          response-ip-data: 192.0.2.64/26 "60 A 198.51.100.1"
          response-ip-data: 192.0.2.64/26 "A 198.51.100.2"
          response-ip: 192.0.2.128/26 redirect
          response-ip: 192.0.2.192/26 inform
          response-ip-tag: 192.0.2.192/26 kids
          response-ip: 203.0.113.0/28 redirect
          response-ip-data: 203.0.113.0/28 "CNAME garden.zz."
          response-ip: 2001:db8::/32 always_refuse
          access-control: 0.0.0.0/0 allow
          access-control-tag: 172.16.1.0/24 kids
          access-control-tag-action: 172.16.1.0/24 kids redirect
          access-control-tag-data: 172.16.1.0/24 kids "A 198.51.100.9"
          access-control-tag: 172.16.2.0/24 kids
          access-control-tag-action: 172.16.2.0/24 kids deny
        """

    private func verdict(
        _ addresses: [String],
        _ type: RRType = .a,
        _ client: String? = "172.16.9.9",
        name: String = "a.zz",
        chain: [String] = [],
        rules: String = Self.rules
    ) throws -> Verdict {
        let list = try readList(rules, .unbound, .unbound)
        #expect(list.layer.unsupportedCount == 0)
        return try list.verdict(
            name,
            type,
            chain: chain,
            addresses: addresses.compactMap { IPAddress($0) },
            context: QueryContext(client: client.map { Client(address: IPAddress($0)) })
        )
    }

    @Test(
        arguments: [
            // The first statement about a range, and the longest range.
            (["192.0.2.1"], "172.16.9.9", .nxdomain), (["192.0.2.65"], "172.16.9.9", .redirect),
            (["192.0.2.129"], "172.16.9.9", .nodata), (["198.51.100.1"], "172.16.9.9", .pass),
            // The first address about which something is said.
            (["198.51.100.1", "192.0.2.129", "192.0.2.1"], "172.16.9.9", .nodata),
            // All addresses that are taken out, and some.
            (["10.1.2.3"], "172.16.9.9", .nodata), (["10.1.2.3", "198.51.100.1"], "172.16.9.9", .unsupported),
            (["10.1.2.3", "192.0.2.1"], "172.16.9.9", .nxdomain),
            (["192.0.2.193"], "172.16.9.9", .pass), (["192.0.2.193"], nil, .unsupported),
            (["192.0.2.193"], "172.16.1.1", .redirect), (["192.0.2.193"], "172.16.2.1", .drop),
            (["192.0.2.1"], nil, .nxdomain), (["203.0.113.1"], nil, .redirect),
        ] as [([String], String?, VerdictKind)]
    )
    func decides(_ addresses: [String], _ client: String?, _ kind: VerdictKind) throws {
        #expect(try verdict(addresses, .a, client).kind == kind, "\(addresses) for \(client ?? "nobody")")
    }

    @Test func privateDomains() throws {
        #expect(try verdict(["10.1.2.3"], name: "x.lan.zz").kind == .pass)
        // The name at the end of the aliases counts, which a verdict does not know.
        #expect(try verdict(["10.1.2.3"], name: "x.lan.zz", chain: ["b.zz"]).kind == .unsupported)
    }

    @Test func answers() throws {
        let data = try #require(try verdict(["192.0.2.65"], chain: ["b.zz"]).answer)
        #expect(data.records.map(\.ttl) == [60, 3600])
        #expect(data.owner == (try DomainName("b.zz")))
        #expect(data.keepsAliases && !data.isAuthoritative)
        let alias = try #require(try verdict(["203.0.113.1"]).answer)
        #expect(alias.records.map(\.type) == [.cname] && !alias.endsAtAlias)
        let refusal = try #require(try verdict(["2001:db8::1"], .aaaa, chain: ["b.zz"]).answer)
        #expect(refusal.responseCode == .refused && !refusal.keepsAliases)
        let tag = try #require(try verdict(["192.0.2.193"], .a, "172.16.1.1").answer)
        #expect(tag.records.compactMap(\.address) == [IPAddress("198.51.100.9")!])
        #expect(try verdict(["192.0.2.1"], .any).kind == .unsupported)
    }

    /// A view has its own, and hides the others unless it says otherwise.
    @Test(
        arguments: [
            ("no", "10.0.0.1", "192.0.2.1", .refused), ("no", "10.0.0.1", "198.51.100.1", .pass),
            ("yes", "10.0.0.1", "198.51.100.1", .nxdomain), ("no", "10.9.0.1", "198.51.100.1", .nxdomain),
            ("no", "10.9.0.1", "192.0.2.1", .pass), ("no", nil, "192.0.2.1", .unsupported),
        ] as [(String, String?, String, VerdictKind)]
    )
    func views(_ first: String, _ client: String?, _ address: String, _ kind: VerdictKind) throws {
        let rules = """
            server:
            access-control: 10.0.0.0/8 allow
            access-control-view: 10.0.0.0/24 v
            response-ip: 198.51.100.0/24 always_nxdomain
            view:
            name: v
            view-first: \(first)
            response-ip: 192.0.2.0/24 always_refuse
            """
        #expect(try verdict([address], .a, client, rules: rules).kind == kind)
    }

    @Test func refusesWhatUnboundRefuses() throws {
        let text = """
            response-ip: 192.0.2.0/24 always_nodata
            response-ip: 192.0.2.0/24 deny
            response-ip-data: 192.0.2.0/24 "A 198.51.100.1"
            response-ip-data: 2001:db8::/32 "A 198.51.100.1"
            response-ip-tag: 192.0.2.0/24 x
            private-address: x
            """
        let list = try readList(text, .unbound, .unbound)
        #expect(list.reports[0].ignored["bad-statement"] == 4)
        #expect(list.reports[0].answerRules == 1)
        #expect(list.reports[0].unsupported == ["bad-statement": 1])
        #expect(try list.verdict("zz").kind == .unsupported)
    }

    /// Behind an alias of a policy zone the answer is judged once more, its aliases and its addresses.
    @Test(
        arguments: [
            ("red.zz", [], ["20.54.0.1"], VerdictKind.unsupported), ("red.zz", [], ["20.54.0.2"], .redirect),
            ("red.zz", ["nx.zz"], nil, .unsupported), ("red.zz", ["o.zz"], nil, .redirect),
            ("red.zz", [], nil, .redirect),
        ] as [(String, [String], [String]?, VerdictKind)]
    )
    func behindAliasesOfPolicyZones(
        _ name: String,
        _ chain: [String],
        _ addresses: [String]?,
        _ kind: VerdictKind
    ) throws {
        let zone = """
            $ORIGIN zone.rpz.
            $TTL 60
            @ SOA a. b. 1 2 3 4 5
            @ NS a.
            red.zz CNAME t.zz.
            nx.zz CNAME .
            32.1.0.54.20.rpz-ip CNAME .

            """
        func settled(_ engine: Engine) throws -> VerdictKind? {
            let stack = CompiledStack(layers: [try readList(zone, .rpz, engine).layer])
            let verdict = stack.verdict(try DomainName(name), type: .a)
            guard let target = stack.judgedTarget(of: verdict, type: .a) else { return nil }
            #expect(target.description == "t.zz")
            return stack.settled(
                verdict,
                target: target,
                chain: try chain.map { try DomainName($0) },
                addresses: addresses.map { $0.compactMap { IPAddress($0) } },
                type: .a
            ).kind
        }
        #expect(try settled(.unboundRPZ) == kind)
        #expect(try settled(.bindRPZ) == nil, "what BIND has rewritten once it does not rewrite again")
    }
}
