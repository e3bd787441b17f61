import Foundation
import TestSupport
import Testing

/// Lists over HTTP, from a server on loopback.
@Suite(.timeLimit(.minutes(3))) struct FetchTests {
    /// Serves the files of a folder with ETags, over TLS where a certificate and its key follow; `cut` ends before its
    /// length, `plain` leads to a port without TLS. Writes its port to `port`.
    private static let server = """
        hashlib, http, os, ssl, sys, threading = map(__import__, ['hashlib', 'http.server', 'os', 'ssl', 'sys', 'threading'])
        os.chdir(sys.argv[1])
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.lstrip('/')
                if path == 'away':
                    self.send_response(302); self.send_header('Location', '/ads.txt'); self.end_headers(); return
                if path == 'plain':
                    self.send_response(302); self.send_header('Location', 'http://%s/ads.txt' % self.headers['Host'])
                    self.end_headers(); return
                if path == 'secret':
                    self.send_response(302); self.send_header('Location', 'file:///etc/hostname'); self.end_headers(); return
                if not os.path.exists(path):
                    self.send_error(404); return
                body = open(path, 'rb').read()
                tag = '"%s"' % hashlib.md5(body).hexdigest()
                if self.headers.get('If-None-Match') == tag:
                    self.send_response(304); self.end_headers(); return
                self.send_response(200)
                self.send_header('ETag', tag)
                self.send_header('Content-Length', str(len(body) + (10 if path == 'cut' else 0)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *_): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        if len(sys.argv) > 2:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[2], sys.argv[3])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Timer(150, os._exit, [0]).start()
        open('port.new', 'w').write(str(server.server_port)); os.rename('port.new', 'port')
        server.serve_forever()
        """

    private struct Site {
        let folder: URL
        let process: Process
        let port: String

        init(_ certificate: TestCertificate? = nil) throws {
            folder = Patchway.scratch.appendingPathComponent("fetch-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
            process.arguments = ["-c", FetchTests.server, folder.path]
            if let certificate { process.arguments? += [certificate.certificate, certificate.key] }
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            let place = folder.appendingPathComponent("port").path
            for _ in 0..<400 where !FileManager.default.fileExists(atPath: place) { usleep(20_000) }
            port = String(decoding: FileManager.default.contents(atPath: place) ?? Data(), as: UTF8.self)
            try #require(!port.isEmpty)
        }

        func put(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name), options: .atomic)
        }

        /// A stack whose list is that resource of the site.
        func stack(_ resource: String) throws -> String {
            try put(
                "stack.yaml",
                "layers: [{engine: pihole, lists: [{url: 'http://127.0.0.1:\(port)/\(resource)', path: kept.txt}]}]\n"
            )
            return folder.appendingPathComponent("stack.yaml").path
        }

        func kept(_ suffix: String = "") -> String? {
            let place = folder.appendingPathComponent("kept.txt" + suffix).path
            return FileManager.default.contents(atPath: place).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private static let ads = "0.0.0.0 ads.example\n0.0.0.0 track.example\n0.0.0.0 pixel.example\n"

    private func fetch(_ site: Site, _ resource: String, _ more: String...) throws -> Patchway.Result {
        try Patchway.run(["fetch", try site.stack(resource)] + more)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
    func bringsListsUpToDate() throws {
        let site = try Site()
        defer { site.process.terminate() }
        try site.put("ads.txt", Self.ads)
        let first = try fetch(site, "ads.txt")
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.output.hasSuffix("kept.txt: a new version, rules: 3\n"))
        #expect(site.kept() == Self.ads)
        #expect(try fetch(site, "ads.txt").output.hasSuffix("kept.txt: the latest version is here\n"))
        #expect(try fetch(site, "away").output.hasSuffix("kept.txt: the latest version is here\n"), "another address")
        try site.put("more.txt", Self.ads + "0.0.0.0 more.example\n")
        #expect(try fetch(site, "more.txt").output.hasSuffix("kept.txt: a new version, rules: 4, before 3\n"))
        #expect(try fetch(site, "ads.txt").output.hasSuffix("kept.txt: a new version, rules: 3, before 4\n"))
        let check = try Patchway.run(["check", "ads.example", "--stack", try site.stack("ads.txt")])
        #expect(check.output.contains("ads.example A sinkhole"))

        // What breaks updates, or is no list, does not get in.
        try site.put("ads.txt", Self.ads + "0.0.0.0 slscr.update.microsoft.com\n")
        let harmful = try fetch(site, "ads.txt")
        #expect(harmful.status == 1)
        #expect(
            harmful.output.contains(
                "QUARANTINED: names that updates need would be blocked: slscr.update.microsoft.com; it is at "
            )
        )
        #expect(site.kept() == Self.ads)
        #expect(site.kept(".quarantine")?.contains("slscr") == true)
        try site.put("page", "\n<!DOCTYPE html><html><body>log in</body></html>\n")
        #expect(try fetch(site, "page").output.contains("QUARANTINED: it is a page for people and no list"))
        try site.put("small", "0.0.0.0 ads.example\n")
        #expect(try fetch(site, "small").output.contains("QUARANTINED: it has only 1 rules, before 3"))
        try site.put("big", (0..<2_000).map { "0.0.0.0 n\($0).example\n" }.joined())
        #expect(try fetch(site, "big").output.contains("QUARANTINED: it has 2000 rules, before 3"))
        try site.put("nothing", "# nothing here\n")
        #expect(try fetch(site, "nothing").output.contains("QUARANTINED: it cannot be read"))
        #expect(site.kept() == Self.ads)

        // A version that is taken back leaves nothing behind.
        try site.put("ads.txt", Self.ads)
        #expect(try fetch(site, "ads.txt").output.hasSuffix("kept.txt: the latest version is here\n"))
        #expect(site.kept(".quarantine") == nil)
        try site.put("ads.txt", Self.ads + "0.0.0.0 slscr.update.microsoft.com\n")

        // What cannot be had changes nothing.
        try site.put("cut", Self.ads)
        for (resource, reason) in [
            ("cut", "not fetched: "), ("absent", "the server answered 404"), ("secret", "not fetched: "),
        ] {
            let result = try fetch(site, resource)
            #expect(result.status == 3)
            #expect(result.output.contains(reason), "\(result.output)")
            #expect(result.output.contains("; the last good copy stays"))
        }
        try site.put("huge", String(repeating: "# padding\n", count: 200_000))
        #expect(try fetch(site, "huge", "--max-size", "1").output.contains("it is larger than 1048576 octets"))
        #expect(site.kept() == Self.ads)

        let accepted = try fetch(site, "ads.txt", "--accept")
        #expect(accepted.status == 0)
        #expect(site.kept()?.contains("slscr") == true)
        #expect(site.kept(".quarantine") == nil)
    }

    /// What a list does is what its layer does with it: allow lists break things by what they no longer hold.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
    func judgesAListInItsLayer() throws {
        let site = try Site()
        defer { site.process.terminate() }
        let update = "slscr.update.microsoft.com\n"
        try site.put("block.txt", "0.0.0.0 ads.example\n0.0.0.0 \(update)")
        try site.put("allow.txt", "ok.example\n" + update)
        try site.put(
            "layer.yaml",
            """
            layers:
              - engine: pihole
                lists:
                  - block.txt
                  - {url: 'http://127.0.0.1:\(site.port)/allow.txt', path: kept.txt, role: allow}

            """
        )
        let file = site.folder.appendingPathComponent("layer.yaml").path
        #expect(try Patchway.run(["fetch", file]).output.hasSuffix("kept.txt: a new version, rules: 2\n"))
        try site.put("allow.txt", "ok.example\nfine.example\n")
        let gone = try Patchway.run(["fetch", file])
        #expect(gone.status == 1)
        #expect(
            gone.output.contains("QUARANTINED: names that updates need would be blocked: slscr.update.microsoft.com")
        )
        // What another list of the layer blocks already is not this one's doing.
        try site.put(
            "layer.yaml",
            """
            layers:
              - {engine: pihole, lists: [block.txt, {url: 'http://127.0.0.1:\(site.port)/block.txt', path: more.txt}]}

            """
        )
        #expect(try Patchway.run(["fetch", file]).output.hasSuffix("more.txt: a new version, rules: 2\n"))
    }

    /// Over HTTPS a server is who it says it is, and what it gives does not come from anywhere else.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
    func believesServersByTheirCertificates() throws {
        let certificate = try TestCertificate.shared.get()
        let stranger = try TestCertificate(for: "IP:127.0.0.1")
        let site = try Site(certificate)
        defer { site.process.terminate() }
        try site.put("ads.txt", Self.ads)
        let cases: [(host: String, resource: String, authority: String?, says: String)] = [
            ("127.0.0.1", "ads.txt", nil, "not fetched: "),
            ("127.0.0.1", "ads.txt", stranger.certificate, "not fetched: "),
            ("localhost", "ads.txt", certificate.certificate, "not fetched: "),
            ("127.0.0.1", "ads.txt", "/nowhere.pem", "not fetched: "),
            ("127.0.0.1", "ads.txt", certificate.certificate, "a new version, rules: 3"),
            ("127.0.0.1", "ads.txt", certificate.certificate, "the latest version is here"),
            ("127.0.0.1", "plain", certificate.certificate, "not fetched: "),
            ("127.0.0.1", "secret", certificate.certificate, "not fetched: "),
        ]
        for (host, resource, authority, says) in cases {
            let url = "https://\(host):\(site.port)/\(resource)"
            try site.put("stack.yaml", "layers: [{engine: pihole, lists: [{url: '\(url)', path: kept.txt}]}]\n")
            let file = site.folder.appendingPathComponent("stack.yaml").path
            let result = try Patchway.run(["fetch", file] + (authority.map { ["--ca", $0] } ?? []))
            #expect(result.output.contains("kept.txt: \(says)"), "\(url), \(authority ?? "-"): \(result.output)")
            #expect(result.status == (says.hasPrefix("not") ? 3 : 0))
        }
        #expect(site.kept() == Self.ads)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "python3 is not installed"))
    func saysWhyAListIsNotThereYet() throws {
        let site = try Site()
        defer { site.process.terminate() }
        try site.put("ads.txt", Self.ads)
        let file = site.folder.appendingPathComponent("stack.yaml").path
        for (path, words) in [("none/kept.txt", "No such file or directory"), ("folder", "Is a directory")] {
            try site.put(
                "stack.yaml",
                "layers: [{engine: pihole, lists: [{url: 'http://127.0.0.1:\(site.port)/ads.txt', path: \(path)}]}]\n"
            )
            let place = site.folder.appendingPathComponent("folder").path
            try? FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
            #expect(try Patchway.run(["fetch", file]).output.hasSuffix("\(path): cannot be written: \(words)\n"))
        }
        let check = try Patchway.run(["check", "ads.example", "--stack", try site.stack("ads.txt")])
        #expect(check.status == 2)
        #expect(check.errors.contains("; `patchway fetch \(file)` brings it from its url"), "\(check.errors)")
    }

    @Test func listsWithoutAnAddressAreNotFetched() throws {
        let result = try Patchway.run(["fetch", "Zones/demo/patchway.yaml"])
        #expect(result.status == 2)
        #expect(result.errors.contains("no list has a url"))
    }
}
