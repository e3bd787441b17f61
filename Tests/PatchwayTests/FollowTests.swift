import Foundation
import TestSupport
import Testing

/// `replay --follow`, run beside a program that writes.
@Suite(.serialized) struct FollowTests {
    private static func line(_ number: Int, _ name: String, _ answer: String) -> String {
        let stamp = "2026-03-09T09:14:\(10 + number)+00:00 dnsmasq[7]: \(number) 10.8.0.3/5"
        return "\(stamp) query[A] \(name) from 10.8.0.3\n\(stamp) config \(name) is \(answer)\n"
    }

    /// Waits until what a process has read of its logs is so much, which `/proc` tells (proc(5), `rchar`).
    private static func wait(for process: Process, reading octets: Int, of path: String) throws {
        for _ in 0..<600 {
            let folder = "/proc/\(process.processIdentifier)/fd"
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
                let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) ?? ""
                guard target == path else { continue }
                let info = try String(
                    contentsOfFile: "/proc/\(process.processIdentifier)/fdinfo/\(name)",
                    encoding: .utf8
                )
                if info.hasPrefix("pos:\t\(octets)\n") { return }
            }
            usleep(50_000)
        }
        Issue.record("\(path) was never read to \(octets)")
    }

    private static func append(_ text: String, to path: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    @Test(.timeLimit(.minutes(2)))
    func rotationLosesNothing() throws {
        let names = [
            "slscr.update.microsoft.com", "fe2.update.microsoft.com", "ctldl.windowsupdate.com",
            "sls.update.microsoft.com",
        ]
        let lines = names.enumerated().map { Self.line($0.offset, $0.element, "NXDOMAIN") }
        let before = try Patchway.file("before.log", Self.line(9, "geo-prod.do.dsp.mp.microsoft.com", "NXDOMAIN").utf8)
        let log = try Patchway.file("growing.log", lines[0].utf8)
        let (process, output, errors) = try Patchway.process(
            Patchway.executable,
            ["replay", "--follow", "--format", "dnsmasq", "-o", "csv", before, log]
        )
        try process.run()
        // A format that is named is begun with at once only when there is a sample; the end hands on what is left.
        try Self.wait(for: process, reading: lines[0].utf8.count, of: log)
        // Half of a line, then the rest.
        try Self.append(String(lines[1].prefix(30)), to: log)
        try Self.append(String(lines[1].dropFirst(30)), to: log)
        let first = (lines[0] + lines[1]).utf8.count
        try Self.wait(for: process, reading: first, of: log)
        // Renamed, still written to, then succeeded.
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        try Self.append("\n", to: log + ".1")
        try Self.wait(for: process, reading: first + 1, of: log + ".1")
        _ = try Patchway.file("growing.log", lines[2].utf8)
        try Self.wait(for: process, reading: lines[2].utf8.count, of: log)
        // Cut short and written anew, shorter than it was.
        #expect(unsafe truncate(log, 0) == 0)
        try Self.wait(for: process, reading: 0, of: log)
        try Self.append(lines[3], to: log)
        try Self.wait(for: process, reading: lines[3].utf8.count, of: log)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        let result = try Patchway.result(of: process, output, errors)
        #expect(result.status == 1, "\(result.errors)")
        for name in names + ["geo-prod.do.dsp.mp.microsoft.com"] {
            #expect(result.output.components(separatedBy: ",\(name),").count == 2, "\(name): \(result.output)")
        }
    }

    @Test func aPipeIsReadToItsEnd() throws {
        let text = Self.line(1, "slscr.update.microsoft.com", "NXDOMAIN")
        let result = try Patchway.run(["replay", "--follow", "-"], input: Array(text.utf8))
        #expect(result.status == 1)
        #expect(result.output.contains("-: dnsmasq, 2 records, 1 query"))
    }

    @Test func whatDoesNotGrowIsSaid() throws {
        for (path, status, words) in [
            ("Zones/demo/names.txt", Int32(3), "cannot be followed"), ("Zones/demo", 2, "is no file that grows"),
            ("/nowhere/to/be", 2, "cannot be read"),
        ] {
            let result = try Patchway.shell("timeout -s INT 3 patchway replay --follow \(path)")
            #expect(result.errors.contains(words), "\(result.errors)")
            #expect(result.status == status || result.status == 124)
        }
    }
}
