import DNS
import TextScan

/// Events of Windows about DNS, exported as XML, JSON, CSV or text: Sysmon 22, DNS-Client 3006, 3008, 3018 and 3020, System
/// 1014, and the server's analytical log.
struct WindowsEventReader: JSONLogReader {
    /// `windowsevents`.
    var format: LogFormat { .windowsEvents }
    /// One line for people.
    var summary: String { "Windows events as XML, JSON, CSV or text: Sysmon 22, DNS-Client, System 1014, DNS server" }

    func begin(_ options: LogOptions, _ report: FileReport) -> EventAssembly {
        EventAssembly(options, report, hasPorts: false, silence: .isTellingAmongAnswers)
    }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        if WindowsXML.isEvents(sample) { return .certain }
        let objects = detectObjects(sample)
        if objects != .no { return objects }
        var rows = DelimitedScanner(sample, separator: Self.separator(sample))
        var columns = WindowsColumns()
        if case .row(let row, _, _) = rows.next(), columns.takeHead(row) { return .certain }
        return Self.looksLikeMessages(sample) ? .likely : .no
    }

    /// Tabs where the first line has some.
    private static func separator(_ sample: Span<UInt8>) -> UInt8 {
        let line = sample.extracting(0..<min(sample.firstIndex(of: 0x0A) ?? sample.count, 4096))
        if line.firstIndex(of: 0x09) != nil { return 0x09 }
        return line.firstIndex(of: 0x2C) == nil && line.firstIndex(of: 0x3B) != nil ? 0x3B : 0x2C
    }

    private static func looksLikeMessages(_ sample: Span<UInt8>) -> Bool {
        var lines = LineScanner(sample)
        for _ in 0..<64 {
            guard let line = lines.next() else { return false }
            let text = sample.extracting(line.range).trimmed
            if WindowsEvent(message: text) != nil { return true }
        }
        return false
    }

    /// Exports do not grow.
    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? { nil }

    func read(_ octets: Span<UInt8>, options: LogOptions, report: inout FileReport, emit: (QueryEvent) -> Void) {
        if WindowsXML.isEvents(octets.extracting(0..<min(octets.count, 65_536))) {
            return readXML(octets, options: options, report: &report, emit: emit)
        }
        let sample = octets.extracting(0..<min(octets.count, 65_536))
        if detectObjects(sample) != .no {
            return readObjects(octets, options: options, report: &report, emit: emit)
        }
        var rows = DelimitedScanner(sample, separator: Self.separator(sample))
        var columns = WindowsColumns()
        if case .row(let row, _, _) = rows.next(), columns.takeHead(row) {
            return readRows(octets, options: options, report: &report, emit: emit)
        }
        readMessages(octets, options: options, report: &report, emit: emit)
    }

    // MARK: - JSON

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        guard let event = WindowsEvent(record) else { return .no }
        if WindowsEvent.isKnown(event.provider) { return .certain }
        return record.has("Channel") || record.has("winlog.channel") || record.has("Event.System") ? .likely : .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        WindowsEvent(record, offset: assembly.options.utcOffset)?.hand(to: &assembly, at: position)
    }

    // MARK: - XML

    private func readXML(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var assembly = begin(options, report)
        var events = WindowsXML(octets)
        while let (range, position, isWhole) = events.next() {
            assembly.report.records += 1
            if isWhole {
                WindowsEvent(xml: octets.extracting(range)).hand(to: &assembly, at: position)
            } else {
                assembly.report.skip("unparsed-line", at: position, "an event without an end")
            }
            assembly.drain(emit)
        }
        assembly.finish(emit)
        report = assembly.report
    }

    // MARK: - CSV

    private func readRows(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var assembly = begin(options, report)
        var columns = WindowsColumns()
        var rows = DelimitedScanner(octets, separator: Self.separator(octets))
        while let piece = rows.next() {
            switch piece {
            case .row(let row, let position, let range):
                // PowerShell writes its types in front of the head.
                if !columns.isKnown || row.octets(0).hasPrefix("#TYPE") {
                    if columns.takeHead(row) || row.octets(0).hasPrefix("#TYPE") { continue }
                }
                assembly.report.records += 1
                if let event = columns.event(row, offset: options.utcOffset) {
                    event.hand(to: &assembly, at: position)
                } else {
                    assembly.unparsed(octets.extracting(range), at: position, "no event in this row")
                }
            case .overlong(let position):
                assembly.report.records += 1
                assembly.overlongRow(at: position)
            }
            assembly.drain(emit)
        }
        assembly.finish(emit)
        report = assembly.report
    }

    // MARK: - Text

    /// Messages one a line, or Sysmon's over several.
    private func readMessages(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        var assembly = begin(options, report)
        var open: (event: WindowsEvent, position: SourcePosition)?
        func close(_ assembly: inout EventAssembly) {
            open?.event.hand(to: &assembly, at: open?.position ?? SourcePosition(record: 0, byte: 0))
            open = nil
        }
        var columns = WindowsColumns()
        var stamp: Int64?
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = octets.extracting(line.range).trimmed
            if text.count == 0 { continue }
            // `TimeCreated : …` and `Date: …` stand in front of the message.
            if open == nil, text.hasPrefix("TimeCreated") || text.hasPrefix("Date:"),
                let colon = text.firstIndex(of: 0x3A)
            {
                stamp = columns.time(text.extracting((colon + 1)..<text.count).trimmed.octets, options.utcOffset)
            }
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound)
            if let found = text.firstRange(of: "Dns query:") {
                close(&assembly)
                assembly.report.records += 1
                var event = WindowsEvent()
                (event.provider, event.id) = ("Microsoft-Windows-Sysmon", 22)
                _ = event.take(text.extracting(found.upperBound..<text.count))
                open = (event, position)
            } else if open != nil {
                if !(open?.event.take(text) ?? false), WindowsEvent(message: text) != nil { close(&assembly) }
            }
            if open == nil {
                assembly.report.records += 1
                if var event = WindowsEvent(message: text) {
                    event.time = event.time ?? stamp
                    stamp = nil
                    event.hand(to: &assembly, at: position)
                } else {
                    assembly.report.skip("other-line")
                }
            }
            assembly.drain(emit)
        }
        close(&assembly)
        assembly.finish(emit)
        report = assembly.report
    }
}
