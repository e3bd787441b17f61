import Testing
import TextScan

@Suite struct TextDecodingTests {
    private func utf16(_ text: String, bigEndian: Bool, mark: Bool) -> [UInt8] {
        ((mark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit in
            let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return bigEndian ? pair : pair.reversed()
        }
    }

    private func decode(_ octets: [UInt8]) -> DecodedText {
        TextDecoding.decode(Input(path: "x", bytes: InputBytes(octets)))
    }

    @Test(arguments: [(false, true), (true, true), (false, false), (true, false)])
    func readsUTF16(bigEndian: Bool, mark: Bool) {
        let text = "0.0.0.0 ads.example\r\n# é𝄞\r\n"
        let decoded = decode(utf16(text, bigEndian: bigEndian, mark: mark))
        #expect(decoded.span.string == text)
        #expect(decoded.encoding == (bigEndian ? .utf16BigEndian : .utf16LittleEndian))
        #expect(decoded.notices.map(\.reason) == ["utf-16"])
    }

    @Test func repairsMalformedUTF16() {
        let decoded = decode([0xFF, 0xFE, 0x00, 0xD8, 0x61, 0x00, 0x62])
        #expect(decoded.span.string == "\u{FFFD}a")
        #expect(decoded.notices.first?.text.contains("2 malformed") == true)
    }

    @Test func dropsTheMarkOfUTF8() {
        let decoded = decode([0xEF, 0xBB, 0xBF] + Array("a\n".utf8))
        #expect(decoded.span.string == "a\n" && decoded.encoding == .utf8WithMark && decoded.notices.isEmpty)
    }

    @Test func countsZeros() {
        let decoded = decode(Array("ab\0c\0\n".utf8))
        #expect(decoded.span.count == 6 && decoded.encoding == .utf8)
        #expect(
            decoded.notices == [Diagnostic(path: "x", byte: 2, reason: "nul-octets", text: decoded.notices[0].text)]
        )
        #expect(decoded.notices[0].text.contains("2 NUL"))
    }

    @Test(
        arguments: [
            ("\n <!DOCTYPE HTML><html>", .html), ("<HTML lang=en>", .html), ("<?xml version=\"1.0\"?>", .xml),
            ("{\"a\":1}", .json), ("[\n{", .json), ("[Adblock Plus 2.0]\n", nil), ("0.0.0.0 a.example\n", nil),
            ("", nil),
            ("%PDF-1.7", .pdf), ("SQLite format 3\0", .sqlite), ("\u{7F}ELF", .executable), ("\n\r\r\n", .pcapng),
            ("BZh91AY", .archive), ("ElfFile\0", .evtx),
        ] as [(String, ContentSniff.Known?)]
    )
    func knowsWhatIsNoList(text: String, known: ContentSniff.Known?) {
        #expect(ContentSniff(Array(text.utf8).span).known == known)
    }

    @Test func tellsBinaryFromText() {
        #expect(ContentSniff(Array(0...255).span).looksBinary)
        #expect(!ContentSniff(Array("a\tb\r\n\u{C}é".utf8).span).looksBinary)
    }
}
