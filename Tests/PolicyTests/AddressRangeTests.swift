import DNS
import Policy
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
