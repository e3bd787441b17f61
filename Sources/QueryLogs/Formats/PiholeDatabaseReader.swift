import DNS
import SQLite
import TextScan

/// The database of Pi-hole FTL, `pihole-FTL.db`, of every version.
struct PiholeDatabaseReader: LogReader {
    /// `piholeftl`.
    var format: LogFormat { .piholeFTL }
    /// One line for people.
    var summary: String { "query database of Pi-hole (pihole-FTL.db), every version" }
    /// A database is binary.
    var isBinary: Bool { true }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        if LogDatabase.detect(sample, "query_storage") != .no { return .certain }
        // Databases without many tables say so in front.
        if LogDatabase.detect(sample, "queries", "status", "forward") != .no { return .certain }
        return LogDatabase.hidesItsTables(sample) ? .possible : .no
    }

    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    ) {
        LogDatabase.read(
            octets,
            options: options,
            report: &report,
            query: { PiholeColumns($0).statement },
            take: Self.take,
            emit: emit
        )
    }

    private static func take(_ row: borrowing Database.Row, _ assembly: inout EventAssembly) {
        typealias Column = PiholeColumns.Column
        let position = SourcePosition(record: assembly.report.records, byte: 0)
        let text = row.text(Column.name)
        // Written so at privacy levels above 0.
        if text.equals("hidden") { return assembly.report.skip("hidden-name") }
        guard let name = text.domainName else {
            return assembly.unparsed(text.span, at: position, "no name")
        }
        var event = QueryEvent(name: name, type: type(row.number(Column.type)), position: position)
        event.time = time(row.real(Column.time))
        let client = row.text(Column.client)
        if !client.equals("0.0.0.0") { event.client = client.socketAddress }
        event.server = row.text(Column.server).socketAddress
        let status = row.number(Column.status)
        takeReply(row, status, &event)
        if let block = PiholeStatus.block(status) {
            event.block = LoggedBlock(source: block.source, rule: rule(row), isAlias: block.isAlias)
        }
        assembly.add(event)
    }

    /// The alias that was blocked, or the number of the list.
    private static func rule(_ row: borrowing Database.Row) -> String? {
        let list = row.number(PiholeColumns.Column.list)
        let more = row.text(PiholeColumns.Column.more)
        // FTL writes what matched as a number, or, of an alias, the alias.
        if more.domainName != nil, more.decimal == nil { return more.string }
        let number = list > 0 ? list : more.decimal.map { Int(clamping: $0) } ?? 0
        return number > 0 ? "list \(number)" : nil
    }

    /// What was answered (enum reply_type); databases of old versions do not tell.
    private static func takeReply(_ row: borrowing Database.Row, _ status: Int, _ event: inout QueryEvent) {
        typealias Column = PiholeColumns.Column
        guard !row.isNull(Column.reply) else { return }
        switch row.number(Column.reply) {
        case 0: if PiholeStatus.isForwarded(status) { event.reply = .none }
        case 1: event.answer(.noError, [])
        case 2: event.answer(.nxDomain, [])
        case 3...6, 11, 13: event.answer(.noError)
        case 7: event.answer(.servFail, [])
        case 8: event.answer(.refused, [])
        case 9: event.answer(.notImp, [])
        case 10:
            event.reply = .seen
            event.answerCount = 1
        case 12: event.reply = .none
        default: break
        }
        if event.reply == .seen { takeDetails(row, &event) }
    }

    private static func takeDetails(_ row: borrowing Database.Row, _ event: inout QueryEvent) {
        typealias Column = PiholeColumns.Column
        let seconds = row.real(Column.latency)
        if seconds > 0, seconds < 3600 { event.latency = Int64(seconds * 1_000_000) }
        let code = row.number(Column.extendedError)
        guard !row.isNull(Column.extendedError), code >= 0, let number = UInt16(exactly: code) else { return }
        event.extendedErrors = [ExtendedError(code: ExtendedErrorCode(rawValue: number), text: [])]
    }

    /// Microseconds of seconds, which newer versions write with fractions.
    private static func time(_ seconds: Double) -> Int64? {
        guard seconds > 0, seconds < 253_402_300_800 else { return nil }
        return Int64((seconds * 1_000_000).rounded())
    }

    /// FTL numbers the types it knows, and adds 100 to those it does not.
    private static func type(_ number: Int) -> RRType {
        let known: [UInt16] = [0, 1, 28, 255, 33, 6, 12, 16, 35, 15, 43, 46, 48, 2, 0, 64, 65]
        if known.indices.contains(number) { return RRType(rawValue: known[number]) }
        return RRType(rawValue: number > 100 ? UInt16(exactly: number - 100) ?? 0 : 0)
    }
}
