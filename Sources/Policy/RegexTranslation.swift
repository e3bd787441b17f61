/// Extended POSIX expressions, as TRE reads them without regard to case, written for RE2: in plain text they match whatever
/// TRE matches.
///
/// It takes what both libraries mean alike and nothing else: literals, brackets, groups, branches, repetitions, anchors.
/// RE2 looks for many expressions in one pass, so it tells of most names that none of a layer's expressions matches; where
/// one may, TRE decides. Of what TRE 0.8 matches against the rules of POSIX, anchors and bounds that are repeated are known
/// and left out.
struct RegexTranslation: ~Escapable {
    private let pattern: Span<UInt8>
    private var position = 0
    private var written: [UInt8] = []
    /// Whether something stands in front that can be repeated.
    private var hasAtom = false
    /// Whether the branch holds nothing yet.
    private var isEmpty = true
    /// For every group that is open, and for the whole: whether it holds what TRE 0.8 does not repeat as it should, anchors
    /// and bounded repetitions.
    private var holdsFragile: [Bool] = [false]
    /// Where the groups that are open begin in what is written.
    private var groupStarts: [Int] = []
    /// Where the last atom begins.
    private var atomStart = 0

    /// The expression for RE2; nil where the two languages may differ.
    static func re2(_ pattern: Span<UInt8>) -> [UInt8]? {
        var translation = RegexTranslation(pattern)
        return translation.translate() ? translation.written : nil
    }

    /// Whether a text is one for which a translation holds: printable ASCII without blanks.
    static func isPlain(_ text: Span<UInt8>) -> Bool {
        let each: UInt64 = 0x0101_0101_0101_0101
        return unsafe text.withUnsafeBufferPointer { octets in
            // Bit 7 of an octet: it, or one before it, is below 0x21, or it is above 0x7E.
            func odd(_ word: UInt64) -> UInt64 { (word &- 0x21 &* each) & ~word | (word &+ each) | word }
            guard octets.count >= 8 else {
                // What is behind the last octet counts as plain.
                let filler = (0x61 &* each) << UInt64(octets.count &* 8)
                return unsafe odd(NameHashing.word(octets, 0, octets.count) | filler) & (0x80 &* each) == 0
            }
            // The last word may hold some octets again.
            let last = octets.count &- 8
            var (others, start) = (unsafe odd(NameHashing.word(octets, last, 8)), 0)
            while start < last {
                others |= unsafe odd(NameHashing.word(octets, start, 8))
                start &+= 8
            }
            return others & (0x80 &* each) == 0
        }
    }

    @_lifetime(copy pattern)
    private init(_ pattern: Span<UInt8>) { self.pattern = pattern }

    @_lifetime(self: copy self)
    private mutating func translate() -> Bool {
        while position < pattern.count {
            let octet = pattern[position]
            position += 1
            guard step(octet) else { return false }
        }
        return holdsFragile.count == 1 && !isEmpty
    }

    @_lifetime(self: copy self)
    private mutating func step(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x5C: return escape()
        case 0x5B: return bracket()
        case 0x28:
            holdsFragile.append(false)
            groupStarts.append(written.count)
            return open("(?:") && holdsFragile.count < 32
        case 0x29: return close()
        case 0x7C: return !isEmpty && open("|")
        case 0x2A, 0x2B: return repetition([octet])
        case 0x3F: return option()
        case 0x7B: return bounds()
        case 0x5E: return anchor("\\A")
        case 0x24: return anchor("\\z")
        case 0x2E: return atom("(?s:.)")
        case 0x21...0x7E: return literal(octet)
        default: return false
        }
    }

    @_lifetime(self: copy self)
    private mutating func open(_ text: StaticString) -> Bool {
        append(text)
        hasAtom = false
        isEmpty = true
        return true
    }

    @_lifetime(self: copy self)
    private mutating func close() -> Bool {
        guard holdsFragile.count > 1, !isEmpty, let isFragile = holdsFragile.popLast(),
            let start = groupStarts.popLast()
        else { return false }
        _ = atom(")")
        atomStart = start
        if isFragile {
            hasAtom = false
            noteFragile()
        }
        return true
    }

    @_lifetime(self: copy self)
    private mutating func noteFragile() { holdsFragile[holdsFragile.count - 1] = true }

    @_lifetime(self: copy self)
    private mutating func anchor(_ text: StaticString) -> Bool {
        append(text)
        hasAtom = false
        isEmpty = false
        noteFragile()
        return true
    }

    @_lifetime(self: copy self)
    private mutating func atom(_ text: StaticString) -> Bool {
        atomStart = written.count
        append(text)
        hasAtom = true
        isEmpty = false
        return true
    }

    @_lifetime(self: copy self)
    private mutating func literal(_ octet: UInt8) -> Bool {
        atomStart = written.count
        Self.append(octet | (octet &- 0x41 < 26 ? 0x20 : 0), to: &written)
        hasAtom = true
        isEmpty = false
        return true
    }

    @_lifetime(self: copy self)
    private mutating func repetition(_ octets: [UInt8]) -> Bool {
        guard hasAtom else { return false }
        written += octets
        hasAtom = false
        return true
    }

    /// `x?` as `(?:x|)`, of which RE2 can tell the texts that a match needs.
    @_lifetime(self: copy self)
    private mutating func option() -> Bool {
        guard hasAtom else { return false }
        written.insert(contentsOf: Array("(?:".utf8), at: atomStart)
        append("|)")
        hasAtom = false
        return true
    }

    @_lifetime(self: copy self)
    private mutating func append(_ text: StaticString) {
        unsafe written.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @_lifetime(self: copy self)
    private mutating func escape() -> Bool {
        guard position < pattern.count else { return false }
        let octet = pattern[position]
        position += 1
        switch octet {
        case 0x77: return atom("[0-9a-z_]")
        case 0x64: return atom("[0-9]")
        case 0x2E, 0x5B, 0x5C, 0x2A, 0x5E, 0x24, 0x2B, 0x3F, 0x28, 0x29, 0x7B, 0x7D, 0x7C, 0x2D, 0x2F, 0x5D, 0x5F:
            return literal(octet)
        default: return false
        }
    }

    /// `m}`, `m,}` or `m,n}`.
    @_lifetime(self: copy self)
    private mutating func bounds() -> Bool {
        let start = position
        var low: Int?
        var high: Int?
        var number: Int?
        while position < pattern.count {
            let octet = pattern[position]
            position += 1
            switch octet {
            case 0x30...0x39:
                let value = (number ?? 0) * 10 + Int(octet - 0x30)
                guard value <= 255 else { return false }
                number = value
            case 0x2C:
                guard low == nil, let value = number else { return false }
                low = value
                number = nil
            case 0x7D:
                high = number
                guard let least = low ?? high, (high ?? 255) >= max(least, 1) else { return false }
                noteFragile()
                return repetition([0x7B] + (start..<position).map { pattern[$0] })
            default: return false
            }
        }
        return false
    }

    // MARK: - Brackets

    @_lifetime(self: copy self)
    private mutating func bracket() -> Bool {
        var set: UInt128 = 0
        var isNegated = false
        if position < pattern.count, pattern[position] == 0x5E {
            isNegated = true
            position += 1
        }
        let first = position
        while position < pattern.count {
            let octet = pattern[position]
            if octet == 0x5D, position > first { return finish(set, isNegated) }
            guard octet &- 0x20 < 0x5F else { return false }
            if octet == 0x5B {
                guard let members = namedClass() else { return false }
                set |= members
            } else if position + 2 < pattern.count, pattern[position + 1] == 0x2D, pattern[position + 2] != 0x5D {
                guard Self.isRange(octet, pattern[position + 2]) else { return false }
                for member in octet...pattern[position + 2] { set |= 1 << UInt128(member) }
                position += 3
            } else {
                set |= 1 << UInt128(octet)
                position += 1
            }
        }
        return false
    }

    @_lifetime(self: copy self)
    private mutating func finish(_ members: UInt128, _ isNegated: Bool) -> Bool {
        position += 1
        let capitals: UInt128 = ((1 << 26) - 1) << 0x41
        // Of capitals that are left out TRE need not leave out the small letters.
        if isNegated, members & capitals != 0 { return false }
        var set = members | (members & capitals) << 0x20
        if isNegated { set = ~set }
        atomStart = written.count
        written.append(0x5B)
        var isAny = false
        for octet in UInt8(0x21)...0x7E where set >> UInt128(octet) & 1 == 1 {
            Self.append(octet, to: &written)
            isAny = true
        }
        written.append(0x5D)
        hasAtom = true
        isEmpty = false
        return isAny
    }

    /// `[:name:]`; other uses of an inner bracket are not taken.
    @_lifetime(self: copy self)
    private mutating func namedClass() -> UInt128? {
        for (name, ranges) in Self.classes where matches(name) {
            position += name.utf8CodeUnitCount
            return ranges.reduce(0) { set, range in range.reduce(set) { $0 | 1 << UInt128($1) } }
        }
        return nil
    }

    private func matches(_ name: StaticString) -> Bool {
        guard position + name.utf8CodeUnitCount <= pattern.count else { return false }
        for index in 0..<name.utf8CodeUnitCount where unsafe name.utf8Start[index] != pattern[position + index] {
            return false
        }
        return true
    }

    /// Members in small letters, for nothing else is looked at.
    private static let classes: [(StaticString, [ClosedRange<UInt8>])] = [
        ("[:alpha:]", [0x61...0x7A]), ("[:digit:]", [0x30...0x39]), ("[:alnum:]", [0x30...0x39, 0x61...0x7A]),
        ("[:xdigit:]", [0x30...0x39, 0x61...0x66]), ("[:space:]", [0x20...0x20]),
        ("[:punct:]", [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]),
    ]

    private static func isRange(_ low: UInt8, _ high: UInt8) -> Bool {
        guard low <= high else { return false }
        let kinds: [ClosedRange<UInt8>] = [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
        return kinds.contains { $0.contains(low) && $0.contains(high) }
    }

    /// An octet as RE2 takes it literally, in brackets and outside.
    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        let isWord = octet &- 0x30 < 10 || (octet | 0x20) &- 0x61 < 26 || octet == 0x5F
        if !isWord { text.append(0x5C) }
        text.append(octet)
    }
}
