public import DNS

/// Which names a rule is about, given its name.
public enum Scope: UInt8, Sendable, BitwiseCopyable {
    /// The name alone.
    case exact
    /// The name and everything below it.
    case subtree
    /// Everything below the name, not the name itself.
    case below
    /// No name: the node exists in an RPZ or local zone because something lies below it (empty non-terminal).
    case node
}

/// The part a rule plays in its engine's order of precedence; ``EngineProfile/precedence`` orders the classes.
public enum RuleClass: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// A name the engine's owner allows (Pi-hole domain allow list, dnscrypt-proxy allowed-names).
    case ownAllow
    /// A name the engine's owner denies (Pi-hole domain deny list).
    case ownBlock
    /// A regular expression of names the engine's owner allows (Pi-hole regex allow).
    case ownAllowRegex
    /// A regular expression of names the engine's owner denies (Pi-hole regex deny).
    case ownBlockRegex
    /// A name that the engine answers before it looks at other rules (Pi-hole special domains, dnsmasq aliases).
    case special
    /// An entry of the engine's own table of answers (AdGuard Home rewrites).
    case ownRewrite
    /// A rule that rewrites answers, or takes such a rule back (AdGuard Home `$dnsrewrite`).
    case rewrite
    /// A name on a subscribed allow list (Pi-hole antigravity, AdGuard Home allow lists).
    case listAllow
    /// `@@…$important`.
    case importantAllow
    /// `…$important`.
    case importantBlock
    /// `@@…`.
    case ruleAllow
    /// A blocking rule.
    case block
    /// A line of a hosts file, for engines that read it apart from their rules.
    case hosts
    /// Configured data or addresses for the name itself.
    case data
    /// The null addresses of a name (dnsmasq `address=/name/#`), which addresses of its own replace.
    case nullData
    /// Names that are sent on (dnsmasq `server=`), whatever else is said about the same name.
    case open
    /// A zone that decides what happens below a name (Unbound local-zone, dnsmasq local).
    case zone
    /// What the engine does where no rule of a list holds, as the list makes it (the opposite of squid's last line); no
    /// line says it, so it is never named among the rules that lost.
    case implied
    /// A name that the engine answers itself where neither lists nor its configuration say anything (Blocky's special-use
    /// names).
    case builtIn
}

/// The types of an Unbound `local-zone` (unbound.conf(5), 1.17).
public enum LocalZoneType: String, Sendable, CaseIterable {
    /// Local data or NXDOMAIN/NODATA.
    case `static`
    /// Local data where there is some, else resolve.
    case transparent
    /// Local data of the type asked for, else resolve.
    case typeTransparent = "typetransparent"
    /// The apex data for every name in the zone.
    case redirect
    /// NXDOMAIN whatever data there is.
    case alwaysNXDomain = "always_nxdomain"
    /// NODATA whatever data there is.
    case alwaysNoData = "always_nodata"
    /// REFUSED whatever data there is.
    case alwaysRefuse = "always_refuse"
    /// No answer whatever data there is.
    case alwaysDeny = "always_deny"
    /// 0.0.0.0 and `::`, other types NODATA.
    case alwaysNull = "always_null"
    /// Resolve whatever data there is.
    case alwaysTransparent = "always_transparent"
    /// Data or REFUSED.
    case refuse
    /// Data or no answer.
    case deny
    /// No answer, logged.
    case informDeny = "inform_deny"
    /// Resolve, logged.
    case inform
    /// As `redirect`, logged.
    case informRedirect = "inform_redirect"
    /// In a view: what the server clause says counts; elsewhere as `transparent`.
    case noView = "noview"
    /// Data, else a truncated answer over UDP; over TCP as `transparent`. For some clients of a zone alone.
    case truncate
}

/// One record that a rule answers with.
public struct LocalRecord: Hashable, Sendable {
    /// The record type.
    public var type: RRType
    /// Seconds to live as the rule gives it; nil where the engine decides.
    public var ttl: UInt32?
    /// RDATA in uncompressed wire form.
    public var data: [UInt8]

    /// A record.
    public init(type: RRType, ttl: UInt32? = nil, data: [UInt8]) {
        self.type = type
        self.ttl = ttl
        self.data = data
    }

    /// An A or AAAA record.
    public init(_ address: IPAddress, ttl: UInt32? = nil) {
        self.init(type: address.recordType, ttl: ttl, data: address.octets)
    }

    /// The address of an A or AAAA record.
    public var address: IPAddress? {
        type == .a || type == .aaaa ? IPAddress(octets: data) : nil
    }
}

/// What a rule does with a query it matches.
public enum RuleAction: Hashable, Sendable {
    /// The engine's block answer in its configured mode.
    case block
    /// The engine's block answer with this address in place of its own, for the address's family (AdGuard Home hosts
    /// rules).
    case blockAddress(IPAddress)
    /// Stop: this layer lets the name pass.
    case allow
    /// Name does not exist.
    case nxdomain
    /// Name exists without data of this type.
    case nodata
    /// REFUSED.
    case refused
    /// No answer at all.
    case drop
    /// SERVFAIL.
    case servfail
    /// Truncated over UDP, so that the client asks over TCP.
    case truncate
    /// These records; what other types get is the engine's business.
    case records([LocalRecord])
    /// A CNAME to this name.
    case redirect(DomainName)
    /// A CNAME to the query name with this suffix (RPZ `CNAME *.suffix`).
    case redirectBelow(DomainName)
    /// Sent to another server, given as the rule spells it.
    case route(String)
    /// A part of an answer that all rewrites of a name make together.
    case rewrite(Rewrite)
    /// An Unbound local-zone.
    case localZone(LocalZoneType)
    /// NXDOMAIN or NODATA with this record in the additional section (dnsdist `NegativeAndSOAAction`, Knot
    /// Resolver `DENY_MSG`).
    case negative(isNXDomain: Bool, OwnedRecord)
    /// Something that is not known here: the rule is counted as not evaluated.
    case unsupported
    /// No rule: an empty non-terminal.
    case none
}

/// The record types a rule covers.
public struct TypeCoverage: Hashable, Sendable {
    /// The types named.
    public var types: Set<UInt16>
    /// Whether `types` are the only ones covered (false) or the only ones left out (true).
    public var isExclusion: Bool

    /// Every type.
    public static let all = TypeCoverage(except: [])

    /// Only these types.
    public init(only types: [RRType]) {
        self.types = Set(types.map(\.rawValue))
        isExclusion = false
    }

    /// Every type but these.
    public init(except types: [RRType]) {
        self.types = Set(types.map(\.rawValue))
        isExclusion = true
    }

    /// Whether a query of this type is covered.
    public func contains(_ type: RRType) -> Bool {
        types.contains(type.rawValue) != isExclusion
    }
}

/// Where a rule stands in its list.
public struct RulePosition: Hashable, Sendable {
    /// Line, 1-based.
    public var line: Int
    /// Octets from the start of the decoded list to the rule's text.
    public var offset: Int
    /// Octets of the rule's text.
    public var length: Int

    /// The position of a rule on a line that stands at `range` in its list.
    public init(_ range: Range<Int>, line: Int) {
        self.init(line: line, offset: range.lowerBound, length: range.count)
    }

    /// A position.
    public init(line: Int, offset: Int, length: Int) {
        self.line = line
        self.offset = offset
        self.length = length
    }
}
