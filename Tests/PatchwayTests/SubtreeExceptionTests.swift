import Foundation
import Testing

/// Names that the catalog documents by one pattern have one exception, where the engine can say it and it works.
@Suite struct SubtreeExceptionTests {
    private static let one = "a.download.windowsupdate.com\n"
    private static let two = one + "b.download.windowsupdate.com\n"
    private static let zone = "$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\n"

    @Test(arguments: [
        ("pihole", "||windowsupdate.com^\n", one, ["pihole allow a.download.windowsupdate.com"]),
        ("pihole", "||windowsupdate.com^\n", two, ["pihole allow-wild download.windowsupdate.com"]),
        ("adguard-home", "||windowsupdate.com^\n", two, ["@@||download.windowsupdate.com^$important"]),
        ("technitium", "windowsupdate.com\n", two, ["allowed zone: download.windowsupdate.com"]),
        ("dnscrypt-proxy", "windowsupdate.com\n", one, ["allowed-names: =a.download.windowsupdate.com"]),
        ("dnscrypt-proxy", "windowsupdate.com\n", two, ["allowed-names: *.download.windowsupdate.com"]),
        (
            "unbound", "local-zone: \"com\" always_nxdomain\n", two,
            [
                "local-zone: \"download.windowsupdate.com.\" always_transparent"
            ]
        ),
        ("bind-rpz", zone + "*.com CNAME .\n", two, ["*.download.windowsupdate.com CNAME rpz-passthru."]),
        // The zone has that name already, so that it would not work.
        (
            "bind-rpz", zone + "*.download.windowsupdate.com CNAME .\n", two,
            [
                "a.download.windowsupdate.com CNAME rpz-passthru.", "b.download.windowsupdate.com CNAME rpz-passthru.",
            ]
        ),
        // Allowed names are asked before blocked ones, whatever these are.
        (
            "dnscrypt-proxy", "=a.download.windowsupdate.com\n=b.download.windowsupdate.com\n", two,
            [
                "allowed-names: *.download.windowsupdate.com"
            ]
        ),
    ])
    func fixes(engine: String, list: String, names: String, fixes: [String]) throws {
        let id = "subtree-\((engine + list + names).utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFFFF })"
        let list = try Patchway.file("\(id).list", list.utf8)
        let names = try Patchway.file("\(id).names", names.utf8)
        let result = try Patchway.run(["audit", list, "--engine", engine, "--names", names, "--qtype", "A"])
        let found = result.output.split(separator: "\n").compactMap { $0.split(separator: "fix: ").dropFirst().first }
        // Each rule has its finding.
        #expect(Set(found.map(String.init)) == Set(fixes), "\(result.output) \(result.errors)")
    }

    /// A pattern that breaks many names has one fix where each name would have an exception of its own.
    @Test(arguments: [(2, "@@||"), (5, "remove line 2 of ")])
    func patterns(count: Int, fix: String) throws {
        let names = [
            "fe2.update.microsoft.com", "go.microsoft.com", "crl.microsoft.com", "emdl.ws.microsoft.com",
            "download.windowsupdate.com",
        ].prefix(count)
        let list = try Patchway.file("pattern-\(count).list", "||a.example^\n/microsoft|windows/\n".utf8)
        let file = try Patchway.file("pattern-\(count).names", names.joined(separator: "\n").utf8)
        let arguments = ["audit", list, "--engine", "adguard-home", "--names", file, "--qtype", "A"]
        let output = try Patchway.run(arguments).output
        let found = output.split(separator: "\n").compactMap { $0.split(separator: "fix: ").dropFirst().first }
        #expect(found.count == (count > 3 ? 1 : count) && found.allSatisfy { $0.hasPrefix(fix) }, "\(output)")
    }
}
