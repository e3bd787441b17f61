public import Catalog
public import DNS
public import Findings
import NameLanguages
public import Policy

/// Whether the rules of a layer let every name of documented patterns through, at any depth.
///
/// Rules divide the names into classes that none of them tells apart (``NameAutomaton``), and the layer itself says what
/// becomes of the shortest name of every class, so precedence is decided by the engine's own code. Names are those of small
/// letters, digits, `-` and `_`, with labels of 1 to 63 octets and 253 in all.
///
/// A name is let through by a rule that allows it: nothing else is known to be open where a list of names to allow ends.
public struct CoverageQuestion: Sendable {
    private let layer: CompiledLayer
    private let stack: CompiledStack
    private let types: [RRType]
    private let context: QueryContext
    private let languages: RuleLanguages
    /// Rules that may stop names nobody knows of here.
    private let stoppers: [Int]
    private let isIncomplete: Bool

    /// The engines whose verdicts follow from the rules that a name meets, and from the names above it that have rules.
    public static let engines: [Engine] = [
        .panOS, .zscaler, .fortiGate, .umbrella, .pac, .squid, .bindRPZ, .pdnsRPZ, .knotRPZ, .pihole, .adguardHome,
        .blocky,
        .technitium, .dnscryptProxy, .v2ray, .proxifier, .littleSnitch,
    ]

    /// A question about a layer.
    /// - Parameters:
    ///   - patterns: those that are asked about.
    ///   - isIncomplete: whether rules that may stop names are not in the layer, because they are not evaluated.
    /// - Complexity: O(rules × labels)
    public init(
        _ layer: CompiledLayer,
        patterns: [EndpointPattern],
        types: [RRType] = [.a, .aaaa, .https],
        context: QueryContext = .unknown,
        isIncomplete: Bool = false
    ) {
        self.layer = layer
        stack = CompiledStack(layers: [layer])
        self.types = types
        self.context = context
        self.isIncomplete = isIncomplete
        languages = RuleLanguages(layer, for: patterns, context: context)
        stoppers = (languages.unread.sorted() + layer.addressRules).filter { layer.action($0) != .allow }
    }

    /// Whether any rule lets names through.
    public var allowsAnything: Bool {
        layer.engine == .pac || layer.compiledRules.contains { layer.action($0) == .allow }
    }

    /// What becomes of the names of an endpoint, and of those of them that the catalog knows.
    public func coverage(of endpoint: Endpoint, in catalog: EndpointCatalog) -> EndpointCoverage {
        let coverage = coverage(of: endpoint.pattern)
        let known = catalog.probes(for: endpoint).filter { $0.origin != .synthesised }.map(\.name)
        let stopped = coverage.isCovered ? [] : known.filter { isStopped($0) }
        return EndpointCoverage(endpoint: endpoint, coverage: coverage, knownNames: known, stoppedNames: stopped)
    }

    /// What becomes of the names of a pattern.
    /// - Complexity: that of ``NameAutomaton/forEachClass(of:limits:symbols:budget:_:)``
    public func coverage(of pattern: EndpointPattern) -> Coverage {
        var asked = Asked()
        if pattern.kind == .exact {
            asked.note(stand(pattern.base, of: nil), pattern.base)
            return coverage(asked, isCertain: true)
        }
        do throws(AutomatonTooLarge) {
            try languages.automaton.forEachClass(of: pattern.expression) { names in
                guard let name = try? DomainName(presentation: names.name) else { return true }
                asked.note(stand(name, of: names), name)
                return asked.missed == nil
            }
        } catch {
            asked.doubt = .tooLarge
        }
        if asked.missed == nil, asked.doubt == nil {
            if isIncomplete {
                asked.doubt = .notEvaluated
            } else if let rule = stoppers.first(where: { mayOverrule($0, asked.rules) }) {
                asked.doubt = .rule(layer.reference(rule))
            }
        }
        return coverage(asked, isCertain: stoppers.isEmpty && !isIncomplete)
    }

    private func coverage(_ asked: Asked, isCertain: Bool) -> Coverage {
        let outcome: Coverage.Outcome =
            if let (name, type) = asked.missed {
                .missed(example(name, type), isShortest: asked.open == nil && asked.doubt == nil && isCertain)
            } else if let (name, type) = asked.open {
                .open(.example(example(name, type)))
            } else if let doubt = asked.doubt {
                .open(doubt)
            } else {
                .covered
            }
        return Coverage(
            outcome: outcome,
            examples: asked.examples,
            rules: asked.rules.sorted().map(layer.reference)
        )
    }

    private func example(_ name: DomainName, _ type: RRType) -> Coverage.Example {
        Coverage.Example(name: name, type: type, verdict: stack.verdict(name, type: type, context: context))
    }

    /// Whether a name is known not to be let through.
    public func isStopped(_ name: DomainName) -> Bool {
        if case .stopped = stand(name, of: nil) { true } else { false }
    }

    // MARK: - One name

    /// What becomes of a name.
    fileprivate enum Stand {
        case through([Int])
        case stopped(RRType)
        case open(RRType)
    }

    /// What becomes of a name, which stands for a class or for itself.
    private func stand(_ name: DomainName, of names: NameClass?) -> Stand {
        let buffer = NameBuffer(name)
        var rules: [Int] = []
        var open: RRType?
        for type in types {
            let decision = layer.decide(buffer, type: type, context: context)
            guard decision.kind == .pass, decision.hasRule else {
                if decision.kind == .pass, layer.engine == .pac { continue }
                guard isOpen(decision, name, type) else { return .stopped(type) }
                open = open ?? type
                continue
            }
            let rule = Int(decision.rule)
            if layer.action(rule) == .allow, names.map({ languages.isMet(rule, in: $0) }) ?? true {
                rules.append(rule)
            } else {
                open = open ?? type
            }
        }
        return open.map(Stand.open) ?? .through(rules)
    }

    /// Whether it is not known whether a rule lets a name through. One that may count or not, and would allow the name, changes
    /// nothing about a verdict of pass; here it would.
    private func isOpen(_ decision: Decision, _ name: DomainName, _ type: RRType) -> Bool {
        guard decision.kind == .pass else { return decision.kind == .unsupported }
        if decision.hasRule { return true }
        return layer.matchingRules(name, type: type, context: context).contains {
            layer.isOpen($0) || layer.counts($0, context) == nil
        }
    }

    /// Whether a rule may come before one of those that let names through.
    private func mayOverrule(_ rule: Int, _ rules: Set<Int>) -> Bool {
        guard layer.profile.order == .classFirst, !RuleLanguages.looksBehind.contains(layer.engine),
            layer.compiledRules.contains(rule), let rank = layer.profile.rank(of: layer.content(rule).ruleClass)
        else { return true }
        return !rules.allSatisfy { (layer.profile.rank(of: layer.content($0).ruleClass) ?? .max) < rank }
    }
}

/// What was found out so far.
private struct Asked {
    /// The first name that is not let through.
    private(set) var missed: (DomainName, RRType)?
    /// The first name of which that is not known.
    private(set) var open: (DomainName, RRType)?
    var doubt: Coverage.Doubt?
    /// Rules that let names through.
    private(set) var rules: Set<Int> = []
    private(set) var examples = 0

    mutating func note(_ stand: CoverageQuestion.Stand, _ name: DomainName) {
        examples += 1
        switch stand {
        case .through(let rules): self.rules.formUnion(rules)
        case .stopped(let type): missed = (name, type)
        case .open(let type): open = open ?? (name, type)
        }
    }
}
