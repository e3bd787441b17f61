import DNS
import TextScan

/// Debug log of the Windows DNS server (`dns.log`), in the dates of any language, with or without details.
struct WindowsDebugReader: LogReader {
    /// `windowsdns`.
    var format: LogFormat { .windowsDNS }
    /// One line for people.
    var summary: String { "debug log of the Windows DNS server (dns.log), dates of any language" }
    var isBinary: Bool { false }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        if sample.firstRange(of: "DNS Server log file creation at") != nil { return .certain }
        var lines = LineScanner(sample)
        for _ in 0..<200 {
            guard let line = lines.next() else { break }
            if WindowsDebugLine(Self.text(sample, line)) != nil { return .certain }
        }
        return .no
    }

    /// A line without the NUL octets that a copy of a live log begins with.
    @_lifetime(copy octets)
    private static func text(_ octets: Span<UInt8>, _ line: Line) -> Span<UInt8> {
        var range = line.range
        while range.count > 0, octets[range.lowerBound] == 0 { range = (range.lowerBound + 1)..<range.upperBound }
        return octets.extracting(range)
    }

    /// An answer that details may still be told of.
    private struct Open {
        var sighting: MessageSighting
        var details: WindowsDebugDetails
    }

    func read(_ octets: Span<UInt8>, options: LogOptions, report: inout FileReport, emit: (QueryEvent) -> Void) {
        var assembly = EventAssembly(options, report, silence: .isTellingAmongAnswers)
        let order = Self.order(octets)
        var open: Open?
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = Self.text(octets, line)
            guard text.count > 0, text[0] &- 0x30 < 10 else {
                // Details are set off by blanks.
                open?.details.take(text.trimmed)
                continue
            }
            let position = SourcePosition(record: line.number, byte: line.range.lowerBound)
            guard let packet = WindowsDebugLine(text) else {
                guard Self.isRecord(text) else { continue }
                Self.close(&open, &assembly)
                assembly.report.records += 1
                assembly.report.skip("other-context")
                continue
            }
            Self.close(&open, &assembly)
            assembly.report.records += 1
            let stamp = LocaleDate(text.extracting(0..<packet.stampEnd))
            if order == nil, stamp?.order == nil, let stamp, stamp.usualOrder == .dayFirst {
                assembly.report.warn(
                    "ambiguous-date",
                    at: position,
                    "day and month cannot be told apart; taken as day first"
                )
            }
            let time = stamp.flatMap { $0.time(order ?? $0.usualOrder, offset: options.utcOffset) }
            open = Self.take(packet, time, position, &assembly)
            assembly.drain(emit)
        }
        Self.close(&open, &assembly)
        assembly.finish(emit)
        report = assembly.report
    }

    /// Whether a line is a record of another context: it begins with a date.
    private static func isRecord(_ text: Span<UInt8>) -> Bool {
        let end = text.firstIndex(of: 0x20) ?? text.count
        guard end >= 6, end <= 11 else { return false }
        var marks = 0
        for index in 0..<end where text[index] &- 0x30 >= 10 { marks += 1 }
        return marks == 2 || marks == 3 || marks == 0 && end == 8
    }

    /// The order of the numbers of dates, which often takes many lines to show.
    private static func order(_ octets: Span<UInt8>) -> LocaleDate.Order? {
        var lines = LineScanner(octets)
        while let line = lines.next() {
            let text = text(octets, line)
            guard text.count > 0, text[0] &- 0x30 < 10, let context = text.firstRange(of: " PACKET ") else { continue }
            if context.lowerBound < 64, let order = LocaleDate(text.extracting(0..<context.lowerBound))?.order {
                return order
            }
        }
        return nil
    }

    private static func close(_ open: inout Open?, _ assembly: inout EventAssembly) {
        guard var last = open else { return }
        open = nil
        if let chain = last.details.chain { last.sighting.answers = chain.records }
        assembly.add(last.sighting)
    }

    private static func take(
        _ packet: WindowsDebugLine,
        _ time: Int64?,
        _ position: SourcePosition,
        _ assembly: inout EventAssembly
    ) -> Open? {
        guard packet.isQuery else {
            assembly.report.skip("other-operation")
            return nil
        }
        // What the server asks others is not what clients asked it.
        guard packet.isReceived != packet.isResponse else {
            assembly.report.skip("upstream")
            return nil
        }
        guard let name = packet.name, let remote = packet.remote else {
            assembly.report.skip("unparsed-line", at: position, "no name with the address of a client")
            return nil
        }
        let question = MessageSighting.Question(name: name, type: packet.type ?? RRType(rawValue: 0))
        var sighting = MessageSighting(
            packet.isResponse ? .response : .query,
            question,
            client: SocketAddress(remote),
            id: packet.id,
            time: time,
            at: position
        )
        sighting.transport = packet.transport
        guard packet.isResponse else {
            assembly.add(sighting)
            return nil
        }
        let code = packet.code ?? .noError
        sighting.answer(code)
        // With data, flags would say that what is not listed was not there.
        if code != .noError {
            var flags: ResponseFlags = []
            if packet.flags.contains(0x41) { flags.insert(.authoritative) }
            if packet.flags.contains(0x54) { flags.insert(.truncated) }
            if packet.flags.contains(0x52) { flags.insert(.recursionAvailable) }
            sighting.flags = flags
        }
        return Open(sighting: sighting, details: WindowsDebugDetails(question))
    }
}
