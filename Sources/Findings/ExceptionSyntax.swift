public import Catalog
public import DNS
public import Policy

/// What somebody can write to let a name through, in an engine's own syntax.
public struct Fix: Sendable, Equatable {
    /// The engine.
    public var engine: Engine
    /// A line for its configuration, a command, or what to do with the list.
    public var text: String

    /// Whether it is the removal of a line.
    public var isRemoval: Bool { text.hasPrefix(Self.removalVerb) || text.hasPrefix(Self.removalOfWord) }

    /// Whether it says how the list comes to be read at all.
    public var isFetching: Bool { text.hasPrefix(Self.unfetched) }

    /// The removal of lines of a list.
    public static func removal(_ lines: [Int], of list: String) -> String {
        let numbers = lines.map(String.init)
        return (lines.count > 1 ? "\(removalVerb)s " : "\(removalVerb) ")
            + numbers.joined(separator: ", ") + " of \(list)"
    }

    /// The removal of values of lists, each of which has a line to itself or is a word of a statement.
    public static func removal(_ entries: [ListEntry]) -> String {
        let parts = entries.map { entry in
            entry.isWord
                ? "\(removalOfWord)\(entry.text)' from line \(entry.line) of \(entry.path)"
                : "\(removal([entry.line], of: entry.path)) (\(entry.text))"
        }
        return parts.joined(separator: " and ")
    }

    static let removalVerb = "remove line"
    static let removalOfWord = "remove '"
    static let unfetched = "the list was not fetched"

    /// A fix.
    public init(engine: Engine, text: String) {
        self.engine = engine
        self.text = text
    }
}

extension Finding {
    /// What lets the name pass in the layer that blocks it; empty when nothing does, or no rule is known.
    public var fixes: [Fix] { triedFixes ?? verdict.fixes(for: name, standingFor: madeUpPattern) }

    /// What lets every name of the endpoint's pattern pass; nil where it documents none, or the engine cannot say it.
    public var subtreeFix: Fix? {
        guard let pattern = endpoint?.pattern, verdict.kind != .unsupported else { return nil }
        return verdict.fixes(for: name, standingFor: pattern).first { !$0.isRemoval && !$0.isFetching }
    }

    /// The name that an exception for a whole pattern lets pass although the pattern does not cover it: most engines cannot
    /// say `*.name` without the name itself.
    public var widening: DomainName? {
        guard let pattern = madeUpPattern ?? endpoint?.pattern, pattern.kind == .suffix,
            let wide = verdict.fixes(for: name, standingFor: pattern).first, !wide.isRemoval, !wide.isFetching,
            fixes.contains(wide), !verdict.fixes(for: name).contains(wide)
        else { return nil }
        switch wide.engine {
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: return nil
        default: return pattern.base
        }
    }

    /// Whether the name stands for a pattern.
    public var isMadeUp: Bool { madeUpPattern != nil }

    /// The pattern that a made-up name stands for: what mends it is about the pattern, never about the name.
    public var madeUpPattern: EndpointPattern? {
        switch origin {
        case .synthesised: return endpoint?.pattern
        case .listed:
            guard let parent = name.parent, let label = name.labels.first,
                EndpointCatalog.probeLabels.contains(Array(label))
            else { return nil }
            return try? EndpointPattern("*.\(parent)", kind: .suffix)
        default: return nil
        }
    }
}

extension Verdict {
    /// What lets the name asked for pass in the layer that blocks it; empty when no rule is known, or nothing is decided.
    /// - Parameter pattern: the pattern that the name was made up for.
    public func fixes(for name: DomainName, standingFor pattern: EndpointPattern? = nil) -> [Fix] {
        guard let matched, !kind.isPass else { return [] }
        if kind == .unsupported {
            // What is not decided has no exception that is known to help.
            return Self.fetching(matched.rule).map { [Fix(engine: matched.rule.engine, text: $0)] } ?? []
        }
        var text = pattern.map { Self.exception(matched, for: $0) } ?? Self.exception(matched, asked: name)
        // Without the line the next one of the same list decides, which may break the name as well.
        let next = lost.filter { $0.list == matched.rule.list }.map(\.line)
        if text.hasPrefix(Fix.removalVerb), !next.isEmpty, matched.entries.isEmpty {
            text += "; look at \(next.prefix(5).map { "line \($0)" }.joined(separator: ", ")) too"
        }
        return [Fix(engine: matched.rule.engine, text: text)]
    }

    /// What shows what a list that was not fetched does; nil for other rules.
    private static func fetching(_ rule: RuleReference) -> String? {
        guard rule.engine == .blocky, ["http://", "https://"].contains(where: rule.text.hasPrefix) else { return nil }
        return "\(Fix.unfetched): save \(rule.text) and name the file in line \(rule.line) of \(rule.list)"
    }

    /// Without the rule, or the first of the values that make it hold, it decides no longer.
    private static func removal(of matched: MatchedRule) -> String {
        matched.entries.first.map { Fix.removal([$0]) }
            ?? Fix.removal([matched.rule.line], of: matched.rule.list)
    }

    private static func exception(_ matched: MatchedRule, asked: DomainName) -> String {
        let element = matched.element.lowercased.description
        let removal = removal(of: matched)
        // A rule about addresses is not overruled by one about the name.
        if matched.relation != .qname, matched.relation != .cname { return removal }
        let engine = matched.rule.engine
        func line(_ scope: Scope, _ name: DomainName) -> String { LayerException(engine, scope, name)?.text ?? removal }
        switch engine {
        // Allowed names are compared with the name asked for alone; they switch the check of aliases off.
        case .pihole, .dnscryptProxy: return line(.exact, asked)
        case .adguardHome, .technitium: return line(.subtree, matched.element)
        case .blocky, .dnsdist: return line(.exact, matched.element)
        // A second zone, record or address for the very same name is refused or loses.
        case .unbound: return names(matched, element) ? removal : line(.subtree, matched.element)
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ:
            return names(matched, element) ? removal : line(.exact, matched.element)
        case .knotPolicy: return line(.exact, matched.element) + Self.front(of: matched.rule)
        case .dnsmasq:
            return matched.rule.ruleClass != .zone || names(matched, element)
                ? removal : line(.subtree, matched.element)
        // Exceptions stand elsewhere than in the list, where they cannot be tried.
        case .squid, .squidGuard, .opnsense, .v2ray, .proxifier, .littleSnitch, .lanCache, .bindZones, .hostsFile,
            .coreDNS, .panOS, .zscaler, .fortiGate, .umbrella, .pac, .packetFilter:
            return removal
        }
    }

    /// Where a rule goes of which the first counts.
    private static func front(of rule: RuleReference) -> String { " in front of line \(rule.line) of \(rule.list)" }

    /// An exception for every name of a pattern; engines that cannot say one have the rule removed.
    private static func exception(_ matched: MatchedRule, for pattern: EndpointPattern) -> String {
        let removal = removal(of: matched)
        guard matched.relation == .qname, pattern.kind == .suffix || pattern.kind == .suffixAndApex else {
            return removal
        }
        let base = pattern.base.lowercased.description
        let engine = matched.rule.engine
        func line(_ scope: Scope) -> String { LayerException(engine, scope, pattern.base)?.text ?? removal }
        switch engine {
        case .pihole, .adguardHome, .blocky, .technitium, .dnscryptProxy, .dnsdist: return line(.subtree)
        case .unbound: return names(matched, base) ? removal : line(.subtree)
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: return names(matched, "*." + base) ? removal : line(.below)
        case .knotPolicy: return line(.subtree) + front(of: matched.rule)
        case .dnsmasq:
            let isNamed = names(matched, base) || names(matched, "*." + base)
            return matched.rule.ruleClass != .zone || isNamed ? removal : line(.subtree)
        default: return removal
        }
    }

    /// Whether the rule's text spells out a name.
    private static func names(_ matched: MatchedRule, _ name: String) -> Bool {
        let words = matched.rule.text.lowercased().split { mark in
            !(mark.isLetter || mark.isNumber || "-_.*\\".contains(mark))
        }
        return words.contains { $0 == name || $0.hasSuffix(".") && $0.dropLast() == name }
    }
}
