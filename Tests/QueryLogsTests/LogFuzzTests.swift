import DNS
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// Whatever octets a log has, no reader crashes, and every record is an event, part of one, or counted under a reason.
@Suite struct LogFuzzTests {
    /// `PATCHWAY_FUZZ=N` tries N times as many.
    static let scale = ProcessInfo.processInfo.environment["PATCHWAY_FUZZ"].flatMap(Int.init) ?? 1
    static let formats = LogFormats.all.map(\.format.rawValue)

    private static func corpus(_ format: String) -> [[UInt8]] {
        let folder = Fixtures.folder("logs/\(format)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appendingPathComponent(name))).map { Array($0.prefix(8192)) }
        }
    }

    @Test(arguments: formats)
    func noOctetsCrashAReader(format: String) throws {
        let corpus = Self.corpus(format)
        try #require(!corpus.isEmpty)
        var random = SeededGenerator(seed: format.utf8.reduce(11) { $0 &* 31 &+ UInt64($1) })
        for round in 0..<(60 * Self.scale) {
            let octets = Self.mutated(corpus, &random)
            let options = LogOptions(format: round % 4 == 0 ? nil : LogFormat(rawValue: format), year: 2026)
            let (events, report) = read(octets, options: options)
            #expect(report.events == events.count)
            #expect(report.skipped.values.allSatisfy { $0 > 0 })
            for event in events { _ = "\(event.line)" }
        }
    }

    /// Octets changed, dropped, doubled, and pieces of other inputs put in.
    private static func mutated(_ corpus: [[UInt8]], _ random: inout SeededGenerator) -> [UInt8] {
        var octets = corpus.randomElement(using: &random) ?? []
        let marks: [UInt8] = Array("{}[]\"\\:,|=<>()#-. \n\t\0\u{7F}".utf8) + [0x80, 0xC3, 0xFF]
        for _ in 0..<Int.random(in: 1...12, using: &random) where !octets.isEmpty {
            let place = Int.random(in: 0..<octets.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: octets[place] = marks.randomElement(using: &random) ?? 0
            case 1: octets.remove(at: place)
            case 2: octets.insert(marks.randomElement(using: &random) ?? 0, at: place)
            case 3:
                let end = min(octets.count, place + Int.random(in: 0...64, using: &random))
                octets.removeSubrange(place..<end)
            case 4:
                let end = min(octets.count, place + Int.random(in: 0...256, using: &random))
                octets.insert(contentsOf: octets[place..<end], at: place)
            default:
                let other = corpus.randomElement(using: &random) ?? []
                let start = other.isEmpty ? 0 : Int.random(in: 0..<other.count, using: &random)
                octets.insert(contentsOf: other[start..<min(other.count, start + 64)], at: place)
            }
        }
        return octets
    }
}
