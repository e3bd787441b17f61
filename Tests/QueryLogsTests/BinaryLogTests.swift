import DNS
import EventLogs
import Foundation
import QueryLogs
import TestSupport
import Testing
import TextScan

/// Logs that are no text: what they hold is kept as far as it goes, and what is wrong is said.
@Suite struct BinaryLogTests {
    private func fixture(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Fixtures.folder("logs").appendingPathComponent(path)))
    }

    private func reasons(_ report: FileReport) -> [String] { report.diagnostics.diagnostics.map(\.reason) }

    /// The same events, written both ways.
    @Test(arguments: ["client", "server"])
    func eventLogsGiveWhatTheirXMLGives(name: String) throws {
        let binary = read(try fixture("evtx/\(name).evtx"))
        let text = read(try fixture("windowsevents/evtx-\(name).xml"))
        func bare(_ events: [QueryEvent]) -> [QueryEvent] {
            events.map { event in
                var event = event
                event.position = SourcePosition(record: 0, byte: 0)
                return event
            }
        }
        #expect(binary.events.count >= 3)
        #expect(bare(binary.events) == bare(text.events))
        #expect(binary.report.skipped == text.report.skipped)
        #expect(binary.report.records == text.report.records)
    }

    @Test func eventLogsThatWereCutKeepWhatIsThere() throws {
        let octets = try fixture("evtx/client.evtx")
        let (events, report) = read(Array(octets.prefix(octets.count * 3 / 4)))
        #expect(report.format.rawValue == "evtx")
        #expect((1..<4).contains(events.count))
        let header = read(Array(octets.prefix(200)))
        #expect(header.events.isEmpty && reasons(header.report).contains("eventlog-damaged"))
    }

    /// Nothing behind the end of a log is read, wherever it was cut: there the page ends, and the next one traps.
    @Test(arguments: ["client", "server"])
    func eventLogsAreNotReadBeyondTheirEnd(name: String) throws {
        let octets = try fixture("evtx/\(name).evtx")
        let page = sysconf(Int32(_SC_PAGESIZE))
        let room = (octets.count + page - 1) / page * page
        let mapped = unsafe mmap(nil, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe mapped, unsafe memory != MAP_FAILED else {
            Issue.record("no memory")
            return
        }
        defer { unsafe munmap(memory, room + page) }
        unsafe mprotect(memory + room, page, PROT_NONE)
        // A header block that says another length than it has moves all chunks.
        var moved = octets
        moved.replaceSubrange(40..<42, with: [0, 32])
        for log in [octets, moved] {
            for count in [8, 200, 371, 4095, 4096, 4200, 8192, 70_000, log.count - 1] where count < log.count {
                let start = unsafe memory + room - count
                unsafe start.copyMemory(from: Array(log.prefix(count)), byteCount: count)
                let cut = unsafe Span<UInt8>(_unsafeStart: start.assumingMemoryBound(to: UInt8.self), count: count)
                var events = 0
                let isWhole = EventLog.forEach(cut) { _, _ in
                    events += 1
                    return events < 100
                }
                #expect(isWhole != true || events > 0)
            }
        }
    }

    @Test func dnstapThatWasCutKeepsWhatIsThere() throws {
        let octets = try fixture("dnstap/dnsdist.fstrm")
        let (events, report) = read(Array(octets.prefix(octets.count - 40)))
        #expect(events.count == 5)
        #expect(report.records == 9 && reasons(report) == ["frames-truncated"])
        // A frame that is no message costs itself.
        let frame: [UInt8] = [0, 0, 0, 3, 0xFF, 0xFF, 0xFF]
        let (more, faulty) = read(octets + frame)
        #expect(more.count == 6 && faulty.skipped == ["malformed-message": 1])
    }

    /// PolicyKind of dnsmessage.proto; 1 lets pass, and 5 has the client come back over TCP.
    @Test(arguments: [(1, false), (2, true), (3, true), (4, true), (5, false), (6, true)])
    func policiesOfPowerDNSBlockByTheirKind(kind: UInt8, isBlock: Bool) {
        func field(_ number: UInt8, _ octets: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(octets.count)] + octets }
        let question = field(1, Array("a.example.".utf8)) + [2 << 3, 1, 3 << 3, 1]
        let response: [UInt8] = [1 << 3, 0] + field(3, Array("zone".utf8)) + [10 << 3, kind]
        let message: [UInt8] = [1 << 3, 2, 11 << 3, 7] + field(12, question) + field(13, response)
        let (events, _) = read([0, UInt8(message.count)] + message)
        #expect(events.map { $0.block?.source } == [isBlock ? "zone" : nil])
    }

    /// Lengths as large as they can be lead nowhere.
    @Test(arguments: [
        "00000000 0000000c 00000002 00000001 00000000 ffffffff", "00000000 ffffffff", "000affffffffffffffffffff0f",
        "0003 0801 62", "0008 0801 62ff ffff ff7f",
    ])
    func lengthsThatLieAreRefused(text: String) {
        for format in [LogFormat(rawValue: "dnstap"), LogFormat(rawValue: "powerdns")] {
            let (events, report) = read(octets(hex: text), options: LogOptions(format: format))
            #expect(events.isEmpty && !report.diagnostics.diagnostics.isEmpty)
        }
    }

    @Test func databasesThatAreDamagedKeepWhatIsThere() throws {
        var octets = try fixture("piholeftl/version-21.db")
        let whole = read(octets)
        #expect(whole.events.count == 27)
        // The last pages hold other tables; the rows before them stay.
        octets.removeLast(1024)
        let (events, report) = read(octets)
        #expect(events.count <= 27)
        #expect(reasons(report).contains("database-damaged"))
    }

    @Test func otherDatabasesAreSaidToBeSo() throws {
        let octets = try fixture("technitiumdb/first.db")
        let (events, report) = read(octets, options: LogOptions(format: LogFormat(rawValue: "piholeftl")))
        #expect(events.isEmpty && reasons(report) == ["unknown-database"])
    }
}
