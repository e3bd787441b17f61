import DNS
import Policy
import TextScan

/// The trigger that the owner of a policy zone's record states, relative to the zone (draft-vixie-dnsop-dns-rpz §4).
enum PolicyTrigger {
    /// The name asked for, or an alias.
    case queryName
    /// `LENGTH.B4.B3.B2.B1.rpz-ip` or `rpz-client-ip`; the range is nil when the labels are none.
    case address(AddressTrigger, AddressRange?, Spelling)
    /// `rpz-nsdname`, `rpz-nsip`: only an engine that iterates itself meets them.
    case nameServer
    /// `rpz-nsdname` with nothing in front, which no name server meets.
    case noNameServer

    /// How a range is written.
    enum Spelling {
        /// In the one way that BIND takes.
        case canonical
        /// With zeros in another way.
        case other
        /// Not as a range: with bits behind the prefix, or with none in front.
        case loose
    }

    /// The triggers themselves, with nothing in front: no name to the engines that know them. PowerDNS does not start where
    /// they ask for an address.
    private static let bare: [(text: StaticString, trigger: PolicyTrigger)] = [
        ("rpz-ip", .address(.answer, nil, .loose)), ("rpz-client-ip", .address(.client, nil, .loose)),
        ("rpz-nsip", .address(.answer, nil, .loose)), ("rpz-nsdname", .noNameServer),
    ]

    private static let kinds: [(suffix: StaticString, trigger: AddressTrigger?)] = [
        (".rpz-ip", .answer), (".rpz-client-ip", .client), (".rpz-nsdname", nil), (".rpz-nsip", nil),
    ]

    /// Reads an owner in presentation form without the zone.
    ///
    /// Unbound takes numbers of three digits with zeros in front, and `zz` in small letters alone (compared with 1.17.1).
    init(_ owner: Span<UInt8>, _ engine: Engine) {
        self = .queryName
        guard owner.count > 5, [0x70, 0x65].contains(owner[owner.count - 1] | 0x20) else { return }
        for (text, trigger) in Self.bare where owner.equalsIgnoringCase(text) {
            self = trigger
            return
        }
        for (suffix, trigger) in Self.kinds {
            let start = owner.count - suffix.utf8CodeUnitCount
            guard start > 0, owner.hasPrefixIgnoringCase(suffix, at: start) else { continue }
            let text = owner.extracting(0..<start).octets
            guard let trigger else {
                self = .nameServer
                return
            }
            let range = Self.range(text, isUnbound: engine == .unboundRPZ)
            self = .address(trigger, range, range.map { Self.spelling($0, text) } ?? .loose)
            return
        }
    }

    private static func spelling(_ range: AddressRange, _ text: [UInt8]) -> Spelling {
        guard range.prefixLength > 0, range.address == range.firstAddress else { return .loose }
        return Array(range.policyZoneText.utf8) == text.map(asciiLowercased) ? .canonical : .other
    }

    /// `24.0.2.0.192`, `48.zz.b.a.2001.db8` in reverse order of the parts behind the length.
    private static func range(_ text: [UInt8], isUnbound: Bool) -> AddressRange? {
        var parts = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard let length = number(parts.removeFirst(), mayPad: isUnbound), !parts.isEmpty,
            parts.allSatisfy({ !$0.isEmpty })
        else {
            return nil
        }
        if isUnbound, parts.contains(where: { isGap($0) && !$0.elementsEqual([0x7A, 0x7A]) }) { return nil }
        parts.reverse()
        let isV4 = parts.count == 4 && !parts.contains(where: isGap)
        let address = isV4 ? v4(parts, mayPad: isUnbound) : v6(parts)
        return address.flatMap { AddressRange($0, prefixLength: length) }
    }

    private static func number(_ text: ArraySlice<UInt8>, mayPad: Bool) -> Int? {
        guard (1...3).contains(text.count), mayPad || text.count == 1 || text.first != 0x30 else { return nil }
        var value = 0
        for octet in text {
            guard let digit = asciiDigit(octet) else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    private static func v4(_ parts: [ArraySlice<UInt8>], mayPad: Bool) -> IPAddress? {
        let values = parts.compactMap { number($0, mayPad: mayPad) }.filter { $0 < 256 }
        return values.count == 4 ? IPAddress(octets: values.map { UInt8($0) }) : nil
    }

    /// Words in hexadecimal, one `zz` for as many zero words as are missing.
    private static func v6(_ parts: [ArraySlice<UInt8>]) -> IPAddress? {
        let gaps = parts.count(where: isGap)
        guard gaps <= 1, gaps == 1 ? parts.count <= 8 : parts.count == 8 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            if isGap(part) {
                octets += [UInt8](repeating: 0, count: 2 * (9 - parts.count))
            } else {
                guard part.count <= 4, let word = UInt16(String(decoding: part, as: UTF8.self), radix: 16) else {
                    return nil
                }
                octets += [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)]
            }
        }
        return IPAddress(octets: octets)
    }

    private static func isGap(_ part: ArraySlice<UInt8>) -> Bool {
        part.count == 2 && part.allSatisfy { $0 | 0x20 == 0x7A }
    }
}
