import DNS
import Policy
import TextScan

/// The value of `$dnsrewrite` as urlfilter reads it (`rules/dnsrewrite.go`), and what AdGuard Home writes for it
/// (`internal/dnsforward/{dnsrewrite,msg,svcbmsg}.go`).
enum AdGuardRewrite {
    /// `value` or `rcode;type;value`; nil when urlfilter refuses the rule.
    static func value(_ text: [UInt8]) -> Rewrite.Value? {
        let parts = text.split(separator: 0x3B, maxSplits: 2, omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return short(text)
        case 3:
            let words = parts[..<2].map { String(decoding: $0, as: UTF8.self) }
            return normal(words[0], words[1], parts[2])
        default: return nil
        }
    }

    private static func short(_ text: [UInt8]) -> Rewrite.Value? {
        guard !text.isEmpty else { return .nothing }
        if text.allSatisfy({ (0x41...0x5A).contains($0) }) {
            switch String(decoding: text, as: UTF8.self) {
            case "NOERROR": return .nothing
            case "SERVFAIL": return .code(.servFail)
            case "NXDOMAIN": return .code(.nxDomain)
            case "REFUSED": return .code(.refused)
            default: return nil
            }
        }
        if let address = IPAddress(text: text) { return .record(LocalRecord(address)) }
        return host(text[...]).map { .name(String(decoding: text, as: UTF8.self), $0) }
    }

    private static func normal(_ code: String, _ type: String, _ value: ArraySlice<UInt8>) -> Rewrite.Value? {
        guard let code = responseCode(code.uppercased()) else { return nil }
        if code != .noError { return .code(code) }
        if type.isEmpty, value.isEmpty { return .nothing }
        guard let type = AdGuardModifiers.type(type) else { return nil }
        switch type {
        case .a: return IPAddress(text: value).flatMap { $0.isV4 ? .record(LocalRecord($0)) : nil }
        case .aaaa: return IPAddress(text: value).flatMap { $0.isV4 ? nil : .record(LocalRecord($0)) }
        case .cname: return host(value).map { .name(String(decoding: value, as: UTF8.self), $0) }
        case .ptr:
            let bare = value.last == 0x2E ? value.dropLast() : value
            return host(bare).map { .record(LocalRecord(type: .ptr, data: $0.wire)) }
        case .txt: return characters(value).map { .record(LocalRecord(type: .txt, data: $0)) } ?? .unwritable(.txt)
        case .mx:
            guard let blank = value.firstIndex(of: 0x20), let preference = number(value[..<blank]),
                let exchange = host(value[(blank + 1)...])
            else { return nil }
            return .uniqueRecord(LocalRecord(type: .mx, data: preference + exchange.wire))
        case .srv:
            let fields = value.split(separator: 0x20, omittingEmptySubsequences: false)
            guard fields.count >= 4, let target = target(fields[3]) else { return nil }
            let numbers = fields[..<3].compactMap { number($0) }
            guard numbers.count == 3 else { return nil }
            return .uniqueRecord(LocalRecord(type: .srv, data: numbers.flatMap { $0 } + target.wire))
        case .svcb, .https: return binding(type, value)
        default: return .unwritable(type)
        }
    }

    private static func binding(_ type: RRType, _ value: ArraySlice<UInt8>) -> Rewrite.Value? {
        let fields = value.split(separator: 0x20, omittingEmptySubsequences: false)
        guard fields.count >= 2, let priority = number(fields[0]), let target = target(fields[1]) else { return nil }
        var parameters: [String: [UInt8]] = [:]
        for field in fields.dropFirst(2) {
            let pair = field.split(separator: 0x3D, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            parameters[String(decoding: pair[0], as: UTF8.self)] = Array(pair[1])
        }
        guard let written = AdGuardServiceParameters.written(parameters) else { return .unwritable(type) }
        return .uniqueRecord(LocalRecord(type: type, data: priority + target.wire + written))
    }

    // MARK: - Parts

    /// The codes of the DNS library that AdGuard Home uses.
    private static func responseCode(_ name: String) -> ResponseCode? {
        switch name {
        case "NOTIMPL": return .notImp
        case "BADSIG": return ResponseCode(rawValue: 16)
        case "BADVERS": return nil
        default:
            guard name.allSatisfy({ $0.isLetter }) else { return nil }
            return ResponseCode(name)
        }
    }

    private static func target(_ text: ArraySlice<UInt8>) -> DomainName? {
        text.elementsEqual([0x2E]) ? .root : host(text)
    }

    /// At most 63 octets, labels of letters, digits and hyphens that do not begin with one (`validateHost`).
    private static func host(_ text: ArraySlice<UInt8>) -> DomainName? {
        guard (1...63).contains(text.count) else { return nil }
        for label in text.split(separator: 0x2E, omittingEmptySubsequences: false) {
            guard let first = label.first, first != 0x2D else { return nil }
            for octet in label where octet != 0x2D {
                guard (octet | 0x20) &- 0x61 < 26 || octet &- 0x30 < 10 else { return nil }
            }
        }
        return try? DomainName(presentation: Array(text))
    }

    /// A number of 16 bits in network order.
    static func number(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard !text.isEmpty, text.count <= 32, text.allSatisfy({ asciiDigit($0) != nil }),
            let value = UInt16(String(decoding: text, as: UTF8.self))
        else { return nil }
        return [UInt8(value >> 8), UInt8(value & 255)]
    }

    /// One character string; a backslash stands before three digits or any octet. Nil when it is longer than 255 octets.
    private static func characters(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            defer { index += 1 }
            guard text[index] == 0x5C else {
                result.append(text[index])
                continue
            }
            index += 1
            guard index < text.endIndex else { break }
            let digits = text[index...].prefix(3).compactMap { asciiDigit($0) }
            if digits.count == 3, text.endIndex - index >= 3 {
                result.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 10 + Int($1) }))
                index += 2
            } else {
                result.append(text[index])
            }
        }
        return result.count <= 255 ? [UInt8(result.count)] + result : nil
    }
}

/// The parameters of SVCB and HTTPS rewrites, one value each, written in the order of their keys.
enum AdGuardServiceParameters {
    /// The parameters on the wire; unknown keys and values that are none are left out. Nil when the engine's DNS library
    /// would refuse to write them.
    static func written(_ parameters: [String: [UInt8]]) -> [UInt8]? {
        var values: [UInt16: [UInt8]] = [:]
        for (name, text) in parameters {
            guard let key = name == "dohpath" ? 7 : keys[name] else { continue }
            guard let value = value(key, text, isPadded: name == "echconfig") else { continue }
            guard value.isWritable, values[key] == nil else { return nil }
            values[key] = value.octets
        }
        return values.sorted { $0.key < $1.key }.flatMap { key, octets in
            [key, UInt16(octets.count)].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } + octets
        }
    }

    /// The keys that `mandatory` knows, too.
    private static let keys: [String: UInt16] = [
        "mandatory": 0, "alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ech": 5, "echconfig": 5,
        "ipv6hint": 6,
    ]

    private static func value(
        _ key: UInt16,
        _ text: [UInt8],
        isPadded: Bool
    ) -> (octets: [UInt8], isWritable: Bool)? {
        switch key {
        case 0: return keys[String(decoding: text, as: UTF8.self)].map { ([UInt8($0 >> 8), UInt8($0 & 255)], true) }
        case 1: return ([UInt8(truncatingIfNeeded: text.count)] + text, (1...255).contains(text.count))
        case 2: return ([], true)
        case 3: return AdGuardRewrite.number(text[...]).map { ($0, true) }
        case 4:
            guard let address = IPAddress(text: text) else { return nil }
            if case .v6(0, let low) = address, low >> 32 == 0xFFFF { return (Array(address.octets.suffix(4)), true) }
            return address.isV4 ? (address.octets, true) : nil
        case 5: return base64(text, isPadded: isPadded).map { ($0, true) }
        case 6:
            guard let address = IPAddress(text: text) else { return nil }
            if case .v6(0, let low) = address, low >> 32 == 0xFFFF { return ([], false) }
            return (address.octets, !address.isV4)
        default: return (text, true)
        }
    }

    /// Base64 with or without `=` at the end (RFC 4648 §4).
    private static func base64(_ text: [UInt8], isPadded: Bool) -> [UInt8]? {
        var body = text[...]
        if isPadded {
            guard text.count % 4 == 0 else { return nil }
            for _ in 0..<2 where body.last == 0x3D { body.removeLast() }
        }
        guard body.count % 4 != 1 else { return nil }
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for octet in body {
            let value: UInt8
            switch octet {
            case 0x41...0x5A: value = octet - 0x41
            case 0x61...0x7A: value = octet - 0x61 + 26
            case 0x30...0x39: value = octet - 0x30 + 52
            case 0x2B: value = 62
            case 0x2F: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }
}
