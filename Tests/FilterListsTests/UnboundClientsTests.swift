import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Tags, overrides and views of Unbound's clients, as 1.17.1 answers them.
struct UnboundClientsTests {
    private static let rules = """
        server:
          define-tag: "kids guests"
          define-tag: staff
          local-zone: t.zz static
          local-data: 't.zz A 192.0.2.1'
          local-data: 'a.t.zz A 192.0.2.2'
          local-zone-tag: t.zz "kids staff"
          local-zone-tag: t.zz guests
          local-zone: zz transparent
          local-data: 'b.zz A 192.0.2.3'
          local-zone: d.t.zz refuse
          local-zone: r.zz redirect
          local-data: 'r.zz A 192.0.2.4'
          local-zone-tag: r.zz staff
          local-zone: n.zz static
          local-zone-tag: n.zz ""
          local-zone: o.zz static
          local-zone-override: o.zz 10.0.0.0/8 refuse
          local-zone-override: o.zz 10.1.0.0/16 always_null
          local-zone-override: o.zz 10.1.0.0/16 deny
          access-control: 10.1.0.0/16 allow
          access-control-tag: 10.1.0.0/16 kids
          access-control-tag: 10.1.0.0/16 staff
          access-control-tag: 10.2.0.0/16 "guests staff"
          access-control-tag-action: 10.2.0.0/16 staff redirect
          access-control-tag-action: 10.2.0.0/16 staff refuse
          access-control-tag-action: 10.2.0.0/16 kids deny
          access-control-tag-data: 10.2.0.0/16 staff '60 A 192.0.2.5'
          access-control-tag-data: 10.2.0.0/16 staff 'A 192.0.2.5'
          access-control-tag-data: 10.2.0.0/16 staff 'AAAA 2001:db8::5'
          access-control-tag: 10.3.0.0/16 kids
          access-control-tag-action: 10.3.0.0/16 kids truncate
          access-control-tag: 10.4.0.0/16 "kids staff"
          access-control-tag-action: 10.4.0.0/16 staff refuse
          access-control-tag: 10.5.0.0/16 staff
          access-control-tag-data: 10.5.0.0/16 staff 'CNAME x.example.'
          access-control: 10.2.9.0/24 allow
          access-control: 192.0.2.0/24 allow
          access-control: 10.9.0.0/16 allow
        """

    /// Clients that are not served are told so without AA and RA; a zone says both.
    @Test(arguments: [
        ("access-control: 10.0.0.0/8 refuse", false), ("access-control: 10.0.0.0/8 refuse_non_local", false),
        ("access-control: 10.0.0.0/8 allow\nlocal-zone: a.zz refuse", true),
    ])
    func refusalsOfClients(rules: String, isOwn: Bool) throws {
        let context = QueryContext(client: Client(address: IPAddress("10.0.0.1")))
        let verdict = try readList("server:\n" + rules + "\n", .unbound, .unbound).verdict("a.zz", context: context)
        #expect(verdict.kind == .refused)
        #expect(verdict.answer?.isAuthoritative == isOwn)
        #expect(verdict.answer?.isRecursive == isOwn)
    }

    private func verdict(_ name: String, _ type: RRType, _ client: String?) throws -> Verdict {
        let list = try readList(Self.rules, .unbound, .unbound)
        #expect(list.layer.unsupportedCount == 0)
        #expect(list.layer.dependsOnClient)
        return try list.verdict(
            name,
            type,
            context: QueryContext(client: client.map { Client(address: IPAddress($0)) })
        )
    }

    @Test(
        arguments: [
            // Who has a tag of the zone meets it; for the others the zone above counts, and not its data.
            ("x.t.zz", "10.1.0.1", .nxdomain), ("a.t.zz", "10.1.0.1", .redirect),
            ("x.t.zz", "192.0.2.9", .pass), ("a.t.zz", "192.0.2.9", .pass), ("b.zz", "192.0.2.9", .redirect),
            ("x.t.zz", nil, .unsupported), ("a.t.zz", nil, .unsupported), ("b.zz", nil, .redirect),
            // A zone below has no tags of its own.
            ("x.d.t.zz", nil, .refused), ("x.d.t.zz", "192.0.2.9", .refused),
            // Of the ranges that a client is in the longest alone counts.
            ("x.t.zz", "10.2.9.1", .pass),
            // What the first tag of both means counts, and none behind it.
            ("x.t.zz", "10.4.0.1", .nxdomain), ("x.r.zz", "10.4.0.1", .refused),
            ("x.t.zz", "10.3.0.1", .truncate), ("a.t.zz", "10.3.0.1", .redirect),
            ("n.zz", "10.4.0.1", .pass), ("x.t.zz", "10.5.0.1", .nxdomain),
            // The last of the overrides of a range.
            ("x.o.zz", "10.1.0.1", .drop), ("x.o.zz", "10.9.0.1", .refused), ("x.o.zz", "192.0.2.9", .nxdomain),
            ("x.o.zz", nil, .unsupported),
        ] as [(String, String?, VerdictKind)]
    )
    func decides(_ name: String, _ client: String?, _ kind: VerdictKind) throws {
        #expect(try verdict(name, .a, client).kind == kind, "\(name) for \(client ?? "nobody")")
    }

    @Test func answersWithTheDataOfTags() throws {
        let answer = try #require(try verdict("x.t.zz", .a, "10.2.0.1").answer)
        // As often as they are stated.
        #expect(answer.records.map(\.ttl) == [60, 3600])
        #expect(answer.owner == (try DomainName("x.t.zz")))
        #expect(try verdict("x.t.zz", .aaaa, "10.2.0.1").kind == .redirect)
        #expect(try verdict("x.t.zz", .txt, "10.2.0.1").kind == .nodata)
        // Another's data are not touched, and those of the zone come behind.
        #expect(try verdict("x.r.zz", .a, "10.1.0.1").answer == nil)
        let alias = try #require(try verdict("x.r.zz", .a, "10.5.0.1").answer)
        #expect(alias.records.map(\.type) == [.cname])
        #expect(!alias.endsAtAlias)
    }

    @Test func namesTheStatement() throws {
        let matched = try #require(try verdict("x.t.zz", .txt, "10.2.0.1").matched)
        #expect(matched.rule.text == "access-control-tag-action: 10.2.0.0/16 staff redirect")
        let verdict = try verdict("x.t.zz", .a, nil)
        #expect(verdict.matched?.rule.text == "local-zone: t.zz static")
        #expect(verdict.note == "the rule counts only for queries from clients with one of its tags")
    }

    /// What Unbound would refuse to start with, and zones that the list does not have.
    @Test func countsWhatItDoesNotKnow() throws {
        let text = """
            define-tag: a
            local-zone: zz refuse
            local-zone-tag: zz b
            local-zone-tag: y.zz a
            local-zone-override: zz 10.0.0.0/8 something
            access-control-tag-action: 10.0.0.0/8 b deny
            local-zone: x.zz truncate
            """
        let list = try readList(text, .unbound, .unbound)
        #expect(list.reports[0].unsupported == ["view": 1, "bad-statement": 1])
        #expect(list.reports[0].ignored["bad-statement"] == 4)
        #expect(list.reports[0].rules == 1)
        #expect(try list.verdict("x.y.zz").kind == .unsupported)
        #expect(try list.verdict("other").matched?.rule.line == 3)
    }

    /// The first of several views of a range counts.
    @Test func viewsOfOneRange() throws {
        let text = """
            server:
            access-control-view: 10.0.0.0/8 one
            access-control-view: 10.0.0.0/8 two
            view:
            name: one
            local-zone: a.zz refuse
            view:
            name: two
            local-zone: a.zz static
            """
        let context = QueryContext(client: Client(address: IPAddress("10.0.0.1")))
        #expect(try readList(text, .unbound, .unbound).verdict("a.zz", context: context).kind == .refused)
    }

    /// Of equal data with several TTLs the last counts, however often the first is repeated.
    @Test func lastOfEqualData() throws {
        let text = "local-data: 'a.zz A 192.0.2.1'\nlocal-data: 'a.zz 60 A 192.0.2.1'\nlocal-data: 'a.zz A 192.0.2.1'\n"
        #expect(try readList(text, .unbound, .unbound).verdict("a.zz").answer?.records.map(\.ttl) == [3600])
    }

    /// A type for clients may be what names none of a zone.
    @Test func typesOfClientsAlone() throws {
        let text =
            "local-zone: a.zz static\nlocal-zone-override: a.zz 10.0.0.0/8 nodefault\naccess-control: 10.0.0.0/8 allow\n"
        let context = QueryContext(client: Client(address: IPAddress("10.0.0.1")))
        #expect(try readList(text, .unbound, .unbound).verdict("x.a.zz", context: context).kind == .pass)
    }
}
