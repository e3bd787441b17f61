import DNS
import Policy
import TestSupport
import Testing

/// Ranges as the owners of policy zones (draft-vixie-dnsop-dns-rpz §4.1.1).
struct AddressRangeTests {
    @Test(arguments: [
        ("192.0.2.0/24", "24.0.2.0.192"), ("192.0.2.7/24", "24.0.2.0.192"), ("::/128", "128.zz"), ("::/0", "0.zz"),
        ("::1/128", "128.1.zz"), ("1::/16", "16.zz.1"), ("2001:db8::1/128", "128.1.zz.db8.2001"),
        ("2001:db8:0:1:2:3:4:5/128", "128.5.4.3.2.1.0.db8.2001"), ("::ffff:10.0.0.1/128", "128.1.a00.ffff.zz"),
        ("1:0:0:2:0:0:0:3/128", "128.3.zz.2.0.0.1"), ("fe80::/10", "10.zz.fe80"),
    ])
    func policyZoneText(range: String, text: String) throws {
        #expect(try #require(AddressRange(range)).policyZoneText == text)
    }
}

/// Ranges from one address through another.
@Suite struct AddressSpanTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.1/32"), ("192.0.2.0", "192.0.2.255", "192.0.2.0/24"),
        ("192.0.2.1", "192.0.2.4", "192.0.2.1/32 192.0.2.2/31 192.0.2.4/32"),
        ("0.0.0.0", "255.255.255.255", "0.0.0.0/0"), ("255.255.255.255", "255.255.255.255", "255.255.255.255/32"),
        ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"), ("::1", "::2", "::1/128 ::2/128"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"),
    ])
    func areMadeUpOfPrefixes(first: String, last: String, expected: String) throws {
        let ranges = AddressRange.ranges(from: try #require(IPAddress(first)), through: try #require(IPAddress(last)))
        #expect(ranges?.map(\.description).joined(separator: " ") == expected)
    }

    @Test func holdWhatLiesBetweenAndNothingElse() throws {
        var generator = SeededGenerator(seed: 4632)
        for _ in 0..<300 {
            let ends = [0, 0].map { _ in UInt32(0xC000_0000) | UInt32.random(in: 0...400, using: &generator) }.sorted()
            let ranges = try #require(AddressRange.ranges(from: .v4(ends[0]), through: .v4(ends[1])))
            for value in UInt32(0xBFFF_FFF0)...0xC000_01A0 {
                let count = ranges.count { $0.contains(.v4(value)) }
                #expect(count == (ends[0]...ends[1] ~= value ? 1 : 0))
            }
        }
        #expect(AddressRange.ranges(from: .v4(2), through: .v4(1)) == nil)
        #expect(AddressRange.ranges(from: .v4(2), through: .v6(0, 3)) == nil)
        #expect(AddressRange.ranges(from: .v6(0, 1), through: .v6(.max, .max - 1))?.count == 254)
    }
}
