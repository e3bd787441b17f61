import Foundation
import Testing

/// What is said of inputs and command lines that are of no use: in one form, and with what to do next.
@Suite struct FaultHintTests {
    @Test(arguments: [
        ("check --nope", "unknown option `--nope`; did you mean `--role`? `patchway check --help` says more"),
        ("check a --list", "missing value for `--list <list>`; `patchway check --help` says more"),
        ("audit -o foo x", "the value `foo` is invalid for `-o <output>`: one of text, json, ndjson, csv, md, html; "),
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
}
