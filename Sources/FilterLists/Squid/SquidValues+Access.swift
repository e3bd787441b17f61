import DNS
import TextScan

/// Values of an `acl` that asks for something unknown here: squid 5.7 starts with some and not with others (each kind was given to
/// `squid -k parse`). What squid looks up, and types of builds with TLS, are ``SquidDefinitions``'s.
extension SquidValues {
    /// Whether squid takes a value of a type.
    static func accepts(_ value: [UInt8], of type: [UInt8]) -> Bool {
        switch String(decoding: type, as: UTF8.self) {
        case "maxconn": value.contains { $0 &- 0x31 < 9 }
        case "max_user_ip": value.elementsEqual("-s".utf8) || (value.span.decimalValue ?? 0) > 0
        case "localport", "myport": ports(value) != nil
        case "random": value.contains { $0 == 0x2E || $0 == 0x2F || $0 == 0x3A }
        case "dst", "localip", "myip": isRange(value) && !hasBadAddress(value)
        case "hier_code": hierarchyCodes.contains { value.elementsEqual($0.utf8) }
        case "annotate_client", "annotate_transaction": isAnnotation(value)
        case "clientside_mark", "client_connection_mark": isMark(value)
        case "has": ["request", "response", "ALE"].contains { value.elementsEqual($0.utf8) }
        case "transaction_initiator": initiators.contains { value.elementsEqual($0.utf8) }
        default: true
        }
    }

    /// Whether one of the addresses of a range is made of numbers and stands for none (`inet_aton`): nobody has such a name either.
    static func hasBadAddress(_ value: [UInt8]) -> Bool {
        let range = value.prefix { $0 != 0x2F }
        return range.split(separator: 0x2D).contains { part in
            guard part.allSatisfy({ $0 == 0x2E || $0 &- 0x30 < 10 }) else { return false }
            let numbers = part.split(separator: 0x2E, omittingEmptySubsequences: false).map(number)
            guard numbers.count <= 4, let last = numbers.last, let last, last < 1 << UInt64(8 * (5 - numbers.count))
            else {
                return true
            }
            return !numbers.dropLast().allSatisfy { $0.map { $0 <= 255 } ?? false }
        }
    }

    /// A number as C reads it, octal behind a nought; nil for none.
    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        let isOctal = digits.count > 1 && digits.first == 0x30
        return isOctal ? UInt64(String(decoding: digits, as: UTF8.self), radix: 8) : Array(digits).span.decimalValue
    }

    /// `key=value`, or `key+=value`.
    private static func isAnnotation(_ value: [UInt8]) -> Bool {
        guard let mark = value.firstIndex(of: 0x3D) else { return false }
        return mark > 0 && mark + 1 < value.count
    }

    /// `MARK[/MASK]`, each a number, perhaps hexadecimal.
    private static func isMark(_ value: [UInt8]) -> Bool {
        let parts = value.split(separator: 0x2F, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return parts.count <= 2
            && parts.allSatisfy { $0.hasPrefix("0x") ? UInt32($0.dropFirst(2), radix: 16) != nil : UInt32($0) != nil }
    }

    private static let hierarchyCodes = [
        "HIER_NONE", "HIER_DIRECT", "SIBLING_HIT", "PARENT_HIT", "DEFAULT_PARENT", "SINGLE_PARENT", "FIRSTUP_PARENT",
        "FIRST_PARENT_MISS", "CLOSEST_PARENT_MISS", "CLOSEST_PARENT", "CLOSEST_DIRECT", "NO_DIRECT_FAIL",
        "SOURCE_FASTEST", "ROUNDROBIN_PARENT", "CD_PARENT_HIT", "CD_SIBLING_HIT", "CARP", "ANY_OLD_PARENT",
        "USERHASH_PARENT", "SOURCEHASH_PARENT", "PINNED", "ORIGINAL_DST", "STANDBY_POOL",
    ]

    private static let initiators = [
        "client", "cache-digest", "htcp", "icp", "icmp", "asn", "ipc", "adaptation", "certificate-fetching",
        "esi",
        "internal", "all",
    ]
}
