/// How large an automaton becomes whose repetitions are written out, as TRE does it: counted before anything is built,
/// because `((a{255}){255}){255}` would take all memory there is.
///
/// It counts the positions and transitions of the position automaton (Glushkov 1961), never fewer than TRE makes.
struct RegexSize: Equatable {
    /// Literals.
    private(set) var positions = 0
    /// Literals that may come first, and last.
    private var first = 0
    private var last = 0
    private var isNullable = true
    /// Pairs of literals that may follow each other.
    private(set) var transitions = 0

    private init() {}

    private init(literals count: Int) {
        positions = count
        first = count
        last = count
        isNullable = false
    }

    /// Nothing is counted beyond this.
    private static let ceiling = 1 << 24

    private static func bounded(_ value: Int) -> Int { min(value, ceiling) }

    private func then(_ next: RegexSize) -> RegexSize {
        var made = RegexSize()
        made.positions = Self.bounded(positions + next.positions)
        made.first = isNullable ? Self.bounded(first + next.first) : first
        made.last = next.isNullable ? Self.bounded(last + next.last) : next.last
        made.isNullable = isNullable && next.isNullable
        made.transitions = Self.bounded(transitions + next.transitions + last * next.first)
        return made
    }

    private func or(_ other: RegexSize) -> RegexSize {
        var made = RegexSize()
        made.positions = Self.bounded(positions + other.positions)
        made.first = Self.bounded(first + other.first)
        made.last = Self.bounded(last + other.last)
        made.isNullable = isNullable || other.isNullable
        made.transitions = Self.bounded(transitions + other.transitions)
        return made
    }

    private var repeated: RegexSize {
        var made = self
        made.transitions = Self.bounded(transitions + last * first)
        made.isNullable = true
        return made
    }

    private var optional: RegexSize {
        var made = self
        made.isNullable = true
        return made
    }

    private func times(_ least: Int, _ most: Int?) -> RegexSize {
        var made = RegexSize()
        for _ in 0..<least { made = made.then(self) }
        guard let most else { return made.then(repeated) }
        // a{1,3} becomes a(|a(|a)).
        var rest = RegexSize()
        for _ in 0..<max(0, most - least) { rest = then(rest).optional }
        return made.then(rest)
    }

    // MARK: - Reading a pattern

    /// A group that is open: its finished alternatives, the one being read, and its last atom.
    private struct Group {
        var alternatives: RegexSize?
        var sequence = RegexSize()
        var atom: RegexSize?

        mutating func begin(_ next: RegexSize) {
            if let atom { sequence = sequence.then(atom) }
            atom = next
        }

        mutating func alternate() {
            begin(RegexSize())
            alternatives = alternatives.map { $0.or(sequence) } ?? sequence
            sequence = RegexSize()
        }

        consuming func closed() -> RegexSize {
            alternate()
            return alternatives ?? RegexSize()
        }
    }

    /// The size of an extended POSIX expression with TRE's additions; nil when it holds `\Q`, which turns off all else.
    ///
    /// What is no valid expression gets some size; the library refuses it.
    init?(extended pattern: [UInt8]) {
        var groups = [Group()]
        var index = 0
        while index < pattern.count {
            let octet = pattern[index]
            index += 1
            switch octet {
            case 0x5C:
                if index < pattern.count, pattern[index] == 0x51 { return nil }
                index += 1
                // A class such as \w stands for some ranges.
                groups[groups.count - 1].begin(RegexSize(literals: 8))
            case 0x5B:
                groups[groups.count - 1].begin(RegexSize(literals: Self.bracket(pattern, &index)))
            case 0x28:
                if pattern[index...].starts(with: [0x3F, 0x23]) {
                    index = (pattern[index...].firstIndex(of: 0x29) ?? pattern.count - 1) + 1
                } else {
                    groups.append(Group())
                }
            case 0x29 where groups.count > 1:
                let inner = groups.removeLast().closed()
                groups[groups.count - 1].begin(inner)
            case 0x7C: groups[groups.count - 1].alternate()
            case 0x2A, 0x2B, 0x3F, 0x7B:
                let bounds = octet == 0x7B ? Self.bounds(pattern, &index) : octet == 0x3F ? (0, 1) : (0, nil)
                guard let atom = groups[groups.count - 1].atom else { continue }
                groups[groups.count - 1].atom = atom.times(bounds.0, bounds.1)
            default: groups[groups.count - 1].begin(RegexSize(literals: 2))
            }
        }
        while groups.count > 1 {
            let inner = groups.removeLast().closed()
            groups[groups.count - 1].begin(inner)
        }
        self = groups[0].closed()
    }

    /// Literals of a bracket expression whose `[` ends before `index`; moves behind its end as TRE does.
    private static func bracket(_ pattern: [UInt8], _ index: inout Int) -> Int {
        if index < pattern.count, pattern[index] == 0x5E { index += 1 }
        let content = index
        var literals = 2
        while index < pattern.count, pattern[index] != 0x5D || index == content {
            // Either case of a letter is a literal of its own.
            literals += 2
            if index + 2 < pattern.count, pattern[index + 1] == 0x2D, pattern[index + 2] != 0x5D {
                index += 3
            } else if pattern[index...].starts(with: [0x5B, 0x3A]) {
                // "[:class:]"; TRE looks for the next colon, too.
                index = (pattern[(index + 2)...].firstIndex(of: 0x3A) ?? pattern.count) + 2
            } else {
                index += 1
            }
        }
        index = min(index + 1, pattern.count)
        return literals
    }

    /// The numbers of `{m,n}`, whose `{` ends before `index`; moves behind its `}`. At least as many as are meant.
    private static func bounds(_ pattern: [UInt8], _ index: inout Int) -> (Int, Int?) {
        var numbers = [0]
        var hasComma = false
        var hasDigits = false
        while index < pattern.count, pattern[index] != 0x7D {
            switch pattern[index] {
            case 0x30...0x39:
                hasDigits = true
                let value = numbers[numbers.count - 1] * 10 + Int(pattern[index] - 0x30)
                numbers[numbers.count - 1] = min(value, 256)
            case 0x2C:
                hasComma = true
                hasDigits = false
                numbers.append(0)
            default: break
            }
            index += 1
        }
        index += 1
        let largest = numbers.max() ?? 0
        guard hasComma else { return (largest, largest) }
        return hasDigits ? (numbers[0], largest) : (largest, nil)
    }
}
