import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Configurations of Unbound that nobody wrote by hand take linear time. Minutes are many times what they take, and a
/// fraction of what the square of their lines would.
struct UnboundHostileTests {
    private static let count = 40_000

    private static func text(_ count: Int = count, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    @Test(.timeLimit(.minutes(4)))
    func responsesAndPrivateNames() throws {
        let text = Self.text { number in
            let range = "10.\(number >> 8).\(number & 255).0/24"
            return "response-ip: \(range) deny\nprivate-domain: n\(number).zz"
        }
        let list = try readList("private-address: 192.0.2.0/24\n" + text, .unbound, .unbound)
        #expect(list.reports[0].answerRules == Self.count + 1)
        let (own, other) = (IPAddress("192.0.2.1")!, IPAddress("10.1.2.3")!)
        #expect(try list.verdict("x.N39999.zz", addresses: [own]).kind == .pass)
        #expect(try list.verdict("zz", addresses: [own]).kind == .nodata)
        #expect(try list.verdict("zz", addresses: [other]).kind == .drop)
    }

    /// Unbound takes `xa.zz` and a NUL for `xa.zz`.
    @Test func wordsWithNULLeaveEveryNameOpen() throws {
        let list = try readList("local-zone: a.zz static\nlocal-zone: xa.zz\0 static\n", .unbound, .unbound)
        for name in ["a.zz", "xa.zz", "other.yy"] { #expect(try list.verdict(name).kind == .unsupported, "\(name)") }
        #expect(list.reports[0].unsupported["nul-octets"] == 1)
    }

    @Test(.timeLimit(.minutes(4)))
    func dataOfOneRange() throws {
        let text = Self.text { "response-ip-data: 10.0.0.0/8 \"A 192.0.\($0 >> 8).\($0 & 255)\"" }
        let list = try readList("response-ip: 10.0.0.0/8 redirect\n" + text, .unbound, .unbound)
        #expect(list.reports[0].answerRules == Self.count + 1)
    }

    @Test(.timeLimit(.minutes(4)))
    func viewsOfManyRanges() throws {
        let uses = Self.text(20_000) { "access-control-view: 10.\($0 >> 8).\($0 & 255).0/24 v\($0)" }
        let views = Self.text(20_000) { "view:\nname: v\($0)\nlocal-zone: a.zz refuse" }
        let list = try readList(uses + views, .unbound, .unbound)
        let context = QueryContext(client: Client(address: IPAddress("10.1.2.3")))
        #expect(try list.verdict("a.zz", context: context).kind == .refused)
    }

    @Test(.timeLimit(.minutes(4)))
    func policyZonesForTags() throws {
        let count = 1000
        let tags = "define-tag: \"" + (0..<count).map { "t\($0)" }.joined(separator: " ") + "\"\n"
        let clients = Self.text(20_000) { "access-control-tag: 10.\($0 >> 8).\($0 & 255).0/24 t0" }
        let zones = Self.text(20_000) { "rpz:\nname: p\($0).zz\ntags: t\(1 + $0 % 999)" }
        let text = tags + clients + "local-zone: a.zz refuse\n" + zones
        let list = try readList(text, .unbound, .unbound)
        #expect(try list.verdict("a.zz").kind == .refused && list.verdict("b.zz").kind == .pass)
    }

    /// Data of many labels in a zone that redirects, and in views.
    @Test(.timeLimit(.minutes(4)))
    func redirects() throws {
        let deep = String(repeating: "a.", count: 100)
        let data = Self.text(200) { "local-data: '\(deep)n\($0).zz A 192.0.2.1'" }
        let zones = Self.text(10_000) { "local-zone: r\($0).zz redirect\nlocal-data: 'r\($0).zz CNAME b.zz'" }
        let views = Self.text(3000) {
            "view:\nname: v\($0)\nlocal-zone: r.zz redirect\nlocal-data: 'r.zz CNAME b.zz'"
        }
        let list = try readList(data + zones + views, .unbound, .unbound)
        #expect(list.reports[0].unsupported.isEmpty)
        #expect(try list.verdict("x.r9999.zz").kind == .redirect)
    }

    @Test(.timeLimit(.minutes(4)))
    func recordsOfOneName() throws {
        let text = Self.text { "local-data: \"a.zz A 10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)\"" }
        let answer = try #require(try readList(text + text, .unbound, .unbound).verdict("a.zz").answer)
        #expect(answer.records.count == Self.count)
    }
}
