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
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard let action = last.action else { return }
            let number = sink.builder.namedRuleCount
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

/// The address of the line before, so that a list with one address parses it once.
struct LastAddress {
    /// What the address becomes.
    enum Use {
        /// Records, for engines that answer with it for its own family alone.
        case records
        /// The address in place of the engine's own block address.
        case blockAddress
    }

    private var octets: [UInt8] = []
    private(set) var isV4 = true
    private(set) var action: ActionID?

    /// Takes the first word of a line; false when it is no address.
    mutating func read(_ word: Span<UInt8>, _ use: Use, _ builder: inout LayerBuilder) -> Bool {
        if action != nil, isSame(word) { return true }
        guard word.count <= 45, let address = IPAddress(text: word.octets) else { return false }
        octets = word.octets
        isV4 = address.isV4
        switch use {
        case .records: action = builder.intern(.records([LocalRecord(address)]))
        case .blockAddress: action = builder.intern(.blockAddress(address))
        }
        return true
    }

    private func isSame(_ word: Span<UInt8>) -> Bool {
        guard word.count == octets.count else { return false }
        for index in 0..<word.count where word[index] != octets[index] { return false }
        return true
    }
}
