import DNS
import Policy

extension ExportFormat {
    /// `0.0.0.0 name` lines, as Pi-hole, AdGuard Home and Blocky subscribe to them: single names, all types.
    static let hosts = ExportFormat(
        id: "hosts",
        title: "a hosts file",
        engine: .pihole,
        listFormat: .hosts,
        syntax: .rules(RuleSyntax(tiers: 1, comment: "# ") { ExactNames.line($0, prefix: "0.0.0.0 ") })
    )
}

/// Lists that can only name what is blocked, name by name.
enum ExactNames {
    static func line(_ rule: TierRule, prefix: String) -> Result<[UInt8], OmissionError> {
        guard !rule.allows else { return .failure(OmissionError(.allow)) }
        if let omission = rule.omissionFromPlainLists { return .failure(OmissionError(omission)) }
        switch rule.subject {
        case .text, .condition: return .failure(OmissionError(.pattern))
        case .regex: return .failure(OmissionError(.regex))
        case .name(.subtree, _): return .failure(OmissionError(.subtree))
        case .name(.below, _), .name(.node, _): return .failure(OmissionError(.below))
        case .name(.exact, let name):
            guard let text = ExportText.plain(name), GravityReader.takes(text) else {
                return .failure(OmissionError(.name))
            }
            return .success(Array(prefix.utf8) + text)
        }
    }
}
