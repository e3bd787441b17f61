import DNS
import LDNS
import Testing

@testable import Validation

/// What NSEC and NSEC3 records deny, and what they do not.
@Suite struct DenialTests {
    private static func name(_ text: String) -> DomainName { (try? DomainName(text)) ?? .root }

    /// A bitmap of window 0.
    private static func bitmap(_ types: [RRType]) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 32)
        for type in types { octets[Int(type.rawValue) / 8] |= 0x80 >> UInt8(type.rawValue % 8) }
        return [0, 32] + octets
    }

    /// `owner next TYPES`.
    private static func denial(_ lines: [String]) -> Denial {
        Denial(
            lines.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                let types = words.dropFirst(2).compactMap { RRType($0) }
                return Denial.Record(name(words[0]), name(words[1]).wire + bitmap(types), zone: name("example"))
            }
        )
    }

    /// A zone: example, a.example, *.w.example, cut.example (delegated), z.example.
    private static let zone = [
        "example a.example SOA NS", "a.example cut.example A", "cut.example b.e.example NS",
        "b.e.example *.w.example A",
        "*.w.example z.example A", "z.example example A",
    ]

    static let names: [(String, Bool, Bool)] = [
        // Whether it is denied, and with it every wildcard for it.
        ("b.example", true, true), ("zz.example", true, true), ("a.example", false, false), ("z.example", false, false),
        // Only others are below it.
        ("e.example", false, false), ("w.example", false, false),
        // The wildcard answers for it.
        ("x.w.example", true, false), ("y.x.w.example", true, false), ("x.e.example", true, true),
        // What is below a delegation is another zone's business.
        ("x.cut.example", false, false), ("cut.example", false, false),
    ]

    @Test(arguments: names) func deniesNames(_ text: String, _ isDenied: Bool, _ isDeniedWhole: Bool) {
        let denial = Self.denial(Self.zone)
        #expect(denial.denies(Self.name(text)) == isDenied)
        #expect(denial.deniesAll(Self.name(text)) == isDeniedWhole)
    }

    static let types: [(String, RRType, Bool)] = [
        ("a.example", .aaaa, true), ("a.example", .a, false), ("e.example", .a, true), ("w.example", .a, true),
        ("x.w.example", .aaaa, true), ("x.w.example", .a, false), ("b.example", .a, false), ("example", .ds, false),
        ("cut.example", .ds, true), ("cut.example", .a, false), ("a.example", .ds, true),
    ]

    @Test(arguments: types) func deniesTypes(_ text: String, _ type: RRType, _ isDenied: Bool) {
        #expect(Self.denial(Self.zone).denies(type, at: Self.name(text)) == isDenied)
    }

    @Test func aliasesAreNotDenied() {
        #expect(!Self.denial(["a.example b.example CNAME"]).denies(.a, at: Self.name("a.example")))
    }

    static let delegations: [(String, String)] = [
        ("cut.example", "insecure"), ("a.example", "none"), ("e.example", "none"), ("b.example", "none"),
        ("example", "nothing"),
    ]

    @Test(arguments: delegations) func saysWhatIsDelegated(_ text: String, _ expected: String) {
        let found = Self.denial(Self.zone).delegation(at: Self.name(text))
        let words = found.map { $0 == .insecure ? "insecure" : "none" } ?? "nothing"
        #expect(words == expected)
    }

    @Test func takesNoRecordsOfOthers() {
        let data = Self.name("b.other").wire + Self.bitmap([.a])
        #expect(Denial.Record(Self.name("a.other"), data, zone: Self.name("example")) == nil)
        #expect(Denial.Record(Self.name("a.example"), [], zone: Self.name("example")) == nil)
        #expect(Denial.Record(Self.name("a.example"), [5, 1], zone: Self.name("example")) == nil)
    }

    // RFC 5155 appendix A: salt aabbccdd, 12 iterations.
    @Test(arguments: [
        ("example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom"), ("A.example", "35mthgpgcu1qg68fab165klnsnk3dpvl"),
        ("*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en"),
    ])
    func hashesNames(_ text: String, _ hash: String) {
        let salt: [UInt8] = [0xAA, 0xBB, 0xCC, 0xDD]
        let found = Cryptography.hash(Self.name(text), algorithm: 1, iterations: 12, salt: salt)
        #expect(found == Array(hash.utf8))
        #expect(Cryptography.hash(Self.name(text), algorithm: 2, iterations: 12, salt: salt) == nil)
    }

    @Test func writesHashesAsOwnersDo() {
        let octets: [UInt8] = [
            0x06, 0x53, 0x68, 0xAB, 0xEE, 0xD7, 0xEC, 0x6E, 0x9F, 0xEB,
            0xA9, 0x6B, 0x8C, 0x8B, 0xC3, 0xE8, 0xB7, 0x91, 0xF7, 0x16,
        ]
        #expect(HashedDenial.Record.letters(octets[...]) == Array("0p9mhaveqvm6t7vbl5lop2u3t2rp3tom".utf8))
        #expect(HashedDenial.Record.letters(octets[..<1]) == Array("0o".utf8))
        #expect(HashedDenial.Record.letters([]) == [])
    }

    @Test func spansGaps() throws {
        func record(_ hash: String, _ next: [UInt8]) -> HashedDenial.Record? {
            HashedDenial.Record(
                Self.name("\(hash).example"),
                [1, 0, 0, 0, 0, UInt8(next.count)] + next,
                zone: Self.name("example")
            )
        }
        let middle = try #require(record("2g", [0x22, 0x10]))
        #expect(middle.next == Array("4880".utf8))
        #expect(
            middle.covers(Array("3000".utf8)) && !middle.covers(Array("2g".utf8)) && !middle.covers(Array("5000".utf8))
        )
        let last = try #require(record("s0", [0x22, 0x10]))
        #expect(last.covers(Array("t000".utf8)) && last.covers(Array("1000".utf8)) && !last.covers(Array("5000".utf8)))
        #expect(record("s0", [])?.covers(Array("t0".utf8)) == true)
        #expect(HashedDenial.Record(Self.name("a.b.example"), [1, 0, 0, 0, 0, 0], zone: Self.name("example")) == nil)
        for length in 0..<7 {
            _ = HashedDenial.Record(
                Self.name("a.example"),
                Array([1, 0, 0, 0, 9, 1, 2][..<length]),
                zone: Self.name("example")
            )
        }
    }

    @Test func readsBitmaps() {
        let octets: [UInt8] = [0, 1, 0x40, 1, 2, 0, 0x80, 3, 9, 1]
        let bitmap = TypeBitmap(octets[...])
        #expect(
            bitmap.has(.a) && !bitmap.has(.ns) && bitmap.has(RRType(rawValue: 264))
                && !bitmap.has(RRType(rawValue: 768))
        )
        #expect(!TypeBitmap([][...]).has(.a))
    }
}
