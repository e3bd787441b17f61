import TextScan

/// What an option of dnsmasq(8) 2.90 is to us.
enum DnsmasqStatement {
    /// Decides about names.
    case rule
    /// Decides about names or answers in a way that is not evaluated yet.
    case unsupported(UnsupportedReason)
    /// Decides nothing about a name.
    case option

    /// The shape of a line for detection; nil when it does not begin with an option.
    static func shape(_ line: Span<UInt8>) -> LineShape? {
        let end = line.firstIndex(of: 0x3D) ?? line.count
        let key = line.extracting(0..<end).trimmed
        guard key.count >= 3, key.count <= 30 else { return nil }
        for index in 0..<key.count where !(0x61...0x7A).contains(key[index] | 0x20) && key[index] != 0x2D { return nil }
        guard let statement = options[key.string] else { return nil }
        if end == line.count, key.firstIndex(of: 0x2D) == nil { return nil }
        if case .rule = statement { return .dnsmasqRule }
        if case .unsupported = statement { return .dnsmasqRule }
        return .dnsmasqOption
    }

    /// Options that name files.
    static let includes: Set<String> = [
        "conf-file", "conf-dir", "conf-script", "servers-file", "addn-hosts", "hostsdir",
    ]

    /// Every option of dnsmasq 2.90 that may stand in a configuration file (`src/option.c`).
    static let options: [String: DnsmasqStatement] = {
        var table: [String: DnsmasqStatement] = [:]
        for name in DnsmasqArguments.names { table[name] = .option }
        for name in ["address", "server", "local", "host-record"] { table[name] = .rule }
        for name in includes { table[name] = .unsupported(.include) }
        for name in DnsmasqAddresses.options { table[name] = .rule }
        for name in ["alias", "domain-needed", "bogus-priv"] { table[name] = .rule }
        for name in [
            "filter-rr", "filterwin2k", "expand-hosts", "rev-server", "dnssec", "connmark-allowlist",
            "connmark-allowlist-enable", "add-mac",
            "umbrella",
        ] { table[name] = .unsupported(.answerOption) }
        for name in DnsmasqRecords.options { table[name] = .rule }
        table["local-ttl"] = .rule
        for name in [
            "mx-target", "interface-name", "dynamic-host", "synth-domain", "auth-zone", "selfmx", "localmx",
        ] { table[name] = .unsupported(.localRecord) }
        return table
    }()

    /// The files that an option names, which may be lists of their own; nil where only dnsmasq knows.
    static func files(_ option: DnsmasqOption) -> IncludedFiles? {
        let path = String(decoding: option.value, as: UTF8.self)
        switch option.name {
        case "conf-file", "servers-file": return IncludedFiles(file: path)
        case "addn-hosts": return IncludedFiles(file: path, mayBeFolder: true)
        case "hostsdir": return IncludedFiles(folder: path)
        case "conf-dir":
            let endings = (option.words ?? []).dropFirst().map { String(decoding: $0.octets, as: UTF8.self) }
            return IncludedFiles(folder: option.text(0), endings: endings)
        default: return nil
        }
    }
}
