import DNS
import TestSupport
import Testing

@Suite struct AddressHintsTests {
    @Test(arguments: [
        ("0001 00", ""), ("", ""), ("0001", ""),
        ("0001 00 0004 0004 c0000201", "192.0.2.1"),
        ("0001 00 0004 0008 c0000201 c0000202", "192.0.2.1 192.0.2.2"),
        // A target name, ALPN before the hints, ECH between them.
        (
            "0001 01 61 00 0001 0003 02 6832 0004 0004 c0000201 0005 0001 00 0006 0010 20010db8000000000000000000000001",
            "192.0.2.1 2001:db8::1"
        ),
        // Lengths that are no multiple, or run over the end, end nothing but themselves and what follows.
        ("0001 00 0004 0003 c00002", ""),
        (
            "0001 00 0004 0003 c00002 0006 0010 20010db8000000000000000000000001",
            "2001:db8::1"
        ),
        ("0001 00 0004 0008 c0000201", ""), ("0001 00 0004 0004 c0000201 0006 ffff 20", "192.0.2.1"),
        ("0001 c0 0c 0004 0004 c0000201", ""), ("0001 3f 00", ""),
    ])
    func reads(data: String, hints: String) {
        let octets = octets(hex: data)
        #expect(AddressHints.read(octets.span).map(\.description).joined(separator: " ") == hints)
    }

    @Test func readsAnything() {
        var generator = SeededGenerator(seed: 9460)
        for _ in 0..<20_000 {
            let octets = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0...6, using: &generator) : UInt8.random(in: 0...255, using: &generator)
            }
            #expect(AddressHints.read(octets.span).count <= octets.count / 4)
        }
    }
}
