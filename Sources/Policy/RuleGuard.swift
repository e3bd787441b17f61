public import DNS

/// Something that a rule may ask of a client.
public enum ClientTrait: Hashable, Sendable {
    /// An address in the range.
    case range(AddressRange)
    /// A name or an identifier, as the engine compares them: octet by octet.
    case name(String)
    /// A name whose lower-case text matches a pattern.
    case pattern(TextPattern)
    /// The same, or an address that this name has, which nobody knows here.
    case host(TextPattern)
    /// A tag.
    case tag(String)
}

/// One condition on the client: it has one of the traits, or none of others.
public struct ClientCondition: Hashable, Sendable {
    /// Traits of which one is enough.
    public var anyOf: [ClientTrait]
    /// Traits none of which the client may have, for those that have none of `anyOf`; nil when there is no such way.
    public var noneOf: [ClientTrait]?
    /// Clients in the engine's order, in place of both.
    public private(set) var table: ClientTable?

    /// The client has one of these.
    public init(anyOf: [ClientTrait], orNoneOf noneOf: [ClientTrait]? = nil) {
        self.anyOf = anyOf
        self.noneOf = noneOf
    }

    /// What a table says of the client.
    public init(_ table: ClientTable) {
        self.init(anyOf: [])
        self.table = table
    }

    /// The client has none of these.
    public init(noneOf: [ClientTrait]) {
        self.init(anyOf: [], orNoneOf: noneOf)
    }
}

/// When a rule counts, beside name and type; all of it has to hold.
public struct RuleGuard: Hashable, Sendable {
    /// Names that the rule is not about, with everything below them (`$denyallow`).
    public var excluded: [DomainName] = []
    /// Conditions on the client.
    public var clients: [ClientCondition] = []
    /// Minutes of the week (``QueryContext/minuteOfWeek``) in which the rule counts; nil for always.
    public var minutes: [Range<Int>]?
    /// Conditions that every question meets, which only make the rule stronger among its like (AdGuard Home `~script`).
    public var otherModifiers = 0
    /// The view of Unbound whose rule it is, by number; it counts for the clients of the view alone. Negative for what
    /// statements about clients say, which counts where ``LocalClients`` leads to it.
    public var view: Int?
    /// Whether it stands for what rules do to clients that nobody named.
    public var isForUnknownClients = false
    /// Whether it is about no client that nobody named.
    public var isForKnownClients = false
    /// Why nobody can say whether the rule counts, whoever asks and when; nil where one can.
    private var doubt: Doubt?

    private enum Doubt {
        /// What it asks was not kept.
        case notKept
        /// The rule is not evaluated: its names are among those that are named.
        case notEvaluated
    }

    /// Nothing is asked.
    public static let none = RuleGuard()
    /// What is asked was not kept: a rule that would decide makes the verdict unsupported.
    static let unknowable: RuleGuard = {
        var rule = RuleGuard()
        rule.doubt = .notKept
        return rule
    }()
    /// The rule is not evaluated, and is about no other names than those that it is said to be about: it may count or not.
    public static let undecided: RuleGuard = {
        var rule = RuleGuard()
        rule.doubt = .notEvaluated
        return rule
    }()

    /// A guard of its parts.
    public init(
        excluded: [DomainName] = [],
        clients: [ClientCondition] = [],
        minutes: [Range<Int>]? = nil,
        otherModifiers: Int = 0
    ) {
        self.excluded = excluded
        self.clients = clients
        self.minutes = minutes
        self.otherModifiers = otherModifiers
    }

    /// Whether it counts only where ``LocalClients`` leads to it.
    var isApart: Bool { view.map { $0 < 0 } ?? false }

    /// Whether it depends on clients of which some could not be kept.
    public var isOpen: Bool { clients.contains { $0.table?.isOpen == true } }

    /// Whether it stands for a rule that is not evaluated.
    public var isUndecided: Bool { doubt == .notEvaluated }

    /// Both guards at once.
    public func and(_ other: RuleGuard) -> RuleGuard {
        var both = self
        both.excluded += other.excluded
        both.clients += other.clients
        both.otherModifiers += other.otherModifiers
        both.doubt = doubt ?? other.doubt
        if let theirs = other.minutes {
            both.minutes = both.minutes.map { own in
                own.flatMap { range in theirs.map { $0.clamped(to: range) } }.filter { !$0.isEmpty }
            }
            if minutes == nil { both.minutes = theirs }
        }
        return both
    }
}

/// Names a guard that a builder has interned.
public struct GuardID: Hashable, Sendable {
    let index: UInt16
    /// No guard.
    public static let none = GuardID(index: 0)
}

/// Whether something holds.
enum Truth: Sendable {
    case no, unknown, yes

    static func && (left: Truth, right: Truth) -> Truth {
        left == .no || right == .no ? .no : left == .yes && right == .yes ? .yes : .unknown
    }

    static func || (left: Truth, right: Truth) -> Truth {
        left == .yes || right == .yes ? .yes : left == .no && right == .no ? .no : .unknown
    }

    static prefix func ! (truth: Truth) -> Truth {
        switch truth {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}

extension RuleGuard {
    /// Whether a rule with this guard counts for a query.
    func holds(_ name: borrowing NameBuffer, _ context: borrowing QueryContext) -> Truth {
        if isApart { return .no }
        for other in excluded where Self.isEqualOrBelow(name, other) { return .no }
        if let minutes {
            guard let now = context.minuteOfWeek else { return .unknown && clientTruth(context) }
            if !minutes.contains(where: { $0.contains(now) }) { return .no }
        }
        if isForUnknownClients, context.client?.address != nil { return .no }
        if isForKnownClients, context.client?.address == nil { return .no }
        let truth = clients.isEmpty ? .yes : clientTruth(context)
        return doubt == nil ? truth : truth && .unknown
    }

    /// As ``DomainName/isEqualOrBelow(_:)``, without a name on the heap.
    private static func isEqualOrBelow(_ name: borrowing NameBuffer, _ other: DomainName) -> Bool {
        let start = name.count - other.wire.count
        guard start >= 0 else { return false }
        for index in other.wire.indices where name[start + index] != asciiLowercased(other.wire[index]) { return false }
        for labels in 0...name.labelCount where name.suffixStart(labels) == start { return true }
        return false
    }

    private func clientTruth(_ context: borrowing QueryContext) -> Truth {
        let client = context.client
        var truth = Truth.yes
        for condition in clients {
            truth = truth && condition.holds(for: client)
            if truth == .no { break }
        }
        return truth
    }
}

extension ClientCondition {
    func holds(for client: Client?) -> Truth {
        if let table { return table.holds(for: client) }
        let any = Self.matchesAny(anyOf, client)
        guard any != .yes, let noneOf else { return any }
        return any || !Self.matchesAny(noneOf, client)
    }

    private static func matchesAny(_ traits: [ClientTrait], _ client: Client?) -> Truth {
        var truth = Truth.no
        for trait in traits {
            truth = truth || trait.matches(client)
            if truth == .yes { break }
        }
        return truth
    }
}

extension ClientTrait {
    func matches(_ client: Client?) -> Truth {
        guard let client else { return .unknown }
        let otherwise: Truth = client.isKnownByAddressAlone ? .unknown : .no
        switch self {
        case .range(let range):
            guard let address = client.address else { return .unknown }
            return range.contains(address) ? .yes : .no
        case .name(let name): return client.names.contains(name) ? .yes : otherwise
        case .pattern(let pattern): return client.isNamed(pattern) ? .yes : otherwise
        case .host(let pattern): return client.isNamed(pattern) ? .yes : .unknown
        case .tag(let tag): return client.tags.contains(tag) ? .yes : otherwise
        }
    }
}

extension ClientTrait: CustomStringConvertible {
    /// `192.0.2.0/24`, `name kids`, `tag pc`.
    public var description: String {
        switch self {
        case .range(let range): range.description
        case .name(let name): "name \(name)"
        case .pattern(let pattern), .host(let pattern): "name \(pattern.text)"
        case .tag(let tag): "tag \(tag)"
        }
    }
}

extension ClientCondition: CustomStringConvertible {
    /// Equal for conditions of the same traits in whatever order.
    public var identity: String {
        "\(anyOf.map(\.description).sorted()) or none of \(noneOf.map { $0.map(\.description).sorted() } ?? [])"
    }

    /// In words: `from tag pc`, `not from 192.0.2.1/32`.
    public var description: String {
        if table != nil { return "from some of the engine's clients" }
        let parts = [
            anyOf.isEmpty ? nil : "from " + anyOf.map(\.description).joined(separator: ", "),
            noneOf.map { "not from " + $0.map(\.description).joined(separator: ", ") },
        ]
        return parts.compactMap { $0 }.joined(separator: " or ")
    }
}

extension RuleGuard: CustomStringConvertible {
    /// What the rule depends on besides the name, in words.
    public var description: String {
        if isUndecided { return "that meet the rule, which is not evaluated" }
        if doubt != nil { return "that meet a condition which was not kept: the layer has too many" }
        return (clients.map(\.description) + (minutes == nil ? [] : ["at some hours of the week"])).joined(
            separator: ", "
        )
    }
}
