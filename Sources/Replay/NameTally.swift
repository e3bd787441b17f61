import Catalog
import DNS
import Findings
import QueryLogs

/// Everything a capture shows about one update name and type, in bounded memory.
struct NameTally {
    /// Clients remembered per name; more are counted as this many.
    static let maximumClients = 65_536
    /// Different things wrong with one name that are told apart; their words come from the capture, so they may be as
    /// many as its events. Further ones are counted together by kind.
    static let maximumFaults = 32

    var name: DomainName
    var type: RRType
    /// Transactions, retries folded.
    var events = 0
    /// Transactions with a usable answer.
    var answered = 0
    /// Of these, the ones that gave a record of the type asked for; many update names have no AAAA.
    var withData = 0
    /// Transactions of which the log does not tell the outcome, or whose outcome says nothing, such as NXDOMAIN for a
    /// name that nobody is known to have seen.
    var untold = 0
    /// Transactions by what was wrong with them.
    var faults: [Observation: Span] = [:]
    /// The aliases of the longest answer.
    var aliases: [DomainName] = []
    var all = Span()
    /// What came of the questions of each client, as far as there is room.
    var clients: [IPAddress: ClientMarks] = [:]
    /// Hours in which it was asked for, counted from 1970; at most ``maximumHours``.
    var hours: Set<Int64> = []
    /// Microseconds between answers of about the same time: an hour, in which few names move.
    static let nearness: Int64 = 3_600_000_000
    /// Hours remembered per name: a year and some.
    static let maximumHours = 10_000

    /// Times and clients of some transactions.
    struct Span {
        var count = 0
        var clients: Set<IPAddress> = []
        var first: Int64?
        var last: Int64?

        mutating func add(_ event: QueryEvent) {
            count += 1
            if let client = event.client?.address, clients.count < NameTally.maximumClients { clients.insert(client) }
            guard let time = event.time else { return }
            first = min(first ?? time, time)
            last = max(last ?? time, time)
        }

        mutating func merge(_ other: Span) {
            count += other.count
            clients.formUnion(other.clients)
            if let time = other.first { first = min(first ?? time, time) }
            if let time = other.last { last = max(last ?? time, time) }
        }

        /// Whether both are of about the same time; not where one has none.
        func isNear(_ other: Span) -> Bool {
            guard let first, let last, let start = other.first, let end = other.last else { return false }
            return start - NameTally.nearness <= last && first - NameTally.nearness <= end
        }

        var sightings: Finding.Sightings {
            Finding.Sightings(count: count, clients: clients.count, first: first, last: last)
        }
    }

    /// All transactions of several tallies.
    static func span(of tallies: [NameTally]) -> Span {
        tallies.reduce(into: Span()) { $0.merge($1.all) }
    }

    init(name: DomainName, type: RRType) {
        self.name = name
        self.type = type
    }

    /// What came of a question.
    enum Outcome {
        case fault
        case data
        case noData
        case untold
    }

    /// Takes a transaction, and notes what came of it for its client while there is room for clients.
    /// - Returns: whether there was.
    mutating func add(_ event: QueryEvent, exists: Bool, room: inout Int) -> Bool {
        let outcome = add(event, exists: exists)
        guard let client = event.client?.address else { return true }
        if clients[client] == nil {
            guard room > 0 else { return false }
            room -= 1
        }
        clients[client, default: ClientMarks()].add(outcome, at: event.time)
        return true
    }

    private mutating func add(_ event: QueryEvent, exists: Bool) -> Outcome {
        events += 1
        all.add(event)
        if let time = event.time, hours.count < Self.maximumHours { hours.insert(time / 3_600_000_000) }
        let chain = Self.chain(of: event)
        if chain.count > aliases.count { aliases = chain }
        if let fault = Observation(event, exists: exists) {
            let isNew = faults[fault] == nil && faults.count >= Self.maximumFaults
            faults[isNew ? fault.generic : fault, default: Span()].add(event)
            return .fault
        }
        guard event.reply == .seen, event.rcode == nil || event.rcode == .noError else {
            untold += 1
            return .untold
        }
        answered += 1
        guard event.answers.contains(where: { $0.type == event.type }) else { return .noData }
        withData += 1
        return .data
    }

    /// The aliases of the name asked for, in order, as the answer links them.
    private static func chain(of event: QueryEvent) -> [DomainName] {
        var chain: [DomainName] = []
        var current = event.name
        while chain.count < 16 {
            let next = event.answers.first { $0.type == .cname && $0.name == current }
            guard case .name(let target) = next?.data, target != event.name, !chain.contains(target) else { break }
            chain.append(target)
            current = target
        }
        return chain
    }
}
