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
        /// In the authority section of negative block answers: made up, with numbers of its own (AdGuard Home, Blocky).
        case ofBlockedName
    }

    /// What the records of a rule mean to a query for ANY.
    public enum AnyQuery: Sendable {
        /// All of them are given.
        case gives
        /// NODATA.
        case hides
        /// SERVFAIL, whatever the rules say.
        case fails
        /// Nothing that a verdict stands for (AdGuard Home: NOTIMP).
        case unknown
    }

    /// What an engine's rules make of the answer to the target of an alias of its own.
    public enum TargetPolicy: Sendable {
        /// Nothing: what was rewritten once is not rewritten again.
        case none
        /// Its aliases and addresses are judged like those of a real answer, its name is not.
        case answer
    }

    /// The start of authority.
    public var authority: Authority = .none
    /// Queries for ANY.
    public var anyQuery: AnyQuery = .gives
    /// Whether a query for ANY is continued at the alias that it meets.
    public var chasesAny = true
    /// Whether the real aliases in front of a blocked one stay in an answer without records.
    public var keepsAliases = true
    /// Whether an answer because of an alias is one to the name asked for, as if there were no aliases.
    public var answersNameAskedFor = false
    /// The kinds of answers that do not carry AA although others do.
    public var withoutAuthority: Set<VerdictKind> = []
    /// Whether the records behind a CNAME of its own are looked up and given with it.
    public var followsOwnAliases = true
    /// What the rules make of those records.
    public var targetPolicy = TargetPolicy.none
    /// Whether the alias stands in the failure when its target cannot be looked up.
    public var keepsAliasInFailure = false
    /// Which TTL records of a name share.
    public var sharedTTL = SharedTTL.none
    /// The TTL of a CNAME whose star was filled in; nil keeps the rule's.
    public var filledStarTTL: UInt32?
    /// The extended errors, by the kind of answer.
    public var errors: [VerdictKind: ExtendedError] = [:]
    /// When the engine does not do what its rules say.
    public var limit: String?

    /// A TTL that records of a name share.
    public enum SharedTTL: Sendable, Equatable {
        /// Each has its own.
        case none
        /// That of the first of any type (PowerDNS).
        case first
        /// That of the last of their type (BIND).
        case last
        /// The shortest (Knot Resolver, modules/policy/policy.lua).
        case shortest

        /// The records of a name with the TTL that they share; those that are then the same stand once in BIND.
        func applied(to records: [LocalRecord]) -> [LocalRecord] {
            var result = records
            switch self {
            case .none, .first: break
            case .last:
                for index in result.indices {
                    result[index].ttl = records.last { $0.type == result[index].type }?.ttl
                }
                var seen: Set<LocalRecord> = []
                result.removeAll { !seen.insert($0).inserted }
            case .shortest:
                guard let shortest = records.compactMap(\.ttl).min() else { break }
                for index in result.indices { result[index].ttl = shortest }
            }
            return result
        }
    }

    /// A style; the defaults say nothing.
    public init(
        authority: Authority = .none,
        anyQuery: AnyQuery = .gives,
        chasesAny: Bool = true,
        keepsAliases: Bool = true,
        answersNameAskedFor: Bool = false,
        withoutAuthority: Set<VerdictKind> = [],
        followsOwnAliases: Bool = true,
        targetPolicy: TargetPolicy = .none,
        keepsAliasInFailure: Bool = false,
        sharedTTL: SharedTTL = .none,
        filledStarTTL: UInt32? = nil,
        errors: [VerdictKind: ExtendedError] = [:],
        limit: String? = nil
    ) {
        self.authority = authority
        self.anyQuery = anyQuery
        self.chasesAny = chasesAny
        self.keepsAliases = keepsAliases
        self.answersNameAskedFor = answersNameAskedFor
        self.withoutAuthority = withoutAuthority
        self.followsOwnAliases = followsOwnAliases
        self.targetPolicy = targetPolicy
        self.keepsAliasInFailure = keepsAliasInFailure
        self.sharedTTL = sharedTTL
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
        let zone = lists[Int(record(Int(decision.rule)).list)].startOfAuthority.map { [$0] } ?? []
        var own: [OwnedRecord] = []
        if case .negative(_, let record) = actions[Int(record(Int(decision.rule)).action)],
            decision.kind == .nxdomain || decision.kind == .nodata
        {
            own = [record]
        }
        switch profile(of: Int(decision.rule)).answerStyle.authority {
        case .none: return ([], own)
        case .ofZone: return ([], zone)
        case .ofZoneForAliasNoData:
            let isShown = isAlias && decision.kind == .nodata && trigger(Int(decision.rule)) == nil
            return ([], isShown ? zone : [])
        case .ofBlockedName: return (blockedAuthority(decision, name: name, type: type), [])
        case .ofQueryName:
            guard type != .any, decision.kind == .nxdomain || decision.kind == .nodata else { return ([], []) }
            let ttl: UInt32 = decision.kind == .nxdomain ? 10_800 : 1
            return ([OwnedRecord(owner: name, record: Self.madeUpAuthority(name, ttl: ttl))], own)
        }
    }

    /// AdGuard Home's (`internal/dnsforward/msg.go`, `genSOA`): in NXDOMAIN and for types without an answer of the mode,
    /// but not in its mode null_ip and not for rewrites.
    private func blockedAuthority(_ decision: Decision, name: DomainName, type: RRType) -> [OwnedRecord] {
        let action = actions[Int(record(Int(decision.rule)).action)]
        if engine == .blocky {
            guard action == .block, blockMode == "nxDomain" else { return [] }
            return Self.blockyAuthority(name, ttl: blockAnswer.ttl)
        }
        if case .rewrite = action { return [] }
        // The names that it answers with nothing itself (`process.go`).
        if decision.kind == .nodata, isOfEngine(Int(decision.rule)) { return [] }
        let hasAddresses = type == .a || type == .aaaa || type == .https
        guard decision.kind == .nxdomain || decision.kind == .nodata && !hasAddresses && blockMode != "null_ip",
            let server = try? DomainName("fake-for-negative-caching.adguard.com"),
            let responsible = try? DomainName(wire: [10] + Array("hostmaster".utf8) + name.wire)
        else { return [] }
        let data = server.wire + responsible.wire + Self.octets([100_500, 1_800, 900, 604_800, 86_400])
        return [OwnedRecord(owner: name, record: LocalRecord(type: .soa, ttl: profile.dataTTL, data: data))]
    }

    /// Blocky's for names that lists block in its mode nxDomain (`nxDomainBlockHandler`, `util/common.go`).
    private static func blockyAuthority(_ name: DomainName, ttl: UInt32) -> [OwnedRecord] {
        guard let server = try? DomainName("blocky.local"), let responsible = try? DomainName("hostmaster.blocky.local")
        else { return [] }
        let data = server.wire + responsible.wire + octets([1, 86_400, 7_200, 604_800, ttl])
        return [OwnedRecord(owner: name, record: LocalRecord(type: .soa, ttl: ttl, data: data))]
    }

    private static func octets(_ numbers: [UInt32]) -> [UInt8] {
        numbers.flatMap { number in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) } }
    }

    /// Knot Resolver's: the name itself, nobody.invalid, and fixed numbers.
    private static func madeUpAuthority(_ name: DomainName, ttl: UInt32) -> LocalRecord {
        let responsible = [6] + Array("nobody".utf8) + [7] + Array("invalid".utf8) + [0]
        let numbers = octets([1, 3_600, 1_200, 604_800, 10_800])
        return LocalRecord(type: .soa, ttl: ttl, data: name.wire + responsible + numbers)
    }
}
