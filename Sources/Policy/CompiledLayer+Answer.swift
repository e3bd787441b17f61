public import DNS

/// What a policy answers instead of the real answer.
public struct PolicyAnswer: Sendable, Equatable {
    /// The response code.
    public var responseCode: ResponseCode
    /// The answer section for `owner`, each with its TTL.
    public var records: [LocalRecord]
    /// Whether the engine sets AA.
    public var isAuthoritative: Bool
    /// Whether the engine sets RA.
    public var isRecursive = true
    /// The owner of the records: the name asked for, or the alias that met the rule.
    public var owner: DomainName
    /// Records behind the alias among `records`, with their owners.
    public var behind: [OwnedRecord] = []
    /// Whether the real aliases that led to `owner` stand in front of the records.
    public var keepsAliases = true
    /// Whether nothing follows an alias among `records`: the client has to ask for its target.
    public var endsAtAlias = false
    /// The authority section.
    public var authority: [OwnedRecord] = []
    /// The additional section.
    public var additional: [OwnedRecord] = []
    /// The extended errors that a client with EDNS gets.
    public var errors: [ExtendedError] = []
}

/// A rule as its list states it.
public struct RuleReference: Sendable, Equatable {
    /// The engine of the layer.
    public var engine: Engine
    /// The path of the list.
    public var list: String
    /// The line in the list, 1-based.
    public var line: Int
    /// The rule's text as it stands there.
    public var text: String
    /// The class that decided its precedence.
    public var ruleClass: RuleClass

    /// A rule by where it stands and what it says.
    public init(engine: Engine, list: String, line: Int, text: String, ruleClass: RuleClass) {
        self.engine = engine
        self.list = list
        self.line = line
        self.text = text
        self.ruleClass = ruleClass
    }

    /// What tells it from the other rules of a stack: `LINE ENGINE LIST`.
    public var place: String { "\(line) \(engine.rawValue) \(list)" }
}

extension CompiledLayer {
    /// What an action means for a type.
    func kind(of action: RuleAction, type: RRType) -> VerdictKind {
        let kind = Self.kind(of: action, type: type, blockAnswer, profile)
        guard type == .any, kind != .pass else { return kind }
        return switch profile.answerStyle.anyQuery {
        case .fails: .servfail
        case .unknown: .unsupported
        case .gives, .hides: kind
        }
    }

    static func kind(
        of action: RuleAction,
        type: RRType,
        _ blockAnswer: BlockAnswer,
        _ profile: EngineProfile
    ) -> VerdictKind {
        switch action {
        case .block:
            switch blockAnswer.outcome(type) {
            case .address: blockAnswer.addressesOrNull(type).allSatisfy(\.leadsNowhere) ? .sinkhole : .redirect
            case .nodata, .hinfo: .nodata
            case .nxdomain: .nxdomain
            case .refused: .refused
            case .drop: .drop
            case .forward: .pass
            }
        case .blockAddress(let address):
            switch blockAnswer.outcome(type) {
            case .address where type == address.recordType && !address.leadsNowhere: .redirect
            default: kind(of: .block, type: type, blockAnswer, profile)
            }
        case .allow, .none: .pass
        case .nxdomain: .nxdomain
        case .nodata: .nodata
        case .refused: .refused
        case .drop: .drop
        case .servfail: .servfail
        case .truncate: .truncate
        case .records(let records): dataKind(records, type, profile)
        case .redirect, .redirectBelow: .redirect
        case .route: .route
        case .localZone, .rewrite, .unsupported: .unsupported
        case .negative(let isNXDomain, _): isNXDomain ? .nxdomain : .nodata
        }
    }

    private static func dataKind(_ records: [LocalRecord], _ type: RRType, _ profile: EngineProfile) -> VerdictKind {
        let givesAny = type == .any && profile.answerStyle.anyQuery == .gives
        let own = records.filter { $0.type == type || givesAny }
        guard !own.isEmpty else {
            if records.contains(where: { $0.type == .cname }) { return .redirect }
            return profile.dataHidesOtherTypes ? .nodata : .pass
        }
        return own.allSatisfy { $0.address?.leadsNowhere ?? false } ? .sinkhole : .redirect
    }

    /// The answer that a decision of this layer stands for; nil when the real answer is given or none at all.
    ///
    /// `name` is the one that the rule matched: the one asked for, or an alias of it (`isAlias`); `asked` is then the
    /// name asked for.
    public func answer(
        _ decision: Decision,
        name: DomainName,
        type: RRType,
        isAlias: Bool = false,
        asked: DomainName? = nil,
        context: borrowing QueryContext = .unknown
    ) -> PolicyAnswer? {
        guard decision.hasRule else { return nil }
        if isOwnReport(decision, type: type) { return nil }
        // A proxy sends to another place with no answer of DNS.
        if engine == .squid, decision.kind == .redirect { return nil }
        // The addresses of another name, which only resolving it tells.
        if engine == .dnscryptProxy, decision.kind == .redirect,
            case .redirect = actions[Int(record(Int(decision.rule)).action)]
        {
            return nil
        }
        let profile = profile(of: Int(decision.rule))
        let code: ResponseCode
        switch decision.kind {
        case .pass, .route, .drop, .unsupported: return nil
        case .nxdomain: code = .nxDomain
        case .refused: code = .refused
        case .servfail: code = .servFail
        case .nodata, .sinkhole, .redirect, .truncate: code = .noError
        }
        let style = profile.answerStyle
        let made = Int(record(Int(decision.rule)).action)
        var behind: [OwnedRecord] = []
        var records: [LocalRecord]
        if case .rewrite = actions[made] {
            (records, behind) = rewritten(name, type: type, context: context)
            records = records.map { LocalRecord(type: $0.type, ttl: dataTTL, data: $0.data) }
        } else {
            records = answerRecords(decision, name: name, type: type, isAlias: isAlias)
        }
        // Behind an alias of the real answer Unbound goes on to a real one.
        let goesOn = isAlias && profile.chain == .untilCached && records.contains { $0.type == .cname }
        // Nor does it claim as its own what it makes of an address (compared with 1.17.1).
        let isFiltered =
            (profile.chain == .untilCached || profile.order == .localZone) && trigger(Int(decision.rule)) == .answer
        var answer = PolicyAnswer(
            responseCode: code,
            records: records,
            isAuthoritative: profile.setsAuthoritative && !goesOn && !isFiltered
                && !style.withoutAuthority.contains(decision.kind) && !isAccessRule(Int(decision.rule)),
            owner: style.answersNameAskedFor ? asked ?? name : name,
            behind: behind
        )
        let list = Int(record(Int(decision.rule)).list)
        // What is made of an address keeps it (compared with 1.17.1).
        if code == .nxDomain, !isFiltered, policyZones?[list]?.hidesRecursion == true { answer.isRecursive = false }
        // Clients that it does not serve are told nothing else (compared with 1.17.1).
        if engine == .unbound, isAccessRule(Int(decision.rule)) { answer.isRecursive = false }
        if style.answersNameAskedFor {
            answer.keepsAliases = false
        } else if case .records = actions[made], decision.kind != .servfail {
            answer.keepsAliases = true
        } else {
            answer.keepsAliases = style.keepsAliases || !records.isEmpty
        }
        if !keepsAliases(behind: Int(decision.rule)) { answer.keepsAliases = false }
        (answer.authority, answer.additional) = startOfAuthority(
            decision,
            name: answer.owner,
            type: type,
            isAlias: isAlias
        )
        if profile.order == .longestFirst { completeDnsmasqAnswer(&answer, decision, type: type) }
        // A refusal because of addresses has no records at all.
        if profile.order == .localZone, isFiltered, decision.kind == .refused { answer.keepsAliases = false }
        if profile.order == .localZone, !isFiltered {
            completeLocalAnswer(&answer, decision, name: name, type: type, context)
        }
        if !keepsAliases(behind: Int(decision.rule)) {
            // dnsmasq throws the whole answer away, and says so (compared with 2.90).
            answer.errors = [ExtendedError(code: .blocked, text: [])]
        } else if profile.order == .longestFirst, trigger(Int(decision.rule)) == .answer {
            answer.errors = [ExtendedError(code: .filtered, text: [])]
        }
        if type != .any || style.anyQuery != .fails, let error = style.errors[decision.kind] { answer.errors = [error] }
        if engine == .pihole { answer.errors = piholeErrors(decision, isAlias: isAlias) }
        if engine == .dnscryptProxy { answer.errors = dnscryptErrors(decision, type: type) }
        return answer
    }

    private func answerRecords(
        _ decision: Decision,
        name: DomainName,
        type: RRType,
        isAlias: Bool
    ) -> [LocalRecord] {
        guard decision.kind != .servfail else { return [] }
        let record = record(Int(decision.rule))
        let profile = profile(of: Int(decision.rule))
        let made: [LocalRecord]
        switch actions[Int(record.action)] {
        case .block where blockAnswer.outcome(type) == .address && decision.kind != .nodata:
            let types = type == .any ? [RRType.a, .aaaa] : [type]
            made = types.flatMap { blockAnswer.addressesOrNull($0) }.map { LocalRecord($0, ttl: blockAnswer.ttl) }
        case .blockAddress where decision.kind == .sinkhole || decision.kind == .redirect:
            let own = sameNameRecords(Int(decision.rule), type: type)
            made =
                own.isEmpty ? blockAnswer.addressesOrNull(type).map { LocalRecord($0, ttl: blockAnswer.ttl) } : own
        case .block where blockAnswer.outcome(type) == .hinfo: made = [Self.lockedOut]
        case .records where engine == .dnscryptProxy && !Self.isCloaked(type),
            .redirect where engine == .dnscryptProxy && !Self.isCloaked(type):
            made = blockAnswer.outcome(type) == .hinfo ? [Self.lockedOut] : []
        case .localZone where decision.kind == .sinkhole: made = [nullAddress(type, ttl: dataTTL)]
        case .records where decision.kind == .nodata || decision.kind == .nxdomain: made = []
        case .redirect where decision.kind == .nodata, .redirectBelow where decision.kind == .nodata: made = []
        case .redirect(let target): made = [LocalRecord(type: .cname, data: target.wire)]
        case .redirectBelow(let suffix) where isAlias && profile.chain == .untilCached:
            // Unbound 1.17 does not fill in the star for an alias.
            made = suffix.child([0x2A]).map { [LocalRecord(type: .cname, data: $0.wire)] } ?? []
        case .redirectBelow(let suffix):
            guard let target = try? DomainName(wire: name.wire.dropLast() + suffix.wire) else { return [] }
            made = [LocalRecord(type: .cname, data: target.wire)]
        case .records:
            // Unbound does not fill in the star where the rule is about an address (compared with 1.17.1).
            let isLiteral = profile.chain == .untilCached && trigger(Int(decision.rule)) == .answer
            made = sameNameRecords(Int(decision.rule), type: type)
                .map { isLiteral ? $0 : filled($0, name, type, isAlias: isAlias, profile) }
        default: made = []
        }
        return made.map { LocalRecord(type: $0.type, ttl: $0.ttl ?? dataTTL, data: $0.data) }
    }

    /// A policy zone's `CNAME *.suffix` with the name in place of the star; Unbound 1.17 leaves it for an alias
    /// and for a query of type CNAME.
    private func filled(
        _ record: LocalRecord,
        _ name: DomainName,
        _ type: RRType,
        isAlias: Bool,
        _ profile: EngineProfile
    ) -> LocalRecord {
        guard profile.order.isZoneByZone, record.type == .cname, record.data.starts(with: [1, 0x2A]),
            profile.chain != .untilCached || !isAlias && type != .cname,
            let target = try? DomainName(wire: name.wire.dropLast() + record.data.dropFirst(2))
        else { return record }
        return LocalRecord(type: .cname, ttl: profile.answerStyle.filledStarTTL ?? record.ttl, data: target.wire)
    }

    private func nullAddress(_ type: RRType, ttl: UInt32) -> LocalRecord {
        LocalRecord(type == .aaaa ? .v6(0, 0) : .v4(0), ttl: ttl)
    }

    /// Whether actions give addresses of both kinds, those that lead nowhere and others.
    static func mixesAddresses(_ actions: [RuleAction]) -> Bool {
        var (nowhere, somewhere) = (false, false)
        func note(_ address: IPAddress) { if address.leadsNowhere { nowhere = true } else { somewhere = true } }
        for action in actions {
            switch action {
            case .records(let list): list.compactMap(\.address).forEach(note)
            case .blockAddress(let address): note(address)
            default: break
            }
        }
        return nowhere && somewhere
    }

    /// Whether an answer with addresses that lead nowhere has another one, of another rule of its name: that is no sinkhole.
    /// - Complexity: O(rules of the name), with allocations
    func givesAddress(_ rule: Int, _ type: RRType) -> Bool {
        switch actions[Int(record(rule).action)] {
        case .records, .blockAddress:
            sameNameRecords(rule, type: type).contains { $0.address.map { !$0.leadsNowhere } ?? false }
        default: false
        }
    }

    /// Whether the address of a rule is given together with one, of another rule of its name, that leads somewhere.
    public func standsBesideAddress(_ rule: Int) -> Bool {
        mixesAddresses && (givesAddress(rule, .a) || givesAddress(rule, .aaaa))
    }

    /// The data of every rule at the same name and of the same class, as the engines merge them.
    private func sameNameRecords(_ rule: Int, type: RRType) -> [LocalRecord] {
        let profile = profile(of: rule)
        // Where the first rule decides it decides alone.
        guard rule < records.count, profile.order != .firstMatch else {
            let own = looseRecords(rule).filter { $0.type == type || $0.type == .cname || type == .any }
            // Of several records for one client range Unbound gives the last (compared with 1.17.1).
            let isLastAlone = profile.chain == .untilCached && trigger(rule) == .client
            return profile.answerStyle.sharedTTL.applied(to: isLastAlone ? Array(own.suffix(1)) : own)
        }
        let winner = records[rule]
        var result: [LocalRecord] = []
        var seen: Set<LocalRecord> = []
        let shared = profile.answerStyle.sharedTTL
        var first: UInt32?
        // dnsmasq answers what is not a host's address as often as it is configured (compared with 2.90), Knot Resolver and
        // PowerDNS a record of a zone (5.6.0, 4.8.8), Unbound the data of a tag; of its other data the last count, below.
        let repeats =
            profile.order == .longestFirst || engine == .knotRPZ || engine == .pdnsRPZ
            || profile.order == .localZone || shared == .last
        let name = NameBuffer(DomainName(trustedWire: records.wireName(rule)))
        table.forEachSuffix(name, SuffixHashes(name), records) { _, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if records.haveSameName(next, rule), isOfOneKind(record, winner), record.scope == winner.scope,
                    record.list == winner.list
                        || !profile.order.isZoneByZone
                {
                    for var entry in addressesOrRecords(record) {
                        first = first ?? entry.ttl
                        if shared == .first { entry.ttl = first }
                        // In a zone of Unbound's the first of records with the same data counts (compared with 1.17.1).
                        let kept =
                            profile.engine == .unboundRPZ ? LocalRecord(type: entry.type, data: entry.data) : entry
                        guard entry.type == type || entry.type == .cname || type == .any,
                            repeats || seen.insert(kept).inserted
                        else { continue }
                        result.append(entry)
                    }
                }
                next = Int(record.next) - 1
            }
        }
        result = shared.applied(to: result)
        // Of two families dnsmasq gives ANY the second, when both are from `address=` (compared with 2.90).
        if type == .any, profile.order == .longestFirst, winner.ruleClass == .data,
            result.contains(where: { $0.type == .aaaa })
        {
            result.removeAll { $0.type == .a }
        }
        let isConfigured = winner.ruleClass == .data || winner.ruleClass == .nullData
        return profile.order == .longestFirst && !isConfigured ? Self.withoutRepeats(result) : result
    }

    /// Whether the data of two rules of one name belong to one answer: dnsmasq gives `dns-rr` and other records together.
    private func isOfOneKind(_ record: RuleRecord, _ winner: RuleRecord) -> Bool {
        record.ruleClass == winner.ruleClass && (profile.order != .localZone || record.guardID == winner.guardID)
            || profile.order == .longestFirst && winner.ruleClass == .ownRewrite && record.ruleClass == .hosts
    }

    /// The data of a rule about no name, with that of the others about the same addresses; a text pattern stands alone.
    private func looseRecords(_ rule: Int) -> [LocalRecord] {
        let offset = rule - records.count - patternRecords.count
        guard offset >= 0 else {
            return engine == .dnsmasq && rule >= records.count
                ? dataOfPattern(rule - records.count) : addressesOrRecords(record(rule))
        }
        let winner = addressRecords[offset]
        return addressRecords.filter {
            $0.trigger == winner.trigger && $0.rule.list == winner.rule.list
                && $0.rule.guardID == winner.rule.guardID
                && $0.range.prefixLength == winner.range.prefixLength
                && $0.range.firstAddress == winner.range.firstAddress
        }
        .flatMap { addressesOrRecords($0.rule) }
    }

    func addressesOrRecords(_ record: RuleRecord) -> [LocalRecord] {
        switch actions[Int(record.action)] {
        case .records(let list): list
        case .blockAddress(let address): [LocalRecord(address, ttl: blockAnswer.ttl)]
        default: []
        }
    }

    /// dnscrypt-proxy's HINFO record (`dnsutils.go`).
    private static let lockedOut: LocalRecord = {
        let cpu = Array("This query has been locally blocked".utf8)
        let os = Array("by dnscrypt-proxy".utf8)
        return LocalRecord(type: .hinfo, data: [UInt8(cpu.count)] + cpu + [UInt8(os.count)] + os)
    }()

    /// The name that a rule is about; nil for a rule about the text of names.
    public func name(_ rule: Int) -> DomainName? {
        rule < records.count ? DomainName(trustedWire: records.wireName(rule)) : nil
    }
}
