import DNS
import Policy
import TextScan

/// Which cloaking rule dnscrypt-proxy takes for the target of another, to see whether targets lead back to a rule that was
/// followed before: from 2.1.16 on it refuses such a file (`plugin_cloak.go`, `detectCloakingLoops`). Where several rules may be
/// taken, because the engine keeps them in a map, all of them are followed.
struct CloakingLoops {
    private var exact: [[UInt8]: [Int]] = [:]
    private var suffixes: [[UInt8]: [Int]] = [:]
    private var prefixes: [(text: [UInt8], rule: Int)] = []
    private var inside: [(text: TextPattern, rule: Int)] = []
    private var globs: [(text: TextPattern, rule: Int)] = []
    /// The target of each rule that has no address, in lower case.
    private var targets: [[UInt8]?] = []

    /// Targets times patterns that are tried.
    private static let maximumWork = 1 << 22

    /// Adds the next rule of a list.
    mutating func add(_ kind: DNSCryptPattern.Kind, _ list: Span<UInt8>, target: [UInt8]?) {
        let rule = targets.count
        targets.append(target)
        switch kind {
        case .exact(let text): exact[Self.lower(list, text), default: []].append(rule)
        case .suffix(let text): suffixes[Self.lower(list, text), default: []].append(rule)
        case .prefix(let text): prefixes.append((Self.lower(list, text), rule))
        case .inside(let text):
            let tokens = Self.lower(list, text).map(TextPattern.Token.octet)
            inside.append((TextPattern(start: .anywhere, tokens: tokens, endsAtEnd: false), rule))
        case .glob(let tokens):
            globs.append((TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true), rule))
        }
    }

    private static func lower(_ list: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        list.extracting(range).octets.map(asciiLowercased)
    }

    /// The first rule from which targets may lead round; nil where none do.
    /// - Returns: as well whether all rules were tried
    func first() -> (rule: Int?, isComplete: Bool) {
        let followed = targets.count { $0 != nil }
        let patterns = prefixes.count + inside.count + globs.count
        guard followed * (patterns + 1) <= Self.maximumWork else { return (nil, false) }
        let next = targets.map { $0.map(candidates) ?? [] }
        // Rules from which everything ends are settled; of the others one leads round.
        var settled = [Bool](repeating: false, count: targets.count)
        var entered = settled
        for start in targets.indices where !settled[start] {
            var path = [(rule: start, place: 0)]
            entered[start] = true
            while let (rule, place) = path.last {
                guard place < next[rule].count else {
                    settled[rule] = true
                    path.removeLast()
                    continue
                }
                path[path.count - 1].place += 1
                let other = next[rule][place]
                if settled[other] || targets[other] == nil { continue }
                if entered[other] { return (other, true) }
                entered[other] = true
                path.append((other, 0))
            }
        }
        return (nil, true)
    }

    /// The rules that may be taken for a name (`pattern_matcher.go`, `Eval`).
    private func candidates(_ name: [UInt8]) -> [Int] {
        guard name.count > 1 else { return [] }
        if let rules = exact[name] { return rules }
        for start in name.indices where start == 0 || name[start - 1] == 0x2E {
            if let rules = suffixes[Array(name[start...])] { return rules }
        }
        let begun = prefixes.filter { name.starts(with: $0.text) }
        if let longest = begun.map(\.text.count).max() { return begun.filter { $0.text.count == longest }.map(\.rule) }
        let holding = inside.filter { $0.text.matches(name.span) }
        return (holding.isEmpty ? globs.filter { $0.text.matches(name.span) } : holding).map(\.rule)
    }
}
