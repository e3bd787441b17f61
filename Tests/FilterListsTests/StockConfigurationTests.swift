import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Configurations of several files as Debian ships them, with a few rules of somebody's own: settings alone are a part of them, and
/// what is included counts where it is included (squid 5.7, BIND 9.18 and Unbound 1.17 were started with each).
@Suite struct StockConfigurationTests {
    /// Loads the files of a folder, in this order; `@` is its path.
    private static func load(_ files: [(name: String, text: String)], given: [String]? = nil) throws -> LoadedLayer {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (name, text) in files {
            let file = root.appendingPathComponent(name)
            let folder = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let isZone = file.lastPathComponent.hasPrefix("db.")
            try Data((isZone ? text : text.replacing("@", with: root.path)).utf8).write(to: file)
        }
        return try LayerLoader.load((given ?? files.map(\.name)).map { ListInput(path: root.path + "/" + $0) })
    }

    private static func kinds(_ layer: LoadedLayer, _ names: [String]) throws -> [VerdictKind] {
        try names.map { try layer.verdict($0, .a).kind }
    }

    // MARK: - squid

    private static let squid = """
        acl localnet src 10.0.0.0/8
        acl SSL_ports port 443
        acl Safe_ports port 80
        acl Safe_ports port 443
        http_access deny !Safe_ports
        http_access deny CONNECT !SSL_ports
        http_access allow localhost manager
        http_access deny manager
        include @/conf.d/*.conf
        http_access allow localhost
        http_access deny all
        http_port 3128
        coredump_dir /var/spool/squid
        refresh_pattern . 0 20% 4320

        """
    private static let debian = "# Debian\n\nlogfile_rotate 0\n#http_access allow localnet\n"

    @Test(arguments: [["squid.conf", "conf.d/debian.conf"], ["conf.d/debian.conf", "squid.conf"]])
    func squidWithSettings(given: [String]) throws {
        let files = [("squid.conf", Self.squid), ("conf.d/debian.conf", Self.debian)]
        let layer = try Self.load(files, given: given)
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        let local = QueryContext(client: IPAddress("127.0.0.1").map { Client(address: $0) })
        #expect(try layer.verdict("a.example", context: local).kind == .pass)
        let other = QueryContext(client: IPAddress("10.0.0.1").map { Client(address: $0) })
        #expect(try layer.verdict("a.example", context: other).kind == .refused)
    }

    /// What a file says counts at the place of its statement, files of a pattern in the order of their names.
    @Test func squidWithRules() throws {
        let layer = try Self.load(
            [
                ("squid.conf", Self.squid), ("conf.d/debian.conf", Self.debian + "http_access allow localnet\n"),
                ("conf.d/ads.conf", "acl ads dstdomain \"@/conf.d/ads.txt\"\nhttp_access deny ads\n"),
                ("conf.d/ads.txt", ".ads.example\n"),
            ],
            given: ["squid.conf", "conf.d/debian.conf", "conf.d/ads.conf"]
        )
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        let client = QueryContext(client: IPAddress("10.0.0.1").map { Client(address: $0) })
        let verdict = try layer.verdict("x.ads.example", context: client)
        #expect(verdict.kind == .refused)
        #expect(verdict.matched?.rule.line == 9)
        #expect(verdict.note?.hasSuffix("/conf.d/ads.txt:1: .ads.example") == true)
        #expect(try layer.verdict("a.example", context: client).kind == .pass)
    }

    @Test(arguments: [
        // Lists are known from there on, across files.
        ("include @/b\nhttp_access deny n\n", "acl n dstdomain .a.example\n", [VerdictKind.refused, .pass]),
        ("include @/b @/c\nhttp_access deny n\n", "acl n dstdomain .a.example\n", [.refused, .pass]),
        ("include \"@/b\"\nhttp_access deny n\n", "acl n dstdomain .a.example", [.refused, .pass]),
        ("acl n dstdomain .a.example\ninclude @/b\n", "http_access deny n\ninclude @/c\n", [.refused, .pass]),
        // A statement that goes on ends with its file.
        ("include @/b\n", "http_access deny all \\\n", [.pass, .pass]),
        ("include @/b\n", "http_access deny nothing\n", [.unsupported, .unsupported]),
        ("http_access deny n\ninclude @/b\n", "acl n dstdomain .a.example\n", [.unsupported, .unsupported]),
        ("include @/b # comment\n", "http_access deny all\n", [.unsupported, .unsupported]),
        ("include @/b @/missing\n", "http_access deny all\n", [.refused, .refused]),
        ("include @/missing @/b\n", "http_access deny all\n", [.unsupported, .unsupported]),
        ("include @/b\n", "if true\nhttp_access deny all\nendif\n", [.unsupported, .unsupported]),
        ("include @/b\n", "url_rewrite_program /none/x\n", [.unsupported, .unsupported]),
    ])
    func squidIncludes(main: String, included: String, kinds: [VerdictKind]) throws {
        let text = "acl x src all\n" + main + "http_access allow all\n"
        let files = [("squid.conf", text), ("b", included), ("c", "via on\n")]
        let given = (text + included).contains("@/c") ? ["squid.conf", "b", "c"] : ["squid.conf", "b"]
        let layer = try Self.load(files, given: given)
        #expect(try Self.kinds(layer, ["a.example", "b.example"]) == kinds)
    }

    /// One that lies there and is not given leaves open what comes behind it.
    @Test func squidWithoutItsFolder() throws {
        let files = [("squid.conf", Self.squid), ("conf.d/debian.conf", Self.debian)]
        let layer = try Self.load(files, given: ["squid.conf"])
        #expect(layer.reports[0].unsupported["include"] == 1)
        #expect(try layer.verdict("a.example").kind == .unsupported)
    }

    // MARK: - BIND

    private static let named = """
        // This is the primary configuration file.
        include "@/named.conf.options";
        include "@/named.conf.local";
        include "@/named.conf.default-zones";

        """
    private static let defaultZones = """
        zone "." { type hint; file "/usr/share/dns/root.hints"; };
        zone "localhost" { type master; file "@/db.local"; };

        """
    private static let options = """
        options {
            directory "@/cache";
            // forwarders { 0.0.0.0; };
            dnssec-validation auto;
            listen-on-v6 { any; };
        };

        """
    private static let zone = "$TTL 60\n@ IN SOA a. b. 1 2 3 4 5\n@ IN NS localhost.\n"

    @Test func namedWithSettings() throws {
        let layer = try Self.load(
            [
                ("named.conf", Self.named), ("named.conf.options", Self.options),
                ("named.conf.local", "//\n// Do any local configuration here\n//\n"),
                ("named.conf.default-zones", Self.defaultZones), ("db.local", Self.zone + "@ IN A 127.0.0.1\n"),
            ],
            given: ["named.conf", "named.conf.options", "named.conf.local", "named.conf.default-zones"]
        )
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        #expect(try Self.kinds(layer, ["localhost", "a.example"]) == [.sinkhole, .pass])
    }

    /// Relative paths of zones begin where the options say, which stand in another file.
    @Test func namedWithZones() throws {
        let layer = try Self.load(
            [
                ("named.conf", Self.named), ("named.conf.options", Self.options),
                ("named.conf.local", "zone \"ads.example\" { type master; file \"db.ads\"; };\n"),
                ("named.conf.default-zones", Self.defaultZones), ("db.local", Self.zone), ("cache/db.ads", Self.zone),
            ],
            given: ["named.conf", "named.conf.options", "named.conf.local", "named.conf.default-zones"]
        )
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        #expect(try Self.kinds(layer, ["ads.example", "x.ads.example", "a.example"]) == [.nodata, .nxdomain, .pass])
    }

    /// Policy zones of the options change every answer.
    @Test func namedWithPolicyZones() throws {
        let options = Self.options.replacing("dnssec", with: "response-policy { zone \"rpz\"; };\n    dnssec")
        let layer = try Self.load(
            [
                ("named.conf", Self.named), ("named.conf.options", options),
                ("named.conf.local", "zone \"rpz\" { type master; file \"db.rpz\"; };\n"),
                ("named.conf.default-zones", Self.defaultZones), ("db.local", Self.zone), ("cache/db.rpz", Self.zone),
            ],
            given: ["named.conf", "named.conf.options", "named.conf.local", "named.conf.default-zones"]
        )
        #expect(layer.reports[1].unsupported == ["response-policy": 1])
        #expect(try layer.verdict("a.example", .a).kind == .unsupported)
    }

    /// A file that is not given is missed, and a file that nobody includes has to hold a rule.
    @Test func namedInPart() throws {
        let files = [
            ("named.conf", Self.named), ("named.conf.options", Self.options), ("named.conf.local", "// none\n"),
            ("named.conf.default-zones", Self.defaultZones), ("db.local", Self.zone),
        ]
        let layer = try Self.load(files, given: ["named.conf", "named.conf.options", "named.conf.default-zones"])
        #expect(layer.reports[0].unsupported["include"] == 1)
        #expect(try layer.verdict("a.example", .a).kind == .unsupported)
        #expect(throws: ListError.self) { try Self.load(files, given: ["named.conf.local"]) }
        #expect(throws: ListError.self) {
            try Self.load(files, given: ["named.conf.default-zones", "named.conf.local"])
        }
    }

    // MARK: - Unbound

    private static let unbound = [
        ("unbound.conf", "# Debian\ninclude-toplevel: \"@/unbound.conf.d/*.conf\"\n"),
        ("unbound.conf.d/comment.conf", "# nothing yet\n"),
        ("unbound.conf.d/remote-control.conf", "remote-control:\n  control-enable: yes\n"),
        (
            "unbound.conf.d/root-auto-trust-anchor-file.conf",
            "server:\n    auto-trust-anchor-file: \"/var/lib/root.key\"\n"
        ),
    ]

    @Test func unboundWithSettings() throws {
        let layer = try Self.load(Self.unbound)
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        #expect(try Self.kinds(layer, ["a.example", "x.onion"]) == [.pass, .nxdomain])
    }

    @Test func unboundWithRules() throws {
        var files = Self.unbound
        files.insert(("unbound.conf.d/ads.conf", "server:\n    local-zone: ads.example always_nxdomain\n"), at: 1)
        let layer = try Self.load(files)
        #expect(layer.reports.allSatisfy { $0.unsupported.isEmpty })
        #expect(try Self.kinds(layer, ["a.example", "x.ads.example"]) == [.pass, .nxdomain])
    }

    @Test func unboundInPart() throws {
        let files = Self.unbound
        let layer = try Self.load(
            files + [("unbound.conf.d/ads.conf", "server:\n    local-zone: ads.example always_nxdomain\n")],
            given: ["unbound.conf", "unbound.conf.d/ads.conf"]
        )
        #expect(layer.reports[0].unsupported["include"] == 1)
        #expect(throws: ListError.self) { try Self.load(files, given: ["unbound.conf.d/remote-control.conf"]) }
    }
}
