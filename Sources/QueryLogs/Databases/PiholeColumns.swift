import SQLite

/// The query that reads the rows of any version of FTL's database: `queries` with everything in it, or `query_storage` with
/// numbers of rows in other tables (docs.pi-hole.net/database/query-database).
struct PiholeColumns {
    /// The statement; its columns are those of ``Column``.
    let statement: String

    /// Columns of the statement.
    enum Column {
        static let time: Int32 = 0
        static let type: Int32 = 1
        static let status: Int32 = 2
        static let name: Int32 = 3
        static let client: Int32 = 4
        static let server: Int32 = 5
        static let more: Int32 = 6
        static let reply: Int32 = 7
        static let latency: Int32 = 8
        static let list: Int32 = 9
        static let extendedError: Int32 = 10
    }

    /// Looks for what the database has.
    init(_ database: borrowing Database) {
        let table = database.has("SELECT id FROM query_storage LIMIT 0") ? "query_storage" : "queries"
        func column(_ name: String) -> String {
            database.has("SELECT \(name) FROM \(table) LIMIT 0") ? "q.\(name)" : "NULL"
        }
        /// A text, or the number of a row that holds it.
        func text(_ name: String, _ other: String, _ content: String) -> String {
            let plain = column(name)
            guard plain != "NULL", database.has("SELECT id, \(content) FROM \(other) LIMIT 0") else { return plain }
            let looked = "(SELECT o.\(content) FROM \(other) o WHERE o.id = \(plain))"
            return "CASE typeof(\(plain)) WHEN 'integer' THEN \(looked) ELSE \(plain) END"
        }
        let list = column("list_id")
        let columns = [
            "q.timestamp", "q.type", "q.status", text("domain", "domain_by_id", "domain"),
            text("client", "client_by_id", "ip"), text("forward", "forward_by_id", "forward"),
            text("additional_info", "addinfo_by_id", "content"), column("reply_type"), column("reply_time"),
            list == "NULL" ? column("regex_id") : list, column("ede"),
        ]
        statement = "SELECT \(columns.joined(separator: ", ")) FROM \(table) q ORDER BY q.id"
    }
}

/// What a status of FTL means (enum query_status of enums.h).
enum PiholeStatus {
    /// Who blocked, in the words of FTL's text log, and whether an alias; nil for what is no block.
    static func block(_ status: Int) -> (source: String, isAlias: Bool)? {
        switch status {
        case 1: ("gravity blocked", false)
        case 4: ("regex denied", false)
        case 5: ("exactly denied", false)
        case 6: ("blocked upstream with known address", false)
        case 7: ("blocked upstream with NULL address", false)
        case 8: ("blocked upstream with NXRA address", false)
        case 9: ("gravity blocked", true)
        case 10: ("regex denied", true)
        case 11: ("exactly denied", true)
        case 15: ("blocked (gravity database is not available)", false)
        case 16: ("special domain", false)
        case 18: ("blocked upstream with EDE15", false)
        default: nil
        }
    }

    /// Whether a query went upstream, so that an answer that is not told was not there.
    static func isForwarded(_ status: Int) -> Bool { status == 2 || status == 12 }
}
