import DNS
import Policy
import TextScan

/// The modifiers of a network rule as urlfilter reads them (`rules/network.go`, `loadOption`).
struct AdGuardModifiers {
    var isImportant = false
    var isBadfilter = false
    /// The types of `$dnstype`.
    var coverage: TypeCoverage?
    /// What `$dnsrewrite` puts in place of the answer, or what an exception takes back.
    private(set) var rewrite: Rewrite.Value?
    /// The names of `$denyallow`.
    private(set) var excluded: [DomainName] = []
    /// Who must ask (`$client`, `$ctag`).
    private var conditions: [ClientCondition] = []
    /// A modifier that is not evaluated yet.
    var unsupported: UnsupportedReason?
    /// Whether a client or tag limits the rule.
    private var hasClient = false
    private var permitsTypes = false
    private var restrictedTypes: Set<String> = []
    /// Modifiers that urlfilter compares when it looks for the twin of a `$badfilter` rule.
    private(set) var identity: [String] = []

    /// Whether the rule is limited to content types, none of which a DNS request has.
    var neverMatches: Bool { permitsTypes }
    /// Whether a modifier keeps a short pattern from being too wide.
    var isLimited: Bool { hasClient || coverage != nil || !excluded.isEmpty }

    /// What the rule depends on beside name and type.
    func `guard`(_ builder: inout LayerBuilder) -> GuardID {
        let limit = RuleGuard(excluded: excluded, clients: conditions, otherModifiers: restrictedTypes.count)
        return limit == .none ? .none : builder.intern(limit)
    }

    /// Reads the part behind `$`; returns why the rule is dropped, if it is.
    mutating func read(_ text: Span<UInt8>, _ range: Range<Int>, allows: Bool) -> AdGuardFault? {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, text[end] != 0x2C || text[max(end - 1, start)] == 0x5C { end += 1 }
            if end > start, let fault = option(text, start..<end) { return fault }
            start = end + 1
        }
        // Both kinds together are no DNS rule (IsHostLevelNetworkRule).
        if permitsTypes, !restrictedTypes.isEmpty { return AdGuardFault(reason: .browserModifier) }
        identity.sort()
        return nil
    }

    private mutating func option(_ text: Span<UInt8>, _ range: Range<Int>) -> AdGuardFault? {
        let whole = text.extracting(range)
        let equals = whole.firstIndex(of: 0x3D).flatMap { $0 > 0 ? $0 : nil }
        let name = whole.extracting(0..<(equals ?? whole.count))
        let value = whole.extracting(min((equals ?? whole.count) + 1, whole.count)..<whole.count)
        if name.equals("important") {
            isImportant = true
            identity.append("important")
        } else if name.equals("badfilter") {
            isBadfilter = true
        } else if name.equals("dnstype") {
            return dnsTypes(value)
        } else if name.equals("denyallow") {
            return excludedNames(value)
        } else if name.equals("dnsrewrite") {
            rewrite = AdGuardRewrite.value(Self.unescaped(value))
            guard rewrite != nil else { return AdGuardFault(reason: .badModifier) }
        } else if name.equals("client") || name.equals("ctag") {
            let read = name.equals("client") ? AdGuardClients.clients(value) : AdGuardClients.tags(value)
            guard let read else { return AdGuardFault(reason: .badModifier) }
            hasClient = true
            conditions += read
            identity += read.map(\.identity)
        } else if Self.isContentType(name) {
            if name[0] == 0x7E { restrictedTypes.insert(name.string) } else { permitsTypes = true }
            identity.append(name.string)
        } else if Self.isForBrowsers(name) {
            return AdGuardFault(reason: .browserModifier)
        } else {
            return AdGuardFault(reason: .unknownModifier)
        }
        return nil
    }

    private mutating func dnsTypes(_ value: Span<UInt8>) -> AdGuardFault? {
        var permitted: Set<UInt16> = []
        var restricted: Set<UInt16> = []
        var fields = FieldScanner(value, separator: 0x7C)
        while let field = fields.next() {
            var word = value.extracting(field)
            let isRestricted = word.count > 0 && word[0] == 0x7E
            if isRestricted { word = word.extracting(1..<word.count) }
            guard let type = Self.type(word.string) else { return AdGuardFault(reason: .badModifier) }
            if isRestricted { restricted.insert(type.rawValue) } else { permitted.insert(type.rawValue) }
        }
        coverage =
            permitted.isEmpty
            ? TypeCoverage(except: restricted.map(RRType.init))
            : TypeCoverage(only: permitted.subtracting(restricted).map(RRType.init))
        return nil
    }

    /// A type by a mnemonic that urlfilter knows; a number is none, and neither are NONE and RESERVED.
    static func type(_ name: String) -> RRType? {
        guard let first = name.utf8.first, asciiDigit(first) == nil, let type = RRType(name),
            !name.uppercased().hasPrefix("TYPE")
        else { return nil }
        let unknown: Set<String> = ["WKS", "NSAP", "A6", "SINK", "DOA"]
        return unknown.contains(type.description) ? nil : type
    }

    /// A backslash before a comma goes.
    private static func unescaped(_ value: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for index in 0..<value.count {
            if value[index] == 0x5C, index + 1 < value.count, value[index + 1] == 0x2C { continue }
            result.append(value[index])
        }
        return result
    }

    private mutating func excludedNames(_ value: Span<UInt8>) -> AdGuardFault? {
        guard value.count > 0 else { return AdGuardFault(reason: .badModifier) }
        var fields = FieldScanner(value, separator: 0x7C)
        while let field = fields.next() {
            let word = value.extracting(field)
            if word.hasSuffix(".*") {
                unsupported = .anyTLD
                continue
            }
            guard AdGuardReader.isDomainName(word, 0..<word.count),
                let name = try? DomainName(presentation: word.octets)
            else { return AdGuardFault(reason: .badModifier) }
            excluded.append(name)
        }
        return nil
    }

    private static func isContentType(_ name: Span<UInt8>) -> Bool {
        let bare = name.count > 1 && name[0] == 0x7E ? name.extracting(1..<name.count) : name
        for type in contentTypes where bare.equals(type) { return true }
        return false
    }

    private static func isForBrowsers(_ name: Span<UInt8>) -> Bool {
        for modifier in browserModifiers where name.equals(modifier) { return true }
        return false
    }

    private static let contentTypes: [StaticString] = [
        "script", "stylesheet", "subdocument", "object", "image", "xmlhttprequest", "media", "font", "websocket",
        "ping", "other",
    ]
    private static let browserModifiers: [StaticString] = [
        "third-party", "~third-party", "first-party", "~first-party", "match-case", "~match-case", "domain",
        "elemhide", "generichide", "genericblock", "jsinject", "urlblock", "content", "extension", "~extension",
        "document", "stealth", "popup", "empty", "mp4", "csp", "replace", "cookie", "redirect",
    ]
}
