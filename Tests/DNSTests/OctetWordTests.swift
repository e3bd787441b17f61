import DNS
import Testing

@Suite struct OctetWordTests {
    /// The highest bits of the octets for which something holds, found one by one.
    private func mask(_ octets: [UInt8], _ holds: (UInt8) -> Bool) -> UInt64 {
        octets.enumerated().reduce(0) { $0 | (holds($1.element) ? 0x80 << UInt64($1.offset * 8) : 0) }
    }

    private func word(_ octets: [UInt8]) -> OctetWord {
        unsafe octets.withUnsafeBufferPointer { unsafe OctetWord($0, 0, 8) }
    }

    private func isOfHosts(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// What stands beside an octet must not change what is said of it: each between its own neighbours, and between extremes.
    @Test(arguments: [UInt8(0x00), 0x2E, 0x61, 0x7F, 0x80, 0xFF])
    func toldOfEveryOctetAtEveryPlace(beside: UInt8) {
        for octet in UInt8.min...UInt8.max {
            for place in 0..<8 {
                var octets = [UInt8](repeating: beside, count: 8)
                octets[place] = octet
                if place < 7 { octets[place + 1] = octet &+ 1 }
                let word = word(octets)
                #expect(word.ofHosts == mask(octets, isOfHosts))
                #expect(word.equal(to: 0x2E) == mask(octets) { $0 == 0x2E })
                #expect(word.equal(to: 0x00) == mask(octets) { $0 == 0x00 })
                #expect(word.within(0x30, 0x39) == mask(octets) { 0x30...0x39 ~= $0 })
                #expect(word.within(0x00, 0x7F) == mask(octets) { $0 < 0x80 })
            }
        }
    }

    @Test func partsOfTextsAreFilledWithZeros() {
        let octets: [UInt8] = Array("abcdefghij".utf8)
        for start in 0..<octets.count {
            for count in 1...8 where start + count <= octets.count {
                let found = unsafe octets.withUnsafeBufferPointer { unsafe OctetWord($0, start, count).bits }
                let expected = (0..<count).reduce(UInt64(0)) { $0 | UInt64(octets[start + $1]) << UInt64($1 * 8) }
                #expect(found == expected, "\(count) from \(start)")
            }
        }
        #expect((0...8).map { OctetWord.behind($0).nonzeroBitCount } == [8, 7, 6, 5, 4, 3, 2, 1, 0])
    }
}

/// Names read and written eight octets at a time are those that are read and written octet by octet.
@Suite struct PlainNameTests {
    /// Texts around every length at which words end, of labels around the longest, with octets that few names have.
    private static let texts: [String] = {
        var texts: [String] = []
        for length in 1...66 {
            let label = String(repeating: "aB9-_", count: 14).prefix(length)
            texts += ["\(label)", "\(label).", "\(label).example", "x.\(label)", "\(label).\(label)", "*.\(label).com"]
            texts += ["\(label)..com", ".\(label)", "\(label) x", "\(label)\\046x", "\(label)/x", "\(label)é"]
        }
        // 253 octets are the most, and so are 127 labels.
        for length in 240...260 { texts.append(String(String(repeating: "abcdefg.", count: 40).prefix(length))) }
        for labels in 120...130 { texts.append(Array(repeating: "a", count: labels).joined(separator: ".")) }
        return texts
    }()

    /// The wire form by RFC 1035 §3.1, made label by label; nil for what is no name or has others than octets of hosts and stars.
    private func wire(_ text: String) -> [UInt8]? {
        let plain = text.hasSuffix(".") ? String(text.dropLast()) : text
        let labels = plain.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ 1...63 ~= $0.utf8.count }) else { return nil }
        let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*.".utf8)
        guard plain.utf8.allSatisfy(allowed.contains) else { return nil }
        var wire: [UInt8] = []
        for label in labels {
            wire.append(UInt8(label.utf8.count))
            wire += Array(label.utf8)
        }
        wire.append(0)
        return wire.count <= 255 ? wire : nil
    }

    @Test func plainTextsBecomeTheirWireForm() throws {
        for text in Self.texts {
            var found: [UInt8] = [0xEE]
            let octets: [UInt8] = Array("<\(text)>".utf8)
            let isPlain = DomainName.appendWire(ofPlain: octets.span, 1..<(octets.count - 1), to: &found)
            let expected = wire(text)
            #expect(isPlain == (expected != nil), "\(text)")
            #expect(found == [0xEE] + (expected ?? []), "\(text)")
            guard let expected else { continue }
            #expect(try DomainName(text).wire == expected)
        }
    }

    @Test func namesAreWrittenLabelByLabel() throws {
        for text in Self.texts {
            guard let name = try? DomainName(text) else { continue }
            let written = name.labels.map { label in
                label.map { octet in
                    switch octet {
                    case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "("),
                        UInt8(ascii: ")"),
                        UInt8(ascii: ";"), UInt8(ascii: "@"), UInt8(ascii: "$"):
                        "\\" + String(decoding: [octet], as: UTF8.self)
                    case 0x21...0x7E: String(decoding: [octet], as: UTF8.self)
                    default: "\\" + String(String(1000 + Int(octet)).dropFirst())
                    }
                }.joined()
            }.joined(separator: ".")
            #expect(name.description == written)
            #expect(try DomainName(written) == name)
        }
    }
}
