import Policy
import TextScan

/// What an engine makes of a file that is not plain UTF-8: most compare octets and know of no encodings.
enum EncodingRule {
    /// It reads the file as we do.
    case isRead
    /// Its first line is none to the engine, because a byte order mark stands in front of it.
    case spoilsFirstLine
    /// It gets none of the file's rules.
    case isRefused(String)
    /// Nobody has compared it.
    case isUnknown

    /// The rule for a list of an engine (compared with dnsmasq 2.90, Unbound 1.17.1, BIND 9.18, squid 5.7, glibc; dnscrypt-proxy
    /// `common.go`; .NET decodes).
    init(_ encoding: TextEncoding, _ engine: Engine, _ format: ListFormat) {
        switch encoding {
        case .utf8: self = .isRead
        case _ where engine == .technitium || format == .gravityDatabase: self = .isRead
        case .utf16LittleEndian, .utf16BigEndian: self = .isRefused("is UTF-16")
        case .utf8WithMark where Self.dropMark.contains(engine): self = .isRead
        case .utf8WithMark: self = Self.mark(engine, format)
        }
    }

    /// Engines that leave a mark out: dnsdist 1.7 and Knot Resolver 5.6, as Lua does (compared), Pi-hole (FTL 6.4, pull 2702).
    private static let dropMark: [Engine] = [.dnscryptProxy, .dnsdist, .knotPolicy, .pihole]

    private static func mark(_ engine: Engine, _ format: ListFormat) -> EncodingRule {
        switch engine {
        case .dnsmasq where format == .hosts: .spoilsFirstLine
        case .squid where format != .squidConfiguration: .spoilsFirstLine
        case .hostsFile: .spoilsFirstLine
        case .dnsmasq, .unbound, .squid, .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ, .bindZones:
            .isRefused("begins with a byte order mark")
        default: .isUnknown
        }
    }
}
