import DNS

/// One rule as the engines' code sees it: unpacked from the store when it is looked at.
struct RuleRecord: BitwiseCopyable {
    /// The next rule of the same name, plus one; 0 ends the chain.
    var next: UInt32
    var action: UInt32
    var coverage: UInt16
    var list: UInt16
    var scope: Scope
    var ruleClass: RuleClass
    var rank: UInt8
    /// Position of its guard; 0 is none.
    var guardID: UInt16
    /// Whether no rule behind it in its chain comes before it in the engine's order, if both match.
    var leads = false

    /// A number that rules with the same answer and the same place in the engine's order share.
    @inline(__always)
    var effect: UInt64 { UInt64(rank) << 32 | UInt64(action) }
}

/// What thousands of rules have in common.
struct RuleShape: Hashable, BitwiseCopyable {
    var action: UInt32
    var coverage: UInt16
    var scope: Scope
    var ruleClass: RuleClass
    var rank: UInt8
    /// Position of its guard; 0 is none.
    var guardID: UInt16
}

/// The rules about names, 16 octets each: most rules' names are compared where they stand in the text of their list.
///
/// Names that do not stand there as they are (escapes, names relative to an origin, ancestors that only have to exist)
/// are kept in wire form in an arena, behind their place in the list.
@safe
struct RuleStore: @unchecked Sendable {
    /// A rule in the flat store.
    struct Packed: BitwiseCopyable {
        /// Where the name begins: in the text of its list, or in the arena.
        var at: UInt32
        var next: UInt32 = 0
        /// The shape, and in the highest bit whether the rule leads its chain.
        var shape: UInt32
        var list: UInt16
        /// Octets of the name in the text, without a final dot; 0 for a name in the arena.
        var nameLength: UInt8
        /// Octets from the start of the rule's text to its name.
        var back: UInt8
    }

    private static let leadingBit: UInt32 = 1 << 31

    /// Where the text of a rule ends that does not end with its line.
    struct TextLength: BitwiseCopyable {
        var rule: UInt32
        var length: UInt32
    }

    /// Octets before a name in the arena: offset, length and line of the rule's text.
    static let headerSize = 12

    var packed: [Packed] = []
    var shapes: [RuleShape] = []
    var arena: [UInt8] = []
    private(set) var lists: [ListSource] = []
    /// The texts of the lists, which own them.
    private(set) var texts: [UnsafeBufferPointer<UInt8>] = unsafe []
    /// In rule order.
    var textLengths: [TextLength] = []
    private var lines: [LineIndex] = []

    /// Rules held, nodes included.
    var count: Int { packed.count }

    /// Whether one more name can be numbered and placed in 32 bits.
    var hasRoom: Bool { packed.count < Int(UInt32.max) - 1 && arena.count < Int(UInt32.max) - 1024 }

    /// The class of a rule.
    @inline(__always)
    func ruleClass(_ rule: Int) -> RuleClass { shapes[Int(packed[rule].shape & ~Self.leadingBit)].ruleClass }

    /// The action of a rule.
    @inline(__always)
    func action(_ rule: Int) -> UInt32 { shapes[Int(packed[rule].shape & ~Self.leadingBit)].action }

    /// Every rule.
    var indices: Range<Int> { packed.indices }

    /// A rule.
    subscript(_ rule: Int) -> RuleRecord {
        @inline(__always)
        get {
            let entry = packed[rule]
            let shape = shapes[Int(entry.shape & ~Self.leadingBit)]
            return RuleRecord(
                next: entry.next,
                action: shape.action,
                coverage: shape.coverage,
                list: entry.list,
                scope: shape.scope,
                ruleClass: shape.ruleClass,
                rank: shape.rank,
                guardID: shape.guardID,
                leads: entry.shape & Self.leadingBit != 0
            )
        }
    }

    /// Puts a rule in front of a chain, given as its first rule plus one; 0 is an empty one.
    mutating func push(_ rule: Int, before head: UInt32) {
        packed[rule].next = head
        guard head != 0 else {
            packed[rule].shape |= Self.leadingBit
            return
        }
        let (first, second) = (self[rule], self[Int(head) - 1])
        if second.leads, first.scope == second.scope, first.rank <= second.rank {
            packed[rule].shape |= Self.leadingBit
        }
    }

    /// Begins a list; lines are found only where names stay in its text.
    mutating func begin(_ list: ListSource, keepsNames: Bool) {
        lists.append(list)
        unsafe texts.append(list.octets.unowned)
        lines.append(keepsNames ? LineIndex(list.octets.span) : LineIndex())
    }

    /// Notes the start of authority of the list begun last.
    mutating func noteStartOfAuthority(_ record: OwnedRecord) {
        lists[lists.count - 1].startOfAuthority = record
    }
}

// MARK: - Names

extension RuleStore {
    /// The name of a rule in wire form, lower case.
    func wireName(_ rule: Int) -> [UInt8] {
        var wire: [UInt8] = []
        copyName(rule, to: &wire)
        return wire
    }

    /// Puts the name of a rule in wire form, in lower case, in place of what `wire` holds.
    func copyName(_ rule: Int, to wire: inout [UInt8]) {
        wire.removeAll(keepingCapacity: true)
        let entry = packed[rule]
        let start = Int(entry.at)
        guard entry.nameLength > 0 else {
            var end = start
            while arena[end] != 0 { end += Int(arena[end]) + 1 }
            return wire.append(contentsOf: arena[start...end])
        }
        let text = unsafe texts[Int(entry.list)]
        var lengthAt = 0
        wire.append(0)
        for index in start..<(start + Int(entry.nameLength)) {
            let octet = unsafe text[index]
            if octet == 0x2E {
                lengthAt = wire.count
                wire.append(0)
            } else {
                wire[lengthAt] += 1
                wire.append(asciiLowercased(octet))
            }
        }
        wire.append(0)
    }

    /// The name at a place in an arena.
    static func wireName(_ arena: [UInt8], _ start: Int) -> [UInt8] {
        var end = start
        while arena[end] != 0 { end += Int(arena[end]) + 1 }
        return Array(arena[start...end])
    }

    /// Whether two rules are about the same name.
    func haveSameName(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (packed[left], packed[right])
        switch (one.nameLength, other.nameLength) {
        case (0, 0): return one.at == other.at || RuleTable.sameName(arena.span, Int(one.at), Int(other.at))
        case (0, _), (_, 0): return wireName(left) == wireName(right)
        case (let length, other.nameLength):
            let (first, second) = unsafe (texts[Int(one.list)], texts[Int(other.list)])
            for offset in 0..<Int(length) {
                let left = unsafe first[Int(one.at) + offset]
                let right = unsafe second[Int(other.at) + offset]
                guard asciiLowercased(left) == asciiLowercased(right) else { return false }
            }
            return true
        default: return false
        }
    }

    /// Whether a rule's name is the one whose wire form stands at `range` of `name`, which has this text.
    @inline(__always)
    func isName(_ rule: Int, _ name: Span<UInt8>, _ range: Range<Int>, _ text: borrowing NameText) -> Bool {
        let start = range.lowerBound
        let entry = packed[rule]
        if entry.nameLength > 0 {
            // A name without its root octet is one octet longer in wire form than in text.
            guard range.count == Int(entry.nameLength) + 2 else { return false }
            let list = unsafe texts[Int(entry.list)]
            return unsafe text.isExact
                ? text.ends(start, with: list, at: Int(entry.at), Int(entry.nameLength))
                : Self.isText(list, Int(entry.at), name, start)
        }
        let names = arena.span
        let at = Int(entry.at)
        // Both are self-delimiting, so equal octets up to the query's root octet are equal names.
        guard at + range.count <= names.count else { return false }
        for index in range where names[at + index - start] != name[index] { return false }
        return true
    }

    @inline(__always)
    private static func isText(
        _ text: UnsafeBufferPointer<UInt8>,
        _ at: Int,
        _ name: Span<UInt8>,
        _ start: Int
    ) -> Bool {
        unsafe name.withUnsafeBufferPointer { name in
            var position = start
            var place = at
            while true {
                let count = unsafe Int(name[position])
                position += 1
                var offset = 0
                while offset < count {
                    let octets = min(8, count &- offset)
                    let own = unsafe NameHashing.word(name, position &+ offset, octets)
                    let other = unsafe NameHashing.word(text, place &+ offset, octets)
                    guard asciiLowercased(other) == own else { return false }
                    offset &+= 8
                }
                position += count
                place += count
                if unsafe name[position] == 0 { return true }
                guard unsafe text[place] == 0x2E else { return false }
                place += 1
            }
        }
    }
}

// MARK: - Places

extension RuleStore {
    /// Where a rule stands in its list.
    func position(_ rule: Int) -> RulePosition {
        let entry = packed[rule]
        if entry.nameLength == 0 {
            let header = Int(entry.at) - Self.headerSize
            return RulePosition(line: word(header + 8), offset: word(header), length: word(header + 4))
        }
        let offset = Int(entry.at) - Int(entry.back)
        let text = unsafe Span(_unsafeElements: texts[Int(entry.list)])
        return RulePosition(
            line: lines[Int(entry.list)].line(of: offset, text),
            offset: offset,
            length: explicitLength(rule) ?? LineIndex.trimmedEnd(text, from: offset) - offset
        )
    }

    /// Octets in the text of a list.
    func octetCount(_ list: Int) -> Int { unsafe texts[list].count }

    /// Calls `body` with octets of the text of a list; no references are counted.
    @inline(__always)
    func withText(_ list: Int, _ range: Range<Int>, _ body: (Span<UInt8>) -> Void) {
        body(unsafe Span(_unsafeElements: texts[list]).extracting(range))
    }

    /// Fetches what the line of a rule, given plus one, is counted from.
    @inline(__always)
    func prefetchLine(_ rule: UInt32) {
        let entry = packed[Int(rule) - 1]
        guard entry.nameLength > 0 else { return }
        unsafe lines[Int(entry.list)].prefetch(Int(entry.at), texts[Int(entry.list)])
    }

    private func explicitLength(_ rule: Int) -> Int? {
        var low = 0
        var high = textLengths.count
        while low < high {
            let middle = (low + high) / 2
            if Int(textLengths[middle].rule) < rule { low = middle + 1 } else { high = middle }
        }
        return low < textLengths.count && Int(textLengths[low].rule) == rule ? Int(textLengths[low].length) : nil
    }

    private func word(_ at: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(arena[at + $1]) << ($1 * 8) }
    }

    /// Puts a name behind its place in the list; the position of the name.
    mutating func store(_ position: RulePosition, name: (inout [UInt8]) -> Void) -> Int {
        for value in [position.offset, position.length, position.line] {
            let word = UInt32(clamping: value)
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                arena.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        let start = arena.count
        name(&arena)
        return start
    }
}
