import DNS
import Foundation
import LDNS
import TestSupport
import Testing

/// Packets made for this package: one property each, with our verdict, libldns's, and why they differ.
@Suite struct PacketFixtureTests {
    static let fixtures = Fixtures.files("packets", ending: "hex")

    @Test(arguments: fixtures)
    func verdictsAreAsWritten(file: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        let packet = octets(hex: text)
        let agreement = WireAgreement(packet)
        #expect(Self.field("ours", text) == (agreement.own == nil ? "accepted" : "refused"), "\(agreement)")
        #expect(Self.field("libldns", text) == (agreement.library == nil ? "accepted" : "refused"), "\(agreement)")
        let reason = agreement.agrees ? nil : WireDifference.reason(for: packet, agreement)
        #expect(reason?.rawValue == Self.field("difference", text))
    }

    @Test func everyDifferenceHasAFixture() throws {
        let texts = try Self.fixtures.map { try String(contentsOf: $0, encoding: .utf8) }
        let shown = Set(texts.compactMap { Self.field("difference", $0) })
        #expect(shown == Set(WireDifference.allCases.map(\.rawValue)))
    }

    @Test func octetsAfterTheLastRecordAreRefusedUnlessAllowed() throws {
        let packet = try Self.packet("trailing")
        #expect(throws: WireError.trailingOctets(offset: packet.count - 2)) { try MessageView(packet.span).header }
        #expect(try MessageView(packet.span, allowTrailing: true).header.questionCount == 1)
    }

    @Test(arguments: [
        ("name-256", WireError.nameTooLong(offset: 12)), ("name-128-labels", .nameTooLong(offset: 12)),
        ("label-type-01", .badLabelType(offset: 12)), ("pointer-self", .badPointer(offset: 12)),
        ("pointer-loop", .badPointer(offset: 14)), ("pointer-zero", .badPointer(offset: 12)),
        ("pointer-half", .truncated(offset: 14)), ("header-short", .truncated(offset: 11)),
        ("count-too-high", .truncated(offset: 42)), ("a-short", .badRDATA(offset: 54)),
        ("a-long", .badRDATA(offset: 58)), ("opt-twice", .badValue(offset: 53)),
        ("nsec-window-order", .badRDATA(offset: 58)), ("tsig-first", .badValue(offset: 42)),
    ])
    func errorsSayWhere(name: String, error: WireError) throws {
        #expect(WireAgreement.verdict(try Self.packet(name)) == error)
    }

    static func packet(_ name: String) throws -> [UInt8] {
        octets(
            hex: try String(
                contentsOf: Fixtures.folder("packets").appendingPathComponent(name + ".hex"),
                encoding: .utf8
            )
        )
    }

    private static func field(_ name: String, _ text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("; \(name): ") }
        return line.map { String($0.dropFirst(name.utf8.count + 4)) }
    }
}
