import DNS
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

    /// Texts are hashed where they stand, a few octets at a time: around the ends of words and the limits of names.
    @Test func textsAreHashedLikeTheirWireForms() throws {
        for length in 1...63 {
            for labels in [1, 2, 3, 7] {
                let text = Array(repeating: String(repeating: "Ab-9", count: 16).prefix(length), count: labels)
                    .joined(separator: ".")
                guard let name = try? DomainName(text) else { continue }
                // Names do not stand alone in a list.
                let octets: [UInt8] = Array(". \(text).\\x".utf8)
                let found = NameHashing.hash(text: octets.span, 2..<(2 + text.utf8.count))
                let wire = name.lowercased.wire
                let expected = NameHashing.hash(wire: wire.span, at: 0)
                #expect(found?.hash == expected.hash, "\(text)")
                #expect(found?.labels == expected.labels, "\(text)")
            }
        }
        for labels in 100...127 {
            let text = Array(repeating: "a", count: labels).joined(separator: ".")
            let octets: [UInt8] = Array(text.utf8)
            let wire = try DomainName(text).wire
            let expected = NameHashing.hash(wire: wire.span, at: 0)
            // Those of very many labels may be left to the whole parser.
            let found = NameHashing.hash(text: octets.span, 0..<octets.count)
            guard let found else {
                #expect(labels > 110)
                continue
            }
            #expect(found.hash == expected.hash)
            #expect(found.labels == labels)
        }
        for text in [
            "", ".", "a..b", ".a", "a.", #"a\046b"#, String(repeating: "a", count: 64),
            String(repeating: ".", count: 250),
        ] {
            let octets: [UInt8] = Array(text.utf8)
            let found = NameHashing.hash(text: octets.span, 0..<octets.count)?.hash
            #expect(found == nil, "\(text)")
        }
    }
}
