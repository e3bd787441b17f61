import DNS
import Policy
import TextScan

/// A hosts file as dnsmasq's `addn-hosts` reads it (compared with dnsmasq 2.90): the address is the answer for its own
/// family, every name of the line counts, exactly; `#` ends the line wherever it stands.
enum HostsFileReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let v4 = sink.builder.intern(TypeCoverage(only: [.a, .any]))
        let v6 = sink.builder.intern(TypeCoverage(only: [.aaaa, .any]))
        var last = LastAddress()
        let hasOddNames = DnsmasqName.hasOddOnes(text)
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard let action = last.action else { return }
            let number = sink.builder.namedRuleCount
            if hasOddNames, DnsmasqName.hasOddOnes(text.extracting(name)) {
                let coverage = last.isV4 ? v4 : v6
                return odd(text, name, action, coverage, line, &sink)
            }
            let isAdded = sink.add(
                .exact,
                text,
                name: name,
                class: .hosts,
                action: action,
                coverage: last.isV4 ? v4 : v6,
                rule: line.rule,
                line: line.number
            )
            if isAdded, text.extracting(name).firstIndex(of: 0x2E) == nil {
                sink.builder.dnsmasqHosts.simpleHosts.append(number)
            }
        }
    }
}

extension HostsFileReader {
    /// A name that is not read as it stands; one outside ASCII is left out or converted, as dnsmasq's locale has it.
    private static func odd(
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ line: HostsLines.HostsLine,
        _ sink: inout RuleSink
    ) {
        let number = sink.builder.namedRuleCount
        switch DnsmasqName(text.extracting(range).octets) {
        case .name(let name):
            let position = RulePosition(line.rule, line: line.number)
            sink.builder.add(.exact, name: name, class: .hosts, action: action, coverage: coverage, at: position)
        case .converted(let name):
            sink.skip(.locale, text, line.rule, line.number)
            sink.leaveOpen(.exact, name, class: .special, rule: line.rule, line: line.number)
            if name.labelCount == 1 { sink.builder.dnsmasqHosts.simpleHosts.append(number) }
        case .below(let suffix):
            sink.skip(.locale, text, line.rule, line.number)
            sink.leaveOpen(.subtree, suffix, class: .special, rule: line.rule, line: line.number)
        case .nobodys, .refused: sink.drop(.notAName, text, line.rule, line.number)
        }
    }
}

/// The address of the line before, so that a list with one address parses it once.
struct LastAddress {
    /// What the address becomes.
    enum Use {
        /// Records, for engines that answer with it for its own family alone.
        case records
        /// The same for CoreDNS, which reads addresses in a way of its own.
        case recordsOfCoreDNS
        /// The address in place of the engine's own block address.
        case blockAddress
    }

    private var octets: [UInt8] = []
    private(set) var address = IPAddress.v4(0)
    private(set) var action: ActionID?

    var isV4: Bool { address.isV4 }

    /// Takes the first word of a line; false when it is no address.
    mutating func read(_ word: Span<UInt8>, _ use: Use, _ builder: inout LayerBuilder) -> Bool {
        if action != nil, isSame(word) { return true }
        guard let address = Self.address(word, use) else { return false }
        octets = word.octets
        self.address = address
        switch use {
        case .records, .recordsOfCoreDNS: action = builder.intern(.records([LocalRecord(address)]))
        case .blockAddress: action = builder.intern(.blockAddress(address))
        }
        return true
    }

    private static func address(_ word: Span<UInt8>, _ use: Use) -> IPAddress? {
        switch use {
        case .records: return IPAddress(text: word)
        case .recordsOfCoreDNS: return CoreDNSReader.address(word)
        case .blockAddress:
            // `netip.ParseAddr` takes zones of IPv6 that are not empty.
            guard let mark = word.firstIndex(of: 0x25) else { return IPAddress(text: word) }
            guard mark + 1 < word.count, let address = IPAddress(text: word.extracting(0..<mark)) else { return nil }
            return address.isV4 ? nil : address
        }
    }

    private func isSame(_ word: Span<UInt8>) -> Bool {
        guard word.count == octets.count else { return false }
        for index in 0..<word.count where word[index] != octets[index] { return false }
        return true
    }
}
