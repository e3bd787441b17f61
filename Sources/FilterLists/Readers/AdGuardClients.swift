import DNS
import Policy
import TextScan

/// The values of `$client` and `$ctag` (urlfilter `rules/rule.go`, `loadClients`, `loadCTags`).
enum AdGuardClients {
    /// `a|~b|'c d'`: names, addresses, CIDR ranges; nil when urlfilter refuses the rule.
    static func clients(_ value: Span<UInt8>) -> [ClientCondition]? {
        guard value.count > 0 else { return nil }
        var permitted: [ClientTrait] = []
        var restricted: [ClientTrait] = []
        for part in split(value) {
            let isRestricted = part.first == 0x7E
            guard let client = unquoted(isRestricted ? part.dropFirst() : part[...]), !client.isEmpty else {
                return nil
            }
            if isRestricted { restricted.append(trait(client)) } else { permitted.append(trait(client)) }
        }
        return conditions(permitted, restricted)
    }

    /// `a|~b`; nil when urlfilter refuses the rule.
    static func tags(_ value: Span<UInt8>) -> [ClientCondition]? {
        guard value.count > 0 else { return nil }
        var permitted: [ClientTrait] = []
        var restricted: [ClientTrait] = []
        for word in value.octets.split(separator: 0x7C, omittingEmptySubsequences: false) {
            let isRestricted = word.first == 0x7E
            let tag = isRestricted ? word.dropFirst() : word
            guard tag.allSatisfy({ (0x61...0x7A).contains($0) || asciiDigit($0) != nil || $0 == 0x5F }) else {
                return nil
            }
            let trait = ClientTrait.tag(String(decoding: tag, as: UTF8.self))
            if isRestricted { restricted.append(trait) } else { permitted.append(trait) }
        }
        return conditions(permitted, restricted)
    }

    /// A client with a restricted trait never meets the rule; of permitted ones it needs one, where there are some.
    private static func conditions(_ permitted: [ClientTrait], _ restricted: [ClientTrait]) -> [ClientCondition] {
        var conditions: [ClientCondition] = []
        if !restricted.isEmpty { conditions.append(ClientCondition(noneOf: restricted)) }
        if !permitted.isEmpty { conditions.append(ClientCondition(anyOf: permitted)) }
        return conditions
    }

    /// Splits at `|` that stand behind no backslash; a backslash before `|` or `,` goes.
    private static func split(_ value: Span<UInt8>) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        var part: [UInt8] = []
        var isEscaped = false
        for index in 0..<value.count {
            let octet = value[index]
            switch octet {
            case 0x5C: isEscaped = true
            case 0x7C where !isEscaped:
                if !part.isEmpty { parts.append(part) }
                part = []
            default:
                if isEscaped, octet != 0x7C, octet != 0x2C { part.append(0x5C) }
                isEscaped = false
                part.append(octet)
            }
        }
        if !part.isEmpty { parts.append(part) }
        return parts
    }

    private static func unquoted(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count >= 2, let quote = text.first, quote == 0x27 || quote == 0x22, text.last == quote else {
            return Array(text)
        }
        var result: [UInt8] = []
        for octet in text.dropFirst().dropLast() {
            if octet == quote, result.last == 0x5C { result.removeLast() }
            result.append(octet)
        }
        return result
    }

    private static func trait(_ client: [UInt8]) -> ClientTrait {
        let text = String(decoding: client, as: UTF8.self)
        return AddressRange(text).map(ClientTrait.range) ?? .name(text)
    }
}
