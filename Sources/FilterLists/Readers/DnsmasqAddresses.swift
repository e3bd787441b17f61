import DNS
import Policy
import TextScan

/// The options of dnsmasq that look at the addresses of real answers (dnsmasq(8) 2.90, `src/rfc1035.c`), compared with the
/// running engine: `bogus-nxdomain`, `ignore-address`, `filter-A`, `filter-AAAA`, `stop-dns-rebind` and its exceptions.
struct DnsmasqAddresses {
    static let options = [
        "bogus-nxdomain", "ignore-address", "filter-A", "filter-AAAA", "stop-dns-rebind", "rebind-localhost-ok",
        "rebind-domain-ok",
    ]

    private var rebindRule: RulePosition?
    private var allowsLoopback = false
    private var exempt: [DomainName] = []

    /// Reads a statement; false when it is none of these, or not in their form.
    mutating func read(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) -> Bool {
        let position = RulePosition(option.rule, line: option.line)
        let isAlone = option.words == nil
        switch option.name {
        case "bogus-nxdomain": return add(text, option, .nxdomain, &sink)
        case "ignore-address": return add(text, option, .drop, &sink)
        case "filter-A" where isAlone: addAll(.v4(0), position, &sink)
        case "filter-AAAA" where isAlone: addAll(.v6(0, 0), position, &sink)
        case "stop-dns-rebind" where isAlone: rebindRule = rebindRule ?? position
        case "rebind-localhost-ok" where isAlone: allowsLoopback = true
        case "rebind-domain-ok": return addExempt(option)
        default: return false
        }
        return true
    }

    /// Notes what another list of the layer exempts.
    mutating func note(_ option: DnsmasqOption) {
        if option.name == "rebind-localhost-ok", option.words == nil { allowsLoopback = true }
        if option.name == "rebind-domain-ok" { _ = addExempt(option) }
    }

    /// `ADDRESS[/LENGTH]`.
    private func add(
        _ text: Span<UInt8>,
        _ option: DnsmasqOption,
        _ action: RuleAction,
        _ sink: inout RuleSink
    ) -> Bool {
        guard option.count == 1, let range = AddressRange(option.text(0)) else { return false }
        guard range.prefixLength > 0 else {
            // IPv6 addresses all match; of IPv4 addresses, as 2.90 is built, none but the one that is written.
            sink.skip(.emptyPrefix, text, option.rule, option.line)
            let address = IPAddress(option.text(0).prefix { $0 != "/" })
            let open = range.address.isV4 ? address.flatMap { AddressRange($0, prefixLength: 32) } : range
            if let open { leaveOpen(open, option, &sink) }
            return true
        }
        let position = RulePosition(option.rule, line: option.line)
        sink.builder.add(.answer, range, class: .data, action: sink.builder.intern(action), at: position)
        return true
    }

    private func leaveOpen(_ range: AddressRange, _ option: DnsmasqOption, _ sink: inout RuleSink) {
        let position = RulePosition(option.rule, line: option.line)
        sink.noteOpenRules(1)
        sink.builder.add(.answer, range, class: .data, action: sink.builder.intern(.unsupported), at: position)
    }

    private func addAll(_ address: IPAddress, _ position: RulePosition, _ sink: inout RuleSink) {
        guard let range = AddressRange(address, prefixLength: 0) else { return }
        sink.builder.add(.answer, range, class: .data, action: sink.builder.intern(.nodata), at: position)
    }

    /// `/d/e/` or one name.
    private mutating func addExempt(_ option: DnsmasqOption) -> Bool {
        let names = option.value.split(separator: 0x2F).map { DnsmasqName(Array($0)) }
        for name in names {
            switch name {
            case .name(let name), .converted(let name): exempt.append(name.lowercased)
            case .nobodys: continue
            // Nothing is exempt in a way that is not known, and with a name that is none dnsmasq fails at a query.
            case .below, .refused: return false
            }
        }
        return !names.isEmpty
    }

    /// Adds what counts wherever it stands.
    func finish(_ sink: inout RuleSink) {
        guard let rebindRule else { return }
        let action = sink.builder.intern(.nodata)
        let limit = exempt.isEmpty ? GuardID.none : sink.builder.intern(RuleGuard(excluded: exempt))
        for text in Self.privateRanges + (allowsLoopback ? [] : Self.loopbackRanges) {
            guard let range = AddressRange(text) else { continue }
            sink.builder.add(.answer, range, class: .data, action: action, guard: limit, at: rebindRule)
        }
    }

    /// `private_net` and `private_net6`; IPv4 addresses count in their mapped form, too.
    private static let privateRanges =
        mapped([
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "192.0.2.0/24",
            "198.51.100.0/24", "203.0.113.0/24", "255.255.255.255/32",
        ]) + ["fe80::/10", "fec0::/10", "fd00::/8", "2001:db8::/32"]

    /// The addresses of this host, which `rebind-localhost-ok` lets through.
    private static let loopbackRanges = mapped(["127.0.0.0/8", "0.0.0.0/8"]) + ["::1/128", "::/128"]

    private static func mapped(_ ranges: [String]) -> [String] {
        ranges + ranges.compactMap { AddressRange($0) }.map { "::ffff:\($0.address)/\($0.prefixLength + 96)" }
    }
}
