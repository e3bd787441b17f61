/// The name of a log format. An open registry, so not an enum; the readers are in ``LogFormats``.
public struct LogFormat: RawRepresentable, Hashable, Sendable {
    /// The name as users and reports write it.
    public let rawValue: String
    /// Any name.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Packet capture, classic libpcap file.
    public static let pcap = LogFormat(rawValue: "pcap")
    /// Packet capture, next generation.
    public static let pcapng = LogFormat(rawValue: "pcapng")
    /// Query log of dnsmasq: plain, `extra` or `proto`.
    public static let dnsmasq = LogFormat(rawValue: "dnsmasq")
    /// Text log of Pi-hole: dnsmasq's with Pi-hole's own block sources.
    public static let pihole = LogFormat(rawValue: "pihole")
    /// What `patchway serve --capture` writes.
    public static let serve = LogFormat(rawValue: "serve")
    /// BIND 9, Infoblox NIOS, EfficientIP SOLIDserver.
    static let bind = LogFormat(rawValue: "bind")
    /// Unbound.
    static let unbound = LogFormat(rawValue: "unbound")
    /// pfBlockerNG on pfSense.
    static let pfblockerng = LogFormat(rawValue: "pfblockerng")
    /// OPNsense's reporting of Unbound.
    static let opnsense = LogFormat(rawValue: "opnsense")
    /// `dns.log` of Zeek.
    static let zeek = LogFormat(rawValue: "zeek")
    /// `eve.json` of Suricata.
    static let suricata = LogFormat(rawValue: "suricata")
    /// AdGuard Home.
    static let adguardhome = LogFormat(rawValue: "adguardhome")
    /// Exports of Windows event logs.
    static let windowsEvents = LogFormat(rawValue: "windowsevents")
    /// Debug log of the Windows DNS server.
    static let windowsDNS = LogFormat(rawValue: "windowsdns")
    /// Cisco Umbrella.
    static let umbrella = LogFormat(rawValue: "umbrella")
    /// NextDNS, as its site gives logs out.
    static let nextdns = LogFormat(rawValue: "nextdns")
    /// The client of NextDNS.
    static let nextdnsClient = LogFormat(rawValue: "nextdnsclient")
    /// The client of Control D.
    static let ctrld = LogFormat(rawValue: "ctrld")
    /// Cloudflare Gateway and DNS.
    static let cloudflare = LogFormat(rawValue: "cloudflare")
    /// AdGuard DNS.
    static let adguardDNS = LogFormat(rawValue: "adguarddns")
    /// dnscrypt-proxy.
    static let dnscrypt = LogFormat(rawValue: "dnscrypt")
    /// Blocky.
    static let blocky = LogFormat(rawValue: "blocky")
    /// Technitium DNS server.
    static let technitium = LogFormat(rawValue: "technitium")
    /// CoreDNS.
    static let coredns = LogFormat(rawValue: "coredns")
    /// FortiGate.
    static let fortigate = LogFormat(rawValue: "fortigate")
    /// WatchGuard Firebox.
    static let watchguard = LogFormat(rawValue: "watchguard")
    /// Palo Alto Networks DNS Security.
    static let paloalto = LogFormat(rawValue: "paloalto")
    /// Zscaler.
    static let zscaler = LogFormat(rawValue: "zscaler")
    /// Olfeo SaaS.
    static let olfeo = LogFormat(rawValue: "olfeo")
    /// Agents on endpoints.
    static let edr = LogFormat(rawValue: "edr")
    /// Route 53 Resolver.
    static let route53 = LogFormat(rawValue: "route53")
    /// Google Cloud DNS.
    static let googleCloud = LogFormat(rawValue: "googlecloud")
    /// Azure.
    static let azure = LogFormat(rawValue: "azure")
    /// Open Cybersecurity Schema Framework.
    static let ocsf = LogFormat(rawValue: "ocsf")
    /// Elastic Common Schema.
    static let ecs = LogFormat(rawValue: "ecs")
    /// Passive DNS.
    static let cof = LogFormat(rawValue: "cof")
    /// dnstap.
    static let dnstap = LogFormat(rawValue: "dnstap")
    /// Protobuf messages of PowerDNS and dnsdist.
    static let powerDNS = LogFormat(rawValue: "powerdns")
    /// Database of Pi-hole FTL.
    static let piholeFTL = LogFormat(rawValue: "piholeftl")
    /// Database of Technitium's query logs.
    static let technitiumDB = LogFormat(rawValue: "technitiumdb")
    /// Event logs of Windows.
    static let evtx = LogFormat(rawValue: "evtx")
    /// Names, one a line.
    public static let names = LogFormat(rawValue: "names")
    /// No known format.
    public static let unknown = LogFormat(rawValue: "unknown")
}

/// How sure a reader is that an input is in its format.
public enum DetectionStrength: Int, Comparable, Sendable {
    /// Not this format.
    case no
    /// It could be, if nothing else claims it.
    case possible
    /// Its lines look like it.
    case likely
    /// A magic number or an unmistakable token.
    case certain

    /// Whether `left` is weaker evidence than `right`.
    public static func < (left: DetectionStrength, right: DetectionStrength) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A reader of one log format: one file in `Formats`, one line in ``LogFormats/all``.
///
/// Readers are stateless values. They never fail: what cannot be read is counted in the report, what was read before a
/// fault is kept. They hand out events in the order in which the transactions began and remember a bounded number.
public protocol LogReader: Sendable {
    /// The format it reads; it may narrow the report's format when the content says more.
    var format: LogFormat { get }
    /// One line for people.
    var summary: String { get }
    /// Whether it reads octets as they are; otherwise it is given UTF-8 text without a byte order mark.
    var isBinary: Bool { get }

    /// Judges the first octets of an input (64 KiB at most).
    func detect(_ sample: Span<UInt8>) -> DetectionStrength

    /// The reading of a log that grows and begins with the sample; nil where that cannot be read piece by piece.
    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)?

    /// Reads a whole input.
    /// - Parameters:
    ///   - octets: the input, expanded and decoded.
    ///   - options: what the log does not tell.
    ///   - report: counts of what was read and skipped.
    ///   - emit: is called with every event.
    func read(
        _ octets: Span<UInt8>,
        options: LogOptions,
        report: inout FileReport,
        emit: (QueryEvent) -> Void
    )
}

/// The registry of log formats.
public enum LogFormats {
    /// All readers; of readers that are equally sure of an input the first takes it.
    public static let all: [any LogReader] = [
        PcapReader(),
        PcapngReader(),
        DnsmasqReader(),
        ServeCaptureReader(),
        BindReader(),
        UnboundReader(),
        ZeekReader(),
        SuricataReader(),
        PfBlockerReader(),
        OPNsenseReader(),
        AdGuardHomeReader(),
        WindowsDebugReader(),
        WindowsEventReader(),
        UmbrellaReader(),
        NextDNSReader(),
        NextDNSClientReader(),
        ControlDReader(),
        CloudflareReader(),
        AdGuardDNSReader(),
        DnscryptReader(),
        BlockyReader(),
        TechnitiumReader(),
        CoreDNSReader(),
        FortiGateReader(),
        WatchGuardReader(),
        PaloAltoReader(),
        ZscalerReader(),
        OlfeoReader(),
        EndpointReader(),
        Route53Reader(),
        GoogleCloudReader(),
        AzureReader(),
        OCSFReader(),
        ECSReader(),
        PassiveDNSReader(),
        DnstapReader(),
        PowerDNSReader(),
        EventLogReader(),
        PiholeDatabaseReader(),
        TechnitiumDatabaseReader(),
        NameListReader(),
    ]

    /// The reader that is surest of an input, or nil when none claims it.
    public static func detect(_ octets: Span<UInt8>) -> (any LogReader)? {
        let sample = octets.extracting(0..<min(octets.count, 65_536))
        var best: (any LogReader)?
        var strength = DetectionStrength.no
        for reader in all {
            let claim = reader.detect(sample)
            if claim > strength { (best, strength) = (reader, claim) }
        }
        return best
    }

    /// The reader of `format`; Pi-hole's log is read by dnsmasq's reader.
    public static func reader(of format: LogFormat) -> (any LogReader)? {
        let wanted: LogFormat = format == .pihole ? .dnsmasq : format
        return all.first { $0.format == wanted }
    }
}
