import DNS
import Foundation
import LDNS
import TestSupport
import Testing

/// Mutations of our own packets: nothing traps, and every verdict is libldns's or a documented difference.
@Suite struct WireFuzzTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func mutatedPacketsAreJudgedAsByTheLibrary(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let seeds = try PacketFixtureTests.fixtures.map { octets(hex: try String(contentsOf: $0, encoding: .utf8)) }
        var refused = 0
        for _ in 0..<3000 {
            let packet = Self.mutate(seeds, &generator)
            let agreement = WireAgreement(packet)
            if agreement.own != nil { refused += 1 }
            if agreement.agrees { continue }
            let reason = WireDifference.reason(for: packet, agreement)
            #expect(reason != nil, "seed \(seed): \(agreement) \(hex(packet))")
        }
        // Both outcomes must be common, or the mutations prove nothing.
        #expect((300...2850).contains(refused), "\(refused)")
    }

    @Test func namesInNoiseAreReadAsByTheLibrary() {
        var generator = SeededGenerator(seed: 5)
        // Octets that make short labels, pointers and roots likely.
        let likely: [UInt8] = [0, 0, 1, 1, 2, 3, 5, 0x3F, 0x40, 0x80, 0xC0, 0xC0, 0xC1, 0x61, 0x5A, 0xFF]
        var accepted = 0
        for _ in 0..<2000 {
            let count = Int.random(in: 1...400, using: &generator)
            let noise = (0..<count).map { _ in likely.randomElement(using: &generator) ?? 0 }
            let agreement = NameAgreement(noise, at: Int.random(in: 0..<count, using: &generator))
            if agreement.library != nil { accepted += 1 }
            if agreement.agrees { continue }
            guard case .failure(.badPointer) = agreement.own else {
                Issue.record("\(agreement) \(hex(noise))")
                continue
            }
        }
        #expect(accepted > 200)
    }

    private static func mutate(_ seeds: [[UInt8]], _ generator: inout SeededGenerator) -> [UInt8] {
        var packet = seeds.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 1...2, using: &generator) where packet.count > 12 {
            let at = Int.random(in: 0..<packet.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: packet[at] = UInt8.random(in: 0...255, using: &generator)
            case 1: packet[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: packet.removeLast(min(packet.count, Int.random(in: 1...8, using: &generator)))
            case 3: packet.insert(UInt8.random(in: 0...3, using: &generator), at: at)
            case 4: packet.remove(at: at)
            case 5: packet[at] = packet[at] &+ (Bool.random(using: &generator) ? 1 : 255)
            default:
                // Another type for some record: two octets of a type followed by class IN.
                guard let place = (12..<packet.count).first(where: { $0 > at && packet[$0...].starts(with: [0, 1]) }),
                    place > 13
                else { continue }
                packet[place - 1] = UInt8.random(in: 0...110, using: &generator)
            }
        }
        return packet
    }
}
