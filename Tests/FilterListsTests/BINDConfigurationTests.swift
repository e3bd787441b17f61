import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Statements of named.conf beside zones; compared with BIND 9.18 and `named-checkconf`.
@Suite struct BINDConfigurationTests {
    private static let zoneFile = "@ 60 SOA a. b. 1 2 3 4 5\n@ 60 NS a.\n@ 60 A 192.0.2.9\n* 60 A 192.0.2.9\n"

    /// The kinds of a name in a zone, and of one in none.
    private func kinds(_ text: String, beside other: String? = nil) throws -> [VerdictKind] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.zoneFile.utf8).write(to: folder.appendingPathComponent("z"))
        let path = folder.appendingPathComponent("named.conf").path
        // Where the directory may be said in another file, zone files have to be said in full.
        let text = other == nil ? text : text.replacing("file \"z\"", with: "file \"\(folder.path)/z\"")
        let input = ListInput(path: path, format: .bindZones, octets: Array(text.utf8))
        let others = other.map { ListInput(path: "other.conf", format: .bindZones, octets: Array($0.utf8)) }
        let loaded = try LayerLoader.load([input] + [others].compactMap { $0 }, engine: .bindZones, mayBeEmpty: true)
        return [try loaded.verdict("x.ads.zz").kind, try loaded.verdict("other.zz").kind]
    }

    private static let zone = "zone \"ads.zz\" { type master; file \"z\"; };\n"

    /// What is said of policy zones leads on: to the engine whose lists their files are.
    @Test func policyZonesAreListsOfTheirOwn() throws {
        let text = Array("options { response-policy { zone \"x\"; }; };\n".utf8)
        let input = ListInput(path: "named.conf", format: .bindZones, octets: text)
        let said = try LayerLoader.load([input]).reports[0].notEvaluated.map(\.text)
        #expect(said.count == 1 && said[0].contains("--list FILE,FILE --engine bind-rpz"))
    }

    /// Debian's configuration is several files: what one says of all names counts for the zones of the others.
    @Test func statementsOfOneFileCountForTheZonesOfOthers() throws {
        let options = "options { response-policy { zone \"x\"; }; };\n"
        #expect(try kinds(Self.zone, beside: options) == [.unsupported, .unsupported])
        #expect(try kinds(Self.zone, beside: "acl own { 192.0.2.0/24; };\n") == [.redirect, .pass])
    }

    /// Statements that decide nothing, and those that make names unsupported: of no zone, or all.
    @Test(arguments: [
        ("options { listen-on port 53 { any; }; forwarders { 192.0.2.1; }; };", "firm"),
        ("OPTIONS { Recursion YES; Allow-Query { ANY; }; };", "firm"), ("options { blackhole { none; }; };", "firm"),
        ("acl own { 192.0.2.0/24; }; logging { }; Controls { };", "firm"), ("server 192.0.2.1 { bogus yes; };", "firm"),
        ("/* response-policy */ options { // view\n };", "firm"),
        ("key \"{\" { algorithm x; secret \"};\"; };", "firm"),
        ("zone \".\" { type hint; file \"root\"; };", "firm"),
        ("options { directory; };", "refused"), ("options { directory \"/a\"; directory \"/b\"; };", "refused"),
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

    /// Zone files are those that BIND reads: from its directory or by their absolute path, none of the same name elsewhere.
    @Test(arguments: [
        ("", "z", "192.0.2.9"), ("", "other/z", "192.0.2.55"), ("", "FOLDER/z", "192.0.2.9"),
        ("", "FOLDER/other/../z", "192.0.2.9"), ("", "FOLDER/none", ""), ("", "../z", ""),
        ("FOLDER/other", "z", "192.0.2.55"), ("FOLDER/other/", "z", "192.0.2.55"),
        ("FOLDER/other", "../z", "192.0.2.9"), ("FOLDER/other", "FOLDER/z", "192.0.2.9"),
        ("FOLDER", "other/z", "192.0.2.55"),
        ("FOLDER/none", "z", ""), ("other", "z", ""), (".", "z", ""), ("other", "FOLDER/z", "192.0.2.9"),
    ])
    func zoneFilesStandWhereBINDLooks(directory: String, file: String, address: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let other = folder.appendingPathComponent("other")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.zoneFile.utf8).write(to: folder.appendingPathComponent("z"))
        let otherText = Self.zoneFile.replacingOccurrences(of: "192.0.2.9", with: "192.0.2.55")
        try Data(otherText.utf8).write(to: other.appendingPathComponent("z"))
        let zone = "zone \"ads.zz\" { type master; file \"\(file)\"; };\n"
        let options = directory.isEmpty ? "" : "options { Directory \"\(directory)\"; };\n"
        for text in [zone + options, options + zone] {
            let octets = Array(text.replacingOccurrences(of: "FOLDER", with: folder.path).utf8)
            let input = ListInput(
                path: folder.appendingPathComponent("named.conf").path,
                format: .bindZones,
                octets: octets
            )
            let verdict = try LayerLoader.load([input], engine: .bindZones).verdict("x.ads.zz")
            let expected = address.isEmpty ? "unsupported" : "redirect A=\(address)"
            #expect("\(verdict.kind)\(verdict.answer.map { " " + $0.text } ?? "")" == expected, "\(text)")
        }
    }

    /// In a configuration of several files the directory may stand in another one.
    @Test func anotherFileMaySayTheDirectory() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(Self.zoneFile.utf8).write(to: folder.appendingPathComponent("z"))
        let texts = [
            ("named.conf", "include \"options.conf\";\n" + Self.zone),
            ("options.conf", "options { directory \"\(folder.path)/other\"; };\n"),
        ]
        let inputs = texts.map { name, text in
            let path = folder.appendingPathComponent(name).path
            return ListInput(path: path, format: .bindZones, octets: Array(text.utf8))
        }
        let loaded = try LayerLoader.load(inputs, engine: .bindZones, mayBeEmpty: true)
        #expect(try loaded.verdict("x.ads.zz").kind == .unsupported)
        #expect(try loaded.verdict("other.zz").kind == .pass)
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
