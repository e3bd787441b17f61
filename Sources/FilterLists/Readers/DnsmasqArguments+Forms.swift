import DNS
import TextScan

/// Arguments of dnsmasq's options that have a form of their own.
extension DnsmasqArguments {
    /// Checks of arguments that must be there.
    static let checks: [String: @Sendable (DnsmasqOption) -> Outcome] = [
        "domain": { domain($0) }, "domain-suffix": { domain($0) },
        "listen-address": { addresses($0) }, "auth-peer": { addresses($0) },
        "ipset": { sets($0) }, "nftset": { sets($0) },
        // Queries that come in by these are for zones alone.
        "auth-server": { $0.count > 1 ? .open(.service) : .taken },
        "mx-target": { $0.readName(0)?.isRefused == true ? .refused : .taken },
        "log-facility": { facility($0) }, "trust-anchor": { anchor($0) },
        "dumpfile": { isOnEveryMachine($0.value) ? .taken : .open(.start) },
        "dnssec-limits": { option in all(option) { integer($0) != nil } ? .taken : .refused },
        "cache-rr": { types($0) }, "filter-rr": { types($0) },
        "caa-record": { $0.count > 3 && ($0.number(1, default: 256) ?? 256) < 256 ? .taken : .open(.start) },
        "dhcp-boot": { isTag($0.text(0)) ? .open(.start) : .taken },
        "dhcp-range": { isRange($0) ? .taken : .open(.start) },
        "dhcp-option": { $0.value.isEmpty || isOption($0) ? .taken : .open(.start) },
        "dhcp-host": { $0.value.isEmpty || isHost($0) ? .taken : .open(.start) },
    ]

    /// Checks of arguments that may be missing.
    static let optionalChecks: [String: @Sendable (DnsmasqOption) -> Outcome] = [
        "user": { isOneOf($0, ["", "root", "nobody"]) ? .taken : .open(.start) },
        "group": { isOneOf($0, ["", "root"]) ? .taken : .open(.start) },
        "pid-file": { isOnEveryMachine($0.value) ? .taken : .open(.start) },
        "local-service": { isOneOf($0, ["net", "host"]) ? .taken : .refused },
        "tftp-unique-root": { isOneOf($0, ["ip", "mac"]) ? .taken : .open(.start) },
        "dnssec-check-unsigned": { isOneOf($0, ["no"]) ? .taken : .open(.start) },
        "dhcp-proxy": { _ in .open(.start) }, "umbrella": { _ in .open(.start) },
        "add-mac": { isOneOf($0, ["base64", "text"]) ? .taken : .refused },
        "fast-dns-retry": { retry($0) }, "add-subnet": { subnets($0) },
    ]

    private static func isOneOf(_ option: DnsmasqOption, _ words: [String]) -> Bool {
        words.contains(String(decoding: option.value, as: UTF8.self))
    }

    private static func all(_ option: DnsmasqOption, _ isGood: ([UInt8]) -> Bool) -> Bool {
        (0..<option.count).allSatisfy { isGood(option.octets($0)) }
    }

    /// `NAME[,RANGE[,local]]`.
    private static func domain(_ option: DnsmasqOption) -> Outcome {
        if option.readName(0)?.isRefused == true { return .refused }
        if option.octets(0) == [0x23] { return .open(.start) }
        guard option.count > 1, !option.octets(1).isEmpty else { return .taken }
        let word = option.text(1)
        guard let slash = word.firstIndex(of: "/") else {
            guard let first = IPAddress(word), option.count > 2 else { return .taken }
            return IPAddress(option.text(2))?.isV4 == first.isV4 ? .taken : .refused
        }
        guard let length = integer(Array(word[word.index(after: slash)...].utf8)),
            let address = IPAddress(word[..<slash]), length <= (address.isV4 ? 32 : 128),
            option.count == 2 || option.count == 3 && option.text(2) == "local"
        else { return .refused }
        return length > 0 ? .taken : .open(.start)
    }

    private static func addresses(_ option: DnsmasqOption) -> Outcome {
        all(option) { IPAddress(text: $0) != nil } ? .taken : .refused
    }

    /// `/NAME[/NAME…]/SET[,SET…]`.
    private static func sets(_ option: DnsmasqOption) -> Outcome {
        let value = option.value
        guard !value.isEmpty else { return .refused }
        guard value.first == 0x2F, let last = value.lastIndex(of: 0x2F), last > 0 else { return .taken }
        guard last < value.count - 1 else { return .refused }
        let names = value[1..<last].split(separator: 0x2F).map { DnsmasqName(Array($0)) }
        return names.contains(where: \.isRefused) ? .refused : .taken
    }

    private static let facilities: Set<String> = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "local0",
        "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]

    private static func facility(_ option: DnsmasqOption) -> Outcome {
        let value = option.value
        if value.contains(0x2F) { return isOnEveryMachine(value) ? .taken : .open(.start) }
        return value == [0x2D] || facilities.contains(String(decoding: value, as: UTF8.self).lowercased())
            ? .taken : .refused
    }

    /// `NAME,[CLASS,]TAG,ALGORITHM,TYPE,DIGEST`.
    private static func anchor(_ option: DnsmasqOption) -> Outcome {
        let first = ["IN", "CH", "HS"].contains(option.text(1)) ? 2 : 1
        let limits = [0xFFFF, 0xFF, 0xFF]
        let isNumbered = limits.indices.allSatisfy { index in
            option.octets(first + index).span.decimal.map { $0 <= limits[index] } ?? false
        }
        let digest = option.octets(first + 3)
        let isHexadecimal = digest.allSatisfy { [$0].span.hexadecimal != nil }
        return isNumbered && isHexadecimal && !digest.isEmpty && option.count == first + 4 ? .taken : .open(.start)
    }

    private static func types(_ option: DnsmasqOption) -> Outcome {
        all(option) { type($0) != nil } ? .taken : .open(.start)
    }

    /// A type by its number, of which the last 16 bits count, or by a name other than `TYPE65` (compared with 2.90).
    static func type(_ word: [UInt8]) -> RRType? {
        if let number = integer(word) { return number < 0 ? nil : RRType(rawValue: UInt16(truncatingIfNeeded: number)) }
        let name = String(decoding: word, as: UTF8.self).uppercased()
        return name.hasPrefix("TYPE") || name.hasPrefix("+") ? nil : RRType(name)
    }

    private static func retry(_ option: DnsmasqOption) -> Outcome {
        guard let wait = integer(option.octets(0)), wait >= 50, option.count < 3 else { return .refused }
        return integer(option.octets(1)) == nil ? .refused : .taken
    }

    private static func subnets(_ option: DnsmasqOption) -> Outcome {
        let isTaken = all(option) { word in
            guard let slash = word.firstIndex(of: 0x2F) else { return integer(word) != nil }
            return IPAddress(text: Array(word[..<slash])) != nil && integer(Array(word[(slash + 1)...])) != nil
        }
        return isTaken && option.count < 3 ? .taken : .open(.start)
    }
}

/// The usual forms of what is said about DHCP; others are not known to be taken.
extension DnsmasqArguments {
    private static func isTag(_ word: String) -> Bool { word.hasPrefix("set:") || word.hasPrefix("tag:") }

    /// `45`, `12h`, `infinite`.
    private static func isTime(_ word: String) -> Bool {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        return word == "infinite"
            || !digits.isEmpty && ["", "s", "m", "h", "d", "w"].contains(word.dropFirst(digits.count))
    }

    /// `[TAG,]FIRST,LAST[,MASK[,BROADCAST]][,TIME]`.
    private static func isRange(_ option: DnsmasqOption) -> Bool {
        var words = (0..<option.count).map { option.text($0) }[...]
        while let tag = words.first, isTag(tag) { words.removeFirst() }
        guard words.count > 1, case .v4(let first)? = IPAddress(words.removeFirst()) else { return false }
        let end = words.removeFirst()
        guard let last = end == "static" ? IPAddress.v4(first) : IPAddress(end), case .v4(let last) = last else {
            return false
        }
        if let word = words.first, case .v4(let mask)? = IPAddress(word) {
            guard first & mask == last & mask else { return false }
            words.removeFirst()
            if let word = words.first, IPAddress(word)?.isV4 == true { words.removeFirst() }
        }
        return words.isEmpty || words.count == 1 && isTime(words.removeFirst())
    }

    /// `[TAG,]NUMBER,VALUE…` and the same with `option:NAME`.
    private static func isOption(_ option: DnsmasqOption) -> Bool {
        var words = (0..<option.count).map { option.text($0) }[...]
        while let tag = words.first, isTag(tag) { words.removeFirst() }
        guard let key = words.popFirst() else { return false }
        switch key {
        case "3", "6", "42", "44", "option:router", "option:dns-server", "option:ntp-server":
            return words.allSatisfy { IPAddress($0)?.isV4 == true }
        case "15", "option:domain-name":
            return words.count == 1 && words.allSatisfy { $0.utf8.allSatisfy { $0 | 0x20 &- 0x61 < 26 || $0 == 0x2E } }
        case "26", "option:mtu":
            return words.count == 1 && words.allSatisfy { Array($0.utf8).span.decimal.map { $0 < 65_536 } ?? false }
        default: return false
        }
    }

    /// Hardware addresses, one address, one name, tags and a time, in any order.
    private static func isHost(_ option: DnsmasqOption) -> Bool {
        (0..<option.count).allSatisfy { index in
            let word = option.text(index)
            if isTag(word) || isTime(word) || word == "ignore" || IPAddress(word)?.isV4 == true { return true }
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count == 6 {
                return parts.allSatisfy { $0.utf8.count == 2 && Array($0.utf8).span.hexadecimal != nil }
            }
            return !word.isEmpty && word.utf8.allSatisfy { $0 | 0x20 &- 0x61 < 26 }
        }
    }
}
