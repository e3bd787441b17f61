import DNS
import Foundation
import TestSupport
import Testing
import TextScan

@testable import QueryLogs

/// Logs that are read while they grow.
@Suite struct GrowingLogTests {
    /// Logs that may grow, with what they are read as: every fixture of a reader that takes logs piece by piece.
    private static let logs: [(path: String, octets: [UInt8], format: LogFormat)] = {
        let manager = FileManager.default
        let root = Fixtures.folder("logs")
        let names = (try? manager.subpathsOfDirectory(atPath: root.path)) ?? []
        return names.sorted().filter { !$0.contains("expected") }.compactMap { name in
            let place = root.appendingPathComponent(name).path
            guard let set = try? InputFile.read(path: place), let input = set.inputs.first, set.inputs.count == 1,
                input.compression == nil, input.bytes.count < 200_000
            else { return nil }
            let octets = input.bytes.span.octets
            guard let reader = LogFormats.detect(octets.span), !reader.isBinary,
                TextDecoding.decode(input).notices.isEmpty,
                reader.session(LogOptions(), FileReport(path: "", format: reader.format, bytes: 0), sample: octets.span)
                    != nil
            else { return nil }
            return (name, octets, reader.format)
        }
    }()

    private static func whole(_ octets: [UInt8], _ options: LogOptions) -> ([QueryEvent], FileReport) {
        var events: [QueryEvent] = []
        let input = Input(path: "log", bytes: InputBytes(octets))
        let report = QueryLog.read(input, options: options) { events.append($0) }
        return (events, report)
    }

    private static func grown(
        _ octets: [UInt8],
        _ options: LogOptions,
        pieces: () -> Int,
        interrupted: Bool = false
    ) throws -> ([QueryEvent], FileReport) {
        var events: [QueryEvent] = []
        var log = GrowingLog(path: "log", options: options)
        var start = 0
        while start < octets.count {
            let piece = Array(octets[start..<min(octets.count, start + pieces())])
            try log.take(piece.span) { events.append($0) }
            start += piece.count
        }
        let report = try log.finish(interrupted: interrupted) { events.append($0) }
        return (events, report)
    }

    @Test func manyFormatsGrow() {
        #expect(Set(Self.logs.map(\.format)).count >= 20, "\(Set(Self.logs.map(\.format.rawValue)).sorted())")
    }

    /// In whatever pieces a log comes, its events and counts are the same.
    @Test(arguments: logs.map(\.path))
    func piecesMakeNoDifference(path: String) throws {
        let (_, octets, format) = try #require(Self.logs.first { $0.path == path })
        var options = LogOptions(year: 2026)
        options.format = format
        let (events, report) = Self.whole(octets, options)
        var random = SeededGenerator(seed: 5)
        for most in [octets.count, 700, 37] {
            let (grown, counts) = try Self.grown(octets, options) { Int.random(in: 1...most, using: &random) }
            #expect(grown == events)
            #expect(
                counts.records == report.records && counts.events == report.events && counts.skipped == report.skipped
            )
            #expect(counts.diagnostics.diagnostics == report.diagnostics.diagnostics)
            #expect(counts.bytes == report.bytes && counts.format == report.format)
        }
    }

    private static func lines(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { index in
            let stamp = "Mar  9 09:\(10 + index / 60):\(10 + index % 50) dnsmasq[7]: \(index) 10.8.0.3/5"
            return Array("\(stamp) query[A] a.example from 10.8.0.3\n\(stamp) reply a.example is 192.0.2.1\n".utf8)
        }
    }

    @Test func whatIsStillOpenIsNotCalledUnanswered() throws {
        let octets =
            Self.lines(20) + Array("Mar  9 09:50:10 dnsmasq[7]: 99 10.8.0.3/5 query[A] b.example from 10.8.0.3\n".utf8)
        for (interrupted, reply) in [(true, ReplyStatus.unknown), (false, .none)] {
            let (events, _) = try Self.grown(octets, LogOptions(year: 2026), pieces: { 100 }, interrupted: interrupted)
            #expect(events.last?.reply == reply)
            #expect(events.dropLast().allSatisfy { $0.reply == .seen } && events.count == 21)
        }
    }

    @Test func memoryDoesNotGrowWithLines() throws {
        var log = GrowingLog(path: "log", options: LogOptions(format: .dnsmasq, year: 2026))
        let piece = [UInt8](repeating: 0x61, count: 65_536)
        for _ in 0..<100 { try log.take(piece.span) { _ in } }
        let report = try log.finish(interrupted: false) { _ in }
        #expect((report.skipped["line-too-long"] ?? 0) > 1, "a line without end is handed on in pieces")
        #expect(report.bytes == 6_553_600)
    }

    @Test(arguments: [
        ([0x1F, 0x8B, 0x08, 0x00], "compressed"), (Array("\u{1}\u{2}".utf8), "no known log format"),
        (Array("example.com\nexample.org\n".utf8), "cannot be followed"),
    ])
    func whatCannotGrowIsSaid(octets: [UInt8], expected: String) {
        let refusal = #expect(throws: GrowingLog.Refusal.self) {
            _ = try Self.grown(octets, LogOptions(), pieces: { 1 })
        }
        #expect(refusal?.text.contains(expected) == true, "\(refusal?.text ?? "")")
    }

    /// `open` and `named` as inode and size; what to do, and octets read then.
    @Test func rotationIsFollowed() {
        func status(_ inode: UInt64, _ size: Int) -> FileStatus { FileStatus(identity: [1, inode], size: size) }
        let turns: [(open: FileStatus, named: FileStatus?, step: FollowState.Step, reads: Int)] = [
            (status(1, 0), status(1, 0), .wait, 0), (status(1, 50), status(1, 50), .read, 50),
            (status(1, 50), status(1, 50), .wait, 0),
            // Renamed: nothing has its name, then something empty, to which nobody writes yet.
            (status(1, 60), nil, .read, 10), (status(1, 60), nil, .wait, 0), (status(1, 60), status(2, 0), .wait, 0),
            (status(1, 70), status(2, 0), .read, 10),
            // Its successor has something: the old one is left only when nothing more came for a turn.
            (status(1, 70), status(2, 5), .wait, 0), (status(1, 75), status(2, 5), .read, 5),
            (status(1, 75), status(2, 9), .wait, 0), (status(1, 75), status(2, 9), .reopen, 0),
            (status(2, 9), status(2, 9), .read, 9), (status(2, 9), status(2, 9), .wait, 0),
            // Cut short.
            (status(2, 0), status(2, 0), .restart, 0), (status(2, 0), status(2, 0), .wait, 0),
            (status(2, 30), status(2, 30), .read, 30), (status(2, 4), status(2, 4), .restart, 0),
            (status(2, 4), status(2, 4), .read, 4),
        ]
        var state = FollowState()
        for (index, turn) in turns.enumerated() {
            #expect(state.step(open: turn.open, named: turn.named) == turn.step, "turn \(index)")
            if turn.reads > 0 { state.didRead(turn.reads) }
        }
    }
}
