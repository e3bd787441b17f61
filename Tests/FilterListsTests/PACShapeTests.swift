import DNS
import FilterLists
import Policy
import Suites
import Testing

/// Proxy auto-config files, some of which may give something else than their statements say where they stand.
struct PACShapeTests {
    private static let start = "function FindProxyForURL(url, host) { "
    private static let rule = "if (shExpMatch(host, '*.wu.com')) return 'DIRECT'; return 'PROXY p:80'; }"

    private static func kind(_ text: String) throws -> VerdictKind {
        try readList(text, .proxyAutoConfig, .pac).verdict("a.wu.com", .a).kind
    }

    @Test(arguments: [
        start + "host = 'x'; " + rule, start + "host=host.toUpperCase(); " + rule, start + "host += 'x'; " + rule,
        start + "var host = 'z'; " + rule, start + "{ let host = 'z'; } " + rule,
        "function FindProxyForURL(host, url) { " + rule, start + rule + " " + start + "return 'PROXY p:80'; }",
        start + rule + " FindProxyForURL = function() {};", "function shExpMatch() {} " + start + rule,
        start + "shExpMatch = f; " + rule, start + "function g() { return 'DIRECT'; } return 'PROXY p:80'; }",
        start + "var s = `return 'DIRECT';`; return 'PROXY p:80'; }",
        start + "try { return 'DIRECT'; } finally { return 'PROXY p:80'; } }", start + "return\n'DIRECT'; }",
        start + "nope(); " + rule, start + "throw 1; return 'DIRECT'; }", start + "return 'DIRECT' + x; }",
        start + "return 'DIR\\x45CT'; }", start + "// a\r return 'PROXY p:80'\n" + rule,
        start + "// a\u{2028} return 'PROXY p:80';\n" + rule, start + "<!-- \n" + rule,
        start + "h\\u006fst = 'x'; " + rule,
        start + "var r = /'/; " + rule,
    ])
    func isOpen(text: String) throws {
        #expect(try Self.kind(text) == .unsupported)
    }

    /// Chromium and Firefox make an expression of a pattern; an empty text is no proxy to them.
    @Test(arguments: [
        ("if (shExpMatch(host, '(a|b).wu.com')) return 'PROXY p:80'; return 'DIRECT'; }", VerdictKind.unsupported),
        ("if (shExpMatch(host, 'x|a.wu.com')) return 'PROXY p:80'; return 'DIRECT'; }", .unsupported),
        ("if (shExpMatch(host, '[A-Z].wu.com')) return 'PROXY p:80'; return 'DIRECT'; }", .unsupported),
        ("if (host == 'a.wu.com') return ''; return 'PROXY p:80'; }", .pass),
        ("if (host == 'b.wu.com') return 'PROXY p:80'; return \"\"; }", .pass),
    ])
    func readsAsBrowsersDo(body: String, kind: VerdictKind) throws {
        #expect(try Self.kind(Self.start + body) == kind)
    }

    @Test(arguments: [
        start + rule, start + "host = host.toLowerCase(); " + rule,
        "// a comment\n" + start + "\n" + rule + "\n// the end\n",
        start + "if (host == 'b.com') { return 'PROXY q:80'; } " + rule, start + "alert; " + rule,
        start + "var proxy = 'PROXY q:80'; if (dnsDomainIs(host, '.b.com')) return 'PROXY r:80'; " + rule,
    ])
    func isRead(text: String) throws {
        #expect(try Self.kind(text) == .pass)
    }
}
