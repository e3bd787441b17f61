import DNS
import LDNS
import Testing

/// Where we read a master file otherwise than libldns's whole-file reader, each with the text that decides.
@Suite struct ZoneDifferenceTests {
    struct Difference: CustomTestStringConvertible {
        let why: String
        let text: String
        /// What we read.
        let own: [String]
        /// What libldns reads, or nil when it refuses the file.
        let library: [String]?
        var testDescription: String { why }
    }

    static let differences: [Difference] = [
        .init(
            why: "RFC 1035 §5.1: $ORIGIN takes a domain name, relative to the origin like any other",
            text: "$ORIGIN a.\n$ORIGIN b\n@ 1 NS .\n",
            own: ["b.a. 1 IN NS ."],
            library: ["b. 1 IN NS ."]
        ),
        .init(
            why: "RFC 1035 §5.1: [<class>] [<TTL>] <type> is as good as [<TTL>] [<class>] <type>",
            text: "a. IN 5 NS .\n",
            own: ["a. 5 IN NS ."],
            library: nil
        ),
        .init(
            why: "RFC 1035 §5.1: blank lines have no effect; in libldns they freeze the TTL stated last",
            text: "a. 5 NS .\n; c\n \nb. 6 NS .\nc. NS .\n",
            own: ["a. 5 IN NS .", "b. 6 IN NS .", "c. 6 IN NS ."],
            library: ["a. 5 IN NS .", "b. 6 IN NS .", "c. 5 IN NS ."]
        ),
        .init(
            why: "RFC 2308 §4: $TTL 0 is a TTL; in libldns 0 stands for its default",
            text: "$TTL 0\na. NS .\n",
            own: ["a. 0 IN NS ."],
            library: ["a. 3600 IN NS ."]
        ),
        .init(
            why: "RFC 1035 §5.1: only a free-standing @ is the origin",
            text: "$ORIGIN o.\n@x 1 NS .\n",
            own: ["\\@x.o. 1 IN NS ."],
            library: ["o. 1 IN NS ."]
        ),
        .init(
            why: "RFC 1035 §5.1: the same in RDATA, where libldns has the name and we can only refuse",
            text: "$ORIGIN o.\na 1 NS @.x.\n",
            own: [],
            library: ["a.o. 1 IN NS o."]
        ),
        .init(
            why: "RFC 3597 §5: RDATA of an unknown type is written \\# length hex",
            text: "a. 1 TYPE65400\n",
            own: [],
            library: ["a. 1 IN TYPE65400 \\# 0"]
        ),
        .init(
            why: "RFC 3597 §5: the digits are hexadecimal and as many as the length says",
            text: "a. 1 A \\# 5 c000020100\n",
            own: [],
            library: ["a. 1 IN A 192.0.2.1"]
        ),
        .init(
            why: "RFC 3597 §5: a mnemonic that is not known is an error; in libldns it is type 0",
            text: "a. 1 NOSUCH \\# 1 00\n",
            own: [],
            library: ["a. 1 IN TYPE0 \\# 1 00"]
        ),
        .init(
            why: "RFC 3597 §5: type codes have 16 bits",
            text: "a. 1 TYPE65537 \\# 4 c0000201\n",
            own: [],
            library: ["a. 1 IN A 192.0.2.1"]
        ),
        .init(
            why: "RFC 2181 §8: a TTL has at most 32 bits",
            text: "a. 4294967297 NS .\n",
            own: [],
            library: ["a. 1 IN NS ."]
        ),
        .init(
            why: "RFC 1035 §5.1: quotation marks come in pairs",
            text: "a. 1 TXT \"x\n",
            own: [],
            library: ["a. 1 IN TXT \"x\""]
        ),
        .init(
            why: "RFC 8659 §4.1.1: a CAA value without blanks needs no quotes (libldns 1.8.4 has learnt it)",
            text: "a. 1 CAA 0 issue ca.example\n",
            own: ["a. 1 IN CAA 0 issue \"ca.example\""],
            library: nil
        ),
        .init(
            why: "RFC 3629 §6: a byte order mark is no part of the text",
            text: "\u{FEFF}$TTL 5\na. NS .\n",
            own: ["a. 5 IN NS ."],
            library: nil
        ),
        .init(
            why: "RFC 1035 §5.1: parentheses come in pairs",
            text: "a. 1 TXT ( x\n",
            own: [],
            library: ["a. 1 IN TXT \"x\""]
        ),
    ]

    @Test(arguments: differences)
    func differsForThatReasonOnly(difference: Difference) {
        let source = Array(difference.text.utf8)
        #expect(ZoneReader().all(in: source.span).records.map(\.record.description) == difference.own)
        #expect(LibraryZone.read(source)?.map(\.description) == difference.library)
    }
}
