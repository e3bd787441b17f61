import DNS
import Policy
import TextScan

extension ExportFormat {
    /// Rules of AdGuard Home: `||name^` and its relatives, `@@`, `$important`, `$dnstype`, `$denyallow`.
    static let adguard = ExportFormat(
        id: "adguard",
        title: "AdGuard Home rules",
        engine: .adguardHome,
        listFormat: .adblock,
        syntax: .rules(
            RuleSyntax(tiers: 4, comment: "! ", takesHostsRules: true, readsOwnRules: true, line: AdGuardLine.line)
        )
    )
}

/// One rule of AdGuard Home's.
enum AdGuardLine {
    static func line(_ rule: TierRule) -> Result<[UInt8], OmissionError> {
        if !rule.allows, case .blockAddress(let address) = rule.action { return hosts(rule, address) }
        guard rule.allows || rule.action == .block else { return .failure(OmissionError(.data)) }
        // As a pattern it would beat the addresses that other rules give.
        if rule.isOfHosts, let text = plain(rule) { return .success(text) }
        let pattern: [UInt8]
        switch body(rule) {
        case .success(let text): pattern = text
        case .failure(let error): return .failure(error)
        }
        var modifiers: [String] = []
        if rule.tier >= 2 { modifiers.append("important") }
        if rule.coverage != .all {
            guard let names = ExportText.mnemonics(rule.coverage), !names.isEmpty else {
                return .failure(OmissionError(.types))
            }
            let marked = rule.coverage.isExclusion ? names.map { "~" + $0 } : names
            modifiers.append("dnstype=" + marked.joined(separator: "|"))
        }
        if !rule.excluded.isEmpty {
            let names = rule.excluded.compactMap(ExportText.plain)
            guard names.count == rule.excluded.count,
                names.allSatisfy({ AdGuardReader.isDomainName($0.span, 0..<$0.count) })
            else { return .failure(OmissionError(.denyallow)) }
            modifiers.append(
                "denyallow=" + names.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "|")
            )
        }
        let text =
            (rule.allows ? Array("@@".utf8) : []) + pattern
            + Array((modifiers.isEmpty ? "" : "$" + modifiers.joined(separator: ",")).utf8)
        // What looks like a rule for pages is one.
        guard !LineShape.isCosmetic(text.span) else { return .failure(OmissionError(.pattern)) }
        return .success(text)
    }

    private static func body(_ rule: TierRule) -> Result<[UInt8], OmissionError> {
        switch rule.subject {
        case .name(_, let name) where name.isRoot:
            guard case .name(.subtree, _) = rule.subject, !rule.excluded.isEmpty || rule.coverage != .all else {
                return .failure(OmissionError(.name))
            }
            return .success([0x2A])
        case .name(let scope, let name):
            guard let text = ExportText.plain(name) else { return .failure(OmissionError(.name)) }
            let head =
                switch scope {
                case .exact, .node: "|"
                case .subtree: "||"
                case .below: "||*."
                }
            return .success(Array(head.utf8) + text + [0x5E])
        case .text(let pattern): return self.pattern(pattern).map { .success($0) } ?? .failure(OmissionError(.pattern))
        case .condition: return .failure(OmissionError(.pattern))
        case .regex(let regex): return self.regex(regex).map { .success($0) } ?? .failure(OmissionError(.regex))
        }
    }

    private static func plain(_ rule: TierRule) -> [UInt8]? {
        guard case .name(.exact, let name) = rule.subject, rule.coverage == .all, rule.excluded.isEmpty,
            let text = ExportText.plain(name), AdGuardReader.isDomainName(text.span, 0..<text.count)
        else { return nil }
        return text
    }

    private static func hosts(_ rule: TierRule, _ address: IPAddress) -> Result<[UInt8], OmissionError> {
        guard case .name(.exact, let name) = rule.subject, let text = ExportText.plain(name) else {
            return .failure(OmissionError(.data))
        }
        guard rule.tier == 0, rule.excluded.isEmpty, rule.coverage == .all else {
            return .failure(OmissionError(.data))
        }
        return .success(Array("\(address) ".utf8) + text)
    }

    /// Stars at open ends keep a pattern from being taken for a name, and a short one from being refused.
    private static func pattern(_ pattern: TextPattern) -> [UInt8]? {
        var text: [UInt8]
        switch pattern.start {
        case .anywhere: text = pattern.tokens.first == .any ? [] : [0x2A]
        case .beginning: text = [0x7C]
        case .label: text = [0x7C, 0x7C]
        }
        for token in pattern.tokens {
            switch token {
            case .octet(let octet):
                guard octet == 0x2E || ExportText.isPlain(octet) else { return nil }
                text.append(octet)
            case .any: text.append(0x2A)
            case .one, .oneOf, .run: return nil
            case .separator: text.append(0x5E)
            }
        }
        if pattern.endsAtEnd {
            text.append(0x7C)
        } else if pattern.tokens.last != .any {
            text.append(0x2A)
        }
        return text.count >= 4 ? text : nil
    }

    private static func holds(_ pattern: [UInt8], _ text: StaticString) -> Bool {
        pattern.span.firstRange(of: text) != nil
    }

    private static func regex(_ regex: NameRegex) -> [UInt8]? {
        guard case .re2(let ignoresCase) = regex.dialect, !regex.isInverted,
            !holds(regex.pattern, "replace=")
        else { return nil }
        // The question mark keeps AdGuard from looking for a text first.
        let text = ignoresCase ? regex.pattern : Array("(?-i:".utf8) + regex.pattern + [0x29]
        return [0x2F] + text + [0x2F]
    }
}
