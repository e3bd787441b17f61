import DNS
import Policy
import TextScan

/// The rules that `$badfilter` rules of a layer's lists remove (urlfilter `negatesBadfilter`): same pattern, same side,
/// same modifiers but for `badfilter`, `dnstype`, `dnsrewrite` and `denyallow`, which urlfilter does not compare.
///
/// Only the `$badfilter` rules that match a question count, and each of them that does not negate a rule puts it back
/// (`removeBadfilterRules`): so a rule is gone only where every `$badfilter` rule that matches is its twin.
struct BadfilterSet: Sendable {
    /// What becomes of a rule.
    enum Effect {
        /// It has no twin.
        case none
        /// It never counts.
        case removed
        /// Another `$badfilter` rule matches wherever its twin does, so it counts as if there were none.
        case putBack
        /// It counts for some questions and not for others.
        case mixed
    }

    private var keys: Set<Key> = []
    private var conditions: Set<Condition> = []
    /// `$badfilter` rules about a name and everything below it.
    private var subtrees: [[UInt8]: Siblings] = [:]
    /// Everything above such names.
    private var above: Set<[UInt8]> = []
    /// `$badfilter` rules with other patterns.
    private var others: Set<Key> = []

    private struct Key: Hashable {
        var allows: Bool
        var pattern: [UInt8]
        var modifiers: [String]
    }

    /// The `$badfilter` rules about one name.
    private struct Siblings {
        /// True for those without conditions.
        private var keys: [Key: Bool] = [:]
        private var plainCount = 0

        mutating func insert(_ key: Key, isPlain: Bool) {
            if isPlain, keys[key] != true { plainCount += 1 }
            keys[key] = isPlain || keys[key] == true
        }

        /// Whether there are others than a rule, and others without conditions.
        func others(than key: Key) -> (any: Bool, plain: Bool) {
            let own = keys[key]
            return (keys.count > (own == nil ? 0 : 1), plainCount > (own == true ? 1 : 0))
        }
    }

    /// A `$badfilter` rule and the questions that it matches.
    private struct Condition: Hashable {
        var key: Key
        var coverage: TypeCoverage?
        var excluded: [DomainName]
    }

    /// None.
    init() {}

    /// Whether there are none.
    var isEmpty: Bool { keys.isEmpty }

    /// Adds the `$badfilter` rules of a list.
    mutating func collect(_ text: Span<UInt8>) {
        var position = 0
        while let found = text.firstRange(of: "badfilter", from: position) {
            position = found.upperBound
            var start = found.lowerBound
            while start > 0, text[start - 1] != 0x0A,
                found.lowerBound - start < LineScanner.defaultMaximumLength
            { start -= 1 }
            var end = found.upperBound
            while end < text.count, text[end] != 0x0A { end += 1 }
            position = end
            let line = text.trimmedRange(in: start..<end)
            guard text[line.lowerBound] != 0x21, text[line.lowerBound] != 0x23,
                case .success(let rule) = AdGuardRule.split(text, line), rule.modifiers.isBadfilter
            else { continue }
            add(rule, text)
        }
    }

    private mutating func add(_ rule: AdGuardRule, _ text: Span<UInt8>) {
        let key = key(rule, text)
        keys.insert(key)
        let condition = condition(rule, key)
        conditions.insert(condition)
        // One that is limited to content types matches no question.
        guard !rule.modifiers.neverMatches else { return }
        guard let name = subtree(rule, text) else {
            others.insert(key)
            return
        }
        let isPlain = condition.coverage == nil && condition.excluded.isEmpty && !rule.modifiers.isLimited
        subtrees[name, default: Siblings()].insert(key, isPlain: isPlain)
        for parent in Self.suffixes(name).dropFirst() { above.insert(parent) }
    }

    /// What becomes of a rule.
    /// - Complexity: O(octets × labels)
    func effect(on rule: AdGuardRule, _ text: Span<UInt8>) -> Effect {
        guard !keys.isEmpty else { return .none }
        let key = key(rule, text)
        guard keys.contains(key) else { return .none }
        let whole = Condition(key: key, coverage: nil, excluded: [])
        guard conditions.contains(whole) || conditions.contains(condition(rule, key)) else { return .mixed }
        guard keys.count > 1 else { return .removed }
        guard others.isEmpty || (others.count == 1 && others.contains(key)), let name = subtree(rule, text) else {
            return .mixed
        }
        var isMixed = above.contains(name)
        for parent in Self.suffixes(name) {
            guard let others = subtrees[parent]?.others(than: key) else { continue }
            if others.plain { return .putBack }
            isMixed = isMixed || others.any
        }
        return isMixed ? .mixed : .removed
    }

    private func condition(_ rule: AdGuardRule, _ key: Key) -> Condition {
        Condition(key: key, coverage: rule.modifiers.coverage, excluded: rule.modifiers.excluded)
    }

    /// The lower-case name of a rule about a name and everything below it.
    private func subtree(_ rule: AdGuardRule, _ text: Span<UInt8>) -> [UInt8]? {
        guard let (scope, name) = rule.scoped(text), scope == .subtree else { return nil }
        return text.extracting(name).octets.map(asciiLowercased)
    }

    /// A name and everything above it.
    private static func suffixes(_ name: [UInt8]) -> [[UInt8]] {
        [name] + name.indices.filter { name[$0] == 0x2E }.map { Array(name[($0 + 1)...]) }
    }

    private func key(_ rule: AdGuardRule, _ text: Span<UInt8>) -> Key {
        var pattern = text.extracting(rule.pattern).octets
        if rule.endsWithPath { pattern.append(0x5E) }
        return Key(allows: rule.allows, pattern: pattern, modifiers: rule.modifiers.identity)
    }
}
