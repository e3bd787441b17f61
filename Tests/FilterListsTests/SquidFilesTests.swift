import DNS
import FilterLists
import Foundation
import Policy
import Suites
import Testing
import TextScan

/// Files that squid.conf names (squid 5.7 was started with each statement, with paths that are there and that are not).
struct SquidFilesTests {
    /// What becomes of a denied host beside a statement; `@` is a folder that is there.
    private static func loaded(_ statement: String) throws -> LoadedLayer {
        let folder = FileManager.default.temporaryDirectory.path
        let text = "acl d dstdomain .a.example\n\(statement)\nhttp_access deny d\nhttp_access allow all\n"
        return try readList(text.replacing("@", with: folder), .squidConfiguration)
    }

    @Test(arguments: [
        "url_rewrite_program /none/x", "redirect_program /none/x -c y", "url_rewrite_program \"/none/x\" -c",
        "url_rewrite_program '/none/x'", "url_rewrite_program none", "url_rewrite_program true",
        "url_rewrite_program /none/x\nurl_rewrite_program /bin/true",
        "url_rewrite_program /none/x\nurl_rewrite_access deny all",
        "store_id_program /none/x", "storeurl_rewrite_program /none/x", "auth_param basic program /none/x",
        "auth_param basic program /bin/true\nauth_param basic program /none/x", "auth_param ntlm program /none/x",
        "auth_param basic program /none/x\nauth_param basic program /bin/true",
        "external_acl_type h children-startup=1 %SRC /none/x", "error_directory /none", "error_directory none",
        "icon_directory /none", "mime_table /none", "mime_table \"/etc/passwd\"", "unlinkd_program /none",
        "logfile_daemon /none", "access_log daemon:/none/x\nlogfile_daemon /none", "access_log /none/x",
        "access_log stdio:/none/x squid", "access_log /none/x\naccess_log none", "cache_store_log /none/x",
        "icap_log stdio:/none/x", "pid_filename /none/x", "cache_dir ufs /none/x 100 16 256",
        "cache_dir rock /none 100",
    ])
    func refusesWithout(_ statement: String) throws {
        let loaded = try Self.loaded(statement)
        #expect(try loaded.verdict("a.example").kind == .unsupported)
        #expect(loaded.reports[0].unsupported["missing-file"] == 1)
    }

    /// The file is named, and the statement.
    @Test func saysWhich() throws {
        let said = try Self.loaded("url_rewrite_program /none/x -c y").reports[0].notEvaluated.first {
            $0.reason == "missing-file"
        }
        #expect(said?.line == 2)
        #expect(said?.text.contains("where /none/x is not there") == true)
    }

    @Test(arguments: [
        "url_rewrite_program", "url_rewrite_program /bin/true", "url_rewrite_program \"/bin/true\" x",
        "url_rewrite_program /bin/true\nurl_rewrite_program /none/x", "store_id_program /bin/true",
        "auth_param basic program /bin/true", "external_acl_type h %SRC /none/x",
        "external_acl_type h children-startup=0 %SRC /none/x", "error_directory /none\nerror_directory @",
        "mime_table /none\nmime_table /etc/passwd", "mime_table @", "hosts_file /none", "pinger_program /none",
        "diskd_program /none", "access_log none\nlogfile_daemon /none", "access_log daemon:/none/x",
        "access_log @/x squid", "access_log stdio:x", "access_log udp://127.0.0.1:99", "access_log syslog:x",
        "cache_store_log none", "cache_store_log daemon:/none/x", "cache_log /none/x", "coredump_dir /none/x",
        "netdb_filename /none/x", "pid_filename none", "cache_dir coss /none/x 100", "err_page_stylesheet /none/x",
        // Of squid's own folders nothing is known where squid is not installed.
        "error_directory /none/squid/errors", "cache_dir ufs /none/squid-cache 100 16 256",
        "access_log daemon:/var/log/squid/access.log", "access_log /none/squid/access.log",
    ])
    func startsWith(_ statement: String) throws {
        #expect(try Self.loaded(statement).verdict("a.example").kind == .refused)
    }

    @Test(arguments: [
        "chroot /none", "loadable_modules /bin/true", "http_port 3128 tls-cert=/etc/x.pem",
        "http_port 3128 ssl-bump cert=/etc/x.pem", "http_port 3128 foo", "http_port 3128 accel intercept",
        "http_port 3128 vport", "http_port 3128 protocol=http accel", "http_port 3128 tcpkeepalive=60",
        "http_port 3128 connection-auth=x", "http_port :3128", "http_port host.invalid:3128", "http_port 192.0.2.1",
        "http_port 3128 ACCEL", "http_port 3128 accel vport=x", "http_port 3128 ipv6",
    ])
    func mayNotStart(_ statement: String) throws {
        #expect(try Self.loaded(statement).verdict("a.example").kind == .unsupported)
    }

    @Test(arguments: [
        "http_port 3128 accel vhost allow-direct vport=80 defaultsite=a.example", "http_port 3128 intercept",
        "http_port 3128 transparent intercept", "http_port 3128 tproxy", "http_port localhost:3128 name=x ipv4",
        "http_port 3128 tcpkeepalive=60,30,3 disable-pmtu-discovery=off", "http_port 3128 accel protocol=HTTP",
        "http_port 3128 require-proxy-header", "http_port [::1]:3128 ignore-cc act-as-origin",
    ])
    func takesPorts(_ statement: String) throws {
        #expect(try Self.loaded(statement).verdict("a.example").kind == .refused)
    }

    // MARK: - Values

    /// Where squid does not find a file with values it goes on without them, and without what stands behind; those in front of it
    /// and those of other lines hold.
    @Test(arguments: [
        ("acl n dstdomain .n.example \"/none/x\" .lost.example\nhttp_access deny n", "n.example", VerdictKind.refused),
        ("acl n dstdomain .n.example \"/none/x\" .lost.example\nhttp_access deny n", "b.example", .unsupported),
        ("acl n dstdomain .n.example \"/none/x\" .lost.example\nhttp_access deny n", "lost.example", .unsupported),
        ("acl n dstdomain \"/none/x\"\nacl n dstdomain .n.example\nhttp_access deny n", "n.example", .refused),
        ("acl n dstdomain \"/none/x\"\nacl n dstdomain .n.example\nhttp_access deny !n", "n.example", .pass),
        ("acl n dstdomain \"/none/x\"\nacl n dstdomain .n.example\nhttp_access deny !n", "b.example", .unsupported),
        ("acl n dstdom_regex ^n \"/none/x\"\nhttp_access deny n", "n.example", .refused),
        (
            "acl n dstdomain .n.example\nacl n dstdomain \"/none/x\"\nacl m any-of n\nhttp_access deny m", "n.example",
            .refused
        ),
        ("http_access deny d\nacl n dstdomain \"/none/x\"\nhttp_access deny n", "a.example", .refused),
        ("acl n src \"/none/x\"\nhttp_access deny n", "b.example", .unsupported),
        // With these squid does not start.
        ("http_access deny d\nacl n random \"/none/x\"", "a.example", .unsupported),
        ("http_access deny d\nacl n maxconn \"/none/x\"", "a.example", .unsupported),
    ])
    func valuesOfMissingFiles(lines: String, name: String, kind: VerdictKind) throws {
        #expect(try Self.loaded(lines).verdict(name).kind == kind)
    }

    /// The access rule says which list, which line and which file.
    @Test(arguments: ["dstdomain", "src", "dstdom_regex"])
    func saysWhoseFileIsMissing(type: String) throws {
        let report = try Self.loaded("acl n \(type) \"/none/x\"\nhttp_access deny n").reports[0]
        #expect(report.unsupported == ["acl-file": 2])
        let said = report.notEvaluated.filter { $0.reason == "acl-file" }
        #expect(said.map(\.line) == [2, 3])
        #expect(said[1].text.contains("the values of 'n' (line 2) stand in \"/none/x\""))
    }
}
