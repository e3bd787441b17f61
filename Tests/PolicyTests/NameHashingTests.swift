import Testing

@testable import Policy

/// Hashes of names under a seed that nobody knows.
@Suite struct NameHashingTests {
    private func hash(_ label: [UInt8]) -> UInt64 {
        let wire = [UInt8(label.count)] + label + [1, 0x78, 0]
        return NameHashing.hash(wire: wire.span, at: 0).hash
    }

    /// What is changed in one word cannot be undone in the next without the seed: not by its highest bits, which a product
    /// hands on as they are.
    @Test func noChangeIsUndoneByTheNextWord() {
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let plain = [UInt8](repeating: letter, count: 16)
            for undoing in [[15], [11, 15], [11], [15, 14], [8]] {
                var other = plain
                other[7] ^= 0x80
                for place in undoing { other[place] ^= 0x80 }
                #expect(hash(other) != hash(plain))
            }
        }
    }

    /// Lengths count, so that octets of one label cannot stand for those of two.
    @Test func labelsAreToldApart() {
        let names: [[UInt8]] = [
            [3, 0x61, 0x62, 0x63, 0], [1, 0x61, 2, 0x62, 0x63, 0], [2, 0x61, 0x62, 1, 0x63, 0],
            [4, 0x61, 0x62, 0x63, 0, 0],
            [1, 0x61, 0], [2, 0x61, 0, 0], [3, 0x61, 0, 0, 0],
        ]
        #expect(Set(names.map { NameHashing.hash(wire: $0.span, at: 0).hash }).count == names.count)
    }

    @Test func caseAndFormDoNotCount() {
        let wire: [UInt8] = [9, 0x55, 0x70, 0x64, 0x61, 0x74, 0x65, 0x2D, 0x30, 0x31, 2, 0x5A, 0x7A, 0]
        let text = Array("update-01.zz".utf8)
        let ofWire = NameHashing.hash(wire: wire.span, at: 0)
        let ofText = NameHashing.hash(text: text.span, 0..<text.count)
        #expect(ofWire.hash == ofText?.hash && ofWire.labels == ofText?.labels)
    }
}
