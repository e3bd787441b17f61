import DNS
import LDNS
import TestSupport
import Testing

/// The limits of names on both sides of the edge, and the three readings of a name side by side.
@Suite struct NameLimitTests {
    private static let label63 = String(repeating: "a", count: 63)

    @Test(arguments: [(61, true), (62, false)])
    func wireFormHas255OctetsAtMost(last: Int, fits: Bool) {
        let text =
            Array(repeating: Self.label63, count: 3).joined(separator: ".") + "." + String(repeating: "b", count: last)
        let name = try? DomainName(text)
        #expect((name != nil) == fits)
        #expect(name == (try? ParseOracle.name(presentation: text).get()))
        #expect(name.map(\.wire.count) == (fits ? 255 : nil))
        let wire =
            ([63] + Array(Self.label63.utf8)) + ([63] + Array(Self.label63.utf8))
            + ([63] + Array(Self.label63.utf8)) + ([UInt8(last)] + [UInt8](repeating: 0x62, count: last)) + [0]
        #expect(((try? DomainName(wire: wire)) != nil) == fits)
        #expect(NameAgreement(wire, at: 0).agrees)
        #expect(((try? NameAgreement(wire, at: 0).own.get()) != nil) == fits)
    }

    @Test(arguments: [(127, true), (128, false)])
    func namesHave127LabelsAtMost(labels: Int, fits: Bool) {
        let text = Array(repeating: "a", count: labels).joined(separator: ".")
        let name = try? DomainName(text)
        #expect((name != nil) == fits)
        #expect(name == (try? ParseOracle.name(presentation: text).get()))
        #expect(name.map(\.labelCount) == (fits ? labels : nil))
        let wire: [UInt8] = Array(repeating: [1, 0x61], count: labels).flatMap { $0 } + [0]
        let agreement = NameAgreement(wire, at: 0)
        #expect(agreement.agrees && ((try? agreement.own.get()) != nil) == fits)
    }

    @Test(arguments: [(63, true), (64, false)])
    func labelsHave63OctetsAtMost(count: Int, fits: Bool) {
        let text = String(repeating: "a", count: count) + ".b"
        #expect(((try? DomainName(text)) != nil) == fits)
        #expect((try? DomainName(text)) == (try? ParseOracle.name(presentation: text).get()))
        #expect((DomainName.root.child(Array(repeating: 0x61, count: count)) != nil) == fits)
    }

    @Test func everyOctetIsEscapedSoThatBothReadItBack() throws {
        for octet in UInt8.min...UInt8.max {
            let name = try DomainName(wire: [3, 0x61, octet, 0x62, 1, octet, 0])
            // Ours, read by libldns and by us.
            #expect(try ParseOracle.name(presentation: name.description).get().wire == name.wire)
            #expect(try DomainName(name.description).wire == name.wire)
            // libldns's, read by us.
            let text = try #require(ParseOracle.presentation(of: name))
            #expect(try DomainName(text).wire == name.wire, "\(text)")
        }
    }

    @Test func escapedTextIsReadAsByTheLibrary() {
        var generator = SeededGenerator(seed: 21)
        let alphabet = Array("\\\\\\..0129ab @")
        var accepted = 0
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 1...12, using: &generator)).compactMap { _ in
                    alphabet.randomElement(using: &generator)
                }
            )
            let own = try? DomainName(text)
            let library = try? ParseOracle.name(presentation: text).get()
            if own != nil { accepted += 1 }
            #expect(own?.wire == library?.wire, "\(text)")
        }
        #expect(accepted > 500)
    }

    @Test func nameBufferAndDomainNameAgree() throws {
        var generator = SeededGenerator(seed: 22)
        for _ in 0..<500 {
            var wire: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                let count = UInt8.random(in: 1...20, using: &generator)
                wire.append(count)
                wire += (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            }
            wire.append(0)
            let name = try DomainName(wire: wire)
            var buffer = NameBuffer(name)
            #expect(buffer.name.wire == name.lowercased.wire)
            #expect(buffer.count == wire.count && buffer.labelCount == name.labelCount)
            #expect(try buffer.fill(([9, 9] + wire + [9]).span, at: 2) == wire.count + 2)
            #expect(buffer.name == name)
            var suffix: DomainName? = name
            for labels in stride(from: name.labelCount, through: 0, by: -1) {
                let start = buffer.suffixStart(labels)
                #expect(Array(name.lowercased.wire[start...]) == suffix?.lowercased.wire)
                suffix = suffix?.parent
            }
            #expect(suffix == nil)
        }
    }

    @Test(arguments: [
        ("example", "a.example", true), ("a.example", "yljkjljk.a.example", true),
        ("yljkjljk.a.example", "Z.a.example", true), ("Z.a.example", "zABC.a.EXAMPLE", true),
        ("zABC.a.EXAMPLE", "z.example", true), ("z.example", #"\001.z.example"#, true),
        (#"\001.z.example"#, "*.z.example", true), ("*.z.example", #"\200.z.example"#, true), ("b", "a", false),
    ])
    func orderIsThatOfRFC4034Section6(left: String, right: String, ordered: Bool) throws {
        #expect(try (DomainName(left) < DomainName(right)) == ordered)
    }

    @Test(arguments: [
        ("a.b", "b", true), ("a.b", "A.B", true), ("xb", "b", false), ("a.xb", "b", false), ("b", "a.b", false),
        ("a.b", ".", true), (#"a\.b"#, "b", false), (#"x\001b"#, "b", false),
    ])
    func ancestryIsOnLabelBoundaries(name: String, other: String, below: Bool) throws {
        #expect(try DomainName(name).isEqualOrBelow(DomainName(other)) == below)
    }
}
