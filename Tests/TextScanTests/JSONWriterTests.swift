import Testing
import TextScan

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        body(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func writesNestedValuesInOrder() {
        let written = text { json in
            json.object { json in
                json.member("z", 1)
                json.member("a", "x")
                json.array("list") { json in
                    json.value(true)
                    json.null()
                    json.object { _ in }
                    json.array { $0.value(-2.5) }
                }
                json.member("unknown", ifKnown: String?.none)
                json.member("counts", counts: ["b": 2, "a": 1])
                json.member("time", time: 1_500_000)
                json.member("names", ["p", "q"])
            }
            json.endRecord()
            json.object { $0.member("kind", "next") }
        }
        #expect(
            written == """
                {"z":1,"a":"x","list":[true,null,{},[-2.5]],"counts":{"a":1,"b":2},\
                "time":"1970-01-01T00:00:01.500000Z","names":["p","q"]}
                {"kind":"next"}
                """
        )
    }

    @Test(arguments: [
        ([UInt8]("a\"b\\c/".utf8), #""a\"b\\c/""#),
        ([0x00, 0x08, 0x09, 0x0A, 0x0C, 0x0D, 0x1F], #""\u0000\b\t\n\f\r\u001f""#),
        (Array("é日𝄞".utf8), "\"é日𝄞\""), ([0x7F], #""\u007f""#), (Array("\u{2028}\u{85}".utf8), #""\u2028\u0085""#),
        ([0x61, 0xFF, 0x62], "\"a\u{FFFD}b\""), ([0xE2, 0x82], "\"\u{FFFD}\""), ([0xC0, 0x80], "\"\u{FFFD}\u{FFFD}\""),
        ([0xED, 0xA0, 0x80], "\"\u{FFFD}\u{FFFD}\u{FFFD}\""),
        ([0xF4, 0x90, 0x80, 0x80], "\"\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\""),
        ([0xF0, 0x9F, 0x41], "\"\u{FFFD}A\""),
    ])
    func escapesStrings(octets: [UInt8], expected: String) {
        #expect(text { $0.value(octets) } == expected)
    }

    /// Octets are looked at eight at a time: every octet at every place of two words comes out as it does alone.
    @Test func escapesEveryOctetAtEveryPlace() {
        for octet in UInt8.min...UInt8.max {
            let alone = text { $0.value([octet]) }.dropFirst().dropLast()
            for place in 0..<17 {
                var octets = [UInt8](repeating: 0x61, count: 17)
                octets[place] = octet
                let (before, behind) = (String(repeating: "a", count: place), String(repeating: "a", count: 16 - place))
                #expect(text { $0.value(octets) } == "\"\(before)\(alone)\(behind)\"")
            }
        }
    }

    @Test func wholeNumbers() {
        let numbers = [0, 7, 10, -1, 1_234_567_890, .max, .min]
        #expect(text { $0.array { for number in numbers { $0.value(number) } } } == "\(numbers)".filter { $0 != " " })
        #expect(text { $0.value(UInt64.max) } == "18446744073709551615")
        #expect(text { $0.value(UInt8(200)) } == "200")
    }

    @Test func piecesStandWhereTheyAreMadeFor() {
        var piece = JSONWriter()
        piece.startPiece(behindMember: true)
        piece.member("b", 2)
        piece.key("c")
        let written = text { json in
            json.object {
                $0.member("a", 1)
                $0.splice(piece)
                piece.startPiece(behindMember: false)
                piece.value("x")
                $0.splice(piece)
                $0.member("d", 4)
            }
        }
        #expect(written == #"{"a":1,"b":2,"c":"x","d":4}"#)
    }

    @Test func repairsUTF8AsTheStandardLibraryDoes() {
        for first in stride(from: 0x80, through: 0xFF, by: 1) {
            for second in [0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2] {
                let octets = [UInt8(first), UInt8(second), 0x80, 0x80, 0x7A]
                let repaired = String(decoding: octets, as: UTF8.self)
                let written = text { $0.value(octets) }
                let expected = text { $0.value(repaired) }
                #expect(written == expected)
            }
        }
    }

    @Test func saysNullForWhatJSONCannotSay() {
        #expect(
            text { $0.array { json in for value in [Double.nan, .infinity, 0.1] { json.value(value) } } }
                == "[null,null,0.1]"
        )
    }

    @Test func writesDiagnostics() {
        let diagnostic = Diagnostic(path: "a\u{1B}.txt", line: 3, column: 5, reason: "bad-name", text: "label too long")
        #expect(
            text { diagnostic.write(to: &$0) }
                == #"{"kind":"diagnostic","path":"a\u001b.txt","line":3,"column":5,"reason":"bad-name","text":"label too long"}"#
        )
        #expect(diagnostic.description == "a\\x1b.txt:3:5: label too long [bad-name]")
    }
}
