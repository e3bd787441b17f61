import SQLite
import TextScan

/// A log that is an SQLite database: opened in memory, within bounds of work; what was read before a fault is kept.
enum LogDatabase {
    /// How sure it is that a sample is the start of a database with these words in its schema, which stands in front unless
    /// the database has many tables.
    static func detect(_ sample: Span<UInt8>, _ words: StaticString...) -> DetectionStrength {
        guard Database.isDatabase(sample) else { return .no }
        return words.allSatisfy { sample.firstRange(of: $0) != nil } ? .certain : .no
    }

    /// Whether the first page tells nothing of the tables, because they did not fit into it.
    static func hidesItsTables(_ sample: Span<UInt8>) -> Bool {
        Database.isDatabase(sample) && sample.count > 100 && sample[100] == 5
    }

    /// Reads the rows that a query gives, which may depend on what the database has; `take` makes events of them.
    static func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        query: (borrowing Database) -> String,
        take: (borrowing Database.Row, inout EventAssembly) -> Void,
        emit: (QueryEvent) -> Void
    ) {
        var assembly = EventAssembly(options, report)
        open(octets, &assembly) { database, assembly throws(DatabaseError) in
            try database.forEach(query(database)) { row throws(DatabaseError) in
                assembly.report.records += 1
                take(row, &assembly)
                assembly.drain(emit)
            }
        }
        assembly.finish(emit)
        report = assembly.report
    }

    /// Opens the database and hands it to `body`.
    private static func open(
        _ octets: Span<UInt8>,
        _ assembly: inout EventAssembly,
        _ body: (borrowing Database, inout EventAssembly) throws(DatabaseError) -> Void
    ) {
        let start = SourcePosition(record: 0, byte: 0)
        var copy = octets.octets
        if Database.leaveWriteAheadLog(&copy) {
            assembly.report.warn(
                "wal",
                at: start,
                "queries that stand in a -wal file beside the database are not read; sqlite3 FILE '.backup COPY' takes them in"
            )
        }
        var folded = assembly
        do throws(DatabaseError) {
            try Database.reading(copy) { database throws(DatabaseError) in try body(database, &folded) }
        } catch {
            let position = SourcePosition(record: folded.report.records, byte: 0)
            switch error {
            case .damaged(let reason):
                let shown = TerminalText.escaped(reason, limit: 120)
                folded.report.warn("database-damaged", at: position, "rows behind this one cannot be read: \(shown)")
            case .missing(let reason):
                let shown = TerminalText.escaped(reason, limit: 120)
                folded.report.warn("unknown-database", at: start, "an SQLite database without such a log: \(shown)")
            }
        }
        assembly = folded
    }
}
