import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing

/// Statements of named.conf beside zones; compared with BIND 9.18 and `named-checkconf`.
@Suite struct BINDConfigurationTests {
    private static let zoneFile = "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS a.\n@ 60 A 192.0.2.9\n* 60 A 192.0.2.9\n"

    /// The kinds of a name in a zone, and of one in none.
    private func kinds(_ text: String) throws -> [VerdictKind] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.zoneFile.utf8).write(to: folder.appendingPathComponent("z"))
        let path = folder.appendingPathComponent("named.conf").path
        let input = ListInput(path: path, format: .bindZones, octets: Array(text.utf8))
        let loaded = try LayerLoader.load([input], engine: .bindZones, mayBeEmpty: true)
        return [try loaded.verdict("x.ads.zz").kind, try loaded.verdict("other.zz").kind]
    }

    private static let zone = "zone \"ads.zz\" { type master; file \"z\"; };\n"

    /// Statements that decide nothing, and those that make names unsupported: of no zone, or all.
    @Test(arguments: [
        ("options { directory \"/x\"; listen-on port 53 { any; }; forwarders { 192.0.2.1; }; };", "firm"),
        ("OPTIONS { Recursion YES; Allow-Query { ANY; }; };", "firm"), ("options { blackhole { none; }; };", "firm"),
        ("acl own { 192.0.2.0/24; }; logging { }; Controls { };", "firm"), ("server 192.0.2.1 { bogus yes; };", "firm"),
        ("/* response-policy */ options { // view\n };", "firm"),
        ("key \"{\" { algorithm x; secret \"};\"; };", "firm"),
        ("zone \".\" { type hint; file \"root\"; };", "firm"),
        ("options { recursion no; };", "passing"), ("options { allow-recursion { none; }; };", "passing"),
        ("options { deny-answer-addresses { 0.0.0.0/0; }; };", "passing"),
        ("options { deny-answer-aliases { \"a.zz\"; }; };", "passing"),
        ("options { allow-query { none; }; };", "open"), ("options { Allow-Query { 192.0.2.0/24; }; };", "open"),
        ("options { blackhole { any; }; };", "open"), ("options { dns64 64:ff9b::/96 { }; };", "open"),
        ("options { response-policy { zone \"x\"; }; };", "open"),
        ("options { response-policy\n{ zone \"x\"; }; };", "open"),
        ("options { catalog-zones { zone \"x\"; }; };", "open"),
        ("Options { Response-Policy { zone \"x\"; }; };", "open"),
        ("options { include \"more\"; };", "open"), ("include \"more\";", "open"), ("INCLUDE \"more\";", "open"),
        ("View \"v\" { };", "open"), ("plugin query \"filter-aaaa.so\" { filter-aaaa-on-v4 yes; };", "open"),
        ("dlz \"x\" { database \"y\"; };", "open"), ("dyndb \"x\" \"y\" { };", "open"),
        ("bogus { };", "refused"), ("options { bogus-opt 1; };", "refused"), ("options { }; options { };", "refused"),
        ("options { filter-aaaa-on-v4 yes; };", "refused"), ("catalog-zones { zone \"x\"; };", "refused"),
        ("key-store \"x\" { };", "refused"), ("zone \"ADS.zz.\" { type primary; file \"z\"; };", "refused"),
        ("zone \"b.zz\" ch { type master; file \"z\"; };", "refused"), ("zone \"b.zz\" { type master; };", "refused"),
        ("zone \"b.zz\" { file \"z\"; };", "refused"), ("zone \"b.zz\" { type bogus; file \"z\"; };", "refused"),
        ("zone \"b.zz\" { type master; in-view \"x\"; file \"z\"; };", "refused"),
        ("zone \"b.zz\" { type master; file \"z\"; bogus 1; };", "refused"),
        ("zone \"b..zz\" { type master; file \"z\"; };", "refused"),
        ("zone \"b.zz\" { type master; file \"z\"; file \"z\"; };", "refused"), ("options { recursion yes;", "refused"),
    ])
    func statements(statement: String, effect: String) throws {
        let (inside, outside): (VerdictKind, VerdictKind) =
            switch effect {
            case "firm": (.redirect, .pass)
            case "passing": (.redirect, .unsupported)
            default: (.unsupported, .unsupported)
            }
        #expect(try kinds(Self.zone + statement + "\n") == [inside, outside], "\(statement)")
        #expect(try kinds(statement + "\n" + Self.zone) == [inside, outside], "\(statement)")
    }

    /// What a zone says of itself.
    @Test(arguments: [
        ("Zone \"ads.zz\" { Type Master; File \"z\"; };", true),
        ("zone \"ads.zz\" IN { type primary; file \"z\"; notify no; allow-update { none; }; };", true),
        ("zone ads.zz in { type primary; file \"z\"; allow-query { any; }; masterfile-format text; };", true),
        ("zone \"ads.zz\" { type master; file \"z\"; database \"rbt\"; };", true),
        ("zone \"ads.zz\" { type master; file \"z\"; allow-query { none; }; };", false),
        ("zone \"ads.zz\" { type master; database \"dlz x\"; };", false),
        ("zone \"ads.zz\" { type master; file \"z\"; database \"ldap x\"; };", false),
        ("zone \"ads.zz\" { type master; file \"z\"; dnssec-policy default; };", false),
        ("zone \"ads.zz\" { type master; file \"z\"; masterfile-format raw; };", false),
        ("zone \"ads.zz\" { include \"more\"; };", false),
        ("zone \"ads.zz\" { type slave; primaries { 192.0.2.1; }; };", false),
    ])
    func zones(statement: String, isFirm: Bool) throws {
        #expect(try kinds(statement + "\n") == [isFirm ? .redirect : .unsupported, .pass], "\(statement)")
    }

    /// A configuration of which nothing is evaluated is one all the same; one that says nothing is none.
    @Test(arguments: [
        "options { response-policy { zone \"x\"; }; };\nzone \"x\" { type master; file \"absent\"; };\n",
        "view \"v\" { zone \"x\" { type master; file \"absent\"; }; };\n",
        "zone \"a.zz\" { type forward; forwarders { 192.0.2.1; }; };\n", "zone \"a.zz\" { type master; };\n",
    ])
    func nothingIsEvaluated(text: String) throws {
        let input = ListInput(path: "named.conf", format: .bindZones, octets: Array(text.utf8))
        #expect(try LayerLoader.load([input], engine: .bindZones).verdict("a.zz").kind == .unsupported)
        let none = ListInput(path: "named.conf", format: .bindZones, octets: Array("options { };\n".utf8))
        #expect(throws: ListError.self) { try LayerLoader.load([none], engine: .bindZones) }
    }
}
