internal import CSQLite

/// Why a database cannot be read.
enum DatabaseError: Error {
    /// It is damaged, as SQLite says, or costs more than its size allows.
    case damaged(String)
    /// A table or a column is not there.
    case missing(String)
}

/// A database in memory: read-only, without views and triggers, within bounds of work.
///
/// Rows go to a closure one by one; nothing of them is kept.
@safe struct Database: ~Copyable {
    private let handle: OpaquePointer
    private let steps: UnsafeMutablePointer<Int64>

    /// One row of a query.
    @safe struct Row: ~Copyable {
        fileprivate let statement: OpaquePointer

        fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = unsafe statement }

        /// A whole number; 0 for anything else.
        func number(_ column: Int32) -> Int { unsafe Int(sqlite3_column_int64(statement, column)) }

        /// Whether the column holds nothing.
        func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(statement, column) == SQLITE_NULL }

        /// The octets of a text.
        func text(_ column: Int32) -> [UInt8] {
            guard let start = unsafe sqlite3_column_text(statement, column) else { return [] }
            let count = unsafe Int(sqlite3_column_bytes(statement, column))
            return unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
    }

    /// Opens the octets of a database for as long as `body` runs.
    static func reading(
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
    func forEach(
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

    private var reason: String { unsafe String(cString: sqlite3_errmsg(handle)) }
}
