public import DNS

extension CompiledLayer {
    /// Calls `body` with a name for every rule of a list that is about names at or below `bases`: the rule's own, one with
    /// `label` below it where the rule is only about what lies below, and one with `label` for the stars of a text pattern.
    /// Regular expressions are left out: they do not say which names they are about.
    ///
    /// In the order of the rules, until `body` says that no more are wanted; of nearly all rules that are about other names
    /// it takes eight octets to see that.
    /// - Returns: whether all were wanted
    /// - Complexity: O(rules) plus the names found
    @discardableResult
    public func forEachName(under bases: [DomainName], label: [UInt8], _ body: (DomainName) -> Bool) -> Bool {
        let tails = NameTails(bases)
        func add(_ name: DomainName?) -> Bool {
            guard let name, bases.contains(where: name.isEqualOrBelow) else { return true }
            return body(name)
        }
        for rule in records.indices where records.mayEnd(rule, in: tails) {
            let record = records[rule]
            guard record.scope != .node, !lists[Int(record.list)].isOfEngine else { continue }
            let name = DomainName(trustedWire: records.wireName(rule))
            guard add(record.scope == .below ? name.child(label) : name) else { return false }
        }
        for record in patternRecords where !lists[Int(record.rule.list)].isOfEngine {
            guard case .text(let pattern) = patterns[record.pattern] else { continue }
            guard add(pattern.example(label)) else { return false }
        }
        return true
    }
}

extension CompiledLayer {
    /// How many rules of lists are about names that they do not spell out, exceptions aside: regular expressions and conditions.
    public var unspelledRuleCount: Int {
        patternRecords.count { record in
            guard !lists[Int(record.rule.list)].isOfEngine, actions[Int(record.rule.action)] != .allow else {
                return false
            }
            if case .text = patterns[record.pattern] { return false }
            return true
        }
    }
}

/// The last octets of names: most others end otherwise.
struct NameTails {
    /// As many octets as are compared.
    static let length = 8

    private var inText: Set<UInt64> = []
    private var inWire: Set<UInt64> = []
    /// Whether one of the names is too short to tell.
    private var takesAll = false

    /// The tails of names.
    init(_ names: [DomainName]) {
        for name in names {
            // Without the root octet, and in text without the first length either.
            let wire = name.lowercased.wire.dropLast()
            guard wire.count > Self.length else {
                takesAll = true
                continue
            }
            let text = name.labels.map { $0.map(asciiLowercased) }.joined(separator: [0x2E])
            inWire.insert(Self.word(Array(wire.suffix(Self.length))))
            inText.insert(Self.word(Array(text).suffix(Self.length)))
        }
    }

    private static func word(_ octets: some Collection<UInt8>) -> UInt64 {
        octets.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    func contains(text word: UInt64) -> Bool { takesAll || inText.contains(asciiLowercased(word)) }
    func contains(wire word: UInt64) -> Bool { takesAll || inWire.contains(word) }
    /// What is said of names that are shorter than a tail.
    var containsShort: Bool { takesAll }
}

extension RuleStore {
    /// Whether the name of a rule may end in one of some names; of nearly all that do not it says no.
    func mayEnd(_ rule: Int, in tails: borrowing NameTails) -> Bool {
        let entry = packed[rule]
        if entry.nameLength > 0 {
            guard Int(entry.nameLength) >= NameTails.length else { return tails.containsShort }
            let end = Int(entry.at) + Int(entry.nameLength)
            let word = unsafe NameHashing.word(texts[Int(entry.list)], end - NameTails.length, NameTails.length)
            return tails.contains(text: word)
        }
        var end = Int(entry.at)
        while arena[end] != 0 { end += Int(arena[end]) + 1 }
        guard end - Int(entry.at) >= NameTails.length else { return tails.containsShort }
        let word = unsafe arena.withUnsafeBufferPointer {
            unsafe NameHashing.word($0, end - NameTails.length, NameTails.length)
        }
        return tails.contains(wire: word)
    }
}

extension TextPattern {
    /// A name that matches, with `label` for what the pattern leaves open; nil when there is none that is made so simply.
    func example(_ label: [UInt8]) -> DomainName? {
        var text: [UInt8] = []
        for token in tokens {
            switch token {
            case .octet(let octet): text.append(octet)
            case .any, .run: text += label
            case .one: text += label.prefix(1)
            case .oneOf: return nil
            case .separator: if text.isEmpty { continue }
            }
        }
        guard matches(text.span), let name = try? DomainName(presentation: text) else { return nil }
        return name
    }
}
