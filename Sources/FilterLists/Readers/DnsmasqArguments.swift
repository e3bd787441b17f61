import DNS
import TextScan

/// What dnsmasq 2.90 takes as the argument of an option that decides about no name (`one_opt`, `src/option.c`; each compared
/// with the running engine, with and without an argument): with any other it does not start.
enum DnsmasqArguments {
    enum Outcome {
        case taken
        /// dnsmasq does not start.
        case refused
        /// What becomes of it depends on the machine, or is not known.
        case open(UnsupportedReason)
    }

    private enum Form: Sendable {
        case flag
        case number(ClosedRange<Int>)
        case optionalNumber(ClosedRange<Int>)
        /// An argument that may be empty.
        case text
        case optional
        case check(@Sendable (DnsmasqOption) -> Outcome)
        /// The same for an argument that may be missing.
        case optionalCheck(@Sendable (DnsmasqOption) -> Outcome)
        /// Whatever it is.
        case open(UnsupportedReason)
    }

    /// Reads the argument of an option; one of which nothing is said here is taken.
    static func read(_ option: DnsmasqOption) -> Outcome {
        guard let form = forms[option.name] else { return .taken }
        switch form {
        case .flag: return option.words == nil ? .taken : .refused
        case .text: return option.words == nil ? .refused : .taken
        case .optional: return .taken
        case .open(let reason): return .open(reason)
        case .optionalNumber where option.words == nil: return .taken
        case .number(let range), .optionalNumber(let range):
            guard let number = option.words == nil ? nil : integer(option.value) else { return .refused }
            return range.contains(number) ? .taken : .refused
        case .check(let check): return option.words == nil ? .refused : check(option)
        case .optionalCheck(let check): return option.words == nil ? .taken : check(option)
        }
    }

    /// A number as C's `atoi` has it: digits, of which 32 bits count; nothing is zero.
    static func integer(_ octets: [UInt8]) -> Int? {
        guard octets.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(Int32(truncatingIfNeeded: octets.isEmpty ? 0 : Int(clamping: octets.span.decimal ?? .max)))
    }

    /// Options that may be said once.
    static let once: Set<String> = [
        "user", "group", "servers-file", "mx-target", "cache-size", "port", "dhcp-leasefile", "dhcp-lease",
        "local-service", "pid-file", "local-ttl", "query-port", "dhcp-lease-max", "edns-packet-max", "enable-dbus",
        "enable-ubus", "dhcp-script", "log-facility", "dns-forward-max", "tftp-max", "tftp-mtu", "log-async",
        "neg-ttl", "max-ttl", "min-cache-ttl", "max-cache-ttl", "dhcp-alternate-port", "dhcp-scriptuser", "min-port",
        "max-port", "add-subnet", "add-cpe-id", "auth-server", "auth-ttl", "auth-soa", "connmark-allowlist-enable",
        "dnssec-timestamp", "dnssec-limits", "dhcp-ttl", "dhcp-reply-delay", "dumpfile", "dumpmask", "port-limit",
        "fast-dns-retry", "use-stale-cache", "max-tcp-connections", "umbrella", "tftp-port-range", "dhcp-duid",
    ]

    /// The options of which something is said here; most decide about no name.
    static var names: [String] { Array(forms.keys) }

    /// Whether a file may be made on every machine: right in a directory that all have.
    static func isOnEveryMachine(_ path: [UInt8]) -> Bool {
        guard let slash = path.lastIndex(of: 0x2F), slash < path.count - 1, path[0] == 0x2F else { return path.isEmpty }
        let directory = String(decoding: path[..<slash], as: UTF8.self)
        return ["", "/etc", "/run", "/var/run", "/var/log", "/tmp", "/var/tmp", "/var/lib/misc"].contains(directory)
    }

    /// Those of DHCP that may be empty.
    private static let emptyOnes: Set<String> = ["dhcp-option-force", "dhcp-pxe-vendor", "ra-param"]

    private static let any = Int(Int32.min)...Int(Int32.max)
    private static let ports = 0...0xFFFF

    private static let forms: [String: Form] = {
        var forms: [String: Form] = [:]
        for name in [
            "no-hosts", "no-poll", "no-daemon", "bogus-priv", "selfmx", "filterwin2k", "strict-order", "no-resolv",
            "expand-hosts", "localmx", "no-negcache", "no-round-robin", "domain-needed", "bind-interfaces",
            "read-ethers", "keep-in-foreground", "dhcp-authoritative", "localise-queries", "no-ping", "leasefile-ro",
            "script-on-renewal", "clear-on-reload", "tftp-secure", "tftp-no-fail", "tftp-lowercase",
            "tftp-single-port", "tftp-no-blocksize", "log-dhcp", "dhcp-no-override", "all-servers", "dhcp-fqdn",
            "strip-mac", "strip-subnet", "proxy-dnssec", "dhcp-sequential-ip", "conntrack", "dhcp-client-update",
            "enable-ra", "bind-dynamic", "dnssec", "dnssec-debug", "dnssec-no-timecheck", "quiet-dhcp",
            "quiet-dhcp6", "quiet-ra", "dns-loop-detect", "script-arp", "dhcp-rapid-commit", "dhcp-ignore-clid",
            "log-debug", "quiet-tftp", "no-ident", "filter-A", "filter-AAAA", "stop-dns-rebind", "rebind-localhost-ok",
        ] { forms[name] = .flag }
        for name in [
            "cache-size", "edns-packet-max", "dns-forward-max", "dhcp-lease-max", "tftp-max", "tftp-mtu", "neg-ttl",
            "max-ttl", "min-cache-ttl", "max-cache-ttl", "auth-ttl", "dhcp-ttl", "dhcp-reply-delay", "local-ttl",
        ] { forms[name] = .number(any) }
        for name in ["port", "query-port", "min-port", "max-port"] { forms[name] = .number(ports) }
        forms["port-limit"] = .number(1...Int(Int32.max))
        forms["max-tcp-connections"] = .number(1...Int(Int32.max))
        forms["log-async"] = .optionalNumber(any)
        forms["use-stale-cache"] = .optionalNumber(0...Int(Int32.max))
        forms["dhcp-alternate-port"] = .optionalNumber(ports)
        for name in [
            "interface", "except-interface", "no-dhcp-interface", "no-dhcpv4-interface", "no-dhcpv6-interface",
            "dhcp-ignore", "dhcp-script", "dhcp-scriptuser", "dhcp-hostsfile", "dhcp-optsfile", "dhcp-hostsdir",
            "dhcp-optsdir", "dhcp-lease", "pxe-prompt", "tftp-root", "add-cpe-id", "auth-soa",
            "dnssec-timestamp", "dumpmask", "auth-sec-servers", "txt-record", "ptr-record",
        ] { forms[name] = .text }
        for name in [
            "log-queries", "resolv-file", "dhcp-leasefile", "bootp-dynamic", "dhcp-ignore-names", "enable-tftp",
            "dhcp-broadcast", "dhcp-generate-names", "enable-dbus",
        ] { forms[name] = .optional }
        forms["enable-ubus"] = .open(.start)
        // Marks of connections say which names are refused.
        forms["connmark-allowlist-enable"] = .open(.service)
        for (name, check) in checks.merging(recordChecks, uniquingKeysWith: { $1 }) { forms[name] = .check(check) }
        for (name, check) in optionalChecks { forms[name] = .optionalCheck(check) }
        // What is said in DHCP beside that is read by no one here.
        for name in [
            "dhcp-option-force", "dhcp-match", "dhcp-mac", "dhcp-name-match", "dhcp-vendorclass", "dhcp-userclass",
            "dhcp-subscrid", "dhcp-circuitid", "dhcp-remoteid", "dhcp-relay", "dhcp-duid", "dhcp-luascript",
            "dhcp-pxe-vendor", "pxe-service", "tag-if", "bridge-interface", "shared-network", "ra-param",
            "tftp-port-range", "connmark-allowlist",
        ] { forms[name] = .check { emptyOnes.contains($0.name) && $0.value.isEmpty ? .taken : .open(.start) } }
        return forms
    }()
}
