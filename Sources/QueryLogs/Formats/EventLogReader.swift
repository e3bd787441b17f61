import EventLogs
import TextScan

/// Event logs of Windows in their binary form: the events of ``WindowsEventReader``, as XML gives them.
struct EventLogReader: LogReader {
    /// `evtx`.
    var format: LogFormat { .evtx }
    /// One line for people.
    var summary: String { "event logs of Windows (.evtx): Sysmon 22, DNS-Client, System 1014, DNS server" }
    /// Event logs are binary.
    var isBinary: Bool { true }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        EventLog.isEventLog(sample) ? .certain : .no
    }

    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var assembly = WindowsEventReader().begin(options, report)
        // Templates may make events of a few octets long; a log is about as long as its XML.
        var budget = 64 * octets.count + 1 << 20
        let isWhole = EventLog.forEach(octets) { xml, offset in
            assembly.report.records += 1
            let position = SourcePosition(record: assembly.report.records, byte: offset)
            if let xml {
                budget -= xml.count
                WindowsEvent(xml: xml.span).hand(to: &assembly, at: position)
            } else {
                assembly.report.skip("unreadable-event", at: position, "an event that is damaged or too long")
            }
            assembly.drain(emit)
            return budget > 0
        }
        let end = SourcePosition(record: assembly.report.records, byte: 0)
        if isWhole == nil {
            assembly.report.warn("eventlog-damaged", at: end, "no event log, or one whose header cannot be read")
        } else if isWhole == false {
            assembly.report.warn("eventlog-damaged", at: end, "parts of it are damaged; their events are missing")
        }
        if budget <= 0 {
            assembly.report.warn(
                "eventlog-too-long",
                at: end,
                "its events are far longer than it; the rest is left out"
            )
        }
        assembly.finish(emit)
        report = assembly.report
    }
}
