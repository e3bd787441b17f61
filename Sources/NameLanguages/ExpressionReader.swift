/// Reads regular expressions in the part of RE2's language that says something about the text of names and nothing else.
///
/// Literals, sets, groups, branches, repetitions and the ends of the text are read; word boundaries, classes of characters
/// beyond ASCII, lines and everything unknown are not, and leave the whole expression unread.
public struct ExpressionReader {
    /// Octets and joints of an expression with its repetitions written out.
    private static let largest = 20_000

    private let pattern: [UInt8]
    private var position = 0
    private var ignoresCase: Bool
    private var depth = 0

    /// The texts in which an expression finds something; nil where it is not read.
    public static func read(_ pattern: [UInt8], ignoresCase: Bool) -> NameExpression? {
        var reader = ExpressionReader(pattern, ignoresCase)
        guard let expression = reader.branches(), reader.position == pattern.count else { return nil }
        return .containing(expression)
    }

    private init(_ pattern: [UInt8], _ ignoresCase: Bool) {
        self.pattern = pattern
        self.ignoresCase = ignoresCase
    }

    private var next: UInt8? { position < pattern.count ? pattern[position] : nil }

    private mutating func take(_ text: StaticString) -> Bool {
        let octets = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard unsafe pattern[position...].starts(with: octets) else { return false }
        position += octets.count
        return true
    }

    // MARK: - Branches and repetitions

    private mutating func branches() -> NameExpression? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 64 else { return nil }
        let outer = ignoresCase
        defer { ignoresCase = outer }
        var branches: [NameExpression] = []
        repeat {
            guard let branch = sequence() else { return nil }
            branches.append(branch)
        } while take("|")
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() -> NameExpression? {
        var parts: [NameExpression] = []
        while let octet = next, octet != 0x7C, octet != 0x29 {
            guard let atom = atom(), let part = repetition(atom), part.size <= Self.largest else { return nil }
            parts.append(part)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repetition(_ atom: NameExpression) -> NameExpression? {
        let repeated: NameExpression
        switch next {
        case 0x2A:
            position += 1
            repeated = .star(atom)
        case 0x2B:
            position += 1
            repeated = .repeated(atom, from: 1, to: nil)
        case 0x3F:
            position += 1
            repeated = .optional(atom)
        case 0x7B:
            guard let (least, most) = bounds(), atom.size * max(least, most ?? 0) <= Self.largest else { return nil }
            repeated = .repeated(atom, from: least, to: most)
        default: return atom
        }
        // How much is taken first changes nothing about whether something is found.
        _ = take("?")
        switch next {
        case 0x2A, 0x2B, 0x3F, 0x7B: return nil
        default: return repeated
        }
    }

    /// `{m}`, `{m,}` or `{m,n}`.
    private mutating func bounds() -> (Int, Int?)? {
        position += 1
        guard let least = number() else { return nil }
        if take("}") { return (least, least) }
        guard take(",") else { return nil }
        if take("}") { return (least, nil) }
        guard let most = number(), take("}"), most >= least else { return nil }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let octet = next, octet &- 0x30 < 10 {
            value = (value ?? 0) * 10 + Int(octet - 0x30)
            position += 1
            guard value ?? 0 <= 1_000 else { return nil }
        }
        return value
    }

    // MARK: - Atoms

    private mutating func atom() -> NameExpression? {
        guard let octet = next, octet < 0x80 else { return nil }
        position += 1
        switch octet {
        case 0x28: return group()
        case 0x5B: return set().map(NameExpression.symbols)
        case 0x2E: return .symbols(.all)
        case 0x5E: return .start
        case 0x24: return .end
        case 0x5C: return escape()
        case 0x2A, 0x2B, 0x3F, 0x7B: return nil
        default: return .symbols(folded(octet))
        }
    }

    private mutating func group() -> NameExpression? {
        var isFlagged = false
        if take("?P<") {
            while let octet = next, octet != 0x3E { position += octet < 0x80 ? 1 : pattern.count }
            guard take(">") else { return nil }
        } else if take("?") {
            let outer = ignoresCase
            while let octet = next, octet != 0x3A, octet != 0x29 {
                position += 1
                switch octet {
                case 0x69: ignoresCase = true
                // Only line ends tell these from none.
                case 0x73: break
                default: return nil
                }
            }
            // Flags count to the end of the group around them.
            if take(")") { return .empty }
            guard take(":") else { return nil }
            isFlagged = ignoresCase != outer
        }
        let content = branches()
        if isFlagged { ignoresCase = false }
        guard let content, take(")") else { return nil }
        return content
    }

    private mutating func escape() -> NameExpression? {
        guard let octet = next else { return nil }
        position += 1
        switch octet {
        case 0x41: return .start
        case 0x7A: return .end
        default: return Self.escaped(octet).map(NameExpression.symbols)
        }
    }

    /// What a letter or a mark behind a backslash stands for.
    private static func escaped(_ octet: UInt8) -> NameSymbols? {
        switch octet {
        case 0x64: NameSymbols(where: isDigit)
        case 0x44: NameSymbols(where: isDigit).inverted
        case 0x77: NameSymbols(where: isWord)
        case 0x57: NameSymbols(where: isWord).inverted
        case 0x73: NameSymbols.none
        case 0x53: .all
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: NameSymbols(octet)
        default: nil
        }
    }

    private static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }
    private static func isLetter(_ octet: UInt8) -> Bool { octet &- 0x61 < 26 }
    private static func isWord(_ octet: UInt8) -> Bool { isDigit(octet) || isLetter(octet) || octet == 0x5F }

    private func folded(_ octet: UInt8) -> NameSymbols {
        NameSymbols(ignoresCase && octet &- 0x41 < 26 ? octet | 0x20 : octet)
    }

    // MARK: - Sets

    private mutating func set() -> NameSymbols? {
        let isInverted = take("^")
        var symbols = NameSymbols.none
        var isFirst = true
        while let octet = next, octet != 0x5D || isFirst {
            isFirst = false
            guard let member = member() else { return nil }
            switch member {
            case .symbols(let members):
                // What a range from a class to an octet is, is not asked.
                if next == 0x2D, position + 1 < pattern.count, pattern[position + 1] != 0x5D { return nil }
                symbols.formUnion(members)
            case .octet(let low):
                guard next == 0x2D, position + 1 < pattern.count, pattern[position + 1] != 0x5D else {
                    symbols.formUnion(folded(low))
                    continue
                }
                position += 1
                guard case .octet(let high) = self.member(), low <= high else { return nil }
                for octet in low...high { symbols.formUnion(folded(octet)) }
            }
        }
        guard take("]") else { return nil }
        return isInverted ? symbols.inverted : symbols
    }

    private enum Member {
        case octet(UInt8)
        case symbols(NameSymbols)
    }

    private mutating func member() -> Member? {
        guard let octet = next, octet < 0x80 else { return nil }
        if octet == 0x5B, position + 1 < pattern.count, pattern[position + 1] == 0x3A { return namedClass() }
        position += 1
        guard octet == 0x5C else { return .octet(octet) }
        guard let escape = next else { return nil }
        position += 1
        if !Self.isWord(escape | 0x20) || escape == 0x5F {
            return escape < 0x7F && escape > 0x20 ? .octet(escape) : nil
        }
        return Self.escaped(escape).map(Member.symbols)
    }

    /// `[:name:]`.
    private mutating func namedClass() -> Member? {
        if take("[:digit:]") { return .symbols(NameSymbols(where: Self.isDigit)) }
        if take("[:word:]") { return .symbols(NameSymbols(where: Self.isWord)) }
        if take("[:alnum:]") { return .symbols(NameSymbols { Self.isDigit($0) || Self.isLetter($0) }) }
        if take("[:alpha:]") || take("[:lower:]") { return .symbols(NameSymbols(where: Self.isLetter)) }
        if take("[:punct:]") { return .symbols(NameSymbols { !Self.isDigit($0) && !Self.isLetter($0) }) }
        if take("[:space:]") || take("[:blank:]") || take("[:cntrl:]") { return .symbols(.none) }
        return nil
    }
}
