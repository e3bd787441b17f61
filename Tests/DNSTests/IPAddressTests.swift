import DNS
import Glibc
import TestSupport
import Testing

/// Address text against the C library's `inet_pton` and `inet_ntop`.
@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04",
        "1.2.3.-4",
        "1.2.3.+4", " 1.2.3.4", "1.2.3.4 ", "1..2.3", "", ".", "1.2.3.4.", "::", "::1", "1::", "1::2", ":::", ":1",
        "1:",
        "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "1:2:3:4:5:6:7::",
        "1:2:3:4:5:6:7::8", "1::2::3", "12345::", "g::", "::ffff:192.0.2.1", "::192.0.2.1", "64:ff9b::192.0.2.33",
        "::1.2.3", "::1.2.3.256", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
        "fe80::1%lo",
        "2001:DB8::A", "::-1", "::+1", "0:0:0:0:0:0:0:0", "::0:0", "1:0:0:2:0:0:0:3", "1:0:0:2:0:0:3:4", "::ffff:0:1",
        "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "0001::", "00001::", "[::1]", "::1/128",
    ])
    func isReadAsByTheCLibrary(text: String) {
        #expect(IPAddress(text)?.octets == Self.octets(text), "\(text)")
        if let address = IPAddress(text) { Self.expectSameText(address) }
    }

    @Test func randomAddressesPrintAndReadBack() {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<5000 {
            let v4 = IPAddress.v4(UInt32.random(in: .min ... .max, using: &generator))
            Self.expectSameText(v4)
            // Zero groups are made likely, so that the run of zeros varies.
            let groups = (0..<8).map { _ in
                Bool.random(using: &generator) ? 0 : UInt64.random(in: 0...0xFFFF, using: &generator)
            }
            let halves = [groups[0..<4], groups[4..<8]].map { $0.reduce(0) { $0 << 16 | $1 } }
            Self.expectSameText(.v6(halves[0], halves[1]))
        }
    }

    @Test func randomTextIsReadAsByTheCLibrary() {
        var generator = SeededGenerator(seed: 42)
        let alphabet = Array(":::::....0012fF9")
        var accepted = 0
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 1...16, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                }
            )
            let own = IPAddress(text)
            if own != nil { accepted += 1 }
            #expect(own?.octets == Self.octets(text), "\(text)")
        }
        #expect(accepted > 20)
    }

    @Test func octetsMakeTheSameAddress() {
        #expect(IPAddress(octets: [192, 0, 2, 1]) == IPAddress("192.0.2.1"))
        #expect(IPAddress(octets: [UInt8](repeating: 0, count: 15) + [1]) == IPAddress("::1"))
        #expect(IPAddress(octets: [1, 2, 3]) == nil && IPAddress(octets: [UInt8](repeating: 0, count: 17)) == nil)
    }

    private static func expectSameText(_ address: IPAddress) {
        #expect(IPAddress(address.description) == address)
        // RFC 5952 §5 leaves open which addresses end in dotted form: ours are the mapped ones only.
        let expected = text(of: address.octets)
        if !address.isV4, expected.contains("."), !expected.hasPrefix("::ffff:") { return }
        #expect(address.description == expected)
    }

    private static func octets(_ text: String) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 16)
        let isV6 = text.contains(":")
        let status = unsafe octets.withUnsafeMutableBytes {
            unsafe inet_pton(isV6 ? AF_INET6 : AF_INET, text, $0.baseAddress)
        }
        return status == 1 ? Array(octets.prefix(isV6 ? 16 : 4)) : nil
    }

    private static func text(of octets: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: 64)
        let family = octets.count == 4 ? AF_INET : AF_INET6
        _ = unsafe inet_ntop(family, octets, &text, 64)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
