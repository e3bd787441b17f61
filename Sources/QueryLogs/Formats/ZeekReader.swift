import DNS
import TextScan

/// `dns.log` of Zeek, in its own form (also rotated and labelled) or as JSON (also streamed, and with `_` for `.`).
struct ZeekReader: JSONLogReader {
    /// `zeek`.
    var format: LogFormat { .zeek }
    /// One line for people.
    var summary: String { "dns.log of Zeek, tab-separated or JSON" }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        guard Self.isTabular(sample) else { return detectObjects(sample) }
        var columns = ZeekColumns()
        var lines = LineScanner(sample)
        while let line = lines.next(), !columns.isKnown {
            let text = sample.extracting(line.range)
            guard text.hasPrefix("#") else { break }
            columns.take(text)
        }
        return columns.isDNS ? .certain : .no
    }

    private static func isTabular(_ sample: Span<UInt8>) -> Bool {
        sample.hasPrefix("#separator") || sample.hasPrefix("#fields")
    }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly {
        EventAssembly(options, report, silence: .isTelling)
    }

    func read(_ octets: Span<UInt8>, options: LogOptions, report: inout FileReport, emit: (QueryEvent) -> Void) {
        guard Self.isTabular(octets) else { return readObjects(octets, options: options, report: &report, emit: emit) }
        var session = ZeekSession(self, options, report)
        session.readAll(octets, into: &report, emit: emit)
    }

    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        Self.isTabular(sample) ? ZeekSession(self, options, report) : objectSession(options, report, sample: sample)
    }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard record.has("trans_id"), record.has("query") || record.has("qtype_name") || record.has("rcode_name") else {
            return record.equals("_path", "dns") ? .certain : .no
        }
        return record.has("id.orig_h") || record.has("id_orig_h") ? .certain : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        var row = ZeekRow()
        row.time = record.time("ts")
        row.client = record.address("id.orig_h", port: "id.orig_p") ?? record.address("id_orig_h", port: "id_orig_p")
        row.server = record.address("id.resp_h", port: "id.resp_p") ?? record.address("id_resp_h", port: "id_resp_p")
        row.transport = record.octets("proto")?.transport
        row.id = record.integer("trans_id").flatMap { UInt16(exactly: $0) } ?? 0
        row.latency = record.octets("rtt")?.seconds
        row.name = record.name("query", &assembly.names)
        row.type = record.type("qtype") ?? record.type("qtype_name")
        row.recordClass = record.octets("qclass")?.recordClass
        row.code = record.responseCode("rcode") ?? record.responseCode("rcode_name")
        row.isAuthoritative = record.bool("AA") ?? false
        row.isTruncated = record.bool("TC") ?? false
        row.isRecursionAvailable = record.bool("RA") ?? false
        guard !row.isCountedOnly else { return row.hand(to: &assembly, at: position) }
        row.answers = record.elements(record.index("answers")).prefix(AnswerChain.maximumRecords).map {
            record.octets($0)
        }
        row.ttls = record.elements(record.index("TTLs")).prefix(AnswerChain.maximumRecords).map {
            record.octets($0).seconds.flatMap { UInt32(exactly: $0 / 1_000_000) }
        }
        row.hand(to: &assembly, at: position)
    }
}

/// A log of columns that its head names; a log behind it has a head of its own.
private struct ZeekSession: LogSession {
    private var assembly: EventAssembly
    private var columns = ZeekColumns()

    init(_ reader: ZeekReader, _ options: LogOptions, _ report: FileReport) {
        assembly = reader.begin(options, report)
    }

    var report: FileReport { assembly.report }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range)
            if text.trimmed.count == 0 { continue }
            if text[0] == 0x23 {
                columns.take(text)
                continue
            }
            assembly.report.records += 1
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound).behind(base)
            if line.isOverlong {
                assembly.report.skip("line-too-long", at: position, "the line is longer than \(text.count) octets")
            } else if let row = columns.row(text, &assembly.names) {
                row.hand(to: &assembly, at: position)
            } else {
                assembly.unparsed(text, at: position, "no row of the columns that the head names")
            }
            assembly.drain(emit)
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) { assembly.finish(emit) }
}
