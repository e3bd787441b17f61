import DNS
import Testing

@testable import Policy

/// Names of rules are compared as texts: that may never take two names for one.
@Suite struct NameTextTests {
    private static let label46 = String(repeating: "a", count: 46)

    @Test(arguments: [
        ("a.example", true), ("a\\.b.example", false), ("example", true), (".", true), ("\\046.example", false),
        // Its length is the octet of a dot, which is no loss but of time.
        ("\(label46).example", false), ("a\\000b.example", true),
    ])
    func dotsInLabelsAreNoticed(name: String, isExact: Bool) throws {
        let found = NameText(NameBuffer(try DomainName(name))).isExact
        #expect(found == isExact)
    }

    @Test(arguments: [
        ("a.example", 2, "a.example", true), ("a.example", 2, "A.eXample", true),
        ("www.a.example", 2, "a.example", true),
        ("a.example", 2, "b.example", false), ("a.example", 2, "a-example", false),
        ("a-example.org", 2, "a.example.org", false),
        ("a.example", 1, "example", true), ("abcdefgh.example", 2, "abcdefgh.example", true),
        ("abcdefgh.example", 2, "abcdefgh.examplf", false), ("abcdefgh.ex", 2, "abcdefgi.ex", false),
    ])
    func endsAreThoseOfAList(name: String, labels: Int, list: String, isSame: Bool) throws {
        let buffer = NameBuffer(try DomainName(name))
        let text = NameText(buffer)
        // At the very end of a list, where no word can be read beyond it, and in front of more.
        for tail in ["", "\n0.0.0.0 other.example"] {
            let octets = Array("0.0.0.0 \(list)\(tail)".utf8)
            let found = unsafe octets.withUnsafeBufferPointer {
                unsafe text.ends(buffer.suffixStart(labels), with: $0, at: 8, list.utf8.count)
            }
            #expect(found == isSame)
        }
    }

    /// The longest names, of many labels and of few: words are read at the end of the buffer.
    @Test(arguments: [(127, 1), (63, 3), (4, 61), (1, 63), (2, 63), (8, 30)])
    func wholeTextIsThatOfTheName(count: Int, length: Int) throws {
        let name = Array(repeating: String(repeating: "x", count: length), count: count).joined(separator: ".")
        let buffer = NameBuffer(try DomainName(name))
        let text = NameText(buffer)
        let octets = Array(name.utf8)
        let whole = text.span
        #expect(whole.count == octets.count && octets.indices.allSatisfy { whole[$0] == octets[$0] })
        var other = octets
        other[other.count - 1] = 0x79
        for (list, isSame) in [(octets, true), (other, false)] {
            let found = unsafe list.withUnsafeBufferPointer { unsafe text.ends(0, with: $0, at: 0, list.count) }
            #expect(found == isSame)
        }
    }

    /// A text that held another name before holds nothing of it.
    @Test func fillingReplacesEverything() throws {
        var text = NameText(NameBuffer(try DomainName("a\\.b.long-name.example")))
        text.fill(NameBuffer(try DomainName("c.example")))
        let isExact = text.isExact
        #expect(isExact)
        let whole = text.span
        #expect(String(decoding: (0..<whole.count).map { whole[$0] }, as: UTF8.self) == "c.example")
    }
}
