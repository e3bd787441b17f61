import DNS
import Policy

extension ExportFormat {
    /// Commands of the Pi-hole command line: names by `deny` and `allow`, all else by regular expressions (docs
    /// `core/pihole-command`). Each takes many; what it makes of them for the API has to be shorter than 64 KiB (`list.sh`,
    /// `http-common.h`).
    static let pihole = ExportFormat(
        id: "pihole",
        title: "Pi-hole commands",
        engine: .pihole,
        listFormat: nil,
        syntax: .rules(
            RuleSyntax(tiers: 2, comment: "# ", takesAnswers: true, commandLength: 24_000, line: PiholeCommand.line)
        )
    )
}

/// One command of Pi-hole's.
enum PiholeCommand {
    static func line(_ rule: TierRule) -> Result<[UInt8], OmissionError> {
        guard rule.excluded.isEmpty else { return .failure(OmissionError(.denyallow)) }
        if case .name(.exact, let name) = rule.subject, rule.coverage == .all, rule.allows || rule.action == .block {
            guard let text = ExportText.plain(name), GravityReader.takes(text) else {
                return .failure(OmissionError(.name))
            }
            guard !isOption(text) else { return .failure(OmissionError(.name)) }
            return .success(Array((rule.allows ? "pihole allow " : "pihole deny ").utf8) + text)
        }
        let expression: [UInt8]
        switch rule.subject {
        case .name(let scope, let name):
            guard let text = ExportText.plain(name) else { return .failure(OmissionError(.name)) }
            expression = ExportText.expression(scope, text)
        case .text(let pattern):
            guard let text = ExportText.expression(pattern) else { return .failure(OmissionError(.pattern)) }
            expression = text
        case .condition: return .failure(OmissionError(.pattern))
        case .regex(let regex):
            guard regex.dialect == .tre else { return .failure(OmissionError(.regex)) }
            expression = regex.pattern + Array((regex.isInverted ? ";invert" : "").utf8)
        }
        guard let types = types(rule.coverage) else { return .failure(OmissionError(.types)) }
        var reply = ""
        if !rule.allows, rule.action != .block {
            guard let text = self.reply(rule.action) else { return .failure(OmissionError(.answer)) }
            reply = text
        }
        let text = expression + Array((types + reply).utf8)
        // The command joins what it gets with blanks, and splits it there.
        guard !text.contains(0x20), !isOption(text) else { return .failure(OmissionError(.regex)) }
        let quoted = text.flatMap { $0 == 0x27 ? Array("'\\''".utf8) : [$0] }
        let command = rule.allows ? "pihole --allow-regex '" : "pihole --regex '"
        return .success(Array(command.utf8) + quoted + [0x27])
    }

    /// Whether the command takes a word for one of its options, wherever it stands.
    private static func isOption(_ word: [UInt8]) -> Bool {
        word.first == 0x2D || options.contains(String(decoding: word, as: UTF8.self))
    }

    private static let options: Set<String> = [
        "allow", "allowlist", "deny", "denylist", "allow-regex", "allow-wild", "regex", "wild", "wildcard", "remove",
        "delete",
    ]

    private static func types(_ coverage: TypeCoverage) -> String? {
        guard coverage != .all else { return "" }
        guard coverage.types.allSatisfy({ PiholeRegexOptions.knownTypes.contains(RRType(rawValue: $0)) }),
            let names = ExportText.mnemonics(coverage), !names.isEmpty
        else { return nil }
        return ";querytype=" + (coverage.isExclusion ? "!" : "") + names.joined(separator: ",")
    }

    private static func reply(_ action: RuleAction) -> String? {
        switch action {
        case .nxdomain: return ";reply=NXDOMAIN"
        case .nodata: return ";reply=NODATA"
        case .refused: return ";reply=REFUSED"
        case .drop: return ";reply=NONE"
        case .records(let records):
            let addresses = records.compactMap(\.address)
            guard addresses.count == records.count, addresses.count == 2, addresses[0].isV4, !addresses[1].isV4 else {
                return nil
            }
            return addresses.map { ";reply=\($0)" }.joined()
        default: return nil
        }
    }
}
