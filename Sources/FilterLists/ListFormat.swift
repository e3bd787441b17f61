public import Policy
import TextScan

/// A list format: how it is recognised, and which reader each engine has for it. One file each under `Formats/`.
public struct ListFormat: Sendable {
    /// The stable id, as in ``Policy/EngineProfile/formats``.
    public let id: String
    /// Its name for people.
    public let title: String
    /// The engine whose reading applies when none is given.
    public let defaultEngine: Engine
    /// How a line of it looks, for people.
    let looks: String
    /// How well the format explains a sample: 0 to 100.
    let score: @Sendable (ListSample) -> Int

    /// Every format, in the order in which equal scores win.
    public static let all: [ListFormat] = [
        .dnsmasq, .unbound, .rpz, .adblock, .hosts, .squid, .dnscrypt, .wildcard, .domains, .regex, .gravityDatabase,
        .dnsdist, .knotPolicy, .adguardRewrites, .cloaking, .forwarding, .captivePortals,
        .v2fly, .proxifier, .littleSnitch, .bindZones, .proxyAutoConfig, .dnscryptAddresses, .addresses, .peerToPeer,
        .corefile, .squidConfiguration, .simplewall, .iptables,
    ]

    /// The format with this id.
    public static func named(_ id: String) -> ListFormat? { all.first { $0.id == id } }
}

extension ListFormat: Hashable, CustomStringConvertible {
    /// Equal when the ids are.
    public static func == (left: ListFormat, right: ListFormat) -> Bool { left.id == right.id }
    /// Hashes the id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
    /// The id.
    public var description: String { id }
}

extension ListFormat {
    /// Whether an engine reads it.
    func isRead(by engine: Engine) -> Bool { engine.profile.formats.contains(id) }
}

extension Engine {
    /// How this engine reads a format; nil when it does not.
    func reader(of format: ListFormat) -> ListReader? {
        guard profile.formats.contains(format.id) else { return nil }
        switch self {
        case .pihole:
            switch format {
            case .regex: return PiholeRegexReader.read
            case .gravityDatabase: return GravityRowReader.read
            default: return GravityReader.read
            }
        case .adguardHome: return format == .adguardRewrites ? RewriteTableReader.read : AdGuardReader.read
        case .blocky: return BlockyReader.read
        case .technitium: return TechnitiumReader.read
        case .dnscryptProxy:
            switch format {
            case .cloaking: return CloakingReader.read
            case .forwarding: return ForwardingReader.read
            case .captivePortals: return CaptivePortalReader.read
            case .dnscryptAddresses, .addresses: return DNSCryptAddressReader.read
            default: return DNSCryptReader.read
            }
        case .dnsmasq: return format == .hosts ? HostsFileReader.read : DnsmasqReader.read
        case .unbound: return UnboundReader.read
        case .dnsdist: return DnsdistReader.read
        case .knotPolicy: return KnotPolicyReader.read
        case .squidGuard: return SquidGuardReader.read
        case .squid:
            switch format {
            case .regex: return SquidRegexReader.read
            case .squidConfiguration: return SquidConfigurationReader.read
            default: return SquidReader.read
            }
        case .hostsFile: return ClientHostsReader.read
        case .v2ray: return V2flyReader.read
        case .proxifier: return ProxifierReader.read
        case .littleSnitch: return LittleSnitchReader.read
        case .lanCache: return LanCacheReader.read
        case .coreDNS: return format == .corefile ? CorefileReader.read : CoreDNSReader.read
        case .opnsense: return OPNsenseReader.read
        case .bindZones: return BINDZonesReader.read
        case .panOS: return PANOSReader.read
        case .zscaler: return ZscalerReader.read
        case .fortiGate: return FortiGateReader.read
        case .umbrella: return UmbrellaReader.read
        case .pac: return PACReader.read
        case .packetFilter:
            switch format {
            case .simplewall: return SimplewallReader.read
            case .iptables: return IptablesReader.read
            default: return AddressListReader.read
            }
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: return PolicyZoneReader.read
        }
    }
}

/// Reads a whole decoded list into a sink.
typealias ListReader = @Sendable (Span<UInt8>, inout RuleSink) -> Void
