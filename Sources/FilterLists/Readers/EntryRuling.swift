import DNS
import Policy
import TextScan

/// What the engines make of entries that libldns reads otherwise, or does not read (a table of faulty entries given to BIND
/// 9.18, Unbound 1.17.1, PowerDNS Recursor 4.8 and Knot Resolver 5.6).
enum EntryRuling {
    /// It is what libldns reads.
    case asRead
    /// It keeps the engine from taking the zone, or ends it.
    case refused
    /// It is nothing to the engine.
    case ignored
    /// Only the words before those that are too many count.
    case cut(words: Int)
    /// What it does with its owner is not known.
    case open
    /// Whether the engine takes a zone with it is not known.
    case zoneOpen

    init(_ entry: PolicyZoneEntry, isRead: Bool, isBadEscape: Bool, _ engine: Engine) {
        switch engine {
        case .unboundRPZ: self = Self.unbound(entry, isRead)
        case .pdnsRPZ: self = Self.powerDNS(entry, isRead, isBadEscape)
        case .knotRPZ: self = Self.knot(entry, isRead, isBadEscape)
        default: self = Self.bind(entry, isRead)
        }
        if case .refused = self { return }
        if let index = entry.classIndex, !entry.words[index].isInternet { self = .refused }
    }

    private static func bind(_ entry: PolicyZoneEntry, _ isRead: Bool) -> EntryRuling {
        guard isRead, entry.hasPlainData, !entry.isOpen, entry.hasUnits else { return .refused }
        return DataChecks.areDone(entry) ? .asRead : .zoneOpen
    }

    private static func unbound(_ entry: PolicyZoneEntry, _ isRead: Bool) -> EntryRuling {
        if let at = entry.classIndex, let ttl = entry.ttlIndex, at < ttl { return .refused }
        if !entry.inheritsOwner, entry.words.first?.isQuoted == true { return .ignored }
        guard let type = entry.typeIndex else { return .refused }
        // A quote ends with its line, and what comes behind it is another entry.
        if entry.isOpen, isRead { return .zoneOpen }
        if entry.beginsInParentheses { return .zoneOpen }
        if entry.data.first?.octets == [0x5C, 0x23] { return isRead ? .asRead : .refused }
        if ["A", "AAAA", "CNAME"].contains(entry.type) {
            guard let first = entry.data.first, !first.isQuoted, !entry.isOpen else { return .open }
            return entry.data.count > 1 ? .cut(words: type + 2) : isRead ? .asRead : .refused
        }
        if isRead { return .asRead }
        if entry.isOpen { return RRType(entry.type) == nil ? .zoneOpen : .open }
        let isShort = entry.type == "NS" && entry.data.isEmpty || entry.type == "SOA" && entry.data.count < 7
        return isShort ? .ignored : .refused
    }

    private static func powerDNS(_ entry: PolicyZoneEntry, _ isRead: Bool, _ isBadEscape: Bool) -> EntryRuling {
        if !entry.inheritsOwner, entry.words.first?.isQuoted == true || isBadEscape { return .ignored }
        guard let type = entry.typeIndex, !entry.isOpen else { return .refused }
        if let before = entry.wordsBeforeParenthesis, before <= type { return .refused }
        if let ttl = entry.ttlIndex {
            // Digits, and one unit at most.
            let units = entry.words[ttl].octets.drop { asciiDigit($0) != nil }
            guard units.count < 2 else { return .refused }
        }
        if let first = entry.data.first, first.octets == [0x5C, 0x23] {
            let isNumbered = entry.type.hasPrefix("TYPE") && RRType(entry.type)?.description == entry.type
            return isNumbered && isRead ? .asRead : .refused
        }
        if entry.type == "CNAME", entry.data.isEmpty || entry.data.contains(where: \.isQuoted) { return .open }
        if entry.type == "NS", entry.data.isEmpty { return .ignored }
        guard entry.type.hasPrefix("TYPE") || typesOfPowerDNS.contains(entry.type), hasQuotes(entry), isRead,
            entry.hasPlainData
        else { return .refused }
        if hasRelativeName(entry) { return .open }
        return DataChecks.areDone(entry) || DataChecks.lengths.contains(entry.type) ? .asRead : .zoneOpen
    }

    /// The types that PowerDNS Recursor 4.8 reads in zones; with another one it takes none.
    private static let typesOfPowerDNS: Set<String> = [
        "A", "AAAA", "AFSDB", "APL", "CAA", "CDNSKEY", "CDS", "CERT", "CNAME", "DHCID", "DNAME", "DNSKEY", "DS",
        "EUI48",
        "EUI64", "HINFO", "HTTPS", "IPSECKEY", "KX", "LOC", "MX", "NAPTR", "NS", "NSEC", "NSEC3", "NSEC3PARAM",
        "OPENPGPKEY", "PTR", "RP", "RRSIG", "SMIMEA", "SOA", "SPF", "SRV", "SSHFP", "SVCB", "TLSA", "TXT", "URI",
    ]

    /// Whether texts stand in quotes where PowerDNS wants them: it takes a single word of TXT without, of
    /// letters and digits (compared with 4.8.8).
    private static func hasQuotes(_ entry: PolicyZoneEntry) -> Bool {
        let data = Array(entry.data)
        switch entry.type {
        case "TXT", "SPF":
            if data.count == 1, !data[0].isQuoted { return data[0].octets.allSatisfy(isLetterOrDigit) }
            return data.allSatisfy(\.isQuoted)
        case "HINFO": return data.allSatisfy(\.isQuoted)
        case "NAPTR": return data.count == 6 && data[2...4].allSatisfy(\.isQuoted)
        case "URI": return data.last?.isQuoted ?? false
        default: return true
        }
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        asciiDigit(octet) != nil || (0x61...0x7A).contains(octet | 0x20)
    }

    /// Whether a name that PowerDNS does not complete stands in the data: it is a whole one there.
    private static func hasRelativeName(_ entry: PolicyZoneEntry) -> Bool {
        let data = Array(entry.data)
        let places: [Int]
        switch entry.type {
        case "HTTPS", "SVCB", "KX", "AFSDB": places = [1]
        case "RP": places = [0, 1]
        case "NAPTR": places = [5]
        default: return false
        }
        return places.contains { $0 < data.count && !ZoneDirective.isAbsolute(data[$0].octets) }
    }

    /// Types that libldns reads and the scanner of Knot Resolver 5.6 does not.
    private static let unknownToKnot: Set<String> = [
        "GPOS", "ISDN", "MB", "MD", "MF", "MG", "MR", "NSAP", "NSAP-PTR", "NULL", "NXT", "PX", "TALINK", "WKS", "X25",
    ]

    private static func knot(_ entry: PolicyZoneEntry, _ isRead: Bool, _ isBadEscape: Bool) -> EntryRuling {
        if isBadEscape { return .ignored }
        // Types that its scanner does not know.
        if unknownToKnot.contains(entry.type) { return .refused }
        let isOther =
            !DataChecks.isPlain(entry.type) && RRType(entry.type) != nil && !entry.hasOddOctets && !entry.isOpen
        if !isRead, isOther, let first = entry.data.first, first.octets != [0x5C, 0x23] { return .zoneOpen }
        guard isRead, entry.hasPlainData, !entry.hasOddOctets, !entry.hasJoinedQuotes, !entry.isOpen, entry.hasUnits,
            let type = entry.typeIndex
        else { return .refused }
        if entry.beginsInParentheses { return .zoneOpen }
        if !entry.inheritsOwner, let owner = entry.words.first {
            guard owner.isScannedName else { return .refused }
        }
        let names: Int? =
            switch entry.type {
            case "CNAME", "DNAME", "NS", "PTR": 1
            case "MX": 2
            case "SOA": 2
            default: nil
            }
        guard let names else {
            // A parenthesis behind a word is part of it.
            if entry.wordsBeforeParenthesis != nil, entry.data.contains(where: { !$0.isQuoted }) { return .open }
            return DataChecks.areDone(entry) || DataChecks.lengths.contains(entry.type) ? .asRead : .zoneOpen
        }
        let first = entry.type == "MX" ? type + 2 : type + 1
        for index in first..<max(first, type + 1 + names) {
            guard index < entry.words.count, entry.words[index].isScannedName else { return .refused }
        }
        return .asRead
    }
}
