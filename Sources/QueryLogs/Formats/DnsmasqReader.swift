import DNS
import TextScan

/// Query logs of dnsmasq (`log-queries`, also `extra` and `proto`) and of Pi-hole, which is dnsmasq with more sources of
/// answers; behind a syslog prefix of any kind or bare.
public struct DnsmasqReader: LogReader {
    /// A reader.
    public init() {}

    /// `dnsmasq`; the report says `pihole` when one of Pi-hole's own sources turns up.
    public var format: LogFormat { .dnsmasq }
    /// One line for people.
    public var summary: String { "query log of dnsmasq (plain, extra, proto) or Pi-hole" }
    /// A log is text.
    public var isBinary: Bool { false }

    /// Likely when more than half of the lines can be read and at least one is a query, an answer or a forward.
    public func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        var lines = LineScanner(sample)
        var total = 0
        var read = 0
        var speaking = 0
        var clock = LogClock(options: LogOptions())
        var names = NameCache(LogOptions())
        while total < 200, let line = lines.next() {
            let text = sample.extracting(line.range)
            if text.trimmed.count == 0 { continue }
            total += 1
            if line.isOverlong { continue }
            LinePrefix.unwrap(text, clock: &clock) { text, _ in
                switch DnsmasqLine(text, &names).body {
                case .unknown: break
                case .other: read += 1
                default:
                    read += 1
                    speaking += 1
                }
            }
        }
        return speaking > 0 && read * 2 > total ? .likely : .no
    }

    /// Reads every line and joins those of one query.
    public func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var session = DnsmasqSession(options, report)
        session.readAll(octets, into: &report, emit: emit)
    }

    /// A log that grows.
    public func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        DnsmasqSession(options, report)
    }
}

private struct DnsmasqSession: LogSession {
    private(set) var report: FileReport
    private var clock: LogClock
    private var names: NameCache
    private var correlation: DnsmasqCorrelation

    init(_ options: LogOptions, _ report: FileReport) {
        self.report = report
        clock = LogClock(options: options)
        names = NameCache(options)
        correlation = DnsmasqCorrelation(limits: options.pairing)
    }

    mutating func take(_ octets: Span<UInt8>, behind base: SourcePosition, emit: (QueryEvent) -> Void) {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range)
            if text.trimmed.count == 0 { continue }
            report.records += 1
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound).behind(base)
            if line.isOverlong {
                report.skip("line-too-long", at: position, "the line is longer than \(line.range.count) octets")
                continue
            }
            if text[0] != 0x7B, let time = clock.time(text) {
                add(text, time: time, position)
            } else {
                var clock = clock
                LinePrefix.unwrap(text, clock: &clock) { text, time in add(text, time: time, position) }
                self.clock = clock
            }
            while let event = correlation.next() {
                report.events += 1
                emit(event)
            }
        }
    }

    mutating func finish(emit: (QueryEvent) -> Void) {
        while let event = correlation.finish() {
            report.events += 1
            emit(event)
        }
    }

    private mutating func add(_ text: Span<UInt8>, time: Int64?, _ position: SourcePosition) {
        let line = DnsmasqLine(text, &names)
        let outcome: DnsmasqCorrelation.Outcome
        switch line.body {
        case .query(let name, let type, let client):
            correlation.addQuery(line, name: name, type: type, client: client, time: time, position: position)
            return
        case .forwarded(let name, let upstream):
            outcome = correlation.addForward(line, name: name, upstream: upstream, time: time)
        case .answer(let source, let name, let content, let error):
            if DnsmasqLine.isPihole(source) { report.format = .pihole }
            let answer = DnsmasqAnswer(source: source, name: name, content: content, error: error)
            outcome = correlation.addAnswer(line, answer, time: time)
        case .bogus(let name):
            let error = ExtendedError(code: ExtendedErrorCode(rawValue: 6))
            let answer = DnsmasqAnswer(source: "validation", name: name, content: .failure(.servFail), error: error)
            outcome = correlation.addAnswer(line, answer, time: time)
        case .rebind(let name): outcome = correlation.addRebind(name: name, time: time)
        case .other(let reason):
            report.skip(reason)
            return
        case .unknown:
            report.skip(
                "unparsed-line",
                at: position,
                "not a line of dnsmasq: \(TerminalText.escaped(text, limit: 80))"
            )
            return
        }
        switch outcome {
        case .used: break
        case .ambiguous:
            let hint = "several open queries fit; with log-queries=extra every line names its query"
            report.warn("ambiguous-correlation", at: position, hint)
        case .orphan: report.skip("answer-without-query")
        }
    }
}
