/// A set of octets.
public struct OctetSet: Hashable, Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// Whether octets from 128 on are in it.
    private var rest = false

    /// No octets.
    public init() {}

    /// Adds an octet below 128.
    public mutating func insert(_ octet: UInt8) {
        if octet < 64 { low |= 1 << UInt64(octet) } else if octet < 128 { high |= 1 << UInt64(octet - 64) }
    }

    /// All other octets.
    public var inverted: OctetSet {
        var set = self
        (set.low, set.high, set.rest) = (~low, ~high, !rest)
        return set
    }

    /// Whether an octet is in it.
    public func contains(_ octet: UInt8) -> Bool {
        octet < 64 ? low >> UInt64(octet) & 1 == 1 : octet < 128 ? high >> UInt64(octet - 64) & 1 == 1 : rest
    }
}

/// A pattern over the text of a name: literals, `*` and separator marks, with or without anchors.
///
/// It is what AdBlock rules and dnscrypt-proxy globs need beyond names; regular expressions are ``NameRegex``.
/// Matching takes at most text × pattern steps, no matter how the pattern is built.
public struct TextPattern: Hashable, Sendable {
    /// One step of a pattern.
    public enum Token: Hashable, Sendable {
        /// This octet, lower case.
        case octet(UInt8)
        /// Any run of octets, dots included.
        case any
        /// Any run of octets without a dot: within a label.
        case run
        /// Any one octet.
        case one
        /// One octet of a set.
        case oneOf(OctetSet)
        /// AdBlock `^`: an octet outside `[A-Za-z0-9.%_-]`, or the end.
        case separator
    }

    /// Where a match may begin.
    public enum Start: UInt8, Hashable, Sendable {
        /// Anywhere.
        case anywhere
        /// At the first octet.
        case beginning
        /// At the first octet or after any dot (AdBlock `||`).
        case label
    }

    /// Where a match may begin.
    public var start: Start
    /// Whether it must reach the last octet.
    public var endsAtEnd: Bool
    /// The steps.
    public var tokens: [Token]

    /// A pattern.
    public init(start: Start, tokens: [Token], endsAtEnd: Bool) {
        self.start = start
        self.tokens = tokens
        self.endsAtEnd = endsAtEnd
    }

    /// Labels that a match has at least.
    var labels: Int { tokens.count { $0 == .octet(0x2E) } + 1 }

    /// Whether `text` (lower case, `count` octets) matches.
    /// - Complexity: O(text × tokens) per possible start
    public func matches(_ text: Span<UInt8>) -> Bool {
        switch start {
        case .beginning: return matches(text, from: 0)
        case .label:
            if matches(text, from: 0) { return true }
            for index in 0..<text.count where text[index] == 0x2E {
                if matches(text, from: index + 1) { return true }
            }
            return false
        case .anywhere:
            // A leading "any" makes one pass enough.
            if tokens.first == .any { return matches(text, from: 0) }
            for index in 0...text.count where matches(text, from: index) { return true }
            return false
        }
    }

    private func matches(_ text: Span<UInt8>, from begin: Int) -> Bool {
        if tokens.contains(.run) { return matchesSets(text, from: begin) }
        var position = begin
        var token = 0
        var starToken = -1
        var starPosition = 0
        while true {
            if token == tokens.count {
                if !endsAtEnd || position >= text.count { return true }
            } else if tokens[token] == .any {
                starToken = token
                starPosition = position
                token += 1
                continue
            } else if accepts(tokens[token], text, &position) {
                token += 1
                continue
            }
            // Only the last star needs a second try.
            guard starToken >= 0, starPosition < text.count else { return false }
            starPosition += 1
            position = starPosition
            token = starToken + 1
        }
    }

    /// The same with every state at once: after a run within a label the last star is not the only one to try again.
    private func matchesSets(_ text: Span<UInt8>, from begin: Int) -> Bool {
        var states = [Bool](repeating: false, count: tokens.count + 1)
        states[0] = true
        var position = begin
        while true {
            for state in tokens.indices where states[state] {
                switch tokens[state] {
                case .any, .run: states[state + 1] = true
                case .separator where position == text.count: states[state + 1] = true
                default: break
                }
            }
            if states[tokens.count], !endsAtEnd || position == text.count { return true }
            guard position < text.count else { return false }
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for state in tokens.indices where states[state] {
                var after = position
                switch tokens[state] {
                case .any: next[state] = true
                case .run: if text[position] != 0x2E { next[state] = true }
                default: if accepts(tokens[state], text, &after) { next[state + 1] = true }
                }
            }
            states = next
            position += 1
        }
    }

    private func accepts(_ token: Token, _ text: Span<UInt8>, _ position: inout Int) -> Bool {
        if case .separator = token, position >= text.count { return position == text.count }
        guard position < text.count else { return false }
        switch token {
        case .octet(let octet): guard text[position] == octet else { return false }
        case .one: break
        case .oneOf(let set): guard set.contains(text[position]) else { return false }
        case .separator: guard !Self.isNameOctet(text[position]) else { return false }
        case .any, .run: return false
        }
        position += 1
        return true
    }

    private static func isNameOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x25, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
