internal import TextScan

/// Reads TOML 1.0 (toml.io) as far as configurations need it: numbers, dates and truth values stay words. The first fault
/// ends the reading, as it ends that of the programs whose files these are.
struct TOMLReader {
    /// What is wrong, and where.
    struct Fault: Error {
        let offset: Int
        let text: String
    }

    /// The deepest nesting of values, and of tables.
    static let maximumDepth = 64

    private let octets: [UInt8]
    private var position = 0
    private let root = TOMLTable(offset: 0)

    /// The table of a whole text.
    static func table(_ octets: [UInt8]) throws(Fault) -> TOMLTable {
        var reader = TOMLReader(octets)
        try reader.readDocument()
        return reader.root
    }

    private init(_ octets: [UInt8]) {
        self.octets = octets
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func readDocument() throws(Fault) {
        var table = root
        while true {
            skipBlankLines()
            guard position < octets.count else { return }
            if octets[position] == 0x5B {
                table = try readHeader()
            } else {
                try readPair(into: table, 0)
            }
            skipBlanks()
            guard position >= octets.count || isLineEnd else { throw fault("the line goes on; write one key a line") }
        }
    }

    // MARK: - Tables

    private mutating func readHeader() throws(Fault) -> TOMLTable {
        let start = position
        let isOneOfMany = octets[safely: position + 1] == 0x5B
        position += isOneOfMany ? 2 : 1
        let keys = try readKeys()
        for _ in 0..<(isOneOfMany ? 2 : 1) { try take(0x5D, "`]` is missing behind the name of a table") }
        var table = root
        for key in keys.dropLast() { table = try inner(key, of: table) }
        guard let last = keys.last else { throw fault("the table has no name") }
        let made = TOMLTable(offset: start)
        made.isStated = true
        if isOneOfMany {
            let node = TOMLNode(offset: start, value: .table(made))
            if let known = table.entries[last.text] {
                guard case .list(let items) = known.value, known.isOpen else { throw twice(last) }
                items.nodes.append(node)
            } else {
                table.entries[last.text] = TOMLNode(offset: start, value: .list(TOMLList([node])), isOpen: true)
            }
            return made
        }
        guard let known = table.entries[last.text] else {
            table.entries[last.text] = TOMLNode(offset: last.offset, value: .table(made), isOpen: true)
            return made
        }
        // `[a.b]` may stand before `[a]`.
        guard case .table(let earlier) = known.value, known.isOpen, !earlier.isStated else { throw twice(last) }
        earlier.isStated = true
        return earlier
    }

    /// The table of a key, made where there is none; of several of one name the last.
    private func inner(_ key: Key, of table: TOMLTable) throws(Fault) -> TOMLTable {
        guard let known = table.entries[key.text] else {
            let made = TOMLTable(offset: key.offset)
            table.entries[key.text] = TOMLNode(offset: key.offset, value: .table(made), isOpen: true)
            return made
        }
        guard known.isOpen else { throw twice(key) }
        if case .table(let inner) = known.value { return inner }
        if case .list(let items) = known.value, case .table(let inner) = items.nodes.last?.value { return inner }
        throw twice(key)
    }

    private mutating func readPair(into table: TOMLTable, _ depth: Int) throws(Fault) {
        let keys = try readKeys()
        try take(0x3D, "`=` is missing behind a key")
        var table = table
        for key in keys.dropLast() {
            table = try inner(key, of: table)
            table.isStated = true
        }
        guard let last = keys.last, table.entries[last.text] == nil else { throw twice(keys[keys.count - 1]) }
        table.entries[last.text] = try readValue(depth + 1)
    }

    private struct Key {
        let text: String
        let offset: Int
    }

    private mutating func readKeys() throws(Fault) -> [Key] {
        var keys: [Key] = []
        repeat {
            skipBlanks()
            let start = position
            let octet = octets[safely: position]
            if octet == 0x22 || octet == 0x27 {
                keys.append(Key(text: try readString(isKey: true), offset: start))
            } else {
                while let octet = octets[safely: position], Self.isBare(octet) { position += 1 }
                guard start < position else { throw fault("a key is missing; letters, digits, `-` and `_` make one") }
                keys.append(Key(text: String(decoding: octets[start..<position], as: UTF8.self), offset: start))
            }
            guard keys.count <= Self.maximumDepth else { throw fault("the key has too many parts") }
            skipBlanks()
            guard octets[safely: position] == 0x2E else { return keys }
            position += 1
        } while true
    }

    // MARK: - Values

    private mutating func readValue(_ depth: Int) throws(Fault) -> TOMLNode {
        guard depth <= Self.maximumDepth else { throw fault("values are nested too deeply") }
        skipBlanks()
        let start = position
        switch octets[safely: position] {
        case 0x22, 0x27: return TOMLNode(offset: start, value: .text(try readString(isKey: false)))
        case 0x5B:
            position += 1
            var items: [TOMLNode] = []
            while true {
                skipBlankLines()
                if try closes(0x5D, isFirst: items.isEmpty) {
                    return TOMLNode(offset: start, value: .list(TOMLList(items)))
                }
                items.append(try readValue(depth + 1))
            }
        case 0x7B:
            position += 1
            let table = TOMLTable(offset: start)
            while true {
                skipBlanks()
                if try closes(0x7D, isFirst: table.entries.isEmpty) {
                    return TOMLNode(offset: start, value: .table(table))
                }
                try readPair(into: table, depth)
            }
        default:
            while let octet = octets[safely: position], Self.isBare(octet) || [0x2B, 0x2E, 0x3A].contains(octet) {
                position += 1
            }
            guard start < position else { throw fault("a value is missing; texts stand in quotes") }
            return TOMLNode(offset: start, value: .word(String(decoding: octets[start..<position], as: UTF8.self)))
        }
    }

    /// Whether a list or table ends here; takes the comma before a further value, and one before the end of a list.
    private mutating func closes(_ end: UInt8, isFirst: Bool) throws(Fault) -> Bool {
        if !isFirst, octets[safely: position] == 0x2C {
            position += 1
            if end == 0x5D { skipBlankLines() } else { skipBlanks() }
            guard end == 0x5D, octets[safely: position] == end else { return false }
        } else if !isFirst, octets[safely: position] != end {
            throw fault("a comma or `\(Character(Unicode.Scalar(end)))` is missing")
        }
        guard octets[safely: position] == end else { return false }
        position += 1
        return true
    }

    private mutating func readString(isKey: Bool) throws(Fault) -> String {
        let start = position
        let quote = octets[position]
        let isLong = octets[safely: position + 1] == quote && octets[safely: position + 2] == quote
        guard !isLong || !isKey else { throw fault("a key stands on one line") }
        position += isLong ? 3 : 1
        if isLong {
            if octets[safely: position] == 0x0D, octets[safely: position + 1] == 0x0A { position += 1 }
            if octets[safely: position] == 0x0A { position += 1 }
        }
        var text: [UInt8] = []
        while let octet = octets[safely: position] {
            let isTriple = octets[safely: position + 1] == quote && octets[safely: position + 2] == quote
            if octet == quote, !isLong || isTriple {
                // Up to two quotes may stand before those that end it.
                while isLong, octets[safely: position + 3] == quote {
                    text.append(quote)
                    position += 1
                }
                position += isLong ? 3 : 1
                guard let made = String(validating: text, as: UTF8.self) else { throw fault("the text is not UTF-8") }
                return made
            }
            guard isLong || octet != 0x0A else { break }
            position += 1
            if octet == 0x5C, quote == 0x22 { try readEscape(&text, isLong) } else { text.append(octet) }
        }
        throw Fault(offset: start, text: "the quote is not closed")
    }

    private mutating func readEscape(_ text: inout [UInt8], _ isLong: Bool) throws(Fault) {
        let octet = octets[safely: position] ?? 0
        position += 1
        switch octet {
        case 0x62: text.append(0x08)
        case 0x74: text.append(0x09)
        case 0x6E: text.append(0x0A)
        case 0x66: text.append(0x0C)
        case 0x72: text.append(0x0D)
        case 0x22, 0x5C: text.append(octet)
        case 0x75, 0x55:
            let digits = octets.dropFirst(position).prefix(octet == 0x75 ? 4 : 8)
            guard let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
                digits.count == (octet == 0x75 ? 4 : 8), let scalar = Unicode.Scalar(value)
            else { throw fault("`\\u` needs four digits, `\\U` eight") }
            position += digits.count
            text += String(scalar).utf8
        case _ where isLong && [0x20, 0x09, 0x0A, 0x0D].contains(octet):
            position -= 1
            while let blank = octets[safely: position], [0x20, 0x09, 0x0A, 0x0D].contains(blank) { position += 1 }
        default: throw fault("no such escape; single quotes take a backslash as it is")
        }
    }

    // MARK: - Octets

    private static func isBare(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
        default: false
        }
    }

    private var isLineEnd: Bool {
        octets[position] == 0x0A || octets[position] == 0x0D && octets[safely: position + 1] == 0x0A
    }

    /// Blanks, and a comment behind them.
    private mutating func skipBlanks() {
        while octets[safely: position] == 0x20 || octets[safely: position] == 0x09 { position += 1 }
        guard octets[safely: position] == 0x23 else { return }
        while position < octets.count, !isLineEnd { position += 1 }
    }

    private mutating func skipBlankLines() {
        skipBlanks()
        while position < octets.count, isLineEnd {
            position += 1
            skipBlanks()
        }
    }

    private mutating func take(_ octet: UInt8, _ text: String) throws(Fault) {
        skipBlanks()
        guard octets[safely: position] == octet else { throw fault(text) }
        position += 1
    }

    private func fault(_ text: String) -> Fault { Fault(offset: min(position, octets.count), text: text) }

    private func twice(_ key: Key) -> Fault {
        Fault(offset: key.offset, text: "`\(NodeReader.shortened(key.text))` stands more than once; keep one")
    }
}
