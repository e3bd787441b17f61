import Catalog
import DNS
import NameLanguages
import Policy

/// What the rules of a layer look for in names, as an automaton: names that it does not tell apart meet the same rules.
///
/// What rules do, which of them is the strongest, and whether one counts is not asked here: that is the layer's to say.
struct RuleLanguages {
    private(set) var automaton = NameAutomaton()
    /// Rules that look for something that is no regular language, or that no expression here describes, or for which there is
    /// no room.
    private(set) var unread: Set<Int> = []
    /// Rules that match exactly where the automaton says their number; others are combined of several.
    private var plain: Set<Int> = []
    /// Whether C may read names of the patterns as addresses: the last label of such begins with a digit.
    private let mayBeAddresses: Bool
    /// The first number that is free for what is no rule by itself.
    private var nextNumber: Int

    /// Everything in a layer that may meet names of some patterns; rules that do not count for who asks are left out.
    /// - Complexity: O(rules × labels)
    init(_ layer: CompiledLayer, for patterns: [EndpointPattern], context: QueryContext) {
        nextNumber = layer.compiledRules.upperBound
        let near = Neighbourhood(patterns)
        mayBeAddresses = patterns.contains { $0.base.labels.last?.first.map { $0 &- 0x30 < 10 } ?? true }
        // Where the strongest class wins and nothing else is asked, a rule that allows all below a name settles what weaker
        // ones look for there.
        let ranksCount = layer.profile.order == .classFirst && !Self.looksBehind.contains(layer.engine)
        func rank(_ content: RuleContent) -> Int {
            ranksCount ? Int(layer.profile.rank(of: content.ruleClass) ?? 0) + 1 : 0
        }
        func isFirm(_ content: RuleContent) -> Bool {
            ranksCount && content.action == .allow && content.coverage == .all && content.guard == .none
        }
        // A policy zone also asks which names have rules at all.
        let seesNodes = if case .policyZone = layer.profile.order { true } else { false }
        // First those that let names through: without them nothing is proven, and others may be too weak to matter.
        let rules = layer.compiledRules.filter { layer.counts($0, context) != false }
        for rule in rules.filter({ layer.action($0) == .allow }) + rules.filter({ layer.action($0) != .allow }) {
            let content = layer.content(rule)
            for name in content.guard.excluded { addFree(below: name.octets) }
            if case .rewrite = content.action {
                // What several rewrites make of a name hangs on what they rewrite it to.
                unread.insert(rule)
                continue
            }
            var isRead = true
            switch content.subject {
            case .name(let scope, let name):
                let octets = name.octets
                guard near.mayEnd(in: octets) else { continue }
                add(rule, scope, octets, seesNodes: seesNodes, settling: isFirm(content) ? rank(content) : nil)
            case .text(let pattern):
                guard near.mayEnd(in: pattern.fixedEnd) else { continue }
                isRead = add(rule, pattern.expression, rank: rank(content))
            case .regex(let regex): isRead = add(regex, rule, rank: rank(content))
            case .condition(let condition): isRead = add(condition)
            }
            if !isRead { unread.insert(rule) }
        }
    }

    /// Whether a class says that a rule matches its names; true for what is combined, which the layer looks at name by name.
    func isMet(_ rule: Int, in names: NameClass) -> Bool {
        plain.contains(rule) ? names.matches.contains(rule) : !unread.contains(rule)
    }

    /// Engines that look at rules of weaker classes, too, where one lets a name pass.
    static let looksBehind: [Engine] = [.blocky, .dnscryptProxy]

    /// States up to which expressions are added.
    private static let largest = 50_000

    private mutating func add(_ rule: Int, _ expression: NameExpression, rank: Int) -> Bool {
        guard automaton.size < Self.largest else { return false }
        automaton.add(expression, number: rule, rank: rank)
        plain.insert(rule)
        return true
    }

    private mutating func add(_ rule: Int, _ scope: Scope, _ name: [UInt8], seesNodes: Bool, settling: Int?) {
        plain.insert(rule)
        let free = seesNodes ? takeNumber() : nil
        switch scope {
        case .exact: automaton.add(name: name, at: rule, below: free)
        case .below: automaton.add(name: name, at: free, below: rule, settling: settling)
        case .subtree: automaton.add(name: name, at: rule, below: rule, settling: settling)
        case .node:
            guard let free else { return }
            automaton.add(name: name, at: free, below: takeNumber())
        }
    }

    private mutating func takeNumber() -> Int {
        defer { nextNumber += 1 }
        return nextNumber
    }

    private mutating func addFree(below name: [UInt8]) {
        let number = takeNumber()
        automaton.add(name: name, at: number, below: number)
    }

    // MARK: - Expressions and conditions

    /// Whether an expression was read; under the number of its rule where the rule is about nothing but what matches it.
    private mutating func add(_ regex: NameRegex, _ rule: Int? = nil, rank: Int = 0) -> Bool {
        let read: NameExpression? =
            switch regex.dialect {
            case .re2(let ignoresCase): ExpressionReader.read(regex.pattern, ignoresCase: ignoresCase)
            // Written for RE2 in small letters.
            case .tre: regex.screen.flatMap { ExpressionReader.read($0, ignoresCase: false) }
            }
        guard let read, automaton.size < Self.largest else { return false }
        if let rule, !regex.isInverted, regex.required.isEmpty { return add(rule, read, rank: rank) }
        automaton.add(read, number: takeNumber(), rank: rank)
        if !regex.required.isEmpty { automaton.add(Self.holding(regex.required), number: takeNumber(), rank: rank) }
        return true
    }

    /// Names that, behind `http://`, hold a text.
    private static func holding(_ text: [UInt8]) -> NameExpression {
        let scheme = Array("http://".utf8)
        // The text may begin in the scheme and go on with the name.
        let over = (1...max(1, text.count)).filter { scheme.suffix($0).elementsEqual(text.prefix($0)) }
        return .choice(
            [.containing(.text(text))] + over.map { .sequence([.text(text.dropFirst($0)), .anything]) }
                + (scheme.indices.contains { scheme[$0...].starts(with: text) } ? [.anything] : [])
        )
    }

    /// Adds everything that a condition asks of names, so that it holds for all names of a class or for none; false where
    /// that cannot be said.
    private mutating func add(_ condition: NameCondition) -> Bool {
        guard automaton.size < Self.largest else { return false }
        switch condition {
        case .constant: return true
        case .below(let set):
            for text in set.texts { addFree(below: text) }
            return true
        case .isOne(let set):
            for text in set.texts { automaton.add(name: text, at: takeNumber(), below: nil) }
            return true
        case .regex(let regex): return add(regex)
        // Names of the alphabet have nothing else.
        case .isOdd: return true
        case .isAddress: return !mayBeAddresses
        case .not(let condition), .entry(let condition, _): return add(condition)
        case .all(let conditions), .any(let conditions):
            // All of them are added, also behind one that cannot be.
            return conditions.reduce(true) { isRead, condition in add(condition) && isRead }
        case .wire, .labelsOutside, .octetsOutside: return false
        }
    }
}

/// The fixed parts of patterns as a tree of octets, the last ones first: rules that fix another end meet none of their names.
private struct Neighbourhood {
    private struct Node {
        var next: [UInt8: Int] = [:]
        /// Whether a fixed part begins here.
        var isWhole = false
    }

    private var nodes = [Node()]

    init(_ patterns: [EndpointPattern]) {
        for pattern in patterns {
            var node = 0
            for octet in pattern.base.octets.reversed() {
                if let known = nodes[node].next[octet] {
                    node = known
                } else {
                    nodes.append(Node())
                    nodes[node].next[octet] = nodes.count - 1
                    node = nodes.count - 1
                }
            }
            nodes[node].isWhole = true
        }
    }

    /// Whether a text may be the end of a name of one of the patterns: it goes on from a fixed part, or a fixed part from it.
    func mayEnd(in text: some BidirectionalCollection<UInt8>) -> Bool {
        var node = 0
        for octet in text.reversed() {
            if nodes[node].isWhole { return true }
            guard let next = nodes[node].next[octet] else { return false }
            node = next
        }
        return true
    }
}

extension DomainName {
    /// The name in small letters with dots between its labels.
    var octets: [UInt8] { Array(lowercased.labels.joined(separator: [0x2E])) }
}

extension EndpointPattern {
    /// The names that it stands for.
    var expression: NameExpression {
        switch kind {
        case .exact: return .text(base.octets)
        case .suffix: return .below(base.octets)
        case .suffixAndApex: return .subtree(base.octets)
        case .glob:
            let parts = text.utf8.map { octet -> NameExpression in
                switch octet {
                case 0x2A: .star(.symbols(.label))
                case 0x3F: .symbols(.label)
                default: .symbols(NameSymbols(octet))
                }
            }
            return .sequence(parts)
        }
    }
}

extension TextPattern {
    /// The octets that all texts that match end with.
    fileprivate var fixedEnd: [UInt8] {
        guard endsAtEnd else { return [] }
        let octets = tokens.reversed().prefix { if case .octet = $0 { true } else { false } }
        return octets.reversed().compactMap { if case .octet(let octet) = $0 { octet } else { nil } }
    }

    /// The texts that match.
    var expression: NameExpression {
        var parts = tokens.map { token -> NameExpression in
            switch token {
            case .octet(let octet): .symbols(NameSymbols(octet))
            case .any: .anything
            case .run: .star(.symbols(.label))
            case .one: .symbols(.all)
            case .oneOf(let set): .symbols(NameSymbols(where: set.contains))
            // Of the octets that separate for AdBlock rules no name has one.
            case .separator: .end
            }
        }
        switch start {
        case .anywhere: parts.insert(.anything, at: 0)
        case .label: parts.insert(.optional(.sequence([.anything, .symbols(.dot)])), at: 0)
        case .beginning: break
        }
        return .sequence(endsAtEnd ? parts : parts + [.anything])
    }
}
