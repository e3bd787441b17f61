internal import TextScan

/// One record of a partial: a value of JSON with its place, bounded.
struct PartialRecord {
    enum Value {
        case text(String)
        case literal(String)
        case list([PartialRecord])
        case members([(key: String, value: PartialRecord)])
    }

    let byte: Int
    let value: Value

    /// Takes the tokens of the next record; nil at the end.
    @_lifetime(scanner: copy scanner)
    static func tokens(_ scanner: inout JSONScanner) throws(PartialFault) -> [JSONToken]? {
        var tokens: [JSONToken] = []
        var depth = 0
        repeat {
            let token = scanner.next()
            switch token.kind {
            case .end:
                guard tokens.isEmpty else {
                    throw PartialFault(byte: token.range.lowerBound, text: "ends within a record")
                }
                return nil
            case .broken: throw PartialFault(byte: token.range.lowerBound, text: "is no JSON from here on")
            case .beginObject, .beginArray: depth += 1
            case .endObject, .endArray: depth -= 1
            case .key, .string, .literal: break
            }
            guard depth >= 0, depth > 0 || !tokens.isEmpty else {
                throw PartialFault(byte: token.range.lowerBound, text: "an object begins a record")
            }
            guard tokens.count < PartialLimits.maximumTokens, depth <= PartialLimits.maximumDepth else {
                throw PartialFault(byte: token.range.lowerBound, text: "the record is larger than any that is written")
            }
            tokens.append(token)
        } while depth > 0
        return tokens
    }

    /// Builds the value that begins at a token, and moves behind it.
    init(_ text: Span<UInt8>, _ tokens: [JSONToken], at index: inout Int) throws(PartialFault) {
        let token = tokens[index]
        byte = token.range.lowerBound
        index += 1
        switch token.kind {
        case .string, .key: value = .text(try Self.text(token, text))
        case .literal: value = .literal(try Self.text(token, text))
        case .beginArray:
            var list: [PartialRecord] = []
            while index < tokens.count, tokens[index].kind != .endArray {
                list.append(try PartialRecord(text, tokens, at: &index))
            }
            index += 1
            value = .list(list)
        case .beginObject:
            var members: [(key: String, value: PartialRecord)] = []
            while index < tokens.count, tokens[index].kind != .endObject {
                let key = tokens[index]
                guard key.kind == .key, index + 1 < tokens.count else {
                    throw PartialFault(byte: key.range.lowerBound, text: "a member has a name and a value")
                }
                index += 1
                members.append((try Self.text(key, text), try PartialRecord(text, tokens, at: &index)))
            }
            index += 1
            value = .members(members)
        case .endArray, .endObject, .end, .broken:
            throw PartialFault(byte: byte, text: "a value belongs here")
        }
    }

    private static func text(_ token: JSONToken, _ text: Span<UInt8>) throws(PartialFault) -> String {
        guard token.range.count <= PartialLimits.maximumText else {
            throw PartialFault(byte: token.range.lowerBound, text: "the text is longer than any that is written")
        }
        return token.text(in: text)
    }

    // MARK: - What is in it

    func fault(_ text: String) -> PartialFault { PartialFault(byte: byte, text: text) }

    /// The member with a name; nil where there is none.
    func member(_ key: String) -> PartialRecord? {
        guard case .members(let members) = value else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The member with a name, which has to be there.
    func needed(_ key: String) throws(PartialFault) -> PartialRecord {
        guard let member = member(key) else { throw fault("the member \(key) is missing") }
        return member
    }

    var members: [(key: String, value: PartialRecord)] {
        if case .members(let members) = value { members } else { [] }
    }

    func text() throws(PartialFault) -> String {
        guard case .text(let text) = value else { throw fault("a text belongs here") }
        return text
    }

    func list() throws(PartialFault) -> [PartialRecord] {
        guard case .list(let list) = value else { throw fault("an array belongs here") }
        return list
    }

    func number(_ range: ClosedRange<Int64>) throws(PartialFault) -> Int64 {
        guard case .literal(let text) = value, let number = Int64(text), range.contains(number) else {
            throw fault("a whole number from \(range.lowerBound) to \(range.upperBound) belongs here")
        }
        return number
    }

    func count() throws(PartialFault) -> Int { Int(try number(0...Int64(PartialLimits.maximumCount))) }

    func time() throws(PartialFault) -> Int64 { try number(-PartialLimits.maximumTime...PartialLimits.maximumTime) }

    /// The number of a member; 0 where it is not said.
    func count(_ key: String) throws(PartialFault) -> Int {
        guard let member = member(key) else { return 0 }
        return try member.count()
    }

    /// The time of a member; nil where it is not said.
    func time(_ key: String) throws(PartialFault) -> Int64? {
        guard let member = member(key) else { return nil }
        return try member.time()
    }

    /// Whether a member is there, whose only value is true.
    func flag(_ key: String) throws(PartialFault) -> Bool {
        guard let member = member(key) else { return false }
        guard case .literal("true") = member.value else { throw member.fault("`true` belongs here, or nothing") }
        return true
    }

    private static let summed: Set<String> = [
        "events", "client_events", "answered", "with_data", "untold", "count", "phases",
    ]

    /// All counts in it that are added to others; none is larger than it may be.
    var sum: Int {
        Self.added(members.lazy.filter { Self.summed.contains($0.key) }.map(\.value.numbers))
    }

    /// The sum of the numbers in a value.
    private var numbers: Int {
        switch value {
        case .literal(let text): max(0, Int(text) ?? 0)
        case .text: 0
        case .list(let list): Self.added(list.lazy.map(\.numbers))
        case .members(let members): Self.added(members.lazy.map(\.value.numbers))
        }
    }

    private static func added(_ numbers: some Sequence<Int>) -> Int {
        numbers.reduce(0) { min($0, PartialLimits.maximumSum) + min($1, PartialLimits.maximumSum) }
    }

    /// Counts by reason.
    func counts(_ key: String) throws(PartialFault) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (reason, count) in member(key)?.members ?? [] {
            guard counts.count <= SourceTotals.maximumReasons, !reason.isEmpty, reason.utf8.count <= 60,
                reason.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
            else { throw count.fault("is counted under a word that is none of the reasons") }
            counts[reason] = try count.count()
        }
        return counts
    }
}
