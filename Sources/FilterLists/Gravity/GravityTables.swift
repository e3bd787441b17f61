import Policy
import SQLite
import TextScan

/// Rows of a Pi-hole database that are one list: those of a subscribed list, or one kind of `domainlist`.
struct GravityTable {
    /// The database's path, then the address of the subscribed list or the table.
    let path: String
    let role: ListRole
    let format: ListFormat
    /// One row a line; a row of `domainlist` on the line of its id, where ids are small.
    fileprivate(set) var octets: [UInt8] = []
    fileprivate(set) var notices: [Diagnostic] = []
    /// What all rows depend on, and what some do, by their line.
    fileprivate(set) var limit = RuleGuard.none
    fileprivate(set) var guardsOfLines: [Int: RuleGuard] = [:]
    private var lines = 0

    init(path: String, role: ListRole, format: ListFormat = .gravityDatabase) {
        self.path = path
        self.role = role
        self.format = format
    }

    /// What it is, for people.
    var title: String {
        switch (role, format) {
        case (.block, _): "a list that the Pi-hole database subscribes to (gravity)"
        case (.allow, _): "a list of names to allow that the Pi-hole database subscribes to (antigravity)"
        case (.deny, .regex): "the Pi-hole database's own expressions to deny"
        case (.deny, _): "the Pi-hole database's own names to deny"
        case (.exempt, .regex): "the Pi-hole database's own expressions to allow"
        case (.exempt, _): "the Pi-hole database's own names to allow"
        }
    }

    /// Appends a row; false when it is no line of text.
    fileprivate mutating func append(_ row: [UInt8], line: Int = 0, guard limit: RuleGuard? = nil) -> Bool {
        guard !row.isEmpty, !row.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return false }
        while lines + 1 < line, line <= 100_000 {
            octets.append(0x0A)
            lines += 1
        }
        // A line that begins with "#" would be a comment.
        if format == .regex, row[0] == 0x23 { octets += Array("[#]".utf8) + row.dropFirst() } else { octets += row }
        octets.append(0x0A)
        lines += 1
        if let limit { guardsOfLines[lines] = limit }
        return true
    }
}

/// Pi-hole's `gravity.db` as FTL 6 reads it: what is enabled and in an enabled group, for the clients of that group. Where
/// nobody says who asks, it is a client that is not entered, which is in group 0.
enum GravityDatabase {
    /// The lists of a database.
    /// - Throws: ``ListError`` when it is damaged or no Pi-hole database, or nothing in it is in force.
    static func lists(_ input: Input, role: ListRole) throws(ListError) -> [GravityTable] {
        guard role == .block else {
            throw ListError(
                path: input.path,
                reason: .notAList("it is a database, which says itself what its lists are for; leave the role out")
            )
        }
        var octets = input.bytes.span.octets
        var reading = GravityReading(path: input.path, octets: octets.count)
        if Database.leaveWriteAheadLog(&octets) {
            reading.note("wal", "changes that stand in a -wal file beside the database are not read")
        }
        do throws(DatabaseError) {
            try Database.reading(octets) { database throws(DatabaseError) in try reading.read(database) }
        } catch {
            switch error {
            case .damaged(let reason):
                let shown = TerminalText.escaped(reason, limit: 120)
                throw ListError(path: input.path, reason: .notAList("a damaged database: \(shown)"))
            case .missing(let reason):
                let shown = TerminalText.escaped(reason, limit: 120)
                throw ListError(path: input.path, reason: .notAList("a SQLite database, but not Pi-hole's: \(shown)"))
            }
        }
        let tables = reading.finish()
        guard !tables.isEmpty else {
            throw ListError(path: input.path, reason: .noRules("nothing in it is enabled for any client"))
        }
        return tables
    }
}

private struct GravityReading {
    let path: String
    /// Octets of rows that the database can hold.
    private var budget: Int
    private var notices: [Diagnostic] = []
    private var subscribed: [Int: (table: GravityTable, allows: Bool)] = [:]
    private var own: [GravityTable]
    private var unreadable = 0
    private var withoutAdblock = 0
    private var unknownTypes = 0
    private var readsAdblock = false
    private var groups: GravityGroups
    private var unreached: [String: Int] = [:]

    init(path: String, octets: Int) {
        self.path = path
        budget = octets * 2 + 65_536
        groups = GravityGroups(octets: octets)
        let table = path + ":domainlist"
        own = [
            GravityTable(path: table, role: .exempt), GravityTable(path: table, role: .deny),
            GravityTable(path: table, role: .exempt, format: .regex),
            GravityTable(path: table, role: .deny, format: .regex),
        ]
    }

    mutating func note(_ reason: String, _ text: String) {
        notices.append(Diagnostic(path: path, reason: reason, text: text))
    }

    mutating func read(_ database: borrowing Database) throws(DatabaseError) {
        try database.forEach("SELECT value FROM info WHERE property = 'abp_domains'") { row throws(DatabaseError) in
            readsAdblock = row.number(0) != 0
        }
        var left = budget
        func spend(_ octets: Int) throws(DatabaseError) {
            left -= octets
            guard left >= 0 else { throw .damaged("its rows are larger than the file") }
        }
        try groups.read(database, ["adlist", "domainlist"], spend: spend)
        try ignoringAbsence { (this: inout Self) throws(DatabaseError) in
            try this.groups.readClients(database, spend: spend)
        }
        try readSubscriptions(database)
        try readRows(database, "gravity", allows: false)
        try ignoringAbsence { (this: inout Self) throws(DatabaseError) in
            try this.readRows(database, "antigravity", allows: true)
        }
        try readOwn(database)
        try countOthers(database)
    }

    /// Databases before version 6 have no lists to allow.
    private mutating func ignoringAbsence(
        _ body: (inout Self) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        do throws(DatabaseError) {
            try body(&self)
        } catch .missing {
            return
        }
    }

    private mutating func readSubscriptions(_ database: borrowing Database) throws(DatabaseError) {
        var hasTypes = true
        do throws(DatabaseError) {
            try database.forEach("SELECT type FROM adlist LIMIT 1") { _ throws(DatabaseError) in }
        } catch .missing {
            hasTypes = false
        }
        let query = "SELECT id, address, \(hasTypes ? "type" : "0") FROM adlist WHERE enabled = 1"
        try database.forEach(query) { row throws(DatabaseError) in
            let type = row.number(2)
            guard type == 0 || type == 1 else {
                unknownTypes += 1
                return
            }
            let address = row.text(1)
            try spend(address.count + 64)
            let name = path + ":" + String(decoding: address.prefix(1024), as: UTF8.self)
            var table = GravityTable(path: name, role: type == 1 ? .allow : .block)
            switch groups.reach("adlist", row.number(0)) {
            case .nobody:
                unreached["adlist", default: 0] += 1
                return
            case .everybody: break
            case .some(let limit): table.limit = limit
            }
            subscribed[row.number(0)] = (table, type == 1)
        }
    }

    private mutating func readRows(
        _ database: borrowing Database,
        _ table: String,
        allows: Bool
    ) throws(DatabaseError) {
        try database.forEach("SELECT adlist_id, domain FROM \(table)") { row throws(DatabaseError) in
            let id = row.number(0)
            guard subscribed[id]?.allows == allows else { return }
            let domain = row.text(1)
            try spend(domain.count + 1)
            if !readsAdblock, domain.starts(with: allows ? Array("@@||".utf8) : Array("||".utf8)) {
                withoutAdblock += 1
            } else if subscribed[id]?.table.append(domain) != true {
                unreadable += 1
            }
        }
    }

    private mutating func readOwn(_ database: borrowing Database) throws(DatabaseError) {
        let query = """
            SELECT id, domain, type FROM domainlist WHERE enabled = 1 AND type BETWEEN 0 AND 3 ORDER BY id
            """
        try database.forEach(query) { row throws(DatabaseError) in
            let domain = row.text(1)
            try spend(domain.count + 1)
            var limit: RuleGuard?
            switch groups.reach("domainlist", row.number(0)) {
            case .nobody:
                unreached["domainlist", default: 0] += 1
                return
            case .everybody: break
            case .some(let some): limit = some
            }
            if !own[row.number(2)].append(domain, line: row.number(0), guard: limit) { unreadable += 1 }
        }
    }

    private mutating func countOthers(_ database: borrowing Database) throws(DatabaseError) {
        for (table, count) in unreached.sorted(by: { $0.key < $1.key }) {
            note("other-groups", "rows of \(table) that are in no enabled group that a client is in: \(count)")
        }
        try database.forEach("SELECT COUNT(*) FROM domainlist WHERE enabled = 1 AND type NOT BETWEEN 0 AND 3") {
            row throws(DatabaseError) in unknownTypes += row.number(0)
        }
        if groups.clientCount > 0 {
            note(
                "client-groups",
                "clients that are entered: \(groups.clientCount); where --client does not say who asks, the verdict is that for a client "
                    + "that is not"
            )
        }
        if groups.namedCount > 0 {
            note("client-names", "clients that are entered by name, by which FTL 6.4 finds none: \(groups.namedCount)")
        }
    }

    private mutating func spend(_ octets: Int) throws(DatabaseError) {
        budget -= octets
        guard budget >= 0 else { throw .damaged("its rows are larger than the file") }
    }

    /// The lists that hold something; the first carries the notices.
    mutating func finish() -> [GravityTable] {
        if unreadable > 0 { note("control-octets", "rows that are no line of text and were dropped: \(unreadable)") }
        if unknownTypes > 0 { note("unknown-type", "rows of a type that FTL 6 does not have: \(unknownTypes)") }
        if withoutAdblock > 0 {
            note(
                "abp-off",
                "AdBlock rows without effect, because the database says that it has none: \(withoutAdblock)"
            )
        }
        var tables = subscribed.sorted { $0.key < $1.key }.map(\.value.table) + own
        tables.removeAll { $0.octets.isEmpty }
        if !tables.isEmpty { tables[0].notices = notices }
        return tables
    }
}
