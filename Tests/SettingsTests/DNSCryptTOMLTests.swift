import DNS
import FilterLists
import Foundation
import Policy
import Settings
import TestSupport
import Testing
import TextScan

/// dnscrypt-proxy's configuration; what it means follows from `config_loader.go` and `time_ranges.go`.
@Suite struct DNSCryptTOMLTests {
    private static func octets() throws -> [UInt8] {
        Array(try Data(contentsOf: file))
    }

    private static let file = Fixtures.folder("stacks/dnscrypt-proxy").appendingPathComponent("dnscrypt-proxy.toml")

    private func layer(_ text: String) -> (layer: Configuration.Layer?, faults: [Diagnostic]) {
        let (configuration, diagnostics) = ConfigurationYAML.parse(Array(text.utf8), path: "etc/dnscrypt-proxy.toml")
        return (configuration.layers.first, diagnostics)
    }

    /// Of another machine's configuration the files lie beside it, and that is said.
    @Test func filesOfACopiedConfiguration() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("a.example\n".utf8).write(to: folder.appendingPathComponent("blocked.txt"))
        let text = """
            [blocked_names]
            blocked_names_file = '/none/blocked.txt'
            [allowed_names]
            allowed_names_file = '/none/allowed.txt'

            """
        let (configuration, _) = ConfigurationYAML.parse(Array(text.utf8), path: folder.path + "/dnscrypt-proxy.toml")
        let lists = try #require(configuration.layers.first?.lists)
        #expect(lists.map(\.path).prefix(2) == ["/none/allowed.txt", folder.path + "/blocked.txt"])
        #expect(lists.map { $0.notices.map(\.reason) }.prefix(2) == [[], ["stands-in"]])
    }

    @Test func isALayerOfItsFiles() throws {
        let (configuration, faults) = ConfigurationYAML.parse(try Self.octets(), path: "etc/dnscrypt-proxy.toml")
        #expect(faults.isEmpty)
        #expect(configuration.origin == .dnscryptProxy)
        let layer = try #require(configuration.layers.first)
        #expect(layer.engine == .dnscryptProxy)
        #expect(layer.blockMode == "refused")
        #expect(layer.blockTTL == 120)
        let files = ["allowed-names", "blocked-names", "cloaking-rules", "forwarding-rules"]
        #expect(layer.lists.map(\.path) == files.map { "etc/\($0).txt" } + ["etc/dnscrypt-proxy.toml"])
        #expect(layer.lists.map(\.role) == [.allow, .block, .block, .block, .block])
        #expect(layer.lists[1].line == 17)
        #expect(layer.schedules["work hours"] == [1980..<2161, 2220..<2521])
        #expect(layer.schedules["evening"] == [0..<421, 1200..<1440, 8640..<10_080])
        #expect(layer.lists[4].notEvaluated == [])
    }

    /// The rule on `games.example` counts on Monday evening, up to the end of the minute that it names.
    @Test(arguments: [
        ("games.example", 1200, VerdictKind.refused), ("games.example", 1199, .pass), ("games.example", 420, .refused),
        ("games.example", 421, .pass), ("games.example", 8640, .refused), ("games.example", -1, .unsupported),
        ("good.tracker.example", 0, .pass), ("ads.example", -1, .refused), ("intranet", 0, .nxdomain),
    ])
    func decides(name: String, minute: Int, kind: VerdictKind) throws {
        let (configuration, _) = ConfigurationYAML.parse(try Self.octets(), path: Self.file.path)
        let layer = try #require(configuration.layers.first)
        let lists = layer.lists.map { list in
            var input = ListInput(
                path: list.path,
                role: list.role,
                format: list.format.flatMap(ListFormat.named),
                octets: list.octets
            )
            input.rules = list.rules
            return input
        }
        let loaded = try LayerLoader.load(
            lists,
            engine: layer.engine,
            blockMode: layer.blockMode,
            options: LayerOptions(schedules: layer.schedules)
        )
        let stack = CompiledStack(layers: [loaded.layer])
        var context = QueryContext()
        context.minuteOfWeek = minute < 0 ? nil : minute
        #expect(stack.verdict(try .init(name), type: .a, context: context).kind == kind)
    }

    /// `plugin_block_{unqualified,undelegated}.go`; names that only newer versions have are open.
    @Test(arguments: [
        ("block_unqualified", "intranet", RRType.aaaa, VerdictKind.nxdomain),
        ("block_unqualified", "intranet", .txt, .pass),
        ("block_unqualified", ".", .a, .pass), ("block_unqualified", "x.intranet", .a, .pass),
        ("block_undelegated", "x.intranet", .txt, .nxdomain), ("block_undelegated", "xintranet", .a, .pass),
        ("block_undelegated", "1.1.16.172.in-addr.arpa", .ptr, .nxdomain),
        ("block_undelegated", "1.1.32.172.in-addr.arpa", .ptr, .pass),
        ("block_undelegated", "fritz.box", .a, .unsupported),
        ("block_undelegated", "box", .a, .pass), ("block_undelegated", "gw==", .a, .nxdomain),
    ])
    func namesThatItKnowsNotToBe(option: String, name: String, type: RRType, kind: VerdictKind) throws {
        let layer = try #require(layer("\(option) = true\n[schedules]\n").layer)
        #expect(
            layer.lists[0].notEvaluated.map(\.reason) == (option == "block_undelegated" ? ["block-undelegated"] : [])
        )
        var input = ListInput(path: "x", octets: layer.lists[0].octets)
        input.rules = layer.lists[0].rules
        let loaded = try LayerLoader.load([input], engine: .dnscryptProxy, mayBeEmpty: true)
        let name = try DomainName(name)
        #expect(CompiledStack(layers: [loaded.layer]).verdict(name, type: type).kind == kind)
    }

    @Test(arguments: [
        ("[schedules]\n[schedules.x]\nmon = [{after='21:00'}]", "missing-key", 3, 8),
        ("[schedules.x]\nmon = [{after='24:00', before='7:00'}]", "bad-time", 2, 15),
        ("[schedules.x]\nmon = [{after='21', before='7:00'}]", "bad-time", 2, 15),
        ("[schedules.x]\nmonday = []", "unknown-word", 2, 10),
        ("[schedules.x]\nmon = [{after='1:00', before='7:00', at='1'}]", "unknown-key", 2, 41),
        ("[schedules.x]\nmon = '21:00'", "wrong-type", 2, 7), ("[schedules.x]\nmon = [21]", "wrong-type", 2, 8),
        ("[blocked_names]\nblocked_names_file = 3", "wrong-type", 2, 22),
        ("[blocked_names]\nblocked_names_file = 'a'\n[blacklist]\nblacklist_file = 'b'", "twice", 4, 18),
        ("reject_ttl = 'x'\n[schedules]", "wrong-type", 1, 14), ("[schedules]\n[schedules]", "toml-syntax", 2, 2),
        ("[schedules]\na = 1\na = 2", "toml-syntax", 3, 1), ("[schedules]\na = 'x", "toml-syntax", 2, 5),
        ("[schedules]\na = 1 b = 2", "toml-syntax", 2, 7), ("[schedules]\n= 1", "toml-syntax", 2, 1),
        ("[schedules]\na = \"\\q\"", "toml-syntax", 2, 8), ("[schedules]\na = [1 2]", "toml-syntax", 2, 8),
        ("[schedules]\na = {b = 1,}", "toml-syntax", 2, 12), ("[schedules]\na.b = 1\na = 2", "toml-syntax", 3, 1),
        ("[schedules]\na = {b = 1}\na.c = 2", "toml-syntax", 3, 1),
        ("captive = 1\n[schedules]", "unknown-key", 1, 11), ("[captive_portals]\nfile = 'a'", "unknown-key", 2, 8),
        ("[sources.x]\nurl = 'a'\nuri = 'b'", "unknown-key", 3, 7),
        ("[anonymized_dns]\nroutes = [{server_name = 'a', by = ['b']}]", "unknown-key", 2, 36),
    ])
    func whatItRefusesToStartWithIsAFault(text: String, reason: String, line: Int, column: Int) throws {
        let faults = layer(text + "\n").faults
        let fault = try #require(faults.first)
        #expect("\(fault.reason) \(fault.line ?? 0):\(fault.column ?? 0)" == "\(reason) \(line):\(column)")
        #expect(fault.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }

    /// Whatever else TOML has does not get in the way.
    @Test func readsTOML() throws {
        let text = """
            a = "\\u00e9\\t\\"" # text
            b.c."d e".f = 1979-05-27T07:32:00Z
            g = \"""
            [schedules]
            \""\\
                x\"""
            h = '''
            ''x'''''
            i = [[1, 2,], # more
              [ ], {j = +1.5e3, k.l = [true]}
            ]
            [[static]]
            stamp = 'sdns://x'
            [[static]]
            stamp = 'sdns://y'
            [static.deep]
            z = -inf
            [schedules.night]
            MON = [{After='23:30', Before='05:15'}]\r
            [schedules]
            """
        let (layer, faults) = layer(text)
        // Not its keys, and no fault of the text.
        #expect(Set(faults.map(\.reason)) == ["unknown-key"], "\(faults)")
        #expect(layer?.schedules == ["night": [0..<316, 1410..<1440]])
    }

    @Test func namesTheMapOfCaptivePortals() {
        let (layer, faults) = layer("[captive_portals]\nmap_file = 'captive-portals.txt'\n")
        #expect(faults.isEmpty)
        #expect(layer?.lists.first?.path == "etc/captive-portals.txt")
        #expect(layer?.lists.first?.format == "dnscrypt-captive")
    }

    /// Every header of a list of tables once copied all before it.
    @Test(.timeLimit(.minutes(4)))
    func manyTablesTakeLinearTime() {
        let text = "[schedules]\n" + String(repeating: "[[static]]\n", count: 40_000)
        #expect(layer(text).faults.count <= 100)
    }

    @Test(arguments: [
        ("'hinfo'", "", []), ("' Refused '", "refused", []), ("'nonsense'", "", []), ("'a:x'", "", []),
        ("'a:192.0.2.1,aaaa:[2001:db8::1]'", "ip", ["192.0.2.1", "2001:db8::1"]),
        ("'A:192.0.2.1'", "ip", ["192.0.2.1"]),
    ])
    func answersOfBlockedNames(value: String, mode: String, addresses: [String]) {
        let (layer, faults) = layer("blocked_query_response = \(value)\n[schedules]\n")
        #expect(faults.isEmpty)
        #expect(layer?.blockMode ?? "" == mode)
        #expect(layer?.blockAddresses.map(\.description) == addresses)
        #expect(layer?.lists.last?.rules?.count == (addresses.count == 1 ? 1 : 0))
    }

    @Test(arguments: ["layers: [{lists: [a]}]\n", "[blocked]\n", "# [schedules]\nmode: shadow\n"])
    func otherFilesAreNotItsOwn(text: String) {
        #expect(ConfigurationYAML.parse(Array(text.utf8), path: "c").configuration.origin == nil)
    }

    @Test(arguments: HostileYAMLTests.bombs)
    func survives(name: String, text: String) {
        let nested = String(repeating: "[", count: 100_000)
        let texts = ["\n" + text, "\nx = \(nested)", "\n\(nested)", "\n[schedules.\(text)"]
        for text in texts.map({ "[schedules]" + $0 }) {
            for fault in layer(text).faults {
                #expect(fault.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "must be safe to print")
                #expect(fault.text.utf8.count < 2000)
            }
        }
    }

    @Test func survivesChanges() throws {
        let original = try Self.octets()
        var generator = SeededGenerator(seed: 23)
        let pieces = ["[", "]", "{", "}", "=", "\n", "'", "\"", "\"\"\"", ",", ".", "\\", "\\u12", "#", "[[", "\r"]
        for _ in 0..<400 {
            var octets = original
            for _ in 0..<3 {
                let place = Int.random(in: 0..<octets.count, using: &generator)
                octets.replaceSubrange(
                    place..<min(place + Int.random(in: 0..<9, using: &generator), octets.count),
                    with: Array((pieces.randomElement(using: &generator) ?? "").utf8)
                )
            }
            _ = ConfigurationYAML.parse(octets, path: "c.toml")
        }
    }
}
