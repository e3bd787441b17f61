public import DNS
public import Policy

/// What somebody can write to let a name through, in an engine's own syntax.
public struct Fix: Sendable, Equatable {
    /// The engine.
    public var engine: Engine
    /// A line for its configuration, a command, or what to do with the list.
    public var text: String

    /// Whether it is the removal of a line.
    public var isRemoval: Bool { text.hasPrefix(Self.removalVerb) }

    /// Whether it says how the list comes to be read at all.
    public var isFetching: Bool { text.hasPrefix(Self.unfetched) }

    static let removalVerb = "remove line"
    static let unfetched = "the list was not fetched"

    /// A fix.
    public init(engine: Engine, text: String) {
        self.engine = engine
        self.text = text
    }
}

extension Finding {
    /// What lets the name pass in the layer that blocks it; empty when no rule is known.
    public var fixes: [Fix] { verdict.fixes(for: name) }
}

extension Verdict {
    /// What lets the name asked for pass in the layer that blocks it; empty when no rule is known.
    public func fixes(for name: DomainName) -> [Fix] {
        guard let matched, !kind.isPass else { return [] }
        if kind == .unsupported, let text = Self.fetching(matched.rule) {
            return [Fix(engine: matched.rule.engine, text: text)]
        }
        var text = Self.exception(matched, asked: name)
        // Without the line the next one of the same list decides, which may break the name as well.
        let next = lost.filter { $0.list == matched.rule.list }.map(\.line)
        if text.hasPrefix(Fix.removalVerb), !next.isEmpty {
            text += "; look at \(next.prefix(5).map { "line \($0)" }.joined(separator: ", ")) too"
        }
        return [Fix(engine: matched.rule.engine, text: text)]
    }

    /// What shows what a list that was not fetched does; nil for other rules.
    private static func fetching(_ rule: RuleReference) -> String? {
        guard rule.engine == .blocky, ["http://", "https://"].contains(where: rule.text.hasPrefix) else { return nil }
        return "\(Fix.unfetched): save \(rule.text) and name the file in line \(rule.line) of \(rule.list)"
    }

    private static func exception(_ matched: MatchedRule, asked: DomainName) -> String {
        let element = matched.element.lowercased.description
        let removal = "\(Fix.removalVerb) \(matched.rule.line) of \(matched.rule.list)"
        // A rule about addresses is not overruled by one about the name.
        if matched.relation != .qname, matched.relation != .cname { return removal }
        switch matched.rule.engine {
        case .pihole: return "pihole allow \(asked.lowercased)"
        case .adguardHome: return "@@||\(element)^$important"
        case .blocky: return "allowlists: \(element)"
        case .technitium: return "allowed zone: \(element)"
        // Allowed names are compared with the name asked for alone; they switch the check of aliases off.
        case .dnscryptProxy: return "allowed-names: =\(asked.lowercased)"
        // A second zone, record or address for the very same name is refused or loses.
        case .unbound: return names(matched) ? removal : "local-zone: \"\(element).\" always_transparent"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ:
            return names(matched) ? removal : "\(element) CNAME rpz-passthru."
        // Rules are tried in order, so it has to stand first.
        case .v2ray, .proxifier, .littleSnitch, .lanCache, .bindZones, .hostsFile, .coreDNS, .panOS, .zscaler,
            .fortiGate, .umbrella, .pac, .packetFilter:
            return removal + ", which hits \(element)"
        case .opnsense: return "allowlist: ^\(element)$"
        case .dnsdist: return "addAction(QNameRule(\"\(element)\"), AllowAction()); mvRuleToTop()"
        case .knotPolicy:
            return "policy.add(policy.domains(policy.PASS, policy.todnames({'\(element)'}))) in front of line "
                + "\(matched.rule.line) of \(matched.rule.list)"
        case .squidGuard: return "dest of an own domainlist with \(element), in front of the category in pass"
        case .squid: return "http_access allow of an acl dstdomain \(element), in front of the line that denies"
        case .dnsmasq:
            return matched.rule.ruleClass != .zone || names(matched) ? removal : "server=/\(element)/#"
        }
    }

    /// Whether the rule's text spells out the very name that it matched.
    private static func names(_ matched: MatchedRule) -> Bool {
        let words = matched.rule.text.lowercased().split { mark in
            !(mark.isLetter || mark.isNumber || "-_.*\\".contains(mark))
        }
        let element = matched.element.lowercased.description
        return words.contains { $0 == element || $0.hasSuffix(".") && $0.dropLast() == element }
    }
}
