import DNS
import Policy
import TextScan

/// The options of dnsmasq that are about the names of all hosts, about mail, and about addresses that are translated
/// (dnsmasq(8) 2.90), compared with the running engine.
struct DnsmasqHostOptions {
    /// `mx-host` without a target, which `mx-target` says wherever it stands.
    private var hosts: [(name: DomainName, rule: Range<Int>, line: Int)] = []
    /// `srv-host` with a name of two labels, behind which `domain` stands, wherever it is said.
    private var services: [(name: DomainName, rule: Range<Int>, line: Int)] = []

    /// What other lists of the layer say.
    private var elsewhere: (domain: DomainName?, mailTarget: DomainName?)

    /// Notes an option of another list.
    mutating func note(_ option: DnsmasqOption) {
        guard option.count == 1, let name = option.name(0) else { return }
        if option.name == "mx-target" { elsewhere.mailTarget = name }
        if option.name.hasPrefix("domain") { elsewhere.domain = name }
    }

    /// Reads a statement; false when it is none of these, or not in their form.
    mutating func read(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) -> Bool {
        let (rule, line, isAlone) = (option.rule, option.line, option.words == nil)
        let name = option.name(0)
        switch option.name {
        case "expand-hosts" where isAlone: sink.builder.dnsmasqHosts.expands = true
        case "selfmx" where isAlone: sink.builder.dnsmasqHosts.mailsItself = true
        case "localmx" where isAlone:
            sink.builder.dnsmasqHosts.mailsTarget = true
            // The machine, too, has one then.
            sink.skip(.localRecord, text, rule, line)
        case "mx-target":
            guard option.count == 1, let name else { return false }
            sink.builder.dnsmasqHosts.mailTarget = name
            sink.skip(.localRecord, text, rule, line)
        case "domain", "domain-suffix":
            guard let name else { return false }
            guard option.count > 1 else {
                sink.builder.dnsmasqHosts.domain = name
                // The last counts.
                elsewhere.domain = nil
                return true
            }
            sink.builder.dnsmasqHosts.domainsOfRanges.append(name)
            if option.count == 3, option.text(2) == "local" { Self.addLocal(name, text, option, &sink) }
        case "cache-size": sink.builder.dnsmasqHosts.hasNoCache = (DnsmasqArguments.integer(option.value) ?? 1) <= 0
        case "domain-needed" where isAlone:
            let rule = Self.addUnasked([.root], option, &sink)
            sink.builder.dnsmasqHosts.undottedRule = sink.builder.dnsmasqHosts.undottedRule ?? rule
        case "bogus-priv" where isAlone:
            let rule = Self.addUnasked(Self.reverseZones, option, &sink)
            sink.builder.dnsmasqHosts.privateRule = sink.builder.dnsmasqHosts.privateRule ?? rule
        case "no-ident" where isAlone: sink.builder.dnsmasqHosts.hidesItself = true
        case "localise-queries": sink.builder.dnsmasqHosts.choosesAddresses = true
        case "mx-host":
            guard option.count == 1, let name else { return false }
            hosts.append((name, rule, line))
        case "srv-host":
            if let name, name.labelCount == 2 { services.append((name, rule, line)) }
            return false
        case "alias": return translation(text, option, &sink)
        default: return false
        }
        return true
    }

    /// Adds a rule that says which line keeps names from being asked for; which ones those are the layer knows, so that it covers no
    /// type. Of several such lines the first is named.
    private static func addUnasked(
        _ zones: [DomainName],
        _ option: DnsmasqOption,
        _ sink: inout RuleSink
    ) -> Int? {
        let number = sink.builder.namedRuleCount
        let (action, nothing) = (sink.builder.intern(.nxdomain), sink.builder.intern(TypeCoverage(only: [])))
        for (place, zone) in zones.enumerated() {
            sink.builder.add(
                .below,
                name: zone,
                class: .zone,
                action: action,
                coverage: nothing,
                at: RulePosition(option.rule, line: option.line)
            )
            if place > 0 { sink.noteOpenRules(1) }
        }
        return sink.builder.namedRuleCount > number ? number : nil
    }

    /// Below these are the names of addresses.
    private static let reverseZones = ["in-addr.arpa", "ip6.arpa", "ip6.int"].compactMap { try? DomainName($0) }

    /// `domain=NAME,ADDRESS/LENGTH,local`: the name and those of the range's addresses are asked for nowhere; with the first and
    /// the last address of a range that does nothing (compared with 2.90).
    private static func addLocal(
        _ name: DomainName,
        _ text: Span<UInt8>,
        _ option: DnsmasqOption,
        _ sink: inout RuleSink
    ) {
        guard let range = AddressRange(option.text(1)), option.text(1).contains("/") else { return }
        let position = RulePosition(option.rule, line: option.line)
        let action = sink.builder.intern(.nxdomain)
        sink.builder.add(.subtree, name: name, class: .zone, action: action, at: position)
        guard sink.take(range.reverseZoneCount) else {
            sink.skip(.tooManyParts, text, option.rule, option.line)
            let tree = DnsmasqOpenNames.reverseTree
            return sink.leaveOpen(.subtree, tree, class: .special, rule: option.rule, line: option.line)
        }
        for zone in range.reverseZones {
            sink.builder.add(.subtree, name: zone, class: .zone, action: action, at: position)
        }
    }

    /// `host-record=name[,name…][,address…][,ttl]`: like a hosts line, but of several addresses of a family the last counts
    /// (compared with 2.90).
    static func hostRecord(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) {
        var names: [DnsmasqName] = []
        var v4: IPAddress?
        var v6: IPAddress?
        var lifetime: UInt32?
        for word in option.words ?? [] {
            // In quotes addresses and numbers are names.
            if !word.isHidden, let address = IPAddress(text: word.octets) {
                if address.isV4 { v4 = address } else { v6 = address }
            } else if !word.isHidden, let number = word.octets.span.decimal, !names.isEmpty {
                lifetime = UInt32(clamping: number)
            } else {
                names.append(word.octets.isEmpty ? .nobodys : DnsmasqName(word.octets))
            }
        }
        guard option.count > 1, !names.isEmpty else { return sink.drop(.badStatement, text, option.rule, option.line) }
        for name in names {
            for case let address? in [v4, v6] {
                sink.add(
                    .exact,
                    name,
                    class: .hosts,
                    action: sink.builder.intern(.records([LocalRecord(address, ttl: lifetime)])),
                    coverage: sink.builder.intern(TypeCoverage(only: [address.recordType, .any])),
                    text,
                    rule: option.rule,
                    line: option.line
                )
            }
        }
    }

    /// `alias=OLD[-END],NEW[,MASK]`: what becomes of answers with such addresses is not evaluated.
    private func translation(
        _ text: Span<UInt8>,
        _ option: DnsmasqOption,
        _ sink: inout RuleSink
    ) -> Bool {
        let (rule, line) = (option.rule, option.line)
        // An address in quotes is none where the old ones are looked for.
        guard option.words?.first?.isHidden == false else { return false }
        let texts = (0..<option.count).map { option.text($0) }
        guard texts.count == 2 || texts.count == 3, IPAddress(texts[1])?.isV4 == true else { return false }
        let ends = texts[0].split(separator: "-", omittingEmptySubsequences: false).map { IPAddress($0) }
        guard let first = ends[0], ends.count < 3, first.isV4 else { return false }
        let mask = texts.count == 3 ? IPAddress(texts[2]) : .v4(.max)
        guard case .v4(let bits) = mask else { return false }
        var ranges: [AddressRange] = []
        if ends.count == 2 {
            guard let last = ends[1], let found = AddressRange.ranges(from: first, through: last) else { return false }
            ranges = found
        } else {
            // Whatever mask: no address outside of the range of its first ones can meet it.
            ranges = [AddressRange(first, prefixLength: (~bits).leadingZeroBitCount)].compactMap { $0 }
        }
        sink.skip(.address, text, rule, line)
        let action = sink.builder.intern(.unsupported)
        let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        sink.noteOpenRules(ranges.count)
        for range in ranges { sink.builder.add(.answer, range, class: .data, action: action, at: position) }
        return true
    }

    /// Adds what counts wherever it stands.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for service in services {
            guard let domain = elsewhere.domain ?? sink.builder.dnsmasqHosts.domain,
                let name = try? DomainName(wire: service.name.wire.dropLast() + domain.wire)
            else { continue }
            DnsmasqRecords.leaveOpen(name, [.srv, .any], service.rule, service.line, &sink)
        }
        for host in hosts {
            guard let target = sink.builder.dnsmasqHosts.mailTarget ?? elsewhere.mailTarget else {
                // It is the machine.
                sink.skip(.localRecord, text, host.rule, host.line)
                DnsmasqRecords.leaveOpen(host.name, [.mx, .any], host.rule, host.line, &sink)
                continue
            }
            sink.builder.add(
                .exact,
                name: host.name,
                class: .hosts,
                action: sink.builder.intern(.records([LocalRecord(type: .mx, data: [0, 1] + target.wire)])),
                coverage: sink.builder.intern(TypeCoverage(only: [.mx, .any])),
                at: RulePosition(line: host.line, offset: host.rule.lowerBound, length: host.rule.count)
            )
        }
    }
}
