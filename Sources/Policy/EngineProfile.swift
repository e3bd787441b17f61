public import DNS

/// The software whose semantics apply to a list (exact or suffix is a property of the engine, not of the list).
public enum Engine: String, Sendable, CaseIterable {
    /// dnsmasq 2.90.
    case dnsmasq
    /// Pi-hole FTL 6.
    case pihole
    /// AdGuard Home.
    case adguardHome = "adguard-home"
    /// Blocky.
    case blocky
    /// Technitium DNS Server.
    case technitium
    /// dnscrypt-proxy 2.
    case dnscryptProxy = "dnscrypt-proxy"
    /// Unbound local-zone and local-data.
    case unbound
    /// BIND 9 response policy zones.
    case bindRPZ = "bind-rpz"
    /// Unbound response policy zones.
    case unboundRPZ = "unbound-rpz"
    /// PowerDNS Recursor response policy zones.
    case pdnsRPZ = "pdns-rpz"
    /// Knot Resolver policy.rpz.
    case knotRPZ = "knot-rpz"
    /// dnsdist rules and actions.
    case dnsdist
    /// Knot Resolver policy rules.
    case knotPolicy = "knot-policy"
    /// squid dstdomain and dstdom_regex lists.
    case squid
    /// squidGuard and category lists in its form.
    case squidGuard = "squidguard"
    /// The client's own hosts file.
    case hostsFile = "hosts-file"
    /// V2Ray and its relatives (domain lists).
    case v2ray
    /// Proxifier.
    case proxifier
    /// Little Snitch.
    case littleSnitch = "little-snitch"
    /// lancache-dns.
    case lanCache = "lancache"
    /// CoreDNS hosts plugin.
    case coreDNS = "coredns"
    /// OPNsense Unbound block lists.
    case opnsense
    /// BIND with zones of its own.
    case bindZones = "bind-zones"
    /// PAN-OS external dynamic lists.
    case panOS = "pan-os"
    /// Zscaler URL categories.
    case zscaler
    /// FortiGate FQDN addresses.
    case fortiGate = "fortigate"
    /// Umbrella destination lists.
    case umbrella
    /// Proxy auto-config files.
    case pac
    /// Packet filters with sets of addresses (ipset, nftables, PeerGuardian).
    case packetFilter = "packet-filter"
}

/// How an engine chooses among the rules that match a name.
public enum RuleOrder: Sendable, Equatable {
    /// The strongest class wins, whatever the length of the name.
    case classFirst
    /// The longest name wins; at the same name the strongest class that covers the type.
    case longestFirst
    /// The first rule in the order of the lists, whatever it is about.
    case firstMatch
    /// The first list that holds the name or the key before it in the order of the database (squidGuard).
    case domainOrder
    /// The closest enclosing local-zone decides (Unbound).
    case localZone
    /// Response policy zones, list by list, with a dialect's wildcard rule.
    case policyZone(WildcardRule)

    /// Whether names that only have to exist, because a rule of this class lies below them, matter; they are made from
    /// the wire form of the rule's name.
    func needsAncestors(of ruleClass: RuleClass) -> Bool {
        switch self {
        case .localZone, .policyZone: true
        case .longestFirst: ruleClass == .hosts
        case .classFirst, .firstMatch, .domainOrder: false
        }
    }

    /// Whether conditions on client and time are looked at.
    var asksGuards: Bool {
        switch self {
        case .classFirst, .longestFirst, .firstMatch: true
        case .domainOrder, .localZone, .policyZone: false
        }
    }

    /// Whether each list is a zone of its own, so that data of two lists never mix.
    var isZoneByZone: Bool {
        if case .policyZone = self { true } else { false }
    }
}

/// How an RPZ engine finds the wildcard rule for a name without a rule of its own.
public enum WildcardRule: Sendable, Equatable {
    /// The nearest ancestor that has a `*.` rule (PowerDNS, Knot Resolver).
    case nearestAncestor
    /// DNS wildcards: only the closest encloser's, and none for an empty non-terminal (BIND, RFC 4592).
    case closestEncloser
    /// The closest encloser shared with the predecessor among the rules, in Unbound's own order (Unbound 1.17).
    case canonicalPredecessor
}

/// How an engine of policy zones orders triggers of several kinds.
public enum TriggerOrder: Sendable, Equatable {
    /// The first zone with any trigger that matches decides, even where it has to wait for the answer (BIND).
    case zoneByZone
    /// The client's address and names zone by zone, then addresses of the answer in all zones (Unbound).
    case answerLast
    /// The client's address in all zones, then names in all zones, then addresses of the answer (PowerDNS).
    case clientFirst
}

/// Whether an engine looks at the aliases of a name in the answer.
public enum ChainInspection: Sendable, Equatable {
    /// Only the name asked for counts.
    case never
    /// Every alias is checked like a name asked for.
    case everyAlias
    /// Every alias is checked as a query of type CNAME.
    case everyAliasAsCNAME
    /// Checked while iterating, but not when the chain is in the cache: first blocked, later not.
    case untilCached
}

/// What a blocked query is answered with, per type.
public struct BlockAnswer: Sendable, Equatable {
    /// What one type gets.
    public enum Outcome: UInt8, Sendable, Equatable {
        /// The engine's block address of that family.
        case address
        /// NOERROR without records.
        case nodata
        /// NXDOMAIN.
        case nxdomain
        /// REFUSED.
        case refused
        /// A HINFO record that says so.
        case hinfo
        /// No answer, or no connection.
        case drop
        /// Not blocked: the query goes on.
        case forward
    }

    /// For A.
    public var a: Outcome
    /// For AAAA.
    public var aaaa: Outcome
    /// For HTTPS.
    public var https: Outcome
    /// For a query for all types.
    public var any: Outcome
    /// For every other type.
    public var other: Outcome
    /// Seconds to live of made-up records.
    public var ttl: UInt32

    /// Whether the addresses are those that the engine's owner has configured; the null addresses otherwise.
    public var isCustom: Bool
    /// Whether the configured addresses have to be of both families that the mode answers with.
    public var needsBothFamilies: Bool
    /// The configured addresses.
    public internal(set) var own: [IPAddress] = []

    /// A block answer; HTTPS and ANY get what other types get unless it is given.
    public init(
        a: Outcome,
        aaaa: Outcome,
        https: Outcome? = nil,
        any: Outcome? = nil,
        other: Outcome,
        ttl: UInt32,
        isCustom: Bool = false,
        needsBothFamilies: Bool = true
    ) {
        self.a = a
        self.aaaa = aaaa
        self.https = https ?? other
        self.any = any ?? other
        self.other = other
        self.ttl = ttl
        self.isCustom = isCustom
        self.needsBothFamilies = needsBothFamilies
    }

    /// Whether an address of the configuration is needed that is not there.
    public var lacksAddress: Bool {
        guard isCustom else { return false }
        guard needsBothFamilies else { return own.isEmpty }
        return a == .address && !own.contains(where: \.isV4) || aaaa == .address && own.allSatisfy(\.isV4)
    }

    /// The configured addresses for a type.
    func addresses(_ type: RRType) -> [IPAddress] { own.filter { $0.isV4 == (type != .aaaa) } }

    /// The addresses that a type is answered with: those of a mode that has them, or the null address.
    func addressesOrNull(_ type: RRType) -> [IPAddress] {
        let configured = isCustom ? addresses(type) : []
        return configured.isEmpty ? [type == .aaaa ? .v6(0, 0) : .v4(0)] : configured
    }

    /// The outcome for a type.
    public func outcome(_ type: RRType) -> Outcome {
        switch type {
        case .a: a
        case .aaaa: aaaa
        case .https: https
        case .any: any
        default: other
        }
    }
}

/// How an engine reads a hosts-file line.
public enum HostsReading: Sendable, Equatable {
    /// The address is the answer for its own family; other types are forwarded.
    case answersAddress
    /// The line blocks; the address is thrown away.
    case blocks(Scope)
    /// The engine does not read hosts files.
    case unread
}

/// What Patchway knows about an engine, as data. One file per engine under `Engines/`.
public struct EngineProfile: Sendable {
    /// The engine.
    public var engine: Engine
    /// The version that the profile describes and how it was verified.
    public var basis: String
    /// The formats it reads, the native one first.
    public var formats: [String]
    /// Rule classes, strongest first. A class that is missing is never used by the engine.
    public var precedence: [RuleClass]
    /// How it chooses.
    public var order: RuleOrder
    /// What a plain name in a list is about; nil when the engine does not read plain lists.
    public var plainName: Scope?
    /// What `*.name` in a list is about; nil when such a line is not a rule.
    public var starName: Scope?
    /// How it reads hosts lines.
    public var hosts: HostsReading
    /// Whether it looks at aliases.
    public var chain: ChainInspection
    /// Block answers by mode name; the first is the default.
    public var blockModes: [(name: String, answer: BlockAnswer)]
    /// Whether a rule with local data answers NODATA for types it has no data for (else they are forwarded).
    public var dataHidesOtherTypes: Bool
    /// Seconds to live of local data without a TTL of its own.
    public var dataTTL: UInt32
    /// Whether its made-up answers carry AA.
    public var setsAuthoritative: Bool
    /// How triggers of several kinds are ordered.
    public var triggerOrder = TriggerOrder.answerLast
    /// Whether it looks up the text of addresses in answers as if they were names.
    public var readsAddressesAsNames = false
    /// What else its made-up answers show.
    public var answerStyle = AnswerStyle()

    /// Whether it does so with address hints of HTTPS records.
    public var readsHints: Bool { engine == .adguardHome }

    /// Whether the aliases of a name that a policy zone lets pass still meet the zones before that one.
    var passSparesLaterZonesOnly: Bool { engine == .pdnsRPZ }

    /// The rank of a class: lower is stronger; nil for classes the engine does not have.
    public func rank(of ruleClass: RuleClass) -> UInt8? {
        precedence.firstIndex(of: ruleClass).map { UInt8($0) }
    }

    /// The class of a blocking (or allowing) rule from a list with this role.
    public func ruleClass(role: ListRole, allows: Bool, important: Bool = false) -> RuleClass {
        switch (role, allows) {
        case (.exempt, _): .ownAllow
        case (.deny, false): .ownBlock
        case (.allow, _): .listAllow
        case (_, true): important ? .importantAllow : precedence.contains(.ruleAllow) ? .ruleAllow : .listAllow
        case (_, false): important ? .importantBlock : .block
        }
    }
}

extension Engine {
    /// The profile of this engine.
    public var profile: EngineProfile {
        switch self {
        case .dnsmasq: .dnsmasq
        case .pihole: .pihole
        case .adguardHome: .adguardHome
        case .blocky: .blocky
        case .technitium: .technitium
        case .dnscryptProxy: .dnscryptProxy
        case .unbound: .unbound
        case .bindRPZ: .bindRPZ
        case .unboundRPZ: .unboundRPZ
        case .pdnsRPZ: .pdnsRPZ
        case .knotRPZ: .knotRPZ
        case .dnsdist: .dnsdist
        case .knotPolicy: .knotPolicy
        case .squid: .squid
        case .squidGuard: .squidGuard
        case .hostsFile: .hostsFile
        case .v2ray: .v2ray
        case .proxifier: .proxifier
        case .littleSnitch: .littleSnitch
        case .lanCache: .lanCache
        case .coreDNS: .coreDNS
        case .opnsense: .opnsense
        case .bindZones: .bindZones
        case .panOS: .panOS
        case .zscaler: .zscaler
        case .fortiGate: .fortiGate
        case .umbrella: .umbrella
        case .pac: .pac
        case .packetFilter: .packetFilter
        }
    }
}
