import DNS
import TextScan

/// What a text reader hands its findings to: counts, the clock of the log, and the folding of messages into events.
struct EventAssembly {
    let options: LogOptions
    var report: FileReport
    var clock: LogClock
    /// How messages are folded.
    var pairing: EventPairing
    /// The names that were read lately.
    var names: NameCache
    private var ready: [QueryEvent] = []

    init(_ options: LogOptions, _ report: FileReport, hasPorts: Bool = true, silence: EventPairing.Silence = .isUntold)
    {
        self.options = options
        self.report = report
        clock = LogClock(options: options)
        names = NameCache(options)
        pairing = EventPairing(limits: options.pairing, hasPorts: hasPorts, silence: silence)
    }

    /// An event that is complete.
    mutating func add(_ event: QueryEvent) {
        if pairing.isWaiting { pairing.add(event) } else { ready.append(event) }
    }

    /// A message that may belong to an event with others.
    mutating func add(_ sighting: MessageSighting) {
        if !pairing.add(sighting) { report.skip("answer-without-question") }
    }

    /// A line that is not understood.
    mutating func unparsed(_ text: Span<UInt8>, at position: SourcePosition, _ what: StaticString) {
        report.skip("unparsed-line", at: position, "\(what): \(TerminalText.escaped(text, limit: 80))")
    }

    /// A row of a table that is longer than any has.
    mutating func overlongRow(at position: SourcePosition) {
        report.skip("line-too-long", at: position, "a row longer than any log has, or a quote without end")
    }

    /// Hands out what is complete.
    mutating func drain(_ emit: (QueryEvent) -> Void) {
        while let event = pairing.next() {
            report.events += 1
            emit(event)
        }
        guard !ready.isEmpty else { return }
        report.events += ready.count
        for event in ready { emit(event) }
        ready.removeAll(keepingCapacity: true)
    }

    /// Hands out everything.
    mutating func finish(_ emit: (QueryEvent) -> Void) {
        drain(emit)
        while let event = pairing.finish() {
            report.events += 1
            emit(event)
        }
        guard let refuted = pairing.refuted else { return }
        let text = "told as blocked, and answered with another code than such a block: it counts as answered"
        report.warn("block-refuted", count: refuted.count, at: refuted.first, text)
    }
}
