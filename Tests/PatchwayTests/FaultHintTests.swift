import Foundation
import Testing

/// What is said of inputs and command lines that are of no use: in one form, and with what to do next.
@Suite struct FaultHintTests {
    @Test(arguments: [
        ("check --nope", "unknown option `--nope`; did you mean `--role`? `patchway check --help` says more"),
        ("check a --list", "missing value for `--list <list>`; `patchway check --help` says more"),
        (
            "audit -o foo x",
            "the value `foo` is invalid for `-o <output>`: one of text, json, ndjson, csv, md, html, sarif, junit, github; "
        ),
        (
            "check a -o nsjson",
            "the value `nsjson` is invalid for `-o <output>`: one of text, json, ndjson, csv; did you mean `ndjson`?"
        ),
        ("convert x", "missing expected argument `--to <to>`; `patchway convert --help` says more"),
        ("catalog show", "missing expected argument `<name>`; `patchway catalog show --help` says more"),
        ("--nope", "unknown option `--nope`; `patchway --help` says more"),
    ])
    func commandLines(line: String, says: String) throws {
        let result = try Patchway.run(line.split(separator: " ").map(String.init))
        #expect(result.status == 2 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("patchway: " + says), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count == 1)
    }

    /// What is no list by itself can be made one.
    @Test(arguments: [
        ("a.csv", "1,2024-01-01,a.example\n2,2024-01-01,b.example\n", "their column of names alone is a list"),
        ("a.json", "[{\"host\": \"a.example\"}]\n", "a list is its names, one a line"),
        ("a.urls", "http://a.example/x\nhttp://b.example/y\n", "their hosts alone, one a line, are a list"),
        ("a.tar.gz", "", "unpack it, and give the lists in it"),
    ])
    func lists(name: String, text: String, says: String) throws {
        let path = Patchway.scratch.appendingPathComponent(name).path
        _ = try Patchway.file(name, text.utf8)
        if text.isEmpty {
            _ = try Patchway.shell("cd \(Patchway.scratch.path) && tar -czf \(name) a.csv -C / etc/hostname")
        }
        let result = try Patchway.run(["check", "a.example", "--list", path])
        #expect(result.status == 3 && result.errors.contains(says), "\(result.errors)")
    }

    /// Records say what a reader of standard error is told.
    @Test(arguments: [
        ("check a.example --list @", 3, "not-a-list"), ("check a.example --list @absent", 2, "not-found"),
        ("explain a.example --list @", 3, "not-a-list"), ("check a.example --stack @yaml", 2, "unknown-key"),
        ("audit --stack @yaml", 2, "unknown-key"),
    ])
    func records(line: String, status: Int32, reason: String) throws {
        let list = try Patchway.file("fault-page", "<html><body>404</body></html>\n".utf8)
        _ = try Patchway.file("fault-pageyaml", "layer: []\n".utf8)
        let words = line.split(separator: " ").map { $0.replacingOccurrences(of: "@", with: list) }
        for form in ["ndjson", "json"] {
            let result = try Patchway.run(words + ["-o", form])
            #expect(result.status == status && !result.errors.isEmpty)
            let lines = result.output.split(separator: "\n").map { $0.drop { "[,".contains($0) } }.filter {
                $0.first == "{"
            }
            #expect(lines.count >= 3 && lines.first?.hasPrefix("{\"kind\":\"header\"") == true, "\(result.output)")
            #expect(lines.dropFirst().dropLast().contains { $0.contains("\"reason\":\"\(reason)\"") })
            #expect(
                lines.last?.contains("\"kind\":\"summary\"") == true && lines.last?.contains("\"\(reason)\":1") == true
            )
        }
    }

    @Test(arguments: [
        ("0.0.0.0 a.example\n0.0.0.0 b.example\n", "is a list and no zone: it is read as a hosts file; use --list"),
        ("@ SOA a. b. 1 2 3 4 5\n  A 1.2.3\n", ":2:3: "), ("www A 192.0.2.1\n", ": a zone has one SOA record"),
        ("a.zz. SOA a. b. 1 2 3 4 5\nb.zz. A 192.0.2.1\n", ":2:1: a zone has one SOA record"),
    ])
    func zones(text: String, says: String) throws {
        let zone = try Patchway.file("fault-\(text.utf8.count).zone", text.utf8)
        let result = try Patchway.run(["serve", "--listen", "127.0.0.1:0", "--zone", zone])
        #expect(result.status == 2 && result.errors.contains(says), "\(result.errors)")
    }

    /// The socket is that of this test, so the port stays taken.
    @Test func takenAddress() throws {
        let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        try #require(isBound)
        let port = UInt16(bigEndian: address.sin_port)
        let result = try Patchway.run(["serve", "--listen", "127.0.0.1:\(port)", "--upstream", "127.0.0.1:9"])
        #expect(result.status == 2 && result.errors.contains("another server has it"), "\(result.errors)")
    }

    /// Whose aliases were left aside is said in every form.
    @Test func uncheckedAliases() throws {
        let command = "check ctldl.windowsupdate.com a.example --qtype A --list Zones/demo/hosts.txt -o"
        let words = command.split(separator: " ").map(String.init)
        let chains = try Patchway.file("unchecked.tsv", "b.example\tc.example\n".utf8)
        for arguments in [words + ["csv"], words + ["ndjson"], words + ["ndjson", "--chains", chains]] {
            let lines = try Patchway.run(arguments).output.split(separator: "\n").filter { $0.contains("pass") }
            #expect(lines.first?.contains("were not checked; --known-chains does") == true, "\(lines)")
            #expect(lines.dropFirst().first?.contains("not checked") == false)
        }
    }

    /// Folders that are not looked at are not reported as fine.
    @Test func deepFoldersAreUndecided() throws {
        let folder = Patchway.scratch.appendingPathComponent("deep")
        let deep = folder.appendingPathComponent(Array(repeating: "d", count: 12).joined(separator: "/"))
        try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
        try Data("ads.example\n".utf8).write(to: folder.appendingPathComponent("domains"))
        let result = try Patchway.run(["audit", folder.path])
        #expect(result.status == 3 && result.errors.contains("[too-many-folders]"), "\(result.errors)")
        try FileManager.default.removeItem(at: folder.appendingPathComponent("d"))
        #expect(try Patchway.run(["audit", folder.path]).status == 0)
    }
}
