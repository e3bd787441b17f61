import DNS
import Policy
import TextScan

extension ExportFormat {
    /// Lists of Blocky, one to deny and one to allow: names, `*.name`, `/expression/`.
    static let blocky = ExportFormat(
        id: "blocky",
        title: "a list of Blocky",
        engine: .blocky,
        listFormat: .wildcard,
        keepsAllowApart: true,
        syntax: .rules(RuleSyntax(tiers: 2, comment: "# ", line: BlockyLine.line))
    )
}

/// One line of a list of Blocky's.
enum BlockyLine {
    static func line(_ rule: TierRule) -> Result<[UInt8], OmissionError> {
        if let omission = rule.omissionFromPlainLists { return .failure(OmissionError(omission)) }
        switch rule.subject {
        case .name(let scope, let name):
            guard let text = ExportText.plain(name) else { return .failure(OmissionError(.name)) }
            switch scope {
            case .exact, .node: return .success(text)
            case .subtree: return .success(Array("*.".utf8) + text)
            case .below: return .success([0x2F] + ExportText.expression(.below, text) + [0x2F])
            }
        case .text(let pattern):
            guard let text = ExportText.expression(pattern) else { return .failure(OmissionError(.pattern)) }
            return .success([0x2F] + text + [0x2F])
        case .condition: return .failure(OmissionError(.pattern))
        case .regex(let regex): return self.regex(regex).map { .success($0) } ?? .failure(OmissionError(.regex))
        }
    }

    private static func regex(_ regex: NameRegex) -> [UInt8]? {
        guard case .re2(let ignoresCase) = regex.dialect, !regex.isInverted, regex.impliesRequiredText,
            !regex.pattern.contains(where: { isBlank($0) || $0 == 0x23 })
        else { return nil }
        return [0x2F] + Array((ignoresCase ? "(?i)" : "").utf8) + regex.pattern + [0x2F]
    }
}

extension NameRegex {
    /// Whether the text that urlfilter looks for first stands in every match anyway.
    var impliesRequiredText: Bool {
        guard !required.isEmpty else { return true }
        for (index, octet) in pattern.enumerated() {
            switch octet {
            case 0x7C, 0x2A, 0x7B, 0x3F: return false
            case 0x5C:
                guard index + 1 < pattern.count, !Self.isAlphanumeric(pattern[index + 1]) else { return false }
            default: continue
            }
        }
        return true
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (octet | 0x20) &- 0x61 < 26 || octet &- 0x30 < 10
    }
}
