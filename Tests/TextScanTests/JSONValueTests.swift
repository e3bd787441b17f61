import Testing
import TextScan

@Suite struct JSONValueTests {
    @Test func readsWhatTheWriterWrites() throws {
        var json = JSONWriter()
        json.object {
            $0.member("text", "a\"\\\u{1B}\u{2028}é\u{1F600}\n")
            $0.member("number", -7)
            $0.member("flag", true)
            $0.member("texts", ["", "x"])
            $0.member("counts", counts: ["a": 1, "b": 2])
        }
        let fields = try JSONFields(try JSONValue.parse(json.bytes.span))
        #expect(try fields.text("text") == "a\"\\\u{1B}\u{2028}é\u{1F600}\n")
        #expect(try fields.flag("flag"))
        #expect(try fields.texts("texts") == ["", "x"])
        #expect(try fields.counts("counts") == ["a": 1, "b": 2])
        #expect(throws: JSONFault.self) { try fields.count("number") }
        #expect(try fields.optionalText("absent") == nil)
    }

    static let faults: [(text: String, offset: Int, reason: String)] = [
        ("", 0, "json-cut"), ("{", 1, "json-syntax"), ("{\"a\"}", 4, "json-syntax"), ("{\"a\":1,}", 7, "json-syntax"),
        ("[1 2]", 3, "json-syntax"), ("[1,]", 3, "json-syntax"), ("01", 0, "json-syntax"), ("1.", 0, "json-syntax"),
        ("-", 0, "json-syntax"), ("1e", 0, "json-syntax"), ("nul", 0, "json-syntax"), ("\"a", 2, "json-cut"),
        ("\"\u{1}\"", 1, "json-text"), ("\"\\q\"", 1, "json-text"), ("\"\\u12\"", 1, "json-text"),
        ("1 1", 2, "json-rest"),
        ("{\"a\":1,\"a\":2}", 7, "json-name"), (String(repeating: "[", count: 100_000), 32, "json-depth"),
        ("\"\\", 1, "json-text"),
    ]

    @Test(arguments: faults.indices)
    func faultsHaveTheirPlace(index: Int) throws {
        let (text, offset, reason) = Self.faults[index]
        let octets = Array(text.utf8)
        let fault = #expect(throws: JSONFault.self) { _ = try JSONValue.parse(octets.span) }
        #expect(fault?.offset == offset)
        #expect(fault?.reason == reason)
    }

    @Test func malformedTextIsNoText() {
        let octets: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        #expect(throws: JSONFault.self) { _ = try JSONValue.parse(octets.span) }
    }

    @Test func placesAreLinesAndColumns() {
        let octets = Array("{\n \"a\": x}".utf8)
        let fault = #expect(throws: JSONFault.self) { _ = try JSONValue.parse(octets.span) }
        #expect(fault?.diagnostic("f", in: octets.span, line: 5).description == "f:6:7: expected a value [json-syntax]")
    }
}
