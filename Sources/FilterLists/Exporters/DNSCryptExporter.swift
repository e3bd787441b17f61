import DNS
import Policy

extension ExportFormat {
    /// Name rules of dnscrypt-proxy, one file to block and one to allow: `=name`, `name`, `prefix*`, `*text*`, globs.
    static let dnscrypt = ExportFormat(
        id: "dnscrypt",
        title: "name rules of dnscrypt-proxy",
        engine: .dnscryptProxy,
        listFormat: .dnscrypt,
        keepsAllowApart: true,
        syntax: .rules(RuleSyntax(tiers: 2, comment: "# ", line: DNSCryptLine.line))
    )
}

/// One name rule of dnscrypt-proxy.
enum DNSCryptLine {
    static func line(_ rule: TierRule) -> Result<[UInt8], OmissionError> {
        if let omission = rule.omissionFromPlainLists { return .failure(OmissionError(omission)) }
        switch rule.subject {
        case .name(let scope, let name):
            // Names of one octet are not looked at.
            guard let text = ExportText.plain(name), text.count > 1 else { return .failure(OmissionError(.name)) }
            switch scope {
            case .exact, .node: return .success([0x3D] + text)
            case .subtree: return .success(text)
            case .below: return .success(Array("?*.".utf8) + text)
            }
        case .text(let pattern): return glob(pattern).map { .success($0) } ?? .failure(OmissionError(.pattern))
        case .condition: return .failure(OmissionError(.pattern))
        case .regex: return .failure(OmissionError(.regex))
        }
    }

    private static func glob(_ pattern: TextPattern) -> [UInt8]? {
        guard pattern.start != .label else { return nil }
        var text: [UInt8] = []
        for token in pattern.tokens {
            switch token {
            case .octet(let octet):
                guard octet == 0x2E || ExportText.isPlain(octet) else { return nil }
                text.append(octet)
            case .any: if text.last != 0x2A { text.append(0x2A) }
            case .one: text.append(0x3F)
            case .separator, .oneOf, .run: return nil
            }
        }
        if pattern.start == .anywhere, text.first != 0x2A { text.insert(0x2A, at: 0) }
        if !pattern.endsAtEnd, text.last != 0x2A { text.append(0x2A) }
        let inner = text.dropFirst().dropLast()
        let isGlob = text.contains(0x3F) || inner.contains(0x2A)
        switch (text.first == 0x2A, text.last == 0x2A) {
        // `*text` alone would be about labels, not about text.
        case (true, false) where !isGlob: return nil
        case (false, false) where !isGlob: return [0x3D] + text
        default: return text.count > 2 ? text : nil
        }
    }
}
