import DNS
import Policy
import TextScan

/// The options of dnsmasq that are about the names of all hosts, about mail, and about addresses that are translated
/// (dnsmasq(8) 2.90), compared with the running engine.
struct DnsmasqHostOptions {
    /// `mx-host` without a target, which `mx-target` says wherever it stands.
    private var hosts: [(name: DomainName, rule: Range<Int>, line: Int)] = []

    /// Reads a statement; false when it is none of these, or not in their form.
    mutating func read(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>?,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        let words = value.map { Self.words(text.extracting($0)) } ?? []
        let name = words.first.flatMap { try? DomainName(presentation: $0) }
        switch key.string {
        case "expand-hosts" where value == nil: sink.builder.dnsmasqHosts.expands = true
        case "selfmx" where value == nil: sink.builder.dnsmasqHosts.mailsItself = true
        case "localmx" where value == nil:
            sink.builder.dnsmasqHosts.mailsTarget = true
            // The machine, too, has one then.
            sink.skip(.localRecord, text, rule, line)
        case "mx-target":
            guard words.count == 1, let name else { return false }
            sink.builder.dnsmasqHosts.mailTarget = name.lowercased
            sink.skip(.localRecord, text, rule, line)
        case "domain":
            guard let name else { return false }
            if words[0] == [0x23] {
                // The machine knows it.
                sink.skip(.answerOption, text, rule, line)
            } else if words.count > 1 {
                sink.builder.dnsmasqHosts.domainsOfRanges.append(name.lowercased)
            } else {
                sink.builder.dnsmasqHosts.domain = name.lowercased
            }
        case "cache-size":
            guard let value, let size = text.extracting(value).decimal else { return false }
            sink.builder.dnsmasqHosts.hasNoCache = size == 0
        case "mx-host":
            guard words.count == 1, let name else { return false }
            hosts.append((name.lowercased, rule, line))
        case "alias": return translation(text, words, rule, line, &sink)
        default: return false
        }
        return true
    }

    private static func words(_ text: Span<UInt8>) -> [[UInt8]] {
        text.octets.split(separator: 0x2C, omittingEmptySubsequences: false).map { word in
            Array(word.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed())
        }
    }

    /// `alias=OLD[-END],NEW[,MASK]`: what becomes of answers with such addresses is not evaluated.
    private func translation(
        _ text: Span<UInt8>,
        _ words: [[UInt8]],
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        let texts = words.map { String(decoding: $0, as: UTF8.self) }
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
        for host in hosts {
            guard let target = sink.builder.dnsmasqHosts.mailTarget else {
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
