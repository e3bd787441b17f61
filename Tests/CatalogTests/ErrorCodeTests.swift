import Catalog
import Testing

@Suite struct ErrorCodeTests {
    @Test(arguments: [
        ("0x8024402c", 0x8024_402C as UInt32), ("0X8024402C", 0x8024_402C), ("8024402C", 0x8024_402C),
        ("80244019", 0x8024_4019), ("-2145107924", 0x8024_402C), ("2149859372", 0x8024_402C),
        ("[80072EE7]", 0x8007_2EE7),
        (" '0x80072ee7', ", 0x8007_2EE7), ("12007", 12007), ("0x248001", 0x24_8001), ("0", 0), ("-1", 0xFFFF_FFFF),
        ("4294967295", 0xFFFF_FFFF), ("8024402", 8_024_402), ("(0xC1900223).", 0xC190_0223),
    ])
    func readsWhatPeopleWrite(text: String, value: UInt32) {
        #expect(ErrorCode(text)?.rawValue == value)
    }

    @Test(arguments: [
        "", "0x", "0x123456789", "80244O2C", "-2147483649", "4294967296", "+5", "--1", "-", "0x-1", "0x+8024402",
        "80 24402C", "0x8024402C0x8024402C", "\u{0660}", "-\u{0661}", String(repeating: "9", count: 100),
    ])
    func refusesTheRest(text: String) {
        #expect(ErrorCode(text) == nil)
    }

    @Test func printsEightDigits() {
        #expect(ErrorCode(rawValue: 0x24_8001).description == "0x00248001")
    }

    static let table = ErrorTable(errors: [
        ClientError(
            code: ErrorCode(rawValue: 0x8007_2EE7),
            symbols: [],
            meaning: "m",
            stage: .dns,
            checkFirst: "c"
        )
    ])

    @Test func looksUpBareWin32Numbers() {
        guard case .known(let error) = Self.table.explain(ErrorCode(rawValue: 12007)) else {
            Issue.record("12007 is 0x80072EE7")
            return
        }
        #expect(error.stage == .dns)
    }

    @Test(
        arguments: [
            (
                0x8007_2EFD as UInt32,
                ["it wraps the Win32 number 12029", "numbers 12000 to 12199 come from WinHTTP and WinINet"]
            ),
            (0x8019_01F3 as UInt32, ["it wraps the HTTP status 499"]),
            (0x8024_1234, ["it is a failure code", "its facility is Windows Update (36)"]),
            (0x8123_1234, ["it is a failure code"]), (0xC190_0101, []),
            (0x232A, ["as a Win32 number it would be shown as 0x8007232A", "numbers 9000 to 9999 come from DNS"]),
        ] as [(UInt32, [String])]
    )
    func saysOnlyWhatIsCertain(value: UInt32, facts: [String]) {
        #expect(Self.table.explain(ErrorCode(rawValue: value)) == .unknown(ErrorCode(rawValue: value), facts: facts))
    }
}
