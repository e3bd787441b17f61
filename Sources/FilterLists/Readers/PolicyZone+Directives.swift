import DNS
import LDNS
import Policy
import TextScan

/// Directives, as each engine reads them.
extension PolicyZone {
    /// `$ORIGIN` and `$TTL`; what other directives stand for is not evaluated.
    mutating func obey(_ text: Span<UInt8>, _ content: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        let directive = ZoneDirective(text.extracting(content))
        // Unbound knows directives in capitals alone.
        let isKnown = engine != .unboundRPZ || directive.isUppercase
        switch directive.name {
        case "$ORIGIN" where isKnown:
            follow(directive.origin(engine, from: origin), text, content, line, &sink) { $0.begin(origin: $1) }
        case "$TTL" where isKnown:
            follow(directive.ttl(engine), text, content, line, &sink) { $0.begin(ttl: $1) }
        case "$INCLUDE" where isKnown:
            sink.skip(.zoneInclude, text, content, line)
            noteUnknown(content, line)
        case _ where engine == .unboundRPZ:
            // It knows no other, and goes on.
            sink.drop(.ignoredEntry, text, content, line)
        case "$GENERATE" where engine != .knotRPZ: generate(text, content, line, &sink)
        default: refuse(text, content, line, &sink)
        }
    }

    private mutating func follow<Value>(
        _ reading: ZoneDirective.Reading<Value>,
        _ text: Span<UInt8>,
        _ content: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink,
        _ begin: (inout PolicyZone, Value) -> Void
    ) {
        switch reading {
        case .value(let value): begin(&self, value)
        case .ignored: sink.drop(.ignoredEntry, text, content, line)
        case .refused: refuse(text, content, line, &sink)
        case .unknown:
            sink.skip(.oddDirective, text, content, line)
            noteUnknown(content, line)
        }
    }
}

/// A line that begins with a dollar, and what engines make of `$ORIGIN` and `$TTL` (compared with BIND 9.18, Unbound 1.17.1,
/// PowerDNS Recursor 4.8 and Knot Resolver 5.6).
struct ZoneDirective {
    /// What a directive does.
    enum Reading<Value> {
        case value(Value)
        /// Nothing.
        case ignored
        /// It keeps the engine from taking the zone, or ends it.
        case refused
        /// What it does is not known.
        case unknown
    }

    private let words: [[UInt8]]

    /// The directive in capitals.
    let name: String

    init(_ line: Span<UInt8>) {
        var words: [[UInt8]] = []
        var fields = FieldScanner(line)
        while let field = fields.next() { words.append(line.extracting(field).octets) }
        self.words = words
        name = String(decoding: words.first ?? [], as: UTF8.self).uppercased()
    }

    /// Whether the directive is written in capitals.
    var isUppercase: Bool { words.first.map { $0 == Array(name.utf8) } ?? false }

    private var hasParentheses: Bool { words.dropFirst().contains { $0.contains { $0 == 0x28 || $0 == 0x29 } } }

    /// The origin, where `current` is the one in front.
    func origin(_ engine: Engine, from current: DomainName) -> Reading<DomainName> {
        guard words.count > 1 else { return engine == .unboundRPZ ? .ignored : .refused }
        let word = words[1]
        switch engine {
        case .unboundRPZ:
            // As it stands, with or without a dot at its end, blanks and all.
            let whole = words.dropFirst().joined(separator: Array("\\032".utf8))
            return Self.name(Array(whole))
        case .pdnsRPZ:
            // As it stands; words behind it are nothing.
            return Self.name(word)
        case .knotRPZ:
            guard words.count == 2, Self.isAbsolute(word), PolicyZone.isScanned(word.span) else { return .refused }
            return Self.name(word)
        default:
            if hasParentheses { return .unknown }
            guard words.count == 2, !word.contains(0x22) else { return .refused }
            if word == [0x40] { return .value(current) }
            guard case .value(let name) = Self.name(word) else { return .refused }
            if Self.isAbsolute(word) { return .value(name) }
            guard let whole = try? DomainName(wire: name.wire.dropLast() + current.wire) else { return .refused }
            return .value(whole)
        }
    }

    private static func name(_ word: [UInt8]) -> Reading<DomainName> {
        (try? DomainName(presentation: word)).map(Reading.value) ?? .refused
    }

    /// The TTL of records behind it.
    func ttl(_ engine: Engine) -> Reading<UInt32> {
        let seconds: UInt32?
        switch engine {
        case .unboundRPZ:
            // Blanks are skipped and what is no time ends it; none is what it has without the directive.
            guard let sum = Self.sum(Array(words.dropFirst().joined(separator: [0x20]))) else { return .refused }
            return .value(sum == 0 ? 3600 : sum)
        case .pdnsRPZ: seconds = words.count > 1 ? Self.leading(words[1]) : nil
        default:
            if hasParentheses { return .unknown }
            seconds = words.count == 2 ? Self.units(words[1]) : nil
        }
        // BIND takes what has more than 31 bits for none.
        return seconds.map { .value(engine == .bindRPZ && $0 > UInt32(Int32.max) ? 0 : $0) } ?? .refused
    }

    /// Digits, or numbers that each have a unit behind them (BIND, Knot Resolver).
    static func units(_ word: [UInt8]) -> UInt32? {
        let isPlain = word.allSatisfy { asciiDigit($0) != nil }
        guard let last = word.last, isPlain || asciiDigit(last) == nil else { return nil }
        return ZoneTime.seconds(word[...])
    }

    /// The sum of the numbers up to what is no time, as Unbound counts; nil beyond 32 bits.
    private static func sum(_ text: [UInt8]) -> UInt32? {
        var total: UInt64 = 0
        var number: UInt64 = 0
        for octet in text {
            if let digit = asciiDigit(octet) {
                number = number * 10 + UInt64(digit)
            } else if let unit = ZoneTime.unit(octet) {
                total += number * unit
                number = 0
            } else if octet != 0x20 {
                break
            }
            guard max(number, total) <= UInt64(UInt32.max) else { return nil }
        }
        return UInt32(exactly: total + number)
    }

    /// The digits in front, in the unit that the last octet is (PowerDNS).
    private static func leading(_ word: [UInt8]) -> UInt32? {
        guard let last = word.last, let first = word.first, asciiDigit(first) != nil else { return nil }
        var value: UInt64 = 0
        for octet in word {
            guard let digit = asciiDigit(octet) else { break }
            value = value * 10 + UInt64(digit)
            guard value <= UInt64(UInt32.max) else { return nil }
        }
        if asciiDigit(last) == nil {
            guard let unit = ZoneTime.unit(last) ?? (asciiLowercased(last) == 0x79 ? 31_536_000 : nil) else {
                return nil
            }
            value *= unit
        }
        return UInt32(truncatingIfNeeded: value)
    }

    /// Whether a name ends with a dot that is not escaped.
    static func isAbsolute(_ text: [UInt8]) -> Bool {
        guard text.last == 0x2E else { return false }
        return text.dropLast().reversed().prefix(while: { $0 == 0x5C }).count % 2 == 0
    }
}
