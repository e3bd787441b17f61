import DNS
import Policy
import SQLite

/// The groups of a Pi-hole database, and the clients that are in them as FTL recognises them (`database/gravity-db.c`,
/// `get_client_groupids`): by the address with the longest prefix, else by hardware address, else by interface; a client
/// that is not entered is in group 0.
struct GravityGroups {
    /// Whom a row of the database is for.
    enum Reach: Equatable {
        /// No client is in any of its groups, or those groups are off.
        case nobody
        /// Every client.
        case everybody
        /// Some clients.
        case some(RuleGuard)
    }

    private var enabled: Set<Int> = []
    private var members: [String: [Int: Set<Int>]] = [:]
    /// The clients that FTL can recognise, the strongest entry first.
    private var clients: [(trait: ClientTrait, groups: Set<Int>)] = []
    private var known: [Set<Int>: Reach] = [:]
    /// Entries that the tables of clients may still take: every set of groups has a table of all clients.
    private var room: Int

    /// No groups yet, of a database of so many octets. It may have 800 kB of tables and three times its size, which is many
    /// times what a network's clients and groups need.
    init(octets: Int) { room = octets / 16 + 16_384 }

    /// Clients that are entered.
    private(set) var clientCount = 0
    /// Clients that are entered by a name, which FTL 6.4 never looks up: it asks the table for the name only where it found
    /// none.
    private(set) var namedCount = 0

    /// Reads groups, and which rows of `tables` are in which.
    mutating func read(
        _ database: borrowing Database,
        _ tables: [String],
        spend: (Int) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        try database.forEach("SELECT id FROM \"group\" WHERE enabled = 1") { row throws(DatabaseError) in
            try spend(8)
            enabled.insert(row.number(0))
        }
        for table in tables {
            var groups: [Int: Set<Int>] = [:]
            try database.forEach("SELECT \(table)_id, group_id FROM \(table)_by_group") { row throws(DatabaseError) in
                try spend(8)
                groups[row.number(0), default: []].insert(row.number(1))
            }
            members[table] = groups
        }
    }

    /// Reads the clients.
    mutating func readClients(
        _ database: borrowing Database,
        spend: (Int) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var groups: [Int: Set<Int>] = [:]
        try database.forEach("SELECT client_id, group_id FROM client_by_group") { row throws(DatabaseError) in
            try spend(8)
            groups[row.number(0), default: []].insert(row.number(1))
        }
        var found: [(rank: Int, id: Int, trait: ClientTrait)] = []
        try database.forEach("SELECT id, ip FROM client") { row throws(DatabaseError) in
            let text = row.text(1)
            try spend(text.count + 8)
            clientCount += 1
            guard let (rank, trait) = Self.trait(text) else {
                namedCount += 1
                return
            }
            found.append((rank, row.number(0), trait))
        }
        // Of entries with as long a prefix FTL takes the one with the highest id.
        found.sort { ($1.rank, $1.id) < ($0.rank, $0.id) }
        clients = found.map { ($0.trait, groups[$0.id] ?? []) }
    }

    /// How strong an entry is, and what it is recognised by; nil for host names.
    private static func trait(_ text: [UInt8]) -> (Int, ClientTrait)? {
        let entry = String(decoding: text, as: UTF8.self)
        if isHardwareAddress(text) { return (-1, .name(entry.lowercased())) }
        if text.first == 0x3A, text.dropFirst().first != 0x3A { return (-2, .name(entry.lowercased())) }
        // A prefix of no length matches with no bits, which is no match.
        guard let range = AddressRange(entry), range.prefixLength > 0 else { return nil }
        return (range.prefixLength, .range(range))
    }

    private static func isHardwareAddress(_ text: [UInt8]) -> Bool {
        let groups = text.split(separator: 0x3A, omittingEmptySubsequences: false)
        return groups.count == 6
            && groups.allSatisfy { group in
                (1...2).contains(group.count) && UInt8(String(decoding: group, as: UTF8.self), radix: 16) != nil
            }
    }

    /// Whom a row of a table is for.
    mutating func reach(_ table: String, _ id: Int) -> Reach {
        let groups = (members[table]?[id] ?? []).intersection(enabled)
        if let reach = known[groups] { return reach }
        let otherwise = groups.contains(0)
        // Comparing large sets takes time, too.
        room -= clients.count + clients.count * groups.count / 64
        guard room >= 0 else {
            room = 0
            let reach = Reach.some(
                RuleGuard(clients: [ClientCondition(ClientTable([], otherwise: otherwise, isOpen: true))])
            )
            known[groups] = reach
            return reach
        }
        let entries = clients.map { ClientTable.Entry($0.trait, counts: !$0.groups.isDisjoint(with: groups)) }
        let reach: Reach =
            if entries.allSatisfy({ $0.counts == otherwise }) {
                otherwise ? .everybody : .nobody
            } else {
                .some(RuleGuard(clients: [ClientCondition(ClientTable(entries, otherwise: otherwise))]))
            }
        known[groups] = reach
        return reach
    }
}
