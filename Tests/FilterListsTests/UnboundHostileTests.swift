import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Configurations of Unbound that nobody wrote by hand take linear time. A minute is many times what they take, and a
/// fraction of what the square of their lines would.
struct UnboundHostileTests {
    private static let count = 40_000

    private static func text(_ count: Int = count, _ line: (Int) -> String) -> String {
        (0..<count).map { line($0) + "\n" }.joined()
    }

    @Test(.timeLimit(.minutes(1)))
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

    @Test(.timeLimit(.minutes(1)))
    func dataOfOneRange() throws {
        let text = Self.text { "response-ip-data: 10.0.0.0/8 \"A 192.0.\($0 >> 8).\($0 & 255)\"" }
        let list = try readList("response-ip: 10.0.0.0/8 redirect\n" + text, .unbound, .unbound)
        #expect(list.reports[0].answerRules == Self.count + 1)
    }

    @Test(.timeLimit(.minutes(1)))
    func viewsOfManyRanges() throws {
        let uses = Self.text(20_000) { "access-control-view: 10.\($0 >> 8).\($0 & 255).0/24 v\($0)" }
        let views = Self.text(20_000) { "view:\nname: v\($0)\nlocal-zone: a.zz refuse" }
        let list = try readList(uses + views, .unbound, .unbound)
        let context = QueryContext(client: Client(address: IPAddress("10.1.2.3")))
        #expect(try list.verdict("a.zz", context: context).kind == .refused)
    }

    @Test(.timeLimit(.minutes(1)))
    func recordsOfOneName() throws {
        let text = Self.text { "local-data: \"a.zz A 10.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)\"" }
        let answer = try #require(try readList(text + text, .unbound, .unbound).verdict("a.zz").answer)
        #expect(answer.records.count == Self.count)
    }
}
