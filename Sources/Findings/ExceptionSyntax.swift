import DNS
public import Policy

/// What somebody can write to let a name through, in an engine's own syntax.
public struct Fix: Sendable, Equatable {
    /// The engine.
    public var engine: Engine
    /// A line for its configuration, a command, or what to do with the list.
    public var text: String

    /// A fix.
    public init(engine: Engine, text: String) {
        self.engine = engine
        self.text = text
    }
}

extension Finding {
    /// What lets the name pass in the layer that blocks it; empty when no rule is known.
    public var fixes: [Fix] {
        guard let matched = verdict.matched, !verdict.kind.isPass else { return [] }
        return [Fix(engine: matched.rule.engine, text: Self.exception(matched, asked: name))]
    }

    private static func exception(_ matched: MatchedRule, asked: DomainName) -> String {
        let element = matched.element.description
        switch matched.rule.engine {
        case .pihole: return "pihole allow \(asked)"
        case .adguardHome: return "@@||\(element)^$important"
        case .blocky: return "allowlists: \(element)"
        case .technitium: return "allowed zone: \(element)"
        case .dnscryptProxy: return "allowed-names: =\(element)"
        case .unbound: return "local-zone: \"\(element).\" always_transparent"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: return "\(element) CNAME rpz-passthru."
        case .dnsmasq:
            // A hosts line and a rule for the very same name win over `server=/name/#`.
            guard matched.rule.ruleClass == .zone else {
                return "remove line \(matched.rule.line) of \(matched.rule.list)"
            }
            return "server=/\(element)/#"
        }
    }
}
