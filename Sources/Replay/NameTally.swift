import Catalog
import DNS
import Findings
import QueryLogs

/// Everything that captures show about one update name and type, in bounded memory.
///
/// Tallies of parts of an input make that of the whole (``merge(_:)``), however it was split: sums, minima, maxima and the
/// lowest of sets alone.
struct NameTally: Sendable {
    /// Clients remembered per name; more are counted as this many.
    static let maximumClients = 65_536
    /// The longest chain of aliases that is kept.
    static let maximumAliases = 16

    var name: DomainName
    var type: RRType
    /// Transactions, retries folded.
    var events = 0
    /// Those of them that name their client.
    var clientEvents = 0
    /// Transactions with a usable answer.
    var answered = 0
    /// Of these, the ones that gave a record of the type asked for; many update names have no AAAA.
    var withData = 0
    /// Transactions of which the log does not tell the outcome, or whose outcome says nothing, such as NXDOMAIN for a
    /// name that nobody is known to have seen.
    var untold = 0
    /// Transactions by what was wrong with them.
    var faults = FaultTable()
    /// The aliases of the longest answer; of equally long ones the lowest.
    var aliases: [DomainName] = []
    var all = Span()
    /// Hours in which it was asked for, counted from 1970.
    var hours = LowestSet<Int64>(limit: maximumHours)
    /// Microseconds between answers of about the same time: an hour, in which few names move.
    static let nearness: Int64 = 3_600_000_000
    /// Hours remembered per name: a year and some.
    static let maximumHours = 10_000

    /// Times and clients of some transactions.
    struct Span {
        var count = 0
        var clients = LowestSet<IPAddress>(limit: NameTally.maximumClients)
        var first: Int64?
        var last: Int64?

        mutating func add(_ event: QueryEvent) {
            count += 1
            if let client = event.client?.address { clients.insert(client) }
            take(event.time)
        }

        mutating func merge(_ other: Span) {
            count += other.count
            clients.formUnion(other.clients)
            take(other.first)
            take(other.last)
        }

        private mutating func take(_ time: Int64?) {
            guard let time else { return }
            first = min(first ?? time, time)
            last = max(last ?? time, time)
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

        init(_ event: QueryEvent, _ fault: Observation?) {
            if fault != nil {
                self = .fault
            } else if event.reply != .seen || event.rcode != nil && event.rcode != .noError {
                self = .untold
            } else {
                self = event.answers.contains { $0.type == event.type } ? .data : .noData
            }
        }
    }

    /// Takes a transaction, of which `fault` was seen to be wrong and which went through these aliases.
    mutating func add(_ event: QueryEvent, _ outcome: Outcome, fault: Observation?, aliases chain: [DomainName]) {
        events += 1
        if event.client != nil { clientEvents += 1 }
        all.add(event)
        if let time = event.time { hours.insert(time / 3_600_000_000) }
        take(aliases: chain)
        switch outcome {
        case .fault: if let fault { faults.add(event, to: fault) }
        case .untold: untold += 1
        case .noData: answered += 1
        case .data:
            answered += 1
            withData += 1
        }
    }

    /// Takes what another part of the input tells of the same name and type.
    mutating func merge(_ other: NameTally) {
        events += other.events
        clientEvents += other.clientEvents
        answered += other.answered
        withData += other.withData
        untold += other.untold
        faults.merge(other.faults)
        take(aliases: other.aliases)
        all.merge(other.all)
        hours.formUnion(other.hours)
    }

    private mutating func take(aliases chain: [DomainName]) {
        let isBetter =
            chain.count == aliases.count ? chain.lexicographicallyPrecedes(aliases) : chain.count > aliases.count
        if isBetter { aliases = chain.map(\.lowercased) }
    }

    /// The aliases of the name asked for, in order, as the answer links them.
    static func chain(of event: QueryEvent) -> [DomainName] {
        var chain: [DomainName] = []
        var current = event.name
        while chain.count < maximumAliases {
            let next = event.answers.first { $0.type == .cname && $0.name == current }
            guard case .name(let target) = next?.data, target != event.name, !chain.contains(target) else { break }
            chain.append(target)
            current = target
        }
        return chain
    }
}
