import DNS
import Policy
import Testing

/// The group that a client is in.
@Suite struct StackGroupsTests {
    private func range(_ text: String) throws -> AddressRange { try #require(AddressRange(text)) }

    @Test func theLongestRangeThatCountsNow() throws {
        let groups = StackGroups(
            [
                StackGroup(name: "all", ranges: [try range("0.0.0.0/0"), try range("2001:db8::/32")], layers: 1),
                StackGroup(
                    name: "night",
                    ranges: [try range("192.0.2.7")],
                    minutes: [0..<60, 1_380..<1_440],
                    layers: 2
                ),
                StackGroup(name: "home", ranges: [try range("192.0.2.0/24")], layers: 4),
            ],
            others: 8
        )
        for (address, minute, name) in [
            ("198.51.100.1", 0, "all"), ("192.0.2.1", nil, "home"), ("192.0.2.7", 0, "night"),
            ("192.0.2.7", 60, "home"),
            ("192.0.2.7", 1_439, "night"), ("192.0.2.7", nil, "home"), ("2001:db8::9", nil, "all"),
            ("2001:db9::1", nil, nil),
        ] as [(String, Int?, String?)] {
            #expect(groups.group(of: IPAddress(address), at: minute)?.name == name, "\(address) \(minute ?? -1)")
        }
        #expect(groups.group(of: nil, at: nil) == nil)
        #expect(groups.group(of: IPAddress("198.51.100.1"), named: 2, at: nil)?.name == "home")
        #expect(groups.group(of: IPAddress("198.51.100.1"), named: 1, at: 700)?.name == "all")
        let context = QueryContext(client: Client(address: IPAddress("2001:db9::1")))
        #expect(groups.narrowed(context).layers == 8)
        #expect(StackGroups.none.narrowed(context).layers == ~0)
    }
}
