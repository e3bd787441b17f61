import DNS
import Policy

/// Writes the rules of an engine whose strongest class wins for another one of that kind, one by one: where the classes
/// beat each other in the same order, so do the rules.
struct RulePlan {
    private let layer: CompiledLayer
    private let output: TierOutput
    private let tiers: [RuleClass: Int]
    private let types: [RRType]
    private let context: QueryContext
    /// Names of allowing rules that only some blocking rules beat, and the names above them.
    private var allowed: Set<DomainName> = []
    private var aboveAllowed: Set<DomainName> = []
    private var allowsPatterns = false

    init(
        _ layer: CompiledLayer,
        _ syntax: RuleSyntax,
        _ format: ExportFormat,
        _ context: QueryContext,
        allowing: Bool
    ) {
        self.layer = layer
        self.context = context
        output = TierOutput(syntax: syntax, format: format, allowing: allowing)
        tiers = Self.tiers(layer.profile.precedence)
        types = layer.distinguishedTypes
        guard syntax.tiers == 2, layer.compiledRules.contains(where: { tier($0) == 2 }) else { return }
        for rule in layer.compiledRules where tier(rule) == 1 {
            guard case .name(_, let name) = layer.content(rule).subject else {
                allowsPatterns = true
                continue
            }
            allowed.insert(name)
            var above = name.parent
            while let next = above, aboveAllowed.insert(next).inserted { above = next.parent }
        }
    }

    /// Numbers the classes from the weakest on: a class that allows after ones that block begins a tier, and so on.
    private static func tiers(_ precedence: [RuleClass]) -> [RuleClass: Int] {
        var tiers: [RuleClass: Int] = [:]
        var tier = 0
        for ruleClass in precedence.reversed() {
            if allows(ruleClass) != (tier % 2 == 1) { tier += 1 }
            tiers[ruleClass] = tier
        }
        return tiers
    }

    private static func allows(_ ruleClass: RuleClass) -> Bool {
        switch ruleClass {
        case .ownAllow, .ownAllowRegex, .listAllow, .importantAllow, .ruleAllow: true
        default: false
        }
    }

    private func tier(_ rule: Int) -> Int? { tiers[layer.content(rule).ruleClass] }

    func write(to sink: inout ExportSink) {
        for rule in layer.compiledRules {
            guard sink.goesOn else { return }
            let content = layer.content(rule)
            guard !layer.isOfEngine(rule), let tier = tiers[content.ruleClass] else { continue }
            if case .name(.node, _) = content.subject { continue }
            if layer.isPointerOfHosts(rule) { continue }
            guard let counts = layer.counts(rule, context) else {
                leaveOut(rule, .client, &sink)
                continue
            }
            guard counts else {
                sink.noteOtherClient()
                continue
            }
            // The answer is no block where it holds an address of another rule that leads somewhere.
            if !output.syntax.takesHostsRules, layer.standsBesideAddress(rule) {
                leaveOut(rule, .data, &sink)
                continue
            }
            if content.ruleClass == .rewrite || content.ruleClass == .ownRewrite {
                leaveOut(rule, .rewrite, &sink)
                continue
            }
            var written = TierRule(
                subject: content.subject,
                tier: tier,
                action: content.action,
                coverage: content.coverage,
                excluded: content.guard.excluded,
                isOfHosts: content.ruleClass == .hosts && layer.profile.precedence.last == .hosts
            )
            if output.syntax.tiers == 1 {
                if tier > 0, tier % 2 == 1 {
                    sink.omit(rule, .allow)
                    continue
                }
                switch overruledTypes(content) {
                case .none: break
                case .all:
                    sink.noteOverruled()
                    continue
                case .some:
                    sink.omit(rule, .types)
                    continue
                }
            }
            if output.syntax.tiers < 4 {
                if tier == 2, overlapsAllowed(content.subject) {
                    sink.omit(rule, .precedence)
                    continue
                }
                written.tier = tier % 2
            }
            // It still takes the name out of what lists block.
            if written.allows, case .name(_, let name) = written.subject, sink.isAnsweredByTarget(name) {
                sink.omit(rule, .ofEngine)
            }
            if let reason = output.write(written, rule, to: &sink) { leaveOut(rule, reason, &sink) }
        }
    }

    /// Leaves a rule out, or writes it as it stands where the same engine reads it. In a list of names to allow it would mean
    /// the opposite, and the table of rewrites has a syntax of its own.
    private func leaveOut(_ rule: Int, _ reason: Omission, _ sink: inout ExportSink) {
        let isOwn = output.syntax.readsOwnRules && layer.engine == output.format.engine && layer.role(rule) == .block
        guard isOwn, layer.content(rule).ruleClass != .ownRewrite, layer.content(rule).action != .unsupported else {
            return sink.omit(rule, reason)
        }
        sink.verbatim(rule)
    }

    private enum Share { case none, some, all }

    /// The types for which a rule that allows takes a single name away from a rule that blocks it.
    private func overruledTypes(_ content: RuleContent) -> Share {
        guard case .name(.exact, let name) = content.subject else { return .none }
        let allowed = types.count { type in
            let decision = layer.decide(NameBuffer(name), type: type, context: context)
            return decision.hasRule && layer.action(Int(decision.rule)) == .allow
        }
        return allowed == 0 ? .none : allowed == types.count ? .all : .some
    }

    private func overlapsAllowed(_ subject: RuleSubject) -> Bool {
        guard case .name(let scope, let name) = subject else { return allowsPatterns || !allowed.isEmpty }
        if allowsPatterns || scope != .exact && aboveAllowed.contains(name) { return true }
        var above: DomainName? = name
        while let next = above {
            if allowed.contains(next) { return true }
            above = next.parent
        }
        return false
    }
}

/// Writes rules of tiers by the syntax of a format, into the right one of two files where it keeps two.
struct TierOutput {
    let syntax: RuleSyntax
    let format: ExportFormat
    let allowing: Bool

    /// Writes a rule; says why it cannot be written.
    func write(_ rule: TierRule, _ number: Int?, to sink: inout ExportSink) -> Omission? {
        var rule = rule
        var changesAnswer = false
        if !rule.allows {
            switch Self.answer(rule.action) {
            case .modal where rule.isOfHosts && syntax.takesHostsRules: break
            case .modal: rule.action = .block
            case .prescribed where !syntax.takesAnswers:
                rule.action = .block
                changesAnswer = true
            case .prescribed, .data: break
            case .none(let reason): return reason
            }
        }
        switch syntax.line(rule) {
        case .success(let line):
            if changesAnswer { sink.noteChangedAnswer(number) }
            if format.keepsAllowApart, rule.allows != allowing { sink.noteElsewhere() } else { sink.line(line) }
            return nil
        case .failure(let error): return error.reason
        }
    }

    private enum AnswerKind {
        /// What the engine's mode says.
        case modal
        /// A block with an answer of the rule's own, which another engine may give otherwise.
        case prescribed
        /// Records that another engine has to give as well.
        case data
        /// No block.
        case none(Omission)
    }

    private static func answer(_ action: RuleAction) -> AnswerKind {
        switch action {
        case .block: .modal
        case .blockAddress(let address): address.leadsNowhere ? .modal : .data
        case .records(let records): records.allSatisfy { $0.address?.leadsNowhere ?? false } ? .prescribed : .data
        case .redirect, .redirectBelow: .data
        case .nxdomain, .nodata, .refused, .drop, .servfail, .negative: .prescribed
        case .route: .none(.route)
        case .truncate: .none(.answer)
        case .rewrite: .none(.rewrite)
        case .allow, .localZone, .unsupported, .none: .none(.unknown)
        }
    }
}
