import DNS
import TextScan

/// Names from the command line or from a file of `NAME` or `NAME TYPE` lines.
struct NameInput {
    /// A name, with its type when the line gives one.
    struct Item {
        var name: DomainName
        var type: RRType?
    }

    /// A name in `wire`, and the type behind it.
    private struct Entry {
        var start: Int
        var type: RRType?
    }

    /// The names in wire form, one behind the other: a million of them are no million arrays.
    private var wire: [UInt8] = []
    private var entries: [Entry] = []
    /// What is wrong with lines, as far as it is kept, and how many lines are wrong.
    private var kept: [Diagnostic] = []
    private(set) var faultCount = 0

    /// The most faults that are kept.
    private static let maximumFaults = 1_000

    /// What is wrong with lines; beyond the first of them only how many more.
    var diagnostics: [Diagnostic] {
        guard let last = kept.last, faultCount > kept.count else { return kept }
        let text = "more lines that are no names: \(faultCount - kept.count)"
        return kept + [Diagnostic(path: last.path, reason: last.reason, text: text)]
    }

    /// Whether there are no names.
    var isEmpty: Bool { entries.isEmpty }

    /// The positions of the names.
    var indices: Range<Int> { entries.indices }

    /// The names, each made anew.
    var items: [Item] { indices.map { Item(name: name($0), type: type($0)) } }

    /// A name as it was given.
    func name(_ index: Int) -> DomainName {
        let end = index + 1 < entries.count ? entries[index + 1].start : wire.count
        return DomainName(trustedWire: Array(wire[entries[index].start..<end]))
    }

    /// The type that was given with a name.
    func type(_ index: Int) -> RRType? { entries[index].type }

    /// Fills a buffer with a name.
    func fill(_ buffer: inout NameBuffer, _ index: Int) {
        buffer.fill(trustedWire: wire.span, at: entries[index].start)
    }

    /// Says which names are asked as they stand, though they may be meant as patterns or are addresses.
    /// - Parameter said: what was said of names before these, which is not said again.
    func announceSpellings(besides said: inout Set<String>) {
        for (what, hint, isMeant) in [
            ("a star is a label like another here", "audit and catalog list know the names below", isStar),
            ("an address is asked as a name of that spelling", "--chains gives the addresses behind names", isAddress),
        ] {
            let met = indices.lazy.filter(isMeant)
            guard !said.contains(what), let first = met.first else { continue }
            said.insert(what)
            let count = met.reduce(0) { count, _ in count + 1 }
            StandardError.line("patchway: \(name(first)): \(what)\(count > 1 ? ", for \(count) names" : ""); \(hint)")
        }
    }

    /// Whether the first label of a name is a star.
    private func isStar(_ index: Int) -> Bool {
        let start = entries[index].start
        return wire[start] == 1 && wire[start + 1] == 0x2A
    }

    /// Whether a name is four labels of digits.
    private func isAddress(_ index: Int) -> Bool {
        var (place, labels) = (entries[index].start, 0)
        while wire[place] != 0 {
            let end = place + 1 + Int(wire[place])
            guard labels < 4, wire[(place + 1)..<end].allSatisfy({ $0 &- 0x30 < 10 }) else { return false }
            (place, labels) = (end, labels + 1)
        }
        return labels == 4
    }

    /// Reads a file; `#` starts a comment, bad lines are reported and counted. In a table, where a tab ends the name, columns that
    /// are no types are left alone.
    mutating func read(_ path: String) throws {
        let octets = try Inputs.text(path)
        let text = octets.span
        try Self.refuseBinary(text, path)
        _ = read(text, of: path)
    }

    /// Fails where a file is certainly no text.
    static func refuseBinary(_ text: Span<UInt8>, _ path: String) throws {
        if ContentSniff(text).looksBinary {
            throw Failure.usage("\(TerminalText.escaped(path)): is no text with a name a line")
        }
    }

    /// Reads lines of a file behind so many others; gives back how many they are.
    mutating func read(_ text: Span<UInt8>, of path: String, behind before: Int = 0) -> Int {
        wire.reserveCapacity(wire.count + text.count + 2)
        var types = TypeWords()
        var number = 0
        var start = 0
        while start < text.count {
            let end = text.firstIndex(of: 0x0A, from: start) ?? text.count
            number += 1
            read(text, start..<end, &types, path, before + number)
            start = end + 1
        }
        return number
    }

    private mutating func read(
        _ text: Span<UInt8>,
        _ line: Range<Int>,
        _ types: inout TypeWords,
        _ path: String,
        _ number: Int
    ) {
        guard let first = Self.field(text, line), text[first.lowerBound] != 0x23 else { return }
        var type: RRType?
        if let second = Self.field(text, first.upperBound..<line.upperBound) {
            type = types.type(text.extracting(second))
            if let fault = Self.fault(text, first, second, line, isType: type != nil) {
                let field = fault.field
                return report(
                    path,
                    number,
                    field.lowerBound - line.lowerBound,
                    text.extracting(field).octets,
                    fault.text
                )
            }
        }
        let begin = wire.count
        if DomainName.appendWire(ofPlain: text, first, to: &wire) {
            entries.append(Entry(start: begin, type: type))
            return
        }
        let octets = text.extracting(first).octets
        let column = first.lowerBound - line.lowerBound
        do throws(NameError) {
            let name = try DomainName(presentation: octets)
            if let fault = Self.fault(octets) {
                report(path, number, column + fault.offset, octets, fault.text)
            } else {
                append(name, type)
            }
        } catch {
            report(path, number, column, octets, "is no domain name (\(error))")
        }
    }

    /// What is wrong with what stands behind a name. Behind a blank it is meant as a type and ends the line; behind a tab it is
    /// a remark, as in tables of names with classes, unless it looks like a type.
    private static func fault(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ second: Range<Int>,
        _ line: Range<Int>,
        isType: Bool
    ) -> (field: Range<Int>, text: String)? {
        let isTable = text[name.upperBound] == 0x09
        let isComment = text[second.lowerBound] == 0x23
        let isCapital = second.allSatisfy { (0x41...0x5A).contains(text[$0]) }
        if !isType, !isComment, !isTable || isCapital && second.count > 1 {
            return (second, "is no record type; write A, AAAA, HTTPS or TYPE65")
        }
        guard !isTable, !isComment, let third = field(text, second.upperBound..<line.upperBound),
            text[third.lowerBound] != 0x23
        else { return nil }
        return (third, "is too much behind a name and a type; write one name a line")
    }

    private mutating func append(_ name: DomainName, _ type: RRType?) {
        entries.append(Entry(start: wire.count, type: type))
        wire += name.wire
    }

    /// The first field of a part of a text.
    private static func field(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        func isBetween(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0D }
        var start = range.lowerBound
        while start < range.upperBound, isBetween(text[start]) { start += 1 }
        var end = start
        while end < range.upperBound, !isBetween(text[end]) { end += 1 }
        return end > start ? start..<end : nil
    }

    /// What is wrong with a text that could be a name and is certainly not meant as one, and where: RFC 2181 §11 allows every
    /// octet, but no host has others than these. One that is meant is written as an escape, `\044`.
    private static func fault(_ text: some Collection<UInt8>) -> (offset: Int, text: String)? {
        let isReverse = text.suffix(5).elementsEqual(".arpa".utf8)
        if !isReverse, let slash = text.enumerated().first(where: { $0.element == 0x2F }) {
            return (slash.offset, "is no host name; of a URL give the name alone")
        }
        var isEscaped = false
        for (offset, octet) in text.enumerated() {
            defer { isEscaped = octet == 0x5C && !isEscaped }
            if isEscaped || octet == 0x5C || octet == 0x2F || isOfHosts(octet) { continue }
            switch octet {
            case 0x3A where IPAddress(text: Array(text)) != nil:
                return (
                    0, "is an address; the names of addresses end in ip6.arpa, and --chains gives those behind names"
                )
            case 0x3A: return (offset, "is no host name; leave the port out")
            case 0x80...:
                return (offset, "is no host name; write it as clients ask for it, with labels that begin with xn--")
            default:
                let digits = String(1000 + Int(octet)).dropFirst()
                let shown = octet > 0x20 && octet < 0x7F ? "`\(Character(Unicode.Scalar(octet)))`" : "such an octet"
                return (offset, "is no host name: none has \(shown); write \\\(digits) if it is meant")
            }
        }
        return nil
    }

    /// Whether an octet is one that names of hosts have, or services, or wildcards.
    private static func isOfHosts(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private mutating func report(
        _ path: String,
        _ line: Int,
        _ offset: Int,
        _ text: some Collection<UInt8>,
        _ fault: String
    ) {
        faultCount += 1
        guard kept.count < Self.maximumFaults else { return }
        let shown = TerminalText.escaped(Array(text.prefix(80)))
        kept.append(
            Diagnostic(path: path, line: line, column: offset + 1, reason: "not-a-name", text: "`\(shown)` \(fault)")
        )
    }

    /// Reads one name from the command line.
    mutating func add(_ text: String) throws {
        if FileIdentity(text)?.isRegular == true {
            throw Failure.usage(
                "`\(TerminalText.escaped(text))` is a file here: give several lists as --list A,B, and names in a file by -f FILE; "
                    + "to ask about the name, end it with a dot"
            )
        }
        do {
            let name = try DomainName(text)
            if let fault = Self.fault(text.utf8) {
                throw Failure.usage("`\(TerminalText.escaped(text))`, byte \(fault.offset + 1): \(fault.text)")
            }
            append(name, nil)
        } catch let error as NameError {
            throw Failure.usage("`\(TerminalText.escaped(text))` is no domain name (\(error))")
        }
    }
}

/// Record types as they were written: nearly every line has the word of the line before.
private struct TypeWords {
    private var word: [UInt8] = []
    private var known: RRType?

    mutating func type(_ text: Span<UInt8>) -> RRType? {
        let isLast = text.count == word.count && word.indices.allSatisfy { text[$0] == word[$0] }
        if !isLast {
            word = text.octets
            // A number alone is a port, a year or a count; a type is written TYPE65.
            known = word.allSatisfy { (0x30...0x39).contains($0) } ? nil : RRType(String(decoding: word, as: UTF8.self))
        }
        return known
    }
}
