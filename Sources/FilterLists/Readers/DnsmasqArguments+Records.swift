import DNS
import TextScan

/// Arguments of the options of dnsmasq 2.90 that make records.
extension DnsmasqArguments {
    static let recordChecks: [String: @Sendable (DnsmasqOption) -> Outcome] = [
        // What is behind the last number belongs to it.
        "mx-host": { $0.count <= 3 && $0.number(2, default: 1) != nil ? .taken : .refused },
        "srv-host": { option in
            option.count <= 5 && (2...4).allSatisfy { option.number($0, default: 0) != nil } ? .taken : .refused
        },
        "naptr-record": { option in
            guard option.count > 5, option.readName(6)?.isRefused != true else { return .refused }
            return (1...2).allSatisfy { option.number($0, default: 0) != nil } ? .taken : .refused
        },
        "dns-rr": { rawRecord($0) },
        "interface-name": { interfaceName($0) },
        "dynamic-host": { option in
            guard option.count > 2, IPAddress(text: option.octets(1)) != nil else { return .refused }
            return option.readName(0)?.isRefused == true ? .refused : .taken
        },
        "synth-domain": { generated($0) },
        "auth-zone": { zone($0) },
    ]

    /// `NAME,NUMBER[,HEXADECIMAL]`, whose octets may have `:`, `-` or blanks between them.
    private static func rawRecord(_ option: DnsmasqOption) -> Outcome {
        guard (2...3).contains(option.count), integer(option.octets(1)) != nil else { return .refused }
        if option.count > 2, option.words?[2].isHidden == true { return .refused }
        let isHexadecimal = option.octets(2).allSatisfy {
            [0x2A, 0x3A, 0x2D, 0x20].contains($0) || [$0].span.hexadecimal != nil
        }
        guard isHexadecimal else { return .refused }
        return option.octets(2).contains(0x2A) ? .open(.start) : .taken
    }

    /// `NAME,INTERFACE[/4|/6]`.
    private static func interfaceName(_ option: DnsmasqOption) -> Outcome {
        guard option.count > 1, option.readName(0)?.isRefused != true else { return .refused }
        let word = option.text(1)
        guard let slash = word.firstIndex(of: "/") else { return .taken }
        return ["/4", "/6"].contains(word[slash...]) ? .taken : .refused
    }

    /// `NAME,RANGE[,PREFIX]` or `NAME,FIRST[,LAST[,PREFIX]]`.
    private static func generated(_ option: DnsmasqOption) -> Outcome {
        guard option.count > 1, option.readName(0)?.isRefused != true else { return .refused }
        let word = option.text(1)
        if let slash = word.firstIndex(of: "/") {
            guard let address = IPAddress(word[..<slash]),
                let length = integer(Array(word[word.index(after: slash)...].utf8)),
                length <= (address.isV4 ? 32 : 128)
            else { return .refused }
        } else {
            guard let first = IPAddress(word), option.count < 3 || IPAddress(option.text(2))?.isV4 == first.isV4
            else { return .refused }
        }
        return option.value.allSatisfy { $0 < 0x80 } ? .taken : .open(.start)
    }

    /// `NAME[,RANGE|INTERFACE…]`.
    private static func zone(_ option: DnsmasqOption) -> Outcome {
        let isTaken = (1..<max(option.count, 1)).allSatisfy { index in
            let word = option.text(index)
            return word.firstIndex(of: "/").map { integer(Array(word[word.index(after: $0)...].utf8)) != nil } ?? true
        }
        return isTaken && option.readName(0)?.isRefused != true ? .taken : .open(.start)
    }
}
