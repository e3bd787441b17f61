import DNS
import Testing

@Suite struct DomainNameTests {
    @Test(arguments: [
        ("www.Example.com", "www.Example.com"), ("example.com.", "example.com"), (".", "."),
        (#"a\.b.example"#, #"a\.b.example"#), (#"a\046b"#, #"a\.b"#), (#"\000\255"#, #"\000\255"#),
        (#"\a\b"#, "ab"), ("a b", #"a\032b"#), (#"\(x\)\;\@\$\""#, #"\(x\)\;\@\$\""#), ("ü", #"\195\188"#),
    ])
    func readsAndPrintsPresentationForm(text: String, printed: String) throws {
        let name = try DomainName(text)
        #expect(name.description == printed)
        #expect(try DomainName(name.description) == name)
    }

    @Test(arguments: [
        ("", NameError.empty), ("..", .emptyLabel(offset: 0)), (".a", .emptyLabel(offset: 0)),
        ("a..b", .emptyLabel(offset: 2)), (#"a\"#, .badEscape(offset: 1)), (#"a\12"#, .badEscape(offset: 1)),
        (#"\256"#, .badEscape(offset: 0)), (String(repeating: "a", count: 64), .labelTooLong(offset: 63)),
    ])
    func refusesBadPresentationForm(text: String, error: NameError) {
        #expect(throws: error) { try DomainName(text) }
    }
}
