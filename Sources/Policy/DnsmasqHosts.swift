public import DNS

/// What options of dnsmasq make of the names of hosts, wherever they stand (`expand-hosts`, `domain`, `selfmx`, `localmx`,
/// `mx-target`; `cache.c` and `rfc1035.c`, compared with 2.90).
public struct DnsmasqHosts: Sendable {
    /// Whether names of hosts files without a dot have the domain behind them, too.
    public var expands = false
    /// The domain; of several the last.
    public var domain: DomainName?
    /// Domains of hosts in some ranges only.
    public var domainsOfRanges: [DomainName] = []
    /// Whether every host has a mail exchanger: itself.
    public var mailsItself = false
    /// Whether every host has a mail exchanger: the target, or the machine, whose name nobody knows here.
    public var mailsTarget = false
    /// The target of mail.
    public var mailTarget: DomainName?
    /// Whether answers are not kept.
    public var hasNoCache = false
    /// Whether of several IPv4 addresses of a host those near the client are given (`localise-queries`).
    public var choosesAddresses = false
    /// The rules of hosts files whose names have no dot.
    public var simpleHosts: [Int] = []
    /// The rule by which names of one label have the addresses that are known here or none (`domain-needed`).
    public var undottedRule: Int?
    /// The rule by which the pointers of private addresses are known here or nowhere (`bogus-priv`).
    public var privateRule: Int?
    /// Whether it says nothing about itself (`no-ident`).
    public var hidesItself = false

    /// Nothing is said.
    public init() {}
}

extension LayerBuilder {
    /// Adds the names that options make of those of hosts, and their mail exchangers; gives back whose are made so.
    mutating func addHostNames() -> Set<DomainName> {
        if dnsmasqHosts.expands {
            for rule in dnsmasqHosts.simpleHosts {
                guard let label = DomainName(trustedWire: store.wireName(rule)).labels.first else { continue }
                let isOpen = !dnsmasqHosts.domainsOfRanges.isEmpty
                for domain in dnsmasqHosts.domainsOfRanges + [dnsmasqHosts.domain].compactMap({ $0 }) {
                    guard let name = domain.child(Array(label)) else { continue }
                    derive(name, from: rule, isOpen ? .unsupported : nil, isOpen ? .special : .hosts)
                }
            }
        }
        if dnsmasqHosts.choosesAddresses { leaveAddressesOpen() }
        guard dnsmasqHosts.mailsItself || dnsmasqHosts.mailsTarget else { return [] }
        var hosts: [DomainName: Int] = [:]
        var served: Set<DomainName> = []
        for rule in store.indices where store[rule].ruleClass == .hosts && store[rule].scope == .exact {
            guard case .records(let list) = actions[Int(store[rule].action)] else { continue }
            let name = DomainName(trustedWire: store.wireName(rule))
            if list.contains(where: { $0.type == .mx }) { served.insert(name) }
            if list.contains(where: { $0.address != nil }), hosts[name] == nil { hosts[name] = rule }
        }
        var made: Set<DomainName> = []
        // Names above a host may have one, too: that depends on what else is below them, and in which order it is read.
        var above: [DomainName: Int] = [:]
        for (name, rule) in hosts {
            var parent = name.parent
            while let name = parent, !name.isRoot, above[name] == nil || above[name] ?? 0 > rule {
                if hosts[name] == nil, !served.contains(name) { above[name] = rule }
                parent = name.parent
            }
        }
        for (name, rule) in above.sorted(by: { $0.value < $1.value }) {
            derive(name, from: rule, .unsupported, .special, .mx)
        }
        for (name, rule) in hosts.sorted(by: { $0.value < $1.value }) where !served.contains(name) {
            made.insert(name)
            let target = dnsmasqHosts.mailsItself ? name : dnsmasqHosts.mailTarget
            let record = target.map { LocalRecord(type: .mx, data: [0, 1] + $0.wire) }
            derive(
                name,
                from: rule,
                record.map { .records([$0]) } ?? .unsupported,
                record == nil ? .special : .hosts,
                .mx
            )
        }
        return made
    }

    /// Leaves the IPv4 addresses of hosts with several open.
    private mutating func leaveAddressesOpen() {
        var counts: [DomainName: (rule: Int, addresses: Int)] = [:]
        for rule in store.indices where store[rule].ruleClass == .hosts && store[rule].scope == .exact {
            guard case .records(let list) = actions[Int(store[rule].action)] else { continue }
            let addresses = list.count { $0.type == .a }
            guard addresses > 0 else { continue }
            counts[DomainName(trustedWire: store.wireName(rule)), default: (rule, 0)].addresses += addresses
        }
        for (name, found) in counts.sorted(by: { $0.value.rule < $1.value.rule }) where found.addresses > 1 {
            derive(name, from: found.rule, .unsupported, .special, .a)
        }
    }

    /// Adds a rule that follows from another.
    private mutating func derive(
        _ name: DomainName,
        from rule: Int,
        _ action: RuleAction?,
        _ ruleClass: RuleClass,
        _ type: RRType? = nil
    ) {
        guard let rank = profile.rank(of: ruleClass), store.hasRoom else { return noteUnsupported() }
        let (record, position) = (store[rule], store.position(rule))
        // Of a host that may not be one nothing is known for any type.
        let whole = action == nil ? record.coverage : CoverageID.all.index
        let coverage = type.map { intern(TypeCoverage(only: [$0, .any])).index } ?? whole
        let shape = intern(
            RuleShape(
                action: action.map { intern($0).index } ?? record.action,
                coverage: coverage,
                scope: .exact,
                ruleClass: ruleClass,
                rank: rank,
                guardID: record.guardID
            )
        )
        let wire = name.lowercased.wire
        let start = store.store(position) { $0.append(contentsOf: wire) }
        store.packed.append(
            RuleStore.Packed(
                at: UInt32(truncatingIfNeeded: start),
                shape: shape,
                list: record.list,
                nameLength: 0,
                back: 0
            )
        )
        let key = NameHashing.hash(wire: wire.span, at: 0)
        hashes.append(key.hash)
        depths.insert(key.labels)
        noteOwnRules(1)
    }
}
