import DNS
import Policy

/// Which data all engines take where libldns does: of other types some engines check lengths, numbers and words, and do not load
/// the zone (BIND 9.18 and others, compared with the running engines).
enum DataChecks {
    /// Types of which the engines read what libldns reads.
    private static let plain: Set<String> = [
        "A", "AAAA", "AFSDB", "CNAME", "DHCID", "DNAME", "EUI48", "EUI64", "KX", "MINFO", "MX", "NS", "OPENPGPKEY",
        "PTR",
        "RP", "RT", "SOA", "SPF", "SRV", "TXT", "URI",
    ]

    /// Types of which BIND alone checks the lengths of what they hold.
    static let lengths: Set<String> = [
        "CDNSKEY", "CDS", "DNSKEY", "DS", "KEY", "NSEC", "NSEC3", "NSEC3PARAM", "RRSIG", "SMIMEA", "SSHFP", "TLSA",
    ]

    /// Whether nothing in the data of an entry is checked but what libldns checks.
    static func areDone(_ entry: PolicyZoneEntry) -> Bool {
        let data = Array(entry.data)
        if data.first?.octets == [0x5C, 0x23] {
            return isDone(type: entry.type, octets: data.dropFirst(2).map(\.octets))
        }
        switch entry.type {
        case "HTTPS", "SVCB":
            // Parameters: of those in use, which need no others.
            return data.dropFirst(2).allSatisfy { word in
                ["alpn=", "port=", "ipv4hint=", "ipv6hint="].contains { word.octets.starts(with: $0.utf8) }
            }
        case "HINFO": return data.count == 2
        case "TLSA", "SMIMEA", "CSYNC": return true
        case "DNSKEY", "NSEC", "RRSIG", "NSEC3PARAM", "NSEC3", "KEY", "CDNSKEY": return true
        case "DS", "CDS", "SSHFP": return hasWholeDigest(entry.type, data)
        case "CAA":
            return data.count == 3
                && data[1].octets.allSatisfy { asciiDigit($0) != nil || (0x61...0x7A).contains($0 | 0x20) }
                && (Int(String(decoding: data[0].octets, as: UTF8.self)) ?? 256) < 256
        default: return isPlain(entry.type)
        }
    }

    /// Data as octets: of a type without a name, nothing is checked.
    private static func isDone(type: String, octets: [[UInt8]]) -> Bool {
        if isUnknown(type) { return true }
        let name = RRType(type)?.description ?? type
        let isShort = octets.joined().count <= 6
        return plain.contains(name) || (name == "HTTPS" || name == "SVCB") && isShort
    }

    /// Whether a type is one of which the engines read what libldns reads.
    static func isPlain(_ type: String) -> Bool { plain.contains(type) || isUnknown(type) }

    private static func isUnknown(_ type: String) -> Bool {
        type.hasPrefix("TYPE") && RRType(type)?.description.hasPrefix("TYPE") == true
    }

    /// Whether a digest has the length of its kind.
    private static func hasWholeDigest(_ type: String, _ data: [PolicyZoneEntry.Word]) -> Bool {
        let isFingerprint = type == "SSHFP"
        let kind = isFingerprint ? 1 : 2
        guard data.count > kind + 1 else { return false }
        let digits = data[(kind + 1)...].reduce(0) { $0 + $1.octets.count }
        switch Int(String(decoding: data[kind].octets, as: UTF8.self)) {
        case nil: return false
        case 1: return digits == 40
        case 2: return digits == 64
        case 4 where !isFingerprint: return digits == 96
        default: return true
        }
    }
}
