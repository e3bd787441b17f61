import DNS
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// Every fixture gives exactly the events and counts that stand in `expected` beside it, and is read as its own format.
///
/// `UPDATE_GOLDEN=1` writes them anew.
@Suite struct GoldenLogTests {
    static let fixtures = fixtures { !$0.isBinary }
    /// Captures of packets have tests of their own.
    static let binaryFixtures = fixtures { $0.isBinary && $0.format != .pcap && $0.format != .pcapng }

    private static func fixtures(_ isWanted: (any LogReader) -> Bool) -> [String] {
        LogFormats.all.filter(isWanted).flatMap { reader in
            files(reader.format.rawValue).map { "\(reader.format.rawValue)/\($0)" }
        }
    }

    private static func files(_ format: String) -> [String] {
        let folder = Fixtures.folder("logs/\(format)")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { !$0.hasPrefix(".") && $0 != "expected" }.sorted()
    }

    static func octets(_ fixture: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Fixtures.folder("logs").appendingPathComponent(fixture)))
    }

    /// The clock stands still for logs without a year.
    static let options = LogOptions(present: 1_796_000_000_000_000)

    /// A format without an example would be tested by nobody.
    @Test(arguments: LogFormats.all.map(\.format.rawValue))
    func hasExamples(format: String) {
        #expect(!Self.files(format).isEmpty)
    }

    @Test(arguments: fixtures + binaryFixtures)
    func givesTheExpectedEvents(fixture: String) throws {
        let (events, report) = read(try Self.octets(fixture), options: Self.options)
        var lines = events.map(\.everything)
        let skipped = report.skipped.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        lines.append("\(report.format.rawValue): \(report.records) records, \(report.events) events; \(skipped)")
        lines += report.diagnostics.diagnostics.map(\.description)
        let found = lines.joined(separator: "\n") + "\n"
        let parts = fixture.split(separator: "/")
        let folder = Fixtures.folder("logs/\(parts[0])/expected")
        let place = folder.appendingPathComponent("\(parts[1]).txt")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(found.utf8).write(to: place)
        }
        #expect(found == (try? String(contentsOf: place, encoding: .utf8)), "UPDATE_GOLDEN=1 writes it anew")
        #expect(report.events == events.count)
    }

    /// Of all readers only one claims a fixture, or claims it more surely than any other.
    @Test(arguments: fixtures + binaryFixtures)
    func isDetectedAsItsOwnFormatOnly(fixture: String) throws {
        let input = Input(path: "log", bytes: InputBytes(try Self.octets(fixture)))
        let text = TextDecoding.decode(input)
        let own = String(fixture.prefix { $0 != "/" })
        var claims: [String: DetectionStrength] = [:]
        for reader in LogFormats.all {
            let claim = reader.detect(reader.isBinary ? input.bytes.span : text.span)
            if claim != .no { claims[reader.format.rawValue] = claim }
        }
        let best = try #require(claims[own], "\(claims)")
        #expect(claims.allSatisfy { $0.key == own || $0.value < best }, "\(claims)")
    }

    /// Line ends, byte order marks and encodings of Windows change nothing.
    @Test(arguments: fixtures)
    func readsTheSameInUTF16(fixture: String) throws {
        let octets = try Self.octets(fixture)
        guard let text = String(validating: octets, as: UTF8.self) else { return }
        let units: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let (plain, report) = read(octets, options: Self.options)
        let (wide, wideReport) = read(units, options: Self.options)
        #expect(wide == plain)
        #expect(wideReport.skipped == report.skipped && wideReport.format == report.format)
    }
}

extension QueryEvent {
    /// Everything that an event holds, on one line.
    fileprivate var everything: String {
        var words = ["\(position.record)"]
        words.append(time.map { TimeText.rfc3339(microseconds: $0) } ?? "-")
        words.append(client.map { "\($0)" } ?? "-")
        words.append(server.map { ">\($0)" } ?? ">-")
        if let transport { words.append(transport.rawValue) }
        words.append("| \(line) |")
        if recordClass != .in { words.append("class \(recordClass)") }
        words.append("\(queryCount)+\(answerCount)")
        if let latency { words.append("\(latency)us") }
        if let flags { words.append("flags \(flags.rawValue)") }
        if let hasSOA { words.append("soa \(hasSOA)") }
        if hasConflictingAnswers { words.append("conflicting") }
        if let rule = block?.rule { words.append("rule \(rule)") }
        if let process { words.append("by \(process)") }
        let ttls = answers.compactMap(\.ttl).map(String.init).joined(separator: ",")
        if !ttls.isEmpty { words.append("ttl \(ttls)") }
        words += extendedErrors.map { "ede \($0.code.rawValue) \(String(decoding: $0.text, as: UTF8.self))" }
        return words.joined(separator: " ")
    }
}
