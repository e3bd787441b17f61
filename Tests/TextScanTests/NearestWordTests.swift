import Testing
import TextScan

@Suite struct NearestWordTests {
    static let known = [
        "pihole", "adguard-home", "bind-rpz", "unbound", "unbound-rpz", "layers", "listen", "listen-tls",
    ]

    @Test(
        arguments: [
            ("pi-hole", "pihole"), ("piehole", "pihole"), ("adguard", "adguard-home"), ("AdGuardHome", "adguard-home"),
            ("layer", "layers"), ("lisen", "listen"), ("unbund", "unbound"), ("xyz", nil), ("", nil), ("be", nil),
            (String(repeating: "a", count: 500), nil),
        ] as [(String, String?)]
    )
    func isWhatWasMeant(word: String, nearest: String?) { #expect(NearestWord.nearest(word, Self.known) == nearest) }
}
