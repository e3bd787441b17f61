import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Files that a configuration names and that are given as lists: which of them pass for those that are meant.
@Suite struct IncludedFilesTests {
    /// A configuration `main` with a line, beside other lists, of which those in `there` lie in a folder; `@` is its path.
    private static func load(_ format: ListFormat, _ line: String, _ lists: [String], there: [String]) throws
        -> LoadedLayer
    {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        func rule(_ name: String) -> String {
            switch format.id {
            case ListFormat.unbound.id: "local-zone: \(name) always_nxdomain\n"
            case ListFormat.bindZones.id: "zone \"\(name)\" { type master; file \"none\"; };\n"
            default: "address=/\(name)/\n"
            }
        }
        for path in there {
            let file = root.appendingPathComponent(path)
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data(rule("b.zz").utf8).write(to: file)
        }
        let named = line.replacingOccurrences(of: "@", with: root.path)
        let main = ListInput(
            path: root.path + "/main",
            format: format,
            octets: Array((rule("a.zz") + named + "\n").utf8)
        )
        let others = lists.map { path in
            var list = ListInput(path: path.replacingOccurrences(of: "@", with: root.path), format: format)
            if !path.hasPrefix("@") { list.octets = Array(rule("b.zz").utf8) }
            return list
        }
        return try LayerLoader.load([main] + others)
    }

    /// Where the folder is not there, it is another machine's, and names have to do.
    @Test(
        arguments: [
            ("include: \"/none/conf.d/*.conf\"", .unbound, ["x/b.conf"], true),
            ("include-toplevel: conf.d/*.conf", .unbound, ["b.conf"], true),
            ("include: conf.d/b?.conf", .unbound, ["b.conf"], false),
            ("include: conf.d/*.conf", .unbound, ["b.CONF", "b.list", ".conf"], false),
            ("include: \"conf.d/{a,b}.conf\"", .unbound, ["b.conf"], false),
            ("include: \"*/b.conf\"", .unbound, ["b.conf"], false),
            ("include \"/none/*.zones\";", .bindZones, ["b.zones"], true),
            ("include \"/none/*.zones\";", .bindZones, ["b.conf"], false),
            // dnsmasq knows no stars there.
            ("conf-file=/none/*.conf", .dnsmasq, ["b.conf"], false),
            ("conf-dir=/none/d,*.conf", .dnsmasq, ["x/b.conf"], true),
            ("conf-dir=/none/d,.bak, *.list, *.conf", .dnsmasq, ["b.conf"], true),
            ("conf-dir=/none/d,*.conf", .dnsmasq, ["b.list", "b.conf~", ".conf", "d/b.list"], false),
            // Any name would do: the folder's has to be that of the list's.
            ("conf-dir=/none/d", .dnsmasq, ["b.conf"], false), ("conf-dir=/none/d/", .dnsmasq, ["x/d/b.conf"], true),
            ("conf-dir=/none/d,.bak", .dnsmasq, ["d/b.bak"], false), ("conf-dir=/none/d,*", .dnsmasq, ["d/b"], true),
            ("hostsdir=/none/d", .dnsmasq, ["d/b.hosts"], true), ("addn-hosts=/none/d", .dnsmasq, ["d/b.hosts"], true),
            ("addn-hosts=/none/d", .dnsmasq, ["x/d"], true), ("addn-hosts=/none/d", .dnsmasq, ["b.hosts"], false),
        ] as [(String, ListFormat, [String], Bool)]
    )
    func passByName(_ line: String, _ format: ListFormat, _ lists: [String], _ isGiven: Bool) throws {
        let report = try Self.load(format, line, lists, there: []).reports[0]
        #expect(report.unsupported["include"] == (isGiven ? nil : 1))
    }

    /// What is there has to be given, all of it, and nothing of the same name passes for it.
    @Test(
        arguments: [
            ("include: @/b.conf", .unbound, ["@/x/../b.conf"], ["b.conf", "x/y"], nil),
            ("include: b.conf", .unbound, ["x/b.conf"], ["b.conf"], "b.conf"),
            ("include: d/*.conf", .unbound, ["@/d/b.conf"], ["d/b.conf", "d/c.list"], nil),
            ("include: dé/bü.conf", .unbound, ["@/dé/bü.conf"], ["dé/bü.conf"], nil),
            ("conf-dir=dé", .dnsmasq, ["@/dé/bü.conf"], ["dé/bü.conf", "dé/ç"], "dé/ç"),
            ("include: d/*.conf", .unbound, ["@/d/b.conf"], ["d/b.conf", "d/c.conf"], "d/c.conf"),
            ("include: d/*.conf", .unbound, ["@/d/b.conf", "@/d/c.conf"], ["d/b.conf", "d/c.conf"], nil),
            ("include: d/*.conf", .unbound, ["@/e/b.conf"], ["d/b.conf", "e/b.conf"], "d/b.conf"),
            ("include \"d/*\";", .bindZones, ["@/e/b.conf"], ["d/b.conf", "e/b.conf"], "d/b.conf"),
            ("include \"@/d/*\";", .bindZones, ["@/d/b.conf"], ["d/b.conf", "d/c.conf"], "d/c.conf"),
            ("conf-dir=@/d,*.conf", .dnsmasq, ["@/d/b.conf"], ["d/b.conf", "d/b.list", "d/b.conf~"], nil),
            ("conf-dir=@/d", .dnsmasq, ["@/d/b.conf"], ["d/b.conf", "d/b.list"], "d/b.list"),
            ("addn-hosts=@/d", .dnsmasq, ["@/d/b"], ["d/b"], nil),
        ] as [(String, ListFormat, [String], [String], String?)]
    )
    func passAsThemselves(
        _ line: String,
        _ format: ListFormat,
        _ lists: [String],
        _ there: [String],
        _ missing: String?
    ) throws {
        let report = try Self.load(format, line, lists, there: there).reports[0]
        #expect(report.unsupported["include"] == (missing == nil ? nil : 1))
        let said = report.notEvaluated.first { $0.reason == "include" }?.text
        if let missing { #expect(said?.contains("/\(missing) is there and is none of the lists") == true) }
    }

    /// An absolute place is one of every machine: a list of that name may be another one's file, which is said.
    @Test(
        arguments: [
            ("include \"@/d/*\";", .bindZones, ["@/e/b.conf"], ["d/b.conf", "e/b.conf"], "d/b.conf"),
            ("conf-file=@/b.conf", .dnsmasq, ["@/e/b.conf"], ["b.conf", "e/b.conf"], "b.conf"),
            ("addn-hosts=@/b", .dnsmasq, ["b/b"], ["b"], "b"),
            ("conf-dir=@/d", .dnsmasq, ["x/d/b.conf"], ["d/c.conf"], "d/c.conf"),
        ] as [(String, ListFormat, [String], [String], String)]
    )
    func passForThoseOfThisMachine(
        _ line: String,
        _ format: ListFormat,
        _ lists: [String],
        _ there: [String],
        _ file: String
    ) throws {
        let report = try Self.load(format, line, lists, there: there).reports[0]
        #expect(report.unsupported["include"] == nil)
        let said = report.diagnostics.first { $0.reason == "stands-in" }?.text
        #expect(said?.contains("/\(file) is not read") == true)
    }

    /// A list is one file, and a folder is all of it.
    @Test(
        arguments: [
            ("include: /none/a/b.conf\ninclude: /none/c/b.conf", .unbound, ["x/b.conf"], [], 1),
            ("include: /none/a/b.conf\ninclude: /none/c/b.conf", .unbound, ["x/b.conf", "y/b.conf"], [], 0),
            ("conf-file=/none/main", .dnsmasq, ["@/main"], ["main"], 1),
            ("conf-dir=/none/d,*.conf", .dnsmasq, ["@/d/b.conf"], ["d/b.conf", "d/c.conf"], 1),
            ("conf-dir=/none/d,*.conf", .dnsmasq, ["@/d/b.conf", "@/d/c.conf"], ["d/b.conf", "d/c.conf"], 0),
        ] as [(String, ListFormat, [String], [String], Int)]
    )
    func passOnce(_ line: String, _ format: ListFormat, _ lists: [String], _ there: [String], _ open: Int) throws {
        let report = try Self.load(format, line, lists, there: there).reports[0]
        #expect(report.unsupported["include"] ?? 0 == open)
    }

    /// Unbound reads what is included at its place (compared with 1.17.1); lists are read one after the other.
    @Test(
        arguments: [
            ("include: /none/b.conf\nlocal-zone: c.zz static", ["x/b.conf"], 1),
            ("include: /none/b.conf\ndo-ip6: no", ["x/b.conf"], 0),
            ("include: /none/b.conf\nview:\nname: v\nlocal-zone: c.zz static", ["x/b.conf"], 0),
            ("include: /none/b.conf\nrpz:\nname: p.rpz", ["x/b.conf"], 1),
            ("include: /none/b.conf\ninclude: /none/c.conf", ["x/b.conf", "c.conf"], 0),
            ("include: /none/c.conf\ninclude: /none/b.conf", ["x/b.conf", "c.conf"], 1),
        ] as [(String, [String], Int)]
    )
    func countsAtItsPlace(_ lines: String, _ lists: [String], _ open: Int) throws {
        let layer = try Self.load(.unbound, lines, lists, there: [])
        #expect(layer.reports[0].unsupported["include"] ?? 0 == open)
        // It is the include whose place counts, or the clause behind it.
        if open > 0, lines.contains("local-zone") {
            let said = try #require(layer.reports[0].notEvaluated.first)
            let next = try #require(said.line) + 1
            #expect(said.text.contains("'include: ") && said.text.contains("such as that on line \(next),"))
        }
        #expect(try layer.verdict("b.zz", .a).kind == (open == 0 ? .nxdomain : .unsupported))
    }
}
