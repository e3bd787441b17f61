import DNS
import FilterLists
import Policy
import Suites
import Testing

/// dnscrypt-proxy asks its allowed names about the query name only, its blocked names about aliases too.
@Suite struct AllowedAliasTests {
    @Test(arguments: [
        ("a.example", ["cdn.example"], VerdictKind.nodata, Relation.cname),
        ("a.example", ["other.example", "x.cdn.example"], .nodata, .cname),
        ("cdn.example", [], .pass, .qname), ("cdn.example", ["blocked.example"], .pass, .qname),
    ])
    func dnscrypt(name: String, chain: [String], kind: VerdictKind, relation: Relation) throws {
        let lists = [
            ListInput(path: "blocked", format: .dnscrypt, octets: Array("cdn.example\nblocked.example\n".utf8)),
            ListInput(path: "allowed", role: .allow, format: .dnscrypt, octets: Array("cdn.example\n".utf8)),
        ]
        let verdict = try LayerLoader.load(lists, engine: .dnscryptProxy).verdict(name, chain: chain)
        #expect(verdict.kind == kind)
        #expect(verdict.matched?.relation == relation)
    }
}
