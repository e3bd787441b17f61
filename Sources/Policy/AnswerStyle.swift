public import DNS

/// How an engine dresses its made-up answers, beyond code and records. Everything here was seen on the running engine;
/// engines that do not run here keep the defaults, which say nothing.
public struct AnswerStyle: Sendable {
    /// Where an engine puts a start of authority.
    public enum Authority: Sendable {
        /// Nowhere.
        case none
        /// In the authority section of negative answers: made up, owned by the query name (Knot Resolver).
        case ofQueryName
        /// The policy zone's own, in the additional section of every made-up answer (BIND `add-soa`).
        case ofZone
        /// The same, only for NODATA that an alias met (Unbound 1.17).
        case ofZoneForAliasNoData
    }

    /// What the records of a rule mean to a query for ANY.
    public enum AnyQuery: Sendable {
        /// All of them are given.
        case gives
        /// NODATA.
        case hides
        /// SERVFAIL, whatever the rules say.
        case fails
    }

    /// The start of authority.
    public var authority: Authority = .none
    /// Queries for ANY.
    public var anyQuery: AnyQuery = .gives
    /// Whether a query for ANY is continued at the alias that it meets.
    public var chasesAny = true
    /// Whether the real aliases in front of a blocked one stay in an answer without records.
    public var keepsAliases = true
    /// The kinds of answers that do not carry AA although others do.
    public var withoutAuthority: Set<VerdictKind> = []
    /// Whether the records behind a CNAME of its own are looked up and given with it.
    public var followsOwnAliases = true
    /// Whether all records of a name get the TTL of its first (PowerDNS).
    public var hasOneTTL = false
    /// The TTL of a CNAME whose star was filled in; nil keeps the rule's.
    public var filledStarTTL: UInt32?
    /// The extended errors, by the kind of answer.
    public var errors: [VerdictKind: ExtendedError] = [:]
    /// When the engine does not do what its rules say.
    public var limit: String?

    /// A style; the defaults say nothing.
    public init(
        authority: Authority = .none,
        anyQuery: AnyQuery = .gives,
        chasesAny: Bool = true,
        keepsAliases: Bool = true,
        withoutAuthority: Set<VerdictKind> = [],
        followsOwnAliases: Bool = true,
        hasOneTTL: Bool = false,
        filledStarTTL: UInt32? = nil,
        errors: [VerdictKind: ExtendedError] = [:],
        limit: String? = nil
    ) {
        self.authority = authority
        self.anyQuery = anyQuery
        self.chasesAny = chasesAny
        self.keepsAliases = keepsAliases
        self.withoutAuthority = withoutAuthority
        self.followsOwnAliases = followsOwnAliases
        self.hasOneTTL = hasOneTTL
        self.filledStarTTL = filledStarTTL
        self.errors = errors
        self.limit = limit
    }
}

/// A record and its owner.
public struct OwnedRecord: Hashable, Sendable {
    /// The owner.
    public var owner: DomainName
    /// The record.
    public var record: LocalRecord

    /// A record and its owner.
    public init(owner: DomainName, record: LocalRecord) {
        self.owner = owner
        self.record = record
    }
}

extension CompiledLayer {
    /// Authority and additional section of an answer.
    func startOfAuthority(
        _ decision: Decision,
        name: DomainName,
        type: RRType,
        isAlias: Bool
    ) -> (authority: [OwnedRecord], additional: [OwnedRecord]) {
        if case .negative(_, let record) = actions[Int(record(Int(decision.rule)).action)] { return ([], [record]) }
        let zone = lists[Int(record(Int(decision.rule)).list)].startOfAuthority.map { [$0] } ?? []
        switch profile.answerStyle.authority {
        case .none: return ([], [])
        case .ofZone: return ([], zone)
        case .ofZoneForAliasNoData: return ([], isAlias && decision.kind == .nodata ? zone : [])
        case .ofQueryName:
            guard type != .any, decision.kind == .nxdomain || decision.kind == .nodata else { return ([], []) }
            let ttl: UInt32 = decision.kind == .nxdomain ? 10_800 : 1
            return ([OwnedRecord(owner: name, record: Self.madeUpAuthority(name, ttl: ttl))], [])
        }
    }

    /// Knot Resolver's: the name itself, nobody.invalid, and fixed numbers.
    private static func madeUpAuthority(_ name: DomainName, ttl: UInt32) -> LocalRecord {
        let responsible = [6] + Array("nobody".utf8) + [7] + Array("invalid".utf8) + [0]
        let numbers: [UInt32] = [1, 3_600, 1_200, 604_800, 10_800]
        let octets = numbers.flatMap { number in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
        }
        return LocalRecord(type: .soa, ttl: ttl, data: name.wire + responsible + octets)
    }
}
