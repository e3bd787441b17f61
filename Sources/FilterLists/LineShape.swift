import DNS
import TextScan

/// What one line looks like on its own; the mix of shapes tells the format.
enum LineShape: Int, CaseIterable {
    case comment, domain, wildcard, namePattern, hosts
    case adblock, cosmetic, slashedRegex, regex
    case dnsmasqRule, dnsmasqOption, unboundRule
    case dnsdistRule, knotRule, luaPart
    case zoneDirective, zoneRecord, zonePolicy, zoneNull, zoneContinuation
    case address, addressPrefix, addressRange, namedRange
    // Shapes of formats that are not read, or that others share.
    case packetCommand
    case url, hostURL, proxifier, bindStatement, taggedName, nameAndTarget, comma, keyValue, digest
    case word, other
}

extension LineShape {
    /// The shape of a line that is not blank. `inParentheses` carries over the records of zone files.
    static func of(_ line: Span<UInt8>, startsBlank: Bool, inParentheses: inout Bool) -> LineShape {
        if inParentheses {
            if line.firstIndex(of: 0x29) != nil { inParentheses = false }
            return .zoneContinuation
        }
        switch line[0] {
        case 0x21, 0x3B: return .comment
        case 0x5B where line.firstIndex(of: 0x20) != nil || line.hasPrefixIgnoringCase("[adblock"): return .comment
        case 0x23: return isGenericCosmetic(line) ? .cosmetic : .comment
        case 0x24: return .zoneDirective
        case 0x2F:
            if line.hasPrefix("//") { return .comment }
            if line.count > 1, line[line.count - 1] == 0x2F { return .slashedRegex }
        case 0x40 where line.count > 1 && line[1] == 0x40: return .adblock
        case 0x7C: return .adblock
        default: break
        }
        if isCosmetic(line) { return .cosmetic }
        if let shape = statement(line, startsBlank: startsBlank, inParentheses: &inParentheses) { return shape }
        return ofWords(withoutComment(line))
    }

    private static func ofWords(_ cut: Span<UInt8>) -> LineShape {
        var fields = FieldScanner(cut)
        guard let first = fields.next() else { return .other }
        let word = cut.extracting(first)
        if isCommaSeparated(cut) { return .comma }
        if isSetting(cut) { return .keyValue }
        guard let second = fields.next() else { return ofWord(word) }
        if isNamedRange(cut) { return .namedRange }
        if IPAddress(text: word.octets) != nil || isZonedAddress(word) { return .hosts }
        if cut[second.lowerBound] == 0x40 { return .taggedName }
        guard isName(word) || ofWord(word) == .namePattern else { return .other }
        // "name target" or "name address, address"; words of prose behind a name are a comment without its mark.
        let target = cut.extracting(second)
        let bare = target.extracting(0..<(target.hasSuffix(",") ? target.count - 1 : target.count))
        if IPAddress(text: bare.octets) != nil { return .nameAndTarget }
        return fields.next() == nil && isName(bare) ? .nameAndTarget : .other
    }

    /// Three commas without a blank behind them.
    private static func isCommaSeparated(_ line: Span<UInt8>) -> Bool {
        var commas = 0
        for index in 0..<(line.count - 1) where line[index] == 0x2C && !isBlank(line[index + 1]) { commas += 1 }
        return commas >= 3
    }

    private static func isZonedAddress(_ word: Span<UInt8>) -> Bool {
        word.firstIndex(of: 0x25).map { IPAddress(text: word.extracting(0..<$0).octets) != nil } ?? false
    }

    /// Lines that a keyword gives away.
    private static func statement(
        _ line: Span<UInt8>,
        startsBlank: Bool,
        inParentheses: inout Bool
    ) -> LineShape? {
        if let shape = LuaShape.of(line) { return shape }
        if let shape = DnsmasqStatement.shape(line) { return shape }
        if let shape = UnboundStatement.shape(line) { return shape }
        if line.hasPrefixIgnoringCase("zone \"") { return .bindStatement }
        if IptablesReader.isCommand(line) { return .packetCommand }
        if let shape = zoneRecord(line, startsBlank: startsBlank) {
            if let open = line.firstIndex(of: 0x28), line.firstIndex(of: 0x29, from: open) == nil {
                inParentheses = true
            }
            return shape
        }
        return nil
    }

    private static func zoneRecord(_ line: Span<UInt8>, startsBlank: Bool) -> LineShape? {
        var fields = FieldScanner(line)
        if !startsBlank { _ = fields.next() }
        for _ in 0..<3 {
            guard let range = fields.next() else { return nil }
            let word = line.extracting(range)
            if isRecordType(word) {
                guard let data = fields.next() else { return nil }
                let value = line.extracting(data)
                if isPolicy(line, word, value) { return .zonePolicy }
                return value.equals("0.0.0.0") || value.equals("::") ? .zoneNull : .zoneRecord
            }
            guard word.equalsIgnoringCase("IN") || (asciiDigit(word[0]) != nil && isTTL(word)) else { return nil }
        }
        return nil
    }

    /// Whether a record is what response policy zones have and others hardly: an action or a trigger.
    private static func isPolicy(_ line: Span<UInt8>, _ type: Span<UInt8>, _ data: Span<UInt8>) -> Bool {
        if line.firstRange(of: ".rpz-") != nil || line.firstRange(of: "rpz-ip") != nil { return true }
        guard type.equalsIgnoringCase("CNAME") else { return false }
        return data.equals(".") || data.equals("*.") || data.hasPrefixIgnoringCase("rpz-")
    }

    private static func isRecordType(_ word: Span<UInt8>) -> Bool {
        word.equals("CNAME") || word.equals("A") || word.equals("AAAA") || word.equals("TXT") || word.equals("SOA")
            || word.equals("NS") || word.equals("MX") || word.equals("PTR") || word.equals("SRV")
            || word.equals("DNAME") || word.equals("cname") || word.equals("soa") || word.equals("ns")
    }

    private static func isTTL(_ word: Span<UInt8>) -> Bool {
        for index in 0..<word.count {
            switch asciiLowercased(word[index]) {
            case 0x30...0x39, 0x73, 0x6D, 0x68, 0x64, 0x77: continue
            default: return false
            }
        }
        return true
    }

    /// The shape of a line of one word.
    private static func ofWord(_ word: Span<UInt8>) -> LineShape {
        if let shape = ofAddress(word) { return shape }
        if word.hasPrefix("full:") || word.hasPrefix("include:") || word.hasPrefix("regexp:")
            || word.hasPrefix("keyword:") || word.hasPrefix("domain:")
        {
            return .taggedName
        }
        switch word[word.count - 1] {
        case 0x3B: return .proxifier
        case 0x5E: return .adblock
        default: break
        }
        if word.firstRange(of: "^$") != nil { return .adblock }
        if isDigest(word) { return .digest }
        if let shape = ofPlainWord(word) { return shape }
        if isNamedRange(word) { return .namedRange }
        if isRegex(word) { return .regex }
        if word.firstIndex(of: 0x2C) != nil { return .comma }
        if let slash = word.firstIndex(of: 0x2F) {
            return slash == word.count - 1 && ofPlainWord(word.extracting(0..<slash)) != nil ? .hostURL : .url
        }
        return word[word.count - 1] == 0x3A ? .keyValue : .other
    }

    /// Names and name patterns.
    private static func ofPlainWord(_ word: Span<UInt8>) -> LineShape? {
        var dots = 0
        var stars = 0
        for index in 0..<word.count {
            switch word[index] {
            case 0x2E: dots += 1
            case 0x2A: stars += 1
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x80...0xFF: break
            case 0x3D where index == 0, 0x3F: stars += 2
            default: return nil
            }
        }
        // A star alone is a name in a zone, and of what else it may be nothing is known.
        if stars == 1, word.count == 1, word.hasPrefix("*") { return .other }
        if stars == 0 { return dots > 0 ? .domain : .word }
        if stars == 1, word.hasPrefix("*."), dots > 0 { return .wildcard }
        return word.hasPrefix("^") ? nil : .namePattern
    }

    /// `[section]`, `key=value`, `key = value`: TOML, INI files and the like.
    private static func isSetting(_ line: Span<UInt8>) -> Bool {
        let isSection = line[0] == 0x5B && line[line.count - 1] == 0x5D
        var end = isSection ? 1 : 0
        while end < line.count, isKeyOctet(line[end]) || isSection && (line[end] == 0x2E || line[end] == 0x2D) {
            end += 1
        }
        if isSection { return end > 1 && end == line.count - 1 }
        guard end > 0 else { return false }
        while end < line.count, isBlank(line[end]) { end += 1 }
        return end < line.count && line[end] == 0x3D
    }

    private static func isKeyOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }

    private static func isRegex(_ word: Span<UInt8>) -> Bool {
        if word[0] == 0x5E { return true }
        for index in 0..<word.count {
            switch word[index] {
            case 0x5C, 0x28, 0x5B, 0x7B, 0x7C, 0x24, 0x2B: return true
            default: continue
            }
        }
        return false
    }

    private static func isName(_ word: Span<UInt8>) -> Bool {
        ofPlainWord(word) == .domain
    }

    /// 192.0.2.1, 192.0.2.1-192.0.2.9, 10.0.0.0/8, fe80::/10, 94.46.118.*, fe80:53:*
    private static func ofAddress(_ word: Span<UInt8>) -> LineShape? {
        if IPAddress(text: word.octets) != nil { return .address }
        // Lists for the entry fields of firewalls end every line with a comma.
        if word.count > 1, word[word.count - 1] == 0x2C { return ofAddress(word.extracting(0..<(word.count - 1))) }
        if let slash = word.firstIndex(of: 0x2F), slash + 1 < word.count {
            let isNetwork =
                word.extracting((slash + 1)..<word.count).decimal != nil
                && IPAddress(text: word.extracting(0..<slash).octets) != nil
            return isNetwork ? .address : nil
        }
        if let dash = word.firstIndex(of: 0x2D), IPAddress(text: word.extracting(0..<dash).octets) != nil,
            IPAddress(text: word.extracting((dash + 1)..<word.count).octets) != nil
        {
            return .addressRange
        }
        return isAddressPrefix(word) ? .addressPrefix : nil
    }

    private static func isAddressPrefix(_ word: Span<UInt8>) -> Bool {
        guard word[word.count - 1] == 0x2A else { return false }
        for index in 0..<(word.count - 1) {
            switch asciiLowercased(word[index]) {
            case 0x30...0x39, 0x2E, 0x3A: continue
            case 0x61...0x66 where word.firstIndex(of: 0x3A) != nil: continue
            default: return false
            }
        }
        return word.count > 1
    }

    /// `name:1.2.3.4-1.2.3.9`, the form of peer-to-peer block lists.
    private static func isNamedRange(_ word: Span<UInt8>) -> Bool {
        // Names hold blanks, dashes and colons; the range is behind the last colon.
        guard let colon = (0..<word.count).last(where: { word[$0] == 0x3A }),
            let dash = word.firstIndex(of: 0x2D, from: colon)
        else { return false }
        return colon > 0 && IPAddress(text: word.extracting((colon + 1)..<dash).octets) != nil
    }

    private static func isDigest(_ word: Span<UInt8>) -> Bool {
        guard word.count == 32 || word.count == 40 || word.count == 64 || word.count == 128 else { return false }
        for index in 0..<word.count {
            switch asciiLowercased(word[index]) {
            case 0x30...0x39, 0x61...0x66: continue
            default: return false
            }
        }
        return true
    }

    /// Cuts a comment behind blanks; for looking only, every engine has its own rule.
    @_lifetime(copy line)
    private static func withoutComment(_ line: Span<UInt8>) -> Span<UInt8> {
        var position = 1
        while let found = line.firstIndex(of: 0x23, from: position) {
            if isBlank(line[found - 1]) { return line.extracting(0..<found).trimmed }
            position = found + 1
        }
        return line.trimmed
    }

    /// A marker at the start with a selector right behind it; rows of `#` are ornaments.
    private static func isGenericCosmetic(_ line: Span<UInt8>) -> Bool {
        guard isCosmetic(line), line.count > 2 else { return false }
        return line[2] != 0x23 && !isBlank(line[2])
    }

    /// Whether an AdBlock cosmetic marker stands in the line (urlfilter `rules/cosmetic.go`).
    static func isCosmetic(_ line: Span<UInt8>) -> Bool {
        if let hash = line.firstIndex(of: 0x23), hash == 0 || line[hash - 1] != 0x20 {
            for marker in hashMarkers where line.hasPrefix(marker, at: hash) { return true }
        }
        if let dollar = line.firstIndex(of: 0x24), dollar == 0 || line[dollar - 1] != 0x20 {
            return line.hasPrefix("$$", at: dollar) || line.hasPrefix("$@$", at: dollar)
        }
        return false
    }

    private static let hashMarkers: [StaticString] = [
        "##", "#@#", "#?#", "#@?#", "#$#", "#@$#", "#$?#", "#@$?#", "#%#", "#@%#",
    ]
}
