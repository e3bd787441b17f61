/// Splits a master file into entries (RFC 1035 §5.1): joins lines in parentheses and drops comments, in constant memory.
struct EntryScanner {
    /// The longest entry, in octets without blanks at either end and comments: libldns cuts RDATA text at 65,535.
    static let maximumLength = 65_000
    /// How far to look for a `)`, in octets with comments.
    static let maximumParenthesised = 1 << 20

    /// The entry read last: one line, parentheses and comments replaced by blanks, quotes and escapes kept.
    private(set) var text: [UInt8] = []
    /// Where the next entry starts; always the start of a line.
    private(set) var position = 0
    /// The line at `position`, counted from 1.
    private(set) var line = 1
    /// Octets that may still be read a second time after unclosed parentheses; keeps the work linear.
    private var rereadBudget: Int?

    /// Where an entry stands, and what is wrong with it.
    struct Entry {
        var line: Int
        var range: Range<Int>
        var startsBlank = false
        var fault: EntryFault?
    }

    private struct State {
        var index: Int
        var line: Int
        var depth = 0
        var quoted = false
        var commented = false
        var first: (offset: Int, line: Int)?
        var last = 0
        var fault: EntryFault?
    }

    /// Reads the next entry that is not empty into ``text``; nil at the end.
    mutating func next(in source: Span<UInt8>) -> Entry? {
        if position == 0, Self.startsWithByteOrderMark(source) { position = 3 }
        while position < source.count {
            text.removeAll(keepingCapacity: true)
            let start = position
            let startsBlank = Self.isBlank(source[start])
            var state = State(index: start, line: line)
            while state.index < source.count, step(source, &state, from: start) {}
            if state.quoted { state.fault = state.fault ?? .unclosedQuote }
            if state.depth == 0 { move(to: state) } else { resume(source, &state, after: start) }
            guard let first = state.first else { continue }
            return Entry(
                line: first.line,
                range: first.offset..<state.last,
                startsBlank: startsBlank,
                fault: state.fault
            )
        }
        return nil
    }

    /// Takes one octet, or two of an escape; false when the entry ends.
    private mutating func step(_ source: Span<UInt8>, _ state: inout State, from start: Int) -> Bool {
        let octet = source[state.index]
        state.index += 1
        if octet == 0x0A { return endLine(&state, from: start) }
        if state.commented { return true }
        if octet == 0 { state.fault = state.fault ?? .nul }
        if state.quoted {
            state.quoted = octet != 0x22
            append(octet, &state)
            if octet == 0x5C { escape(source, &state) }
            return true
        }
        switch octet {
        case 0x3B: state.commented = true
        case 0x20, 0x09, 0x0B...0x0D: append(blank: &state)
        case 0x28:
            mark(&state)
            state.depth += 1
            append(blank: &state)
        case 0x29:
            mark(&state)
            if state.depth == 0 { state.fault = state.fault ?? .unopenedParenthesis } else { state.depth -= 1 }
            append(blank: &state)
        case 0x5C:
            append(octet, &state)
            escape(source, &state)
        default:
            state.quoted = octet == 0x22
            append(octet, &state)
        }
        return true
    }

    private mutating func endLine(_ state: inout State, from start: Int) -> Bool {
        state.line += 1
        state.commented = false
        if state.quoted {
            state.fault = state.fault ?? .unclosedQuote
            state.quoted = false
        }
        guard state.depth > 0 else { return false }
        append(blank: &state)
        return state.index - start <= Self.maximumParenthesised
    }

    /// Takes the octet after a backslash as it is, so that it closes nothing.
    private mutating func escape(_ source: Span<UInt8>, _ state: inout State) {
        guard state.index < source.count, source[state.index] != 0x0A, source[state.index] != 0x0D else {
            state.fault = state.fault ?? .danglingBackslash
            return
        }
        if source[state.index] == 0 { state.fault = state.fault ?? .nul }
        append(source[state.index], &state)
        state.index += 1
    }

    private func mark(_ state: inout State) {
        if state.first == nil { state.first = (state.index - 1, state.line) }
        state.last = state.index
    }

    private mutating func append(_ octet: UInt8, _ state: inout State) {
        if state.first == nil { state.first = (state.index - 1, state.line) }
        state.last = state.index
        guard text.count < Self.maximumLength else {
            state.fault = state.fault ?? .tooLong
            return
        }
        text.append(octet)
    }

    private mutating func append(blank state: inout State) {
        // Blanks at the start only say that the owner is left out, which the caller is told separately.
        guard !text.isEmpty, text.count < Self.maximumLength else { return }
        text.append(0x20)
    }

    private mutating func move(to state: State) {
        position = state.index
        line = state.line
    }

    /// Goes on at the second line of an entry whose parenthesis is never closed, as long as that stays cheap.
    private mutating func resume(_ source: Span<UInt8>, _ state: inout State, after start: Int) {
        let budget = rereadBudget ?? source.count * 4
        let read = state.index - start
        rereadBudget = max(0, budget - read)
        guard read <= budget else {
            state.fault = .linesSkipped(through: state.line - 1)
            move(to: state)
            return
        }
        state.fault = .unclosedParenthesis
        position = start
        while position < source.count, source[position] != 0x0A { position += 1 }
        position = min(position + 1, source.count)
        line += 1
        // Only the first line belongs to the broken entry.
        state.last = min(state.last, max(position - 1, state.first?.offset ?? start))
    }

    /// Whether the text starts with U+FEFF in UTF-8, which editors put there and which is no part of it.
    private static func startsWithByteOrderMark(_ source: Span<UInt8>) -> Bool {
        source.count >= 3 && source[0] == 0xEF && source[1] == 0xBB && source[2] == 0xBF
    }

    static func isBlank(_ octet: UInt8) -> Bool {
        octet == 0x20 || (0x09...0x0D).contains(octet)
    }
}
