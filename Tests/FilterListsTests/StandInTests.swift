import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Files with rules that configurations name in absolute places: what lies there is read, else a list that is given by its name, else,
/// of squid's values, a file beside the configuration; the last two are said.
struct StandInTests {
    private static let zone = "$TTL 60\n@ SOA ns.x. root.x. 1 2 3 4 5\n@ NS ns.x.\n"

    /// What a configuration says of a file, and the file with the rule that `NAME` is not there.
    private static func texts(_ format: ListFormat, _ path: String, _ name: String) -> (main: String, file: String) {
        switch format {
        case .unbound: ("rpz:\n  name: rpz.zz\n  zonefile: \"\(path)\"\n", zone + "\(name) CNAME .\n")
        case .bindZones: ("zone \"\(name)\" { type master; file \"\(path)\"; };\n", zone)
        default: ("acl bad dstdomain \"\(path)\"\nhttp_access deny bad\nhttp_access allow all\n", ".\(name)\n")
        }
    }

    private static func isStated(_ loaded: LoadedLayer) -> Bool {
        loaded.reports.contains { $0.notices.contains { $0.reason == "stands-in" } }
    }

    @Test(arguments: [ListFormat.unbound, .bindZones, .squidConfiguration])
    func listsPassByTheirNames(format: ListFormat) throws {
        let (main, file) = Self.texts(format, "/none/deep/bad.list", "a.zz")
        func load(_ others: [String]) throws -> LoadedLayer {
            let lists = [("main", main, format)] + others.map { ($0, file, nil as ListFormat?) }
            return try LayerLoader.load(
                lists.map { ListInput(path: $0.0, format: $0.2, octets: Array($0.1.utf8)) },
                mayBeEmpty: true
            )
        }
        let alone = try load([])
        #expect(try alone.verdict("a.zz").kind == .unsupported)
        #expect(!Self.isStated(alone))
        let completed = try load(["copy/bad.list"])
        #expect(try ![VerdictKind.unsupported, .pass].contains(completed.verdict("a.zz").kind))
        #expect(try completed.verdict("b.zz").kind == .pass)
        #expect(Self.isStated(completed))
    }

    /// Where the file is there, neither names nor what lies beside the configuration matter.
    @Test(arguments: [ListFormat.unbound, .bindZones, .squidConfiguration])
    func filesComeFirst(format: ListFormat) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let deep = root.appendingPathComponent("deep")
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: root.appendingPathComponent(name))
        }
        func kind(_ name: String) throws -> (VerdictKind, isStated: Bool) {
            let main = ListInput(path: root.path + "/main", format: format)
            let loaded = try LayerLoader.load([main], mayBeEmpty: true)
            return (try loaded.verdict(name).kind, Self.isStated(loaded))
        }
        let isZone = format == .bindZones
        try write(Self.texts(format, deep.path + "/bad.list", "a.zz").main, "main")
        try write(Self.texts(format, "", isZone ? "a.zz" : "beside.zz").file, "bad.list")
        // Of what is not there squid's values alone may lie beside.
        let beside = try kind(isZone ? "a.zz" : "beside.zz")
        let isSquid = format == .squidConfiguration
        #expect(beside.0 == (isSquid ? .refused : .unsupported) && beside.isStated == isSquid)
        try write(Self.texts(format, "", isZone ? "a.zz" : "deep.zz").file, "deep/bad.list")
        let exact = try kind(isZone ? "a.zz" : "deep.zz")
        #expect(![.unsupported, .pass].contains(exact.0) && !exact.isStated)
        if !isZone { #expect(try kind("beside.zz").0 == .pass) }
    }

    /// A list that lies where the configuration says is that file, and nothing has to be said.
    @Test func theFileItselfMayBeGiven() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let texts = Self.texts(.squidConfiguration, root.path + "/values", "a.zz")
        try Data(("acl good dstdomain .b.a.zz\nhttp_access allow good\n" + texts.main).utf8)
            .write(to: root.appendingPathComponent("main"))
        try Data(texts.file.utf8).write(to: root.appendingPathComponent("values"))
        let lists = ["main", "values"].map { ListInput(path: root.path + "/\($0)") }
        for order in [lists, lists.reversed()] {
            let loaded = try LayerLoader.load(order)
            #expect(try loaded.verdict("a.zz").kind != .pass)
            #expect(try loaded.verdict("b.a.zz").kind == .pass)
            #expect(!Self.isStated(loaded))
        }
    }

    /// Of several with one name each stands for the file whose path ends like its own; where two would do, none does. Whatever the
    /// order in which they are given.
    @Test(arguments: [
        (["p/d.acl", "q/d.acl"], VerdictKind.refused, VerdictKind.pass), (["q/d.acl", "p/d.acl"], .refused, .pass),
        (["q/d.acl"], .unsupported, .unsupported), (["d.acl"], .unsupported, .unsupported),
        (["d.acl", "p/d.acl"], .refused, .pass), (["x/d.acl", "y/d.acl"], .unsupported, .unsupported),
    ])
    func namesThatTwoFilesHave(given: [String], blocked: VerdictKind, other: VerdictKind) throws {
        let main = """
            acl p dstdomain "/etc/none/p/d.acl"
            acl q dstdomain "/etc/none/q/d.acl"
            http_access deny p
            http_access allow all

            """
        let texts = given.map { ($0, $0.hasPrefix("p") ? ".a.zz\n" : ".b.zz\n", nil as ListFormat?) }
        let lists = ([("main", main, ListFormat.squidConfiguration)] + texts).map {
            ListInput(path: $0.0, format: $0.2, octets: Array($0.1.utf8))
        }
        let loaded = try LayerLoader.load(lists, engine: .squid, mayBeEmpty: true)
        #expect(try loaded.verdict("a.zz").kind == blocked)
        #expect(try loaded.verdict("b.zz").kind == other)
    }

    /// Lists of values are often larger than a configuration.
    @Test func filesOfValuesMayBeLarge() throws {
        let values = (0..<60_000).map { ".name\($0).many.values.zz\n" }.joined()
        #expect(values.utf8.count > 1 << 20)
        let (main, _) = Self.texts(.squidConfiguration, "/none/values", "")
        let lists = [("main", main, ListFormat.squidConfiguration), ("values", values, nil)].map {
            ListInput(path: $0.0, format: $0.2, octets: Array($0.1.utf8))
        }
        let loaded = try LayerLoader.load(lists, engine: .squid)
        #expect(try loaded.verdict("a.name59999.many.values.zz").kind == .refused)
        #expect(try loaded.verdict("other.zz").kind == .pass)
    }
}
