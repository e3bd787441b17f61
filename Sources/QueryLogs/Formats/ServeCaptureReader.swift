import DNS
import TextScan

/// What `patchway serve --capture` writes: a JSON object of kind `query` a line, with what the policy said and whether it was
/// carried out. Objects of other kinds are counted and left out.
public struct ServeCaptureReader: LogReader {
    /// A reader.
    public init() {}

    /// `serve`.
    public var format: LogFormat { .serve }
    /// One line for people.
    public var summary: String { "what patchway serve --capture writes, NDJSON" }
    /// JSON is text.
    public var isBinary: Bool { false }

    /// Certain when the first line is an object of kind `query` with a verdict.
    public func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        var lines = LineScanner(sample)
        while let line = lines.next() {
            let text = sample.extracting(line.range).trimmed
            if text.count == 0 { continue }
            guard !line.isOverlong, let members = Members(text) else { return .no }
            return members["kind"] == "query" && members["name"] != nil && members["verdict"] != nil ? .certain : .no
        }
        return .no
    }

    /// Reads every line on its own.
    public func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var session = ServeCaptureSession(report)
        session.readAll(octets, into: &report, emit: emit)
    }

    /// A capture that grows.
    public func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        ServeCaptureSession(report)
    }

    fileprivate static func event(_ members: Members, _ position: SourcePosition) -> QueryEvent? {
        guard let text = members["name"], let name = try? DomainName(text),
            let type = members["qtype"].flatMap(RRType.init)
        else { return nil }
        var event = QueryEvent(name: name, type: type, position: position, reply: .none)
        event.time = members["time"].flatMap { TimeScan.rfc3339(Array($0.utf8).span) }
        event.client = members["client"].flatMap { IPAddress($0) }.map { SocketAddress($0) }
        event.transport = members["transport"].flatMap(LogTransport.init(rawValue:))
        if let code = members["rcode"].flatMap(ResponseCode.init) {
            event.reply = .seen
            event.rcode = code
            event.answerCount = 1
            event.latency = members["elapsed_us"].flatMap { Int64($0) }
            // Which records the answer held is not written, so that none follows from their absence.
            if code == .noError {
                event.answers = [AnswerRecord(name: name, type: RRType(rawValue: 0), data: .unknown)]
            }
        }
        if members["enforced"] == "true" { answer(members["verdict"], &event) }
        if members["enforced"] == "true", let list = members["matched.list"] {
            event.block = LoggedBlock(
                source: list + (members["matched.line"].map { ":\($0)" } ?? ""),
                rule: members["matched.text"],
                isAlias: members["matched.relation"] == "cname"
            )
        }
        return event
    }

    /// What the policy answered, as far as its verdict says: a null address stands for the one of a sinkhole.
    private static func answer(_ verdict: String?, _ event: inout QueryEvent) {
        let isAddress = event.type == .a || event.type == .aaaa
        let data: AnswerData
        switch verdict {
        case "nodata": return event.answers = []
        case "sinkhole" where isAddress: data = .address(event.type == .a ? .v4(0) : .v6(0, 0))
        case "redirect": data = .unknown
        default: return
        }
        event.answers = [AnswerRecord(name: event.name, type: event.type, data: data)]
    }

    /// The members of one object that are strings or literals, those of objects in it as `outer.inner`.
    fileprivate struct Members {
        private var values: [String: String] = [:]
        /// Members kept; `serve` writes fewer.
        private static let limit = 64

        /// Nil for what is no object, or not whole.
        init?(_ text: Span<UInt8>) {
            var scanner = JSONScanner(text)
            guard scanner.next().kind == .beginObject else { return nil }
            var path: [String] = []
            var (depth, key) = (1, "")
            while depth > 0 {
                let token = scanner.next()
                switch token.kind {
                case .beginObject, .beginArray:
                    depth += 1
                    // Deeper than any record goes, nothing is kept.
                    if path.count < 4 { path.append(key) }
                case .endObject, .endArray:
                    depth -= 1
                    if path.count > depth - 1 { path = path.dropLast(path.count - max(depth - 1, 0)) }
                case .key: key = token.text(in: text)
                case .string, .literal:
                    guard values.count < Self.limit else { continue }
                    values[(path + [key]).joined(separator: ".")] = token.text(in: text)
                case .end, .broken: return nil
                }
            }
            guard scanner.next().kind == .end else { return nil }
        }

        subscript(_ name: String) -> String? { values[name] }
    }
}

private struct ServeCaptureSession: LogSession {
    private(set) var report: FileReport
    private var shadowed = 0
    private var firstShadowed: SourcePosition?

    init(_ report: FileReport) { self.report = report }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range).trimmed
            if text.count == 0 { continue }
            report.records += 1
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound).behind(base)
            if line.isOverlong {
                report.skip("line-too-long", at: position, "the line is longer than \(line.range.count) octets")
                continue
            }
            guard let members = ServeCaptureReader.Members(text), let kind = members["kind"] else {
                report.skip("unparsed-line", at: position, "no JSON object with a kind; was the writer cut off?")
                continue
            }
            guard kind == "query" else {
                report.skip("other-kind")
                continue
            }
            guard let event = ServeCaptureReader.event(members, position) else {
                report.skip("unparsed-line", at: position, "no domain name with a record type")
                continue
            }
            if members["action"] == "shadowed" {
                shadowed += 1
                firstShadowed = firstShadowed ?? position
            }
            report.events += 1
            emit(event)
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) {
        guard let firstShadowed else { return }
        report.warn(
            "shadowed",
            at: firstShadowed,
            "answered as if there were no filter, because it is only tried (mode shadow): \(shadowed) "
                + "quer\(shadowed == 1 ? "y" : "ies"); --stack FILE says what it would break"
        )
    }
}
