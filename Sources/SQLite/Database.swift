internal import CSQLite

/// Why a database cannot be read.
public enum DatabaseError: Error {
    /// It is damaged, as SQLite says, or costs more than its size allows.
    case damaged(String)
    /// A table or a column is not there.
    case missing(String)
}

/// A database in memory: read-only, without views and triggers, within bounds of work.
///
/// Rows go to a closure one by one; nothing of them is kept.
@safe public struct Database: ~Copyable {
    private let handle: OpaquePointer
    private let steps: UnsafeMutablePointer<Int64>

    /// One row of a query.
    @safe public struct Row: ~Copyable {
        fileprivate let statement: OpaquePointer

        fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

        /// A whole number; 0 for anything else.
        public func number(_ column: Int32) -> Int { unsafe Int(sqlite3_column_int64(statement, column)) }

        /// Whether the column holds nothing.
        public func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(statement, column) == SQLITE_NULL }

        /// A number, whole or not; 0 for anything else.
        public func real(_ column: Int32) -> Double { unsafe sqlite3_column_double(statement, column) }

        /// The octets of a text.
        public func text(_ column: Int32) -> [UInt8] {
            guard let start = unsafe sqlite3_column_text(statement, column) else { return [] }
            let count = unsafe Int(sqlite3_column_bytes(statement, column))
            return unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
    }

    /// Opens the octets of a database for as long as `body` runs.
    /// - Throws: ``DatabaseError`` when it is damaged, or when `body` does.
    public static func reading(
        _ octets: [UInt8],
        _ body: (borrowing Database) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var result: Result<Void, DatabaseError> = .success(())
        unsafe octets.withUnsafeBufferPointer { buffer in
            do throws(DatabaseError) {
                let database = unsafe try Database(buffer)
                try body(database)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }

    /// Whether octets are a database.
    public static func isDatabase(_ octets: borrowing Span<UInt8>) -> Bool {
        let magic: StaticString = "SQLite format 3\0"
        guard octets.count >= magic.utf8CodeUnitCount else { return false }
        for index in 0..<magic.utf8CodeUnitCount {
            guard unsafe octets[index] == magic.utf8Start[index] else { return false }
        }
        return true
    }

    /// Makes a database readable that is written by way of a -wal file; false when it is none. What stands in that file
    /// is not read.
    public static func leaveWriteAheadLog(_ octets: inout [UInt8]) -> Bool {
        guard octets.count > 20, octets[18] == 2 || octets[19] == 2 else { return false }
        octets[18] = 1
        octets[19] = 1
        return true
    }

    private init(_ buffer: UnsafeBufferPointer<UInt8>) throws(DatabaseError) {
        let steps = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
        // Thousands of instructions: a table of short rows takes about ten a row.
        unsafe steps.pointee = Int64(buffer.count / 100 + 10_000)
        guard let handle = unsafe csqlite_open(buffer.baseAddress, buffer.count, steps) else {
            unsafe steps.deallocate()
            throw .damaged("SQLite does not open it")
        }
        unsafe self.handle = handle
        unsafe self.steps = steps
    }

    deinit {
        unsafe sqlite3_close(handle)
        unsafe steps.deallocate()
    }

    /// Calls `body` for every row of a query.
    /// - Throws: ``DatabaseError/missing(_:)`` when a table or a column is not there, ``DatabaseError/damaged(_:)`` when the
    ///   rows cannot be read or cost too much; rows up to there were handed out.
    public func forEach(
        _ query: String,
        _ body: (borrowing Row) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(handle, query, -1, &prepared, nil) == SQLITE_OK,
            let statement = unsafe prepared
        else {
            let reason = reason
            throw reason.hasPrefix("no such ") ? .missing(reason) : .damaged(reason)
        }
        defer { unsafe sqlite3_finalize(statement) }
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: try body(unsafe Row(statement))
            case SQLITE_DONE: return
            case SQLITE_INTERRUPT: throw .damaged("reading it takes far longer than its size explains")
            default: throw .damaged(reason)
            }
        }
    }

    /// Whether a query names only tables and columns that are there.
    public func has(_ query: String) -> Bool {
        do throws(DatabaseError) {
            try forEach(query) { _ throws(DatabaseError) in }
            return true
        } catch {
            return false
        }
    }

    private var reason: String { unsafe String(cString: sqlite3_errmsg(handle)) }
}
