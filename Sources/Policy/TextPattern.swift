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
    public enum Start: UInt8, Hashable, Sendable, BitwiseCopyable {
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

    /// The pattern for people: stars, question marks, `[…]` for a set.
    var text: String {
        tokens.map { token in
            switch token {
            case .octet(let octet): String(decoding: [octet], as: UTF8.self)
            case .any, .run: "*"
            case .one: "?"
            case .oneOf: "[…]"
            case .separator: "^"
            }
        }.joined()
    }

    /// Labels that a match has at least.
    var labels: Int { tokens.count { $0 == .octet(0x2E) } + 1 }

    /// Whether `text` (lower case) matches.
    /// - Complexity: O(text × tokens) per possible start
    public func matches(_ text: Span<UInt8>) -> Bool {
        var sets: [OctetSet] = []
        let codes = codes(&sets)
        return PatternMatching(start, codes.span, sets.span, endsAtEnd).matches(text)
    }

    /// The steps as numbers: octets as they are, the others behind them, sets by their place in `sets`.
    func codes(_ sets: inout [OctetSet]) -> [UInt16] {
        var codes: [UInt16] = []
        codes.reserveCapacity(tokens.count)
        for token in tokens {
            switch token {
            case .octet(let octet): codes.append(UInt16(octet))
            case .any: codes.append(PatternMatching.any)
            case .run: codes.append(PatternMatching.run)
            case .one: codes.append(PatternMatching.one)
            case .oneOf(let set):
                let place = sets.firstIndex(of: set) ?? sets.count
                if place == sets.count { sets.append(set) }
                codes.append(PatternMatching.firstSet + UInt16(clamping: place))
            case .separator: codes.append(PatternMatching.separator)
            }
        }
        return codes
    }
}

/// A text pattern in flat form.
struct PatternMatching: ~Escapable {
    static let any: UInt16 = 256
    static let one: UInt16 = 257
    static let separator: UInt16 = 258
    static let run: UInt16 = 259
    static let firstSet: UInt16 = 260

    private let start: TextPattern.Start
    private let codes: Span<UInt16>
    private let sets: Span<OctetSet>
    private let endsAtEnd: Bool
    private let hasRuns: Bool

    @_lifetime(copy codes, copy sets)
    init(_ start: TextPattern.Start, _ codes: Span<UInt16>, _ sets: Span<OctetSet>, _ endsAtEnd: Bool) {
        self.start = start
        self.codes = codes
        self.sets = sets
        self.endsAtEnd = endsAtEnd
        hasRuns = codes.indices.contains { codes[$0] == Self.run }
    }

    func matches(_ text: Span<UInt8>) -> Bool {
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
            if codes.count > 0, codes[0] == Self.any { return matches(text, from: 0) }
            for index in 0...text.count where matches(text, from: index) { return true }
            return false
        }
    }

    private func matches(_ text: Span<UInt8>, from begin: Int) -> Bool {
        if hasRuns { return matchesSets(text, from: begin) }
        var position = begin
        var token = 0
        var starToken = -1
        var starPosition = 0
        while true {
            if token == codes.count {
                if !endsAtEnd || position >= text.count { return true }
            } else if codes[token] == Self.any {
                starToken = token
                starPosition = position
                token += 1
                continue
            } else if accepts(codes[token], text, &position) {
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
        var states = [Bool](repeating: false, count: codes.count + 1)
        states[0] = true
        var position = begin
        while true {
            for state in codes.indices where states[state] {
                switch codes[state] {
                case Self.any, Self.run: states[state + 1] = true
                case Self.separator where position == text.count: states[state + 1] = true
                default: break
                }
            }
            if states[codes.count], !endsAtEnd || position == text.count { return true }
            guard position < text.count else { return false }
            var next = [Bool](repeating: false, count: codes.count + 1)
            for state in codes.indices where states[state] {
                var after = position
                switch codes[state] {
                case Self.any: next[state] = true
                case Self.run: if text[position] != 0x2E { next[state] = true }
                default: if accepts(codes[state], text, &after) { next[state + 1] = true }
                }
            }
            states = next
            position += 1
        }
    }

    private func accepts(_ code: UInt16, _ text: Span<UInt8>, _ position: inout Int) -> Bool {
        guard position < text.count else { return code == Self.separator && position == text.count }
        switch code {
        case Self.one: break
        case Self.separator: guard !Self.isNameOctet(text[position]) else { return false }
        case Self.firstSet...: guard sets[Int(code - Self.firstSet)].contains(text[position]) else { return false }
        default: guard UInt16(text[position]) == code else { return false }
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
