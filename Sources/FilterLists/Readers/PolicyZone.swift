import DNS
import LDNS
import Policy
import TextScan

/// What a policy zone file has said so far, and how its records become rules.
struct PolicyZone {
    /// Completes relative names.
    private(set) var origin: DomainName
    /// The owner of the zone: trigger names are relative to it.
    private(set) var apex: DomainName {
        didSet { apexIsHost = !BINDNames.refuses(owner: apex, of: .a) }
    }
    private var apexIsHost = true
    private(set) var apexIsStated = false
    /// Whether a configuration says how it is called, whatever its records do.
    private let isConfigured: Bool
    /// Whether relative names are triggers as they stand.
    private var isPlain = true
    /// The TTL of records that state none.
    private(set) var ttl: UInt32 = ResourceRecord.defaultTTL
    private var ttlSource = TTLSource.engine

    private enum TTLSource { case engine, record, directive }
    private(set) var lastOwner: DomainName
    /// The origin of a zone that states none.
    let nameless: DomainName
    let engine: Engine
    /// What PowerDNS does in place of what the zone says.
    let policy: ZonePolicy?
    let nxdomain: ActionID
    let nodata: ActionID
    let drop: ActionID
    let truncate: ActionID

    /// Whether the engine reads no further.
    private(set) var hasEnded = false
    /// PowerDNS: what the triggers so far have.
    var policies: [DomainName: Holding] = [:]
    /// What is known of the zone as a whole.
    var consistency = ZoneConsistency()
    /// BIND: the TTLs of the records of the last owner.
    var rowTTLs: [(type: RRType, ttl: UInt32)] = []
    /// Whether an owner has been read, which an entry may inherit.
    private(set) var hasOwner = false
    /// The first entry that leaves open what stands in the zone.
    private(set) var unknown: (range: Range<Int>, line: Int)?
    /// Names that a zone is delegated at, and where that stands.
    private(set) var cuts: [(name: DomainName, isAlias: Bool, range: Range<Int>, line: Int)] = []

    /// Records that directives may still make.
    var generatedLeft = 10_000

    /// What PowerDNS has for a trigger.
    enum Holding { case action, data, alias }

    /// Finds the ends of entries.
    var extent: EntryExtent

    /// - Parameter named: the name of the zone, where the file tells it without stating it.
    init(_ sink: inout RuleSink, textLength: Int, named: DomainName? = nil) {
        extent = EntryExtent(textLength: textLength)
        // A zone file without $ORIGIN takes its origin from a configuration that is not at hand; any name will do.
        // PowerDNS and Knot Resolver read it from the root.
        engine = sink.engine
        policy = engine == .pdnsRPZ ? sink.zonePolicy : nil
        nameless = engine == .pdnsRPZ || engine == .knotRPZ ? .root : Self.unknown
        let name = named ?? nameless
        isConfigured = sink.builder.policyZone != nil
        (origin, apex, lastOwner) = (name, name, name)
        nxdomain = sink.builder.intern(.nxdomain)
        nodata = sink.builder.intern(.nodata)
        // Knot Resolver answers SERVFAIL instead of nothing.
        drop = sink.builder.intern(engine == .knotRPZ ? .servfail : .drop)
        truncate = sink.builder.intern(.truncate)
    }

    static let unknown = (try? DomainName("policy.zone.invalid")) ?? .root

    /// A TTL that a record states is that of the records behind it, except in Knot Resolver; in BIND and PowerDNS only where
    /// none is stated for all (compared with BIND 9.18, Unbound 1.17.1, PowerDNS 4.8.8 and Knot Resolver 5.6.0).
    mutating func noteTTL(_ stated: UInt32) {
        guard engine == .unboundRPZ || engine != .knotRPZ && ttlSource != .directive else { return }
        // None is what Unbound has without one.
        ttl = engine == .unboundRPZ && stated == 0 ? ResourceRecord.defaultTTL : stated
        ttlSource = .record
    }

    /// In BIND the minimum of a start of authority without a TTL is that of all records behind it (RFC 2308, 4).
    mutating func noteStartOfAuthority(_ record: ResourceRecord, statesTTL: Bool) {
        guard engine == .bindRPZ, record.type == .soa, !statesTTL, ttlSource == .engine else { return }
        begin(ttl: minimumOfStartOfAuthority(record.data))
    }

    /// Counts an entry that is no record; Knot Resolver reads nothing behind it (modules/policy/policy.lua).
    mutating func refuse(_ text: Span<UInt8>, _ range: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        hasEnded = engine == .knotRPZ
        sink.drop(hasEnded ? .endOfZone : .badRecord, text, range, line)
    }

    /// Leaves open what stands in the zone.
    mutating func noteUnknown(_ range: Range<Int>, _ line: Int) {
        unknown = unknown ?? (range, line)
    }

    /// Completes the relative names behind it.
    mutating func begin(origin name: DomainName) {
        origin = name
        if !apexIsStated, !isConfigured { apex = name }
        isPlain = origin == apex
    }

    /// What records have that state no TTL.
    mutating func begin(ttl seconds: UInt32) {
        (ttl, ttlSource) = (seconds, .directive)
    }

    /// The owner in front of an entry that begins with a blank, so that it can be read alone.
    func inheritedOwner(_ startsBlank: Bool) -> [UInt8] {
        guard startsBlank else { return [] }
        return lastOwner.isRoot ? [0x2E, 0x20] : lastOwner.presentation + [0x2E, 0x20]
    }

    func absolute(_ name: DomainName, _ text: [UInt8]) -> DomainName? {
        if ZoneDirective.isAbsolute(text) { return name }
        return try? DomainName(wire: name.wire.dropLast() + origin.wire)
    }

    // MARK: - Records

    mutating func noteOwner(_ owner: DomainName) {
        // The same name in other letters begins another row.
        if !rowTTLs.isEmpty, owner.wire != lastOwner.wire { rowTTLs.removeAll(keepingCapacity: true) }
        lastOwner = owner
        hasOwner = true
    }

    /// Adds a record that libldns has read.
    mutating func add(
        _ record: ResourceRecord,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        noteOwner(record.owner)
        noteTTL(record.ttl)
        if sink.checksNames, BINDNames.refuses(record) { return sink.drop(.checkedName, text, range, line) }
        if record.type == .soa, engine == .bindRPZ {
            let isOther = apexIsStated && record.owner != apex || !consistency.noteAuthority(record.data)
            if isOther { return sink.drop(.conflictingData, text, range, line) }
        }
        if record.type == .soa, !apexIsStated, !isConfigured || record.owner == apex {
            apexIsStated = true
            apex = record.owner
            isPlain = origin == apex
            if apex != nameless {
                let minimum = minimumOfStartOfAuthority(record.data)
                let lifetime = engine == .bindRPZ ? min(record.ttl, minimum) : record.ttl
                let authority = LocalRecord(type: .soa, ttl: lifetime, data: record.data)
                sink.builder.noteStartOfAuthority(OwnedRecord(owner: apex, record: authority))
            }
            return
        }
        if engine == .pdnsRPZ, !apexIsStated { return sink.drop(.noAuthority, text, range, line) }
        guard record.owner.isEqualOrBelow(apex) else { return takeOutside(record, text, range, line, &sink) }
        guard let trigger = try? DomainName(wire: record.owner.wire.dropLast(apex.wire.count) + [0]) else { return }
        if refusedByPowerDNS(record, trigger) { return sink.drop(.badRecord, text, range, line) }
        if engine == .bindRPZ, !isTakenByBIND(record, trigger, text, range, line, &sink) { return }
        // The root, asked for, is a name like others to all but BIND.
        if trigger.isRoot, engine == .bindRPZ || Self.isOfZoneItself(record.type) { return }
        switch record.type {
        case .ns where engine == .bindRPZ:
            leaveOpen(record.owner, .delegation, text, range, line, &sink)
            cuts.append((trigger, false, range, line))
            if let below = trigger.child([0x2A]) {
                add(below, sink.builder.intern(.unsupported), text, range, line, &sink)
                sink.noteOpenRules(1)
            }
        case .rrsig where engine == .bindRPZ || engine == .pdnsRPZ,
            .nsec where engine == .bindRPZ || engine == .pdnsRPZ, .nsec3 where engine == .pdnsRPZ:
            // Data of its owner, which hides other types.
            leaveOpen(record.owner, .oddEntry, text, range, line, &sink)
        case let type where engine == .bindRPZ && Self.isLeftOutOfAny(type):
            leaveOpen(record.owner, .oddEntry, text, range, line, &sink)
        case .soa, .ns, .rrsig, .nsec, .nsec3: sink.drop(.zoneItself, text, range, line)
        case let type where isSkipped(type): sink.drop(.zoneItself, text, range, line)
        case .dname where engine != .bindRPZ && engine != .pdnsRPZ: sink.drop(.zoneItself, text, range, line)
        case .cname:
            if let policy { return impose(policy, on: trigger, ttl: record.ttl, text, range, line, &sink) }
            guard let target = try? DomainName(wire: record.data) else {
                return sink.drop(.badRecord, text, range, line)
            }
            add(trigger, alias: target, ttl: limited(record.ttl, .cname), text, range, line, &sink)
        default:
            if let policy, policy.overridesData {
                return impose(policy, on: trigger, ttl: record.ttl, text, range, line, &sink)
            }
            if record.type == .dname, engine == .bindRPZ {
                sink.skip(.hidingAlias, text, range, line)
                cuts.append((trigger, true, range, line))
            }
            let local = LocalRecord(type: record.type, ttl: limited(record.ttl, record.type), data: record.data)
            if isDuplicate(trigger, .data, text, range, line, &sink) { return }
            guard isConsistent(trigger.presentation.span, nil, text, range, line, &sink) else { return }
            add(trigger, sink.builder.intern(.records([local])), text, range, line, &sink)
        }
    }

    /// Adds `owner CNAME target` from its text; false when libldns has to read it.
    mutating func addAlias(
        _ text: Span<UInt8>,
        _ owner: Range<Int>,
        _ target: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        if policy != nil { return false }
        let word = text.extracting(target)
        // Knot Resolver knows actions in lower case alone.
        if engine == .knotRPZ, !word.isLowercase { return false }
        let action: ActionID
        if word.equals(".") {
            action = nxdomain
        } else if word.equals("*.") {
            action = nodata
        } else if word.equalsIgnoringCase("rpz-passthru.") {
            action = sink.allow
        } else if word.equalsIgnoringCase("rpz-drop.") {
            action = drop
        } else if word.equalsIgnoringCase("rpz-tcp-only.") {
            action = truncate
        } else {
            return false
        }
        return addPlain(text, owner, .action(action), rule, line, &sink)
    }

    /// Adds `owner A|AAAA address` from its text; false when libldns has to read it.
    mutating func addAddress(
        _ text: Span<UInt8>,
        _ owner: Range<Int>,
        _ address: IPAddress,
        _ stated: UInt32?,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        if text[owner.lowerBound] == 0x40 || policy?.overridesData == true { return false }
        if sink.checksNames, !apexIsHost || BINDNames.refuses(owner: text.extracting(owner)) {
            sink.drop(.checkedName, text, rule, line)
            return true
        }
        return addPlain(text, owner, .address(address, ttl: stated ?? ttl), rule, line, &sink)
    }

    /// What an entry that needs no library gives.
    private enum PlainContent {
        case action(ActionID)
        case address(IPAddress, ttl: UInt32)
    }

    private mutating func addPlain(
        _ text: Span<UInt8>,
        _ owner: Range<Int>,
        _ content: PlainContent,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        let last = text[owner.upperBound - 1]
        guard isPlain, last != 0x2E, text[owner.lowerBound] != 0x40 else { return false }
        // What is no name is read again, for the reason.
        guard let name = try? DomainName(presentation: text.extracting(owner).octets), let whole = absolute(name, [])
        else { return false }
        if engine == .knotRPZ, !Self.isScanned(text.extracting(owner)) {
            refuse(text, rule, line, &sink)
            return true
        }
        noteOwner(whole)
        if engine == .pdnsRPZ, !apexIsStated {
            sink.drop(.noAuthority, text, rule, line)
            return true
        }
        let action: ActionID
        let isData: Bool
        switch content {
        case .action(let made): (action, isData) = (made, false)
        case .address(let address, let stated):
            let record = LocalRecord(address, ttl: limited(stated, address.recordType))
            (action, isData) = (sink.builder.intern(.records([record])), true)
        }
        if isDuplicate(name, isData ? .data : .action, text, rule, line, &sink) { return true }
        guard isConsistent(text.extracting(owner), isData ? nil : action, text, rule, line, &sink) else { return true }
        let trigger = trigger(text.extracting(owner))
        guard case .queryName = trigger else {
            add(trigger, action, text, rule, line, &sink)
            return true
        }
        let isStar = text[owner.lowerBound] == 0x2A && (owner.count == 1 || text[owner.lowerBound + 1] == 0x2E)
        if isStar, owner.count == 1 {
            let position = RulePosition(rule, line: line)
            sink.builder.add(.below, name: .root, class: .data, action: action, at: position)
            return true
        }
        sink.add(
            isStar ? .below : .exact,
            text,
            name: isStar ? (owner.lowerBound + 2)..<owner.upperBound : owner,
            class: .data,
            action: action,
            rule: rule,
            line: line
        )
        return true
    }

    /// Adds a rule about something else than a name.
    private func add(
        _ trigger: PolicyTrigger,
        _ action: ActionID,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard case .address(let kind, let range, let spelling) = trigger else {
            sink.skip(.nameServerTrigger, text, rule, line)
            // Unbound and PowerDNS look at the servers that they forward to as well; whether BIND forwards is not known.
            guard case .nameServer = trigger, engine != .knotRPZ else { return }
            sink.leaveOpen(.subtree, .root, class: .data, rule: rule, line: line)
            return sink.builder.noteNameServerRule()
        }
        guard let range else {
            return sink.drop(engine == .pdnsRPZ ? .badRecord : .badAddressTrigger, text, rule, line)
        }
        let position = RulePosition(rule, line: line)
        if engine == .unboundRPZ, spelling == .loose, range.prefixLength > 0 {
            sink.skip(.looseRange, text, rule, line)
            sink.noteOpenRules(1)
            let open = sink.builder.intern(.unsupported)
            return sink.builder.add(kind, range, class: .data, action: open, at: position)
        }
        if engine == .bindRPZ, spelling != .canonical {
            sink.drop(.otherSpelling, text, rule, line)
            guard spelling == .other else { return }
            // BIND finds the range, and then no policy under the name that it expects (compared with 9.18).
            return sink.builder.add(kind, range, class: .data, action: sink.builder.intern(.none), at: position)
        }
        sink.builder.add(kind, range, class: .data, action: action, at: position)
    }

    func add(
        _ trigger: DomainName,
        _ action: ActionID,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let kind = self.trigger(trigger.presentation.span)
        guard case .queryName = kind else { return add(kind, action, text, range, line, &sink) }
        let isStar = trigger.labels.first.map { $0.elementsEqual([0x2A]) } ?? false
        let position = RulePosition(range, line: line)
        sink.builder.add(
            isStar ? .below : .exact,
            name: isStar ? trigger.parent ?? .root : trigger,
            class: .data,
            action: action,
            at: position
        )
    }

    /// BIND limits the TTL of policy data (max-policy-ttl 5), and records of an owner in a row have that of the first of their type.
    private mutating func limited(_ ttl: UInt32, _ type: RRType) -> UInt32 {
        guard engine == .bindRPZ else { return ttl }
        if let first = rowTTLs.first(where: { $0.type == type }) { return first.ttl }
        // What has more than 31 bits is none to it.
        let limited = ttl > UInt32(Int32.max) ? 0 : min(ttl, 5)
        rowTTLs.append((type, limited))
        return limited
    }
}
