import Testing
import TextScan

@Suite struct LineScannerTests {
    private func lines(_ text: [UInt8], maximumLength: Int = 65_536) -> [(number: Int, text: String, overlong: Bool)] {
        var scanner = LineScanner(text.span, maximumLength: maximumLength)
        var result: [(Int, String, Bool)] = []
        while let line = scanner.next() {
            result.append((line.number, text.span.extracting(line.range).string, line.isOverlong))
        }
        let consumed = scanner.consumed
        #expect(consumed == text.count)
        return result
    }

    @Test(arguments: [
        ("", []), ("a", ["a"]), ("a\n", ["a"]), ("a\nb", ["a", "b"]), ("\n", [""]), ("\n\n", ["", ""]),
        ("a\r\nb\r\n", ["a", "b"]), ("a\rb\r", ["a", "b"]), ("a\r\r\nb", ["a", "", "b"]), ("a\n\rb", ["a", "", "b"]),
        ("a\rb\nc\r\nd", ["a", "b", "c", "d"]), ("a\r", ["a"]), ("a\0b\nc", ["a\0b", "c"]),
    ])
    func endsLinesAtAnyTerminator(text: String, expected: [String]) {
        let lines = lines(Array(text.utf8))
        #expect(lines.map(\.text) == expected)
        #expect(lines.map(\.number) == Array(1..<(expected.count + 1)))
    }

    @Test(arguments: [
        ("a\rb\nc\r\nd", ["a\rb", "c", "d"], [true, false, false]), ("a\r", ["a"], [false]),
        ("a\r\r\nb\r", ["a\r", "b"], [true, false]), ("\r\n\r\rx", ["", "\r\rx"], [false, true]),
    ])
    func endsLinesAtLineFeedsAlone(text: String, expected: [String], returns: [Bool]) {
        let octets = Array(text.utf8)
        var scanner = LineScanner(octets.span, endsAtReturn: false)
        var (texts, flags): ([String], [Bool]) = ([], [])
        while let line = scanner.next() {
            texts.append(octets.span.extracting(line.range).string)
            flags.append(line.hasReturn)
        }
        #expect(texts == expected && flags == returns)
    }

    @Test func flagsAndSkipsALineOfAMegabyte() {
        let text = Array("a\n".utf8) + [UInt8](repeating: 0x78, count: 1 << 20) + Array("\r\nb".utf8)
        let lines = lines(text)
        #expect(lines.map(\.number) == [1, 2, 3])
        #expect(lines.map(\.overlong) == [false, true, false])
        #expect(lines.map(\.text.utf8.count) == [1, 65_536, 1])
    }

    @Test(arguments: [(3, false), (2, true)])
    func countsTheLimitInOctets(limit: Int, overlong: Bool) {
        let text = Array("abc\nd\n".utf8)
        var scanner = LineScanner(text.span, maximumLength: limit)
        let flags = [scanner.next()?.isOverlong, scanner.next()?.isOverlong, scanner.next()?.isOverlong]
        #expect(flags == [overlong, false, nil])
        let count = scanner.overlongCount
        #expect(count == (overlong ? 1 : 0))
    }

    @Test(arguments: [
        ("a b\tc", ["a", "b", "c"]), ("  a  ", ["a"]), ("", []), (" \t ", []),
    ])
    func splitsAtBlanks(text: String, expected: [String]) {
        let octets = Array(text.utf8)
        var fields = FieldScanner(octets.span)
        var found: [String] = []
        while let field = fields.next() { found.append(octets.span.extracting(field).string) }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("a,b,,c", ["a", "b", "", "c"]), ("", [""]), ("a,", ["a", ""]), (",", ["", ""]),
    ])
    func splitsAtASeparator(text: String, expected: [String]) {
        let octets = Array(text.utf8)
        var fields = FieldScanner(octets.span, separator: UInt8(ascii: ","))
        var found: [String] = []
        while let field = fields.next() { found.append(octets.span.extracting(field).string) }
        #expect(found == expected)
    }

    @Test func givesTheRestOfALine() {
        let octets = Array("query[A]  name from x ".utf8)
        var fields = FieldScanner(octets.span)
        let first = fields.next()
        let rest = octets.span.extracting(fields.rest).string
        #expect(first == 0..<8)
        #expect(rest == "name from x")
    }
}
