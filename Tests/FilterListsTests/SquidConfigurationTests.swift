import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing

/// squid.conf; what hosts get was compared with squid 5.7.
@Suite struct SquidConfigurationTests {
    private static let lists = """
        acl ads dstdomain .ads.example tracker.example
        acl good dstdomain .ads.example
        acl stats dstdom_regex -i ^STATS[0-9]*\\.
        acl office src 192.0.2.0/24 198.51.100.0/255.255.255.0 203.0.113.1-203.0.113.9
        acl web port 80 443
        acl tls port 443
        acl method method CONNECT
        acl day random 1/2

        """

    /// Lists of lists of lists, each of many: looking at all of them would take for ever.
    @Test func groupsOfGroupsAreBounded() throws {
        var text = "acl g0 all-of" + String(repeating: " ads", count: 12) + "\n"
        for depth in 1..<8 {
            text += "acl g\(depth) all-of" + String(repeating: " g\(depth - 1)", count: 12) + "\n"
        }
        let octets = Array((Self.lists + text + "http_access deny g7\nhttp_access allow all\n").utf8)
        let input = ListInput(path: "squid.conf", octets: octets)
        #expect(try LayerLoader.load([input]).verdict("x.ads.example").kind == .unsupported)
    }

    @Test(arguments: [
        ("http_access deny ads\nhttp_access allow all", "x.ads.example", "", VerdictKind.refused),
        ("http_access deny ads\nhttp_access allow all", "ads.example", "", .refused),
        ("http_access deny ads\nhttp_access allow all", "x.tracker.example", "", .pass),
        ("http_access deny ads\nhttp_access allow all", "Tracker.Example", "", .refused),
        // Who denies says what is told.
        ("deny_info TCP_RESET ads\nhttp_access deny ads", "ads.example", "", .drop),
        ("deny_info 302:http://wall.example/x ads\nhttp_access deny ads", "ads.example", "", .redirect),
        ("http_access deny ads\ndeny_info http://wall.example:8080/x ads", "ads.example", "", .redirect),
        ("deny_info http://%h/ ads\nhttp_access deny ads", "ads.example", "", .unsupported),
        ("deny_info 404:ERR_ACCESS_DENIED ads\nhttp_access deny ads", "ads.example", "", .refused),
        ("deny_info TCP_RESET ADS\nhttp_access deny ads", "ads.example", "", .refused),
        ("deny_info TCP_RESET ads\nhttp_access deny ads good", "ads.example", "", .refused),
        ("deny_info TCP_RESET stats\nhttp_access deny ads !stats", "ads.example", "", .drop),
        (
            "deny_info http://a.example/ ads\ndeny_info TCP_RESET ads\nhttp_access deny ads", "ads.example", "",
            .redirect
        ),
        ("deny_info TCP_RESET ads\nhttp_access allow ads", "a.example", "", .drop),
        ("deny_info TCP_RESET ads\nhttp_access allow ads stats", "a.example", "", .unsupported),
        ("deny_info TCP_RESET CONNECT\nhttp_access deny ads !CONNECT", "ads.example", "", .unsupported),
        // Lists of lists.
        ("acl g any-of ads stats\nhttp_access deny g\nhttp_access allow all", "stats1.example", "", .refused),
        ("acl g any-of ads stats\nhttp_access deny g\nhttp_access allow all", "a.example", "", .pass),
        ("acl g any-of ads\nacl g any-of stats\nhttp_access deny g", "stats1.example", "", .refused),
        ("acl g any-of !ads\nhttp_access deny G", "ads.example", "", .pass),
        ("acl g any-of !ads\nhttp_access deny G", "a.example", "", .refused),
        ("acl g all-of ads good\nhttp_access deny g", "tracker.example", "", .pass),
        ("acl g all-of ads !good\nhttp_access deny g", "tracker.example", "", .refused),
        ("acl g all-of ads !good\nacl g all-of stats\nhttp_access deny g", "stats1.example", "", .refused),
        ("acl g all-of ads !good\nacl g all-of stats\nhttp_access deny g", "ads.example", "", .pass),
        ("acl g all-of ads\nacl h any-of g stats\nhttp_access deny !h\nhttp_access allow all", "a.x", "", .refused),
        (
            "acl g all-of ads\nacl h any-of g stats\nhttp_access deny !h\nhttp_access allow all", "ads.example", "",
            .pass
        ),
        ("acl g any-of ads office\nhttp_access deny g", "a.example", "192.0.2.7", .refused),
        ("acl g any-of ads office\nhttp_access deny g", "a.example", "", .unsupported),
        ("acl g any-of ads day\nhttp_access deny g", "ads.example", "", .unsupported),
        ("acl g all-of ads day\nhttp_access deny !g\nhttp_access allow all", "a.example", "", .unsupported),
        ("acl g any-of method tls\nhttp_access deny g ads", "ads.example", "", .unsupported),
        ("acl g any-of ads\ndeny_info TCP_RESET ads\nhttp_access deny g", "ads.example", "", .unsupported),
        // Hosts are in lower case: a capital stands for none of their letters.
        ("acl c dstdom_regex Ads\\.\nhttp_access deny c", "ads.example", "", .pass),
        ("acl c dstdom_regex [A-Z]\\.ex\nhttp_access deny c", "ads.example", "", .pass),
        ("acl c dstdom_regex [^A-Z]\\.ex\nhttp_access deny c", "ads.example", "", .refused),
        ("acl c dstdom_regex (A|d)s\\.\nhttp_access deny c", "ads.example", "", .refused),
        ("acl c dstdom_regex [A-z]s\\.\nhttp_access deny c", "ads.example", "", .unsupported),
        // Where no line holds, the opposite of the last one counts.
        ("http_access deny ads", "a.example", "", .pass), ("http_access allow ads", "a.example", "", .refused),
        ("http_access deny all\nhttp_access allow ads", "ads.example", "", .refused),
        ("http_access allow ads\nhttp_access deny all", "ads.example", "", .pass),
        ("http_access deny !ads\nhttp_access allow all", "a.example", "", .refused),
        ("http_access deny ads good", "ads.example", "", .refused),
        ("http_access deny ads good", "tracker.example", "", .pass),
        ("http_access deny stats", "stats12.example", "", .refused),
        ("http_access deny stats", "xstats.example", "", .pass),
        ("http_access deny ads office", "ads.example", "192.0.2.7", .refused),
        ("http_access deny ads office", "ads.example", "198.51.100.7", .refused),
        ("http_access deny ads office", "ads.example", "203.0.113.9", .refused),
        ("http_access deny ads office", "ads.example", "203.0.113.10", .pass),
        ("http_access deny ads office", "ads.example", "", .unsupported),
        ("http_access deny ads office", "a.example", "", .pass),
        ("http_access deny ads !localhost", "ads.example", "127.0.0.1", .pass),
        ("http_access deny !web\nhttp_access allow all", "a.example", "", .pass),
        ("http_access deny method !tls\nhttp_access allow all", "a.example", "", .pass),
        ("http_access deny manager\nhttp_access allow all", "a.example", "", .pass),
        ("http_access deny \\\n  ads\nhttp_access allow all", "ads.example", "", .refused),
        ("http_access deny ads # all\nhttp_access allow all", "a.example", "", .pass),
        // Empty lines and comments do not end a statement; a word goes on where no blank stands before the backslash.
        ("http_access deny \\\n# all \\\n\n  ads\nhttp_access allow all", "ads.example", "", .refused),
        ("acl j dstdomain .j\\\n  .example\nhttp_access deny j", "x.j.example", "", .refused),
        ("http_access allow all\nhttp_access deny \\", "a.example", "", .pass),
        ("http_access deny ads\rhttp_access deny all\nhttp_access allow all", "a.example", "", .pass),
        // Who asks does not matter where the other lines do the same.
        ("http_access allow office\nhttp_access allow all", "a.example", "", .pass),
        ("http_access deny ads office\nhttp_access deny ads\nhttp_access allow all", "ads.example", "", .refused),
        ("http_access allow office\nhttp_access deny all", "a.example", "", .unsupported),
        // Of values that share addresses the first one counts.
        ("acl c src 192.0.2.1 192.0.2.0/24\nhttp_access deny c", "a.example", "192.0.2.2", .pass),
        ("acl c src 192.0.2.0/24 192.0.2.1\nhttp_access deny c", "a.example", "192.0.2.2", .refused),
        ("acl c src 192.0.2.1 all\nhttp_access deny c", "a.example", "192.0.2.2", .pass),
        // A line without lists is skipped, and so is one of another action.
        ("http_access deny\nhttp_access allow all", "a.example", "", .pass),
        ("http_access DENY all\nhttp_access allow all", "a.example", "", .pass),
        // Lists that squid has of its own; names of lists have no case.
        ("http_access deny CONNECT !tls\nhttp_access allow all", "a.example", "", .pass),
        ("acl CONNECT method CONNECT\nhttp_access deny connect !tls", "a.example", "", .pass),
        ("acl manager proto cache_object\nhttp_access deny manager\nhttp_access allow all", "a.example", "", .pass),
        ("http_access deny !localhost\nhttp_access allow all", "a.example", "127.0.0.1", .pass),
        ("http_access deny !localhost\nhttp_access allow all", "a.example", "127.0.0.2", .refused),
        ("acl n dstdomain -n .n.example -x\nhttp_access deny N", "a.n.example", "", .refused),
        ("acl i dstdom_regex -ni ^N\nhttp_access deny i", "n.example", "", .refused),
        // No access rules at all: everything is denied.
        ("# none", "a.example", "", .refused),
    ])
    func decides(lines: String, name: String, client: String, kind: VerdictKind) throws {
        let loaded = try readList(Self.lists + lines + "\n", .squidConfiguration)
        let context = QueryContext(client: IPAddress(client).map { Client(address: $0) })
        #expect(try loaded.verdict(name, context: context).kind == kind, "\(lines)")
        #expect(loaded.reports[0].unsupported.isEmpty || kind == .unsupported)
    }

    @Test(arguments: [
        ("acl ${service_name} src all", "macro"), ("configuration_includes_quoted_values on", "quoted-values"),
        ("http_access deny method", "request-state"), ("http_access deny ads tls", "request-state"),
        ("http_access deny day", "request-state"), ("include /etc/squid/conf.d/*.conf", "include"),
        ("acl f dstdomain \"/etc/squid/ads\"", "acl-file"), ("http_reply_access deny ads", "other-access"),
        ("url_rewrite_program /bin/sh", "other-access"), ("http_access deny day !all", ""),
        ("acl u url_regex x", ""), ("acl r dstdom_regex [A-z]ds\nhttp_access deny r", "regex-dialect"),
        ("deny_info http://%h/ ads", "other-access"),
    ])
    func whatIsNotEvaluatedIsCounted(line: String, reason: String) throws {
        let loaded = try readList(Self.lists + line + "\nhttp_access deny ads\n", .squidConfiguration)
        #expect(loaded.reports[0].unsupported == (reason.isEmpty ? [:] : [reason: 1]))
    }

    /// A line that is not evaluated leaves the hosts open that it may be about.
    @Test(arguments: [
        ("http_access deny ads tls", "x.ads.example", VerdictKind.unsupported),
        ("http_access deny ads tls", "a.example", .pass),
        ("http_access deny ads day", "x.ads.example", .unsupported), ("http_access deny ads day", "a.example", .pass),
        ("http_access deny day", "a.example", .unsupported),
        ("http_access deny to_localhost", "a.example", .unsupported),
        ("http_access deny good\nhttp_access deny day", "x.ads.example", .refused),
        ("http_access deny CONNECT !good", "a.example", .unsupported),
        ("http_access deny CONNECT good", "a.example", .pass),
        ("http_access deny CONNECT good", "x.ads.example", .unsupported),
        ("include more\nhttp_access deny nothing", "a.example", .unsupported),
        ("include more", "a.example", .unsupported),
        ("http_access deny good\ninclude more", "x.ads.example", .refused),
        // What is asked after http_access.
        ("http_reply_access deny ads", "x.ads.example", .unsupported),
        ("http_reply_access deny ads", "a.example", .pass),
        ("http_access deny good\nmiss_access deny ads", "x.ads.example", .refused),
        ("miss_access deny !ads", "a.example", .unsupported), ("miss_access deny !ads", "ads.example", .pass),
        ("http_reply_access allow all", "x.ads.example", .pass),
        ("http_reply_access allow ads", "a.example", .unsupported),
        ("url_rewrite_program /usr/bin/squidGuard", "a.example", .unsupported),
    ])
    func whatIsNotEvaluatedLeavesItsHostsOpen(lines: String, name: String, kind: VerdictKind) throws {
        let loaded = try readList(Self.lists + lines + "\nhttp_access allow all\n", .squidConfiguration)
        #expect(try loaded.verdict(name).kind == kind)
    }

    /// `squid -k parse` fails with each of them: no verdict is certain, whatever else the file says.
    @Test(arguments: [
        "http_access deny nothing", "http_access deny !!ads", "http_access deny to_linklocal", "acl ads src 192.0.2.1",
        "acl ads dstdom_regex x", "acl CONNECT port 443", "acl ADS src 192.0.2.1", "acl x", "acl p port web",
        "acl p port 65536", "acl x nothing y", "acl x dstdomain --client-requested .a.example",
        "acl x dstdomain -i .a.example", "acl x dstdomain -n=a .a.example", "acl x dstdomain - .a.example",
        "acl x src -n 192.0.2.1", "acl x src 192.0.2.1 -n", "acl x url_regex --x a", "acl x any-of ads nothing",
        "http_access deny later\nacl later src all", "http_reply_access deny nothing", "cache deny nothing",
        "reply_header_access Server deny nothing", "nonsense 1", "HTTP_access deny all", "include",
        "acl o dstdomain a.o.example .o.example", "acl o dstdomain .o.example o.example",
        "acl o dstdomain *.o.example .o.example", "acl o dstdom_regex a\\ ", "acl l localport web",
        "acl l myport 2-1", "acl o srcdomain .o.example o.example",
    ])
    func whatSquidWouldNotStartWithLeavesEverythingOpen(line: String) throws {
        let text = Self.lists + "http_access deny ads\n" + line + "\nhttp_access allow all\n"
        let loaded = try readList(text, .squidConfiguration)
        #expect(loaded.reports[0].unsupported["bad-statement"] == 1)
        #expect(loaded.reports[0].ignored.isEmpty)
        for name in ["a.example", "x.ads.example"] {
            let verdict = try loaded.verdict(name)
            #expect(verdict.kind == .unsupported)
            #expect(verdict.matched?.rule.text == line.split(separator: "\n").first.map(String.init))
        }
    }

    @Test(arguments: ["http_access maybe ads", "http_access", "http_access deny"])
    func whatSquidSkipsIsNamed(line: String) throws {
        let loaded = try readList(Self.lists + line + "\nhttp_access deny ads\n", .squidConfiguration)
        #expect(loaded.reports[0].ignored == ["bad-statement": 1])
        #expect(loaded.reports[0].unsupported.isEmpty)
    }

    /// What squid follows from its last line is no rule that a line states.
    @Test(arguments: [
        ("http_access deny ads\nhttp_access allow all", "x.ads.example", "block", ["http_access allow all"]),
        ("http_access allow all", "a.example", "list-allow", []),
        ("http_access deny good\nhttp_access allow ads", "x.ads.example", "block", ["http_access allow ads"]),
        ("http_access deny good\nhttp_access deny stats", "x.ads.example", "block", []),
        ("http_access deny ads", "a.example", "implied", []),
    ])
    func theOppositeOfTheLastLineLosesNothing(
        lines: String,
        name: String,
        winner: String,
        lost: [String]
    ) throws {
        let verdict = try readList(Self.lists + lines + "\n", .squidConfiguration).verdict(name)
        #expect(verdict.matched.map { "\($0.rule.ruleClass)" } == (winner == "list-allow" ? "listAllow" : winner))
        #expect(verdict.lost.map(\.text) == lost)
    }

    /// With a value in a file that it does not take squid does not start either, whatever the list is about.
    @Test(arguments: [
        ("src", "192.0.2.0/33", false), ("src", "192.0.2.0/24 # office\n\n# x\n198.51.100.1", true),
        ("port", "web", false), ("port", "80\n443", true), ("maxconn", "many", false), ("localport", "x", false),
        ("srcdomain", ".a.example\na.example", false), ("srcdomain", "a.example", true), ("browser", "(", true),
    ])
    func filesWithWhatSquidDoesNotTake(type: String, values: String, starts: Bool) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "squid-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = Self.lists + "acl l \(type) \"values\"\nhttp_access deny ads\nhttp_access deny l\n"
        for (name, text) in [("squid.conf", text), ("values", values + "\n")] {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        let loaded = try LayerLoader.load([ListInput(path: folder.appendingPathComponent("squid.conf").path)])
        #expect(try loaded.verdict("x.ads.example").kind == (starts ? .refused : .unsupported))
        // What is in the file is not evaluated.
        #expect(try loaded.verdict("a.example").kind == .unsupported)
    }

    /// Values in files that lie beside the configuration, wherever it says that they are.
    @Test func filesBesideItAreRead() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "squid-\(UInt64.random(in: 0 ... .max))"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = [
            "squid.conf": """
            acl ads dstdomain tracker.example "/etc/squid/ads.txt" .lost.example
            acl stats dstdom_regex 'stats.txt'
            acl gone dstdomain "gone.txt"
            http_access deny ads
            http_access deny stats
            http_access deny gone
            http_access allow all

            """, "ads.txt": "# ads\n.ads.example # all\nshop.example\n\n", "stats.txt": "-i\n^STATS[0-9]\n",
        ]
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        let loaded = try LayerLoader.load([ListInput(path: folder.appendingPathComponent("squid.conf").path)])
        let names = ["x.ads", "shop", "x.shop", "tracker", "stats1", "x.lost"].map { $0 + ".example" }
        let kinds = try names.map { try loaded.verdict($0).kind }
        #expect(kinds == [.refused, .refused, .unsupported, .refused, .refused, .unsupported])
        #expect(loaded.reports[0].unsupported == ["acl-file": 2])
        #expect(loaded.reports[0].lines == 7)
        // The value is named where it stands, in a file or in the statement of the list.
        let ads = folder.appendingPathComponent("ads.txt").path
        #expect(try loaded.verdict("x.ads.example").note == "by \(ads):2: .ads.example")
        #expect(try loaded.verdict("shop.example").note == "by \(ads):3: shop.example")
        let main = folder.appendingPathComponent("squid.conf").path
        #expect(try loaded.verdict("tracker.example").note == "by \(main):1: tracker.example")
    }

    @Test func isToldFromItsLists() throws {
        let text = "acl ads dstdomain .ads.example\nhttp_access deny ads\n"
        let report = try LayerLoader.load([ListInput(path: "x", octets: Array(text.utf8))]).reports[0]
        #expect(report.format == .squidConfiguration)
        #expect(throws: ListError.self) {
            try LayerLoader.load([ListInput(path: "x", octets: Array("acl a dstdomain .b.example\n".utf8))])
        }
    }

    /// Lines times lines are bounded.
    @Test func manyLaterLinesAreOne() throws {
        let lines = [String](repeating: "http_reply_access deny ads\nhttp_access allow good\n", count: 2000).joined()
        let loaded = try readList(Self.lists + lines, .squidConfiguration)
        #expect(try loaded.verdict("x.ads.example").kind == .unsupported)
        #expect(loaded.layer.ruleCount < 50_000)
    }

    /// A comment ends with its line, whatever stands at its end (compared with squid 5.7).
    @Test func commentsAreNotContinued() throws {
        let text = "acl ads dstdomain .ads.example\n  # old \\\nhttp_access deny ads\nhttp_access allow all\n"
        #expect(try readList(text, .squidConfiguration).verdict("x.ads.example", .a).kind == .refused)
    }

    /// The hours of `acl … time`, as squid 5.7 keeps them: a range ends with its last minute; hours take the days in front of
    /// them, and days without hours are whole.
    @Test(
        arguments: [
            ("MTWHF 9:00-17:00", 0, 540, true), ("MTWHF 9:00-17:00", 0, 1020, true),
            ("MTWHF 9:00-17:00", 0, 1021, false), ("MTWHF 9:00-17:00", 5, 600, false), ("D", 4, 0, true),
            ("D", 5, 0, false), ("S", 6, 1439, true), ("A S", 5, 10, true), ("00:00-24:00 M", 3, 77, true),
            ("T 00:00-00:00 M", 0, 900, true), ("T 00:00-00:00 M", 1, 0, true), ("T 00:00-00:00 M", 1, 1, false),
            ("XM", 0, 1, true), ("m", 0, 1, false), ("M\nacl now time W", 2, 5, true),
        ] as [(String, Int, Int, Bool)]
    )
    func hours(_ values: String, _ day: Int, _ minute: Int, _ holds: Bool) throws {
        let text =
            "acl now time \(values)\nacl ads dstdomain .ads.example\nhttp_access deny ads now\nhttp_access allow all\n"
        let list = try readList(text, .squidConfiguration)
        #expect(list.reports[0].unsupported.isEmpty)
        let context = QueryContext(minuteOfWeek: day * 1440 + minute)
        #expect(try list.verdict("x.ads.example", context: context).kind == (holds ? .refused : .pass))
        // Where the hour is not known, neither is what holds at some; letters that are no days hold never.
        #expect(try list.verdict("x.ads.example").kind == (values == "m" ? .pass : .unsupported))
        #expect(try list.verdict("other.example").kind == .pass)
        let negated = try readList(text.replacing("ads now", with: "ads !now"), .squidConfiguration)
        #expect(try negated.verdict("x.ads.example", context: context).kind == (holds ? .pass : .refused))
    }

    @Test(arguments: ["12:00-11:00", "25:00-26:00", "9:60-10:00", "9:00", "9-10"])
    func refusesHours(value: String) throws {
        let list = try readList("acl now time \(value)\nhttp_access deny now\n", .squidConfiguration)
        #expect(try list.verdict("a.example").kind == .unsupported)
    }

    /// Hosts that are addresses: squid looks up their names, too, unless told not to.
    @Test(arguments: [
        ("acl d dstdomain .a.example 192.0.2.1", "192.0.2.1", VerdictKind.refused),
        ("acl d dstdomain .a.example 192.0.2.1", "192.0.2.2", .unsupported),
        ("acl d dstdomain .a.example", "0x7f.1", .unsupported),
        ("acl d dstdomain .a.example", "2130706433", .unsupported),
        ("acl d dstdomain .a.example", "1.2.3.4.5", .pass), ("acl d dstdomain .a.example", "1.2.3.example", .pass),
        ("acl d dstdomain .a.example", "0xg.1", .pass), ("acl d dstdomain -n .a.example", "192.0.2.2", .pass),
        ("acl d dstdomain -n 127.0.0.1", "127.1", .unsupported), ("acl d dstdom_regex ^a", "192.0.2.2", .unsupported),
        ("acl d src 192.0.2.0/24", "192.0.2.2", .unsupported),
    ])
    func looksUpAddresses(list: String, host: String, kind: VerdictKind) throws {
        let loaded = try readList(list + "\nhttp_access deny d\nhttp_access allow all\n", .squidConfiguration)
        let verdict = try loaded.verdict(host)
        #expect(verdict.kind == kind, "\(list) \(host)")
        #expect(loaded.reports[0].unsupported.isEmpty)
        #expect(kind != .unsupported || verdict.note != nil)
    }

    @Test func looksUpAddressesBesideFilesOfNames() throws {
        for format in [ListFormat.squid, .regex] {
            let loaded = try readList(format == .squid ? ".a.example\n192.0.2.1\n" : "^a\n", format, .squid)
            #expect(try loaded.verdict("192.0.2.2").kind == .unsupported)
            #expect(try loaded.verdict("b.example").kind == .pass)
            #expect(loaded.reports[0].unsupported.isEmpty)
        }
    }
}
