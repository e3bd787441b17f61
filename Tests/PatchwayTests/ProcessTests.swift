import Foundation
import TestSupport
import Testing

/// Whether `script`, which gives a program a terminal, is there.
private let hasTerminals = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

@Suite struct ProcessTests {
    static let log =
        "Mar  9 09:14:13 dnsmasq[7]: 1 10.8.0.3/5 query[A] slscr.update.microsoft.com from 10.8.0.3\n"
        + "Mar  9 09:14:13 dnsmasq[7]: 1 10.8.0.3/5 config slscr.update.microsoft.com is NXDOMAIN\n"

    @Test func aReaderThatGoesAwayIsNoError() throws {
        for command in ["catalog list", "catalog list -o ndjson", "audit Zones/demo/dnsmasq.conf -v -o ndjson"] {
            let result = try Patchway.shell("patchway \(command) | head -1")
            // What fits into the pipe may all be written before its reader goes.
            #expect([0, 1, 141].contains(result.status))
            #expect(result.errors.isEmpty)
            #expect(result.output.split(separator: "\n").count == 1)
        }
    }

    /// Under `pipefail` a report that nobody read must not pass for one without findings.
    @Test func aReportThatNobodyReadIsNotFine() throws {
        for command in ["audit -v Zones/demo/hosts.txt Zones/demo/rpz.zone", "catalog list -o ndjson"] {
            #expect(try Patchway.shell("patchway \(command) | true").status == 141)
        }
    }

    @Test func aFullDiskIsSaid() throws {
        let result = try Patchway.shell("patchway catalog list >/dev/full")
        #expect(result.status == 2)
        #expect(result.errors.contains("cannot be written"))
    }

    @Test(.enabled(if: hasTerminals, "script(1) is not installed"))
    func colourOnlyOnATerminalThatWantsIt() throws {
        let command = "patchway audit Zones/demo/hosts.txt --fail-on none"
        #expect(try !Patchway.shell(command).output.contains("\u{1B}"))
        let terminal = "script -qec '\(command)' /dev/null </dev/null"
        #expect(try Patchway.shell(terminal).output.contains("\u{1B}[1;31mcritical"))
        #expect(try Patchway.shell(terminal, environment: ["NO_COLOR": ""]).output.contains("\u{1B}["))
        #expect(try !Patchway.shell(terminal, environment: ["NO_COLOR": "1"]).output.contains("\u{1B}["))
    }

    @Test func standardInputIsAFileCalledMinus() throws {
        let list = Array("0.0.0.0 slscr.update.microsoft.com\n".utf8)
        let audit = try Patchway.run(["audit", "-", "-o", "ndjson"], input: list)
        #expect(audit.status == 1)
        #expect(audit.output.contains(#""name":"slscr.update.microsoft.com""#))
        let names = try Patchway.run(
            ["check", "-f", "-", "--list", "Zones/demo/hosts.txt"],
            input: Array("a.example\n".utf8)
        )
        #expect(names.output.hasPrefix("a.example A pass\n"))
        let replay = try Patchway.run(["replay", "-", "--year", "2026"], input: Array(Self.log.utf8))
        #expect(replay.status == 1)
        #expect(replay.output.contains("slscr.update.microsoft.com A: nxdomain, the log says blocked: config"))
    }

    /// Lines of standard input are answered as they come; what is packed is read whole, and lines are counted on.
    @Test(.timeLimit(.minutes(2))) func namesOfStandardInputAreAnsweredAsTheyCome() throws {
        let (process, output, errors) = try Patchway.process(
            Patchway.executable,
            ["check", "-f", "-", "--list", "Zones/demo/hosts.txt", "--qtype", "A"]
        )
        let input = Pipe()
        process.standardInput = input
        try process.run()
        for name in ["a.example", "b.example"] {
            input.fileHandleForWriting.write(Data("\(name)\n".utf8))
            while try !String(contentsOf: output, encoding: .utf8).hasSuffix("\(name) A pass\n") {
                try #require(process.isRunning)
                usleep(10_000)
            }
        }
        input.fileHandleForWriting.write(Data("no name\nc.example".utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        let result = try Patchway.result(of: process, output, errors)
        #expect(result.status == 3 && result.output == "a.example A pass\nb.example A pass\nc.example A pass\n")
        #expect(result.errors.contains("-:3:"), "\(result.errors)")
        let packed = try Patchway.shell(
            "printf 'a.example\\nb.example\\n' | gzip | patchway check -f - --list Zones/demo/hosts.txt --qtype A"
        )
        #expect(packed.status == 0 && packed.output == "a.example A pass\nb.example A pass\n")
    }

    /// What projects say of themselves beside their lists is none; alone it is looked at.
    @Test func archivesMayHoldMoreThanLists() throws {
        let folder = Patchway.scratch.path
        let made = try Patchway.shell(
            "cd '\(folder)' && mkdir -p beside && cd beside && echo '# About' > README.md && echo 'MIT License' > LICENSE"
                + " && echo ads.example > list.txt && zip -q ../beside.zip README.md LICENSE list.txt"
                + " && zip -q ../about.zip README.md LICENSE"
        )
        try #require(made.status == 0, "\(made.errors)")
        let result = try Patchway.run(["check", "ads.example", "--qtype", "A", "--list", folder + "/beside.zip"])
        #expect(result.output.hasPrefix("ads.example A sinkhole"))
        #expect(result.errors.contains("beside.zip:README.md: is left out: by its name it is no list [beside-lists]"))
        #expect(try Patchway.run(["check", "ads.example", "--list", folder + "/about.zip"]).status == 3)
    }

    /// Commas stand between lists, unless they are part of the name of one.
    @Test func namesOfListsMayHoldCommas() throws {
        let list = try Patchway.file("a,b,c.txt", "0.0.0.0 ads.example\n".utf8)
        let other = try Patchway.file("d.txt", "0.0.0.0 more.example\n".utf8)
        for lists in ["\(list),\(other)", "\(other),\(list)"] {
            let result = try Patchway.run(["check", "ads.example", "more.example", "--qtype", "A", "--list", lists])
            #expect(result.output.split(separator: "\n").allSatisfy { $0.contains(" A sinkhole") }, "\(result.errors)")
        }
        let missing = try Patchway.run(["check", "ads.example", "--list", "\(other),none.txt"])
        #expect(missing.status == 2 && missing.errors.contains("none.txt: no such file"))
    }

    @Test func standardInputIsGivenOnce() throws {
        let result = try Patchway.run(["check", "--list", "-", "-f", "-"], input: Array("a.example\n".utf8))
        #expect(result.status == 2)
        #expect(result.errors.contains("it can be given once"))
    }

    @Test func droppedLinesAreNamedOnRequest() throws {
        let arguments = ["check", "a.example", "--list", "Zones/demo/hosts.txt"]
        #expect(try !Patchway.run(arguments).errors.contains("[local-name]"))
        #expect(try Patchway.run(arguments + ["-v"]).errors.contains("Zones/demo/hosts.txt:3:11"))
    }

    @Test func fieldsAndByteOrderMarksOfNameFiles() throws {
        let octets: [UInt8] = [0xFF, 0xFE] + Array("a.example AAAA\nb.example\tcore\n".utf8).flatMap { [$0, 0] }
        let path = try Patchway.file("utf16.txt", octets)
        let result = try Patchway.run(["check", "-f", path, "--list", "Zones/demo/hosts.txt", "--qtype", "A"])
        #expect(result.output == "a.example AAAA pass\nb.example A pass\n")
    }

    @Test func oneNameIsAuditedOnce() throws {
        let path = try Patchway.file(
            "one-name-twice.txt",
            Array("slscr.update.microsoft.com\nSLSCR.update.microsoft.com.\n".utf8)
        )
        let result = try Patchway.run(["audit", "--names", path, "Zones/demo/hosts.txt", "-o", "ndjson"])
        #expect(result.output.contains(#""names":1,"#))
    }

    @Test func twoLayersOfOneListAreBlamedOnce() throws {
        let list = try Patchway.file("same.txt", Array("slscr.update.microsoft.com\n".utf8))
        let layer = "  - {engine: pihole, lists: [\(list)]}\n"
        let stack = try Patchway.file("same.yaml", Array(("layers:\n" + layer + layer).utf8))
        let result = try Patchway.run(["audit", "--stack", stack, "-o", "ndjson"])
        #expect(result.output.contains(#""summary","findings":1,"#))
        #expect(result.output.components(separatedBy: #""kind":"file""#).count == 3)
        #expect(result.output.components(separatedBy: #""kind":"finding""#).count == 2)
    }

    @Test func membersOfArchivesThatAreRefusedAreReported() throws {
        let folder = Patchway.scratch.path
        let made = try Patchway.shell(
            "cd '\(folder)' && mkdir -p in && echo ads.example > in/list.txt && echo x.example > out.txt"
                + " && cd in && zip -q ../refused.zip list.txt ../out.txt"
        )
        try #require(made.status == 0, "\(made.errors)")
        let result = try Patchway.run(["audit", folder + "/refused.zip", "-o", "ndjson"])
        #expect(result.output.contains(#""kind":"diagnostic""#))
        #expect(result.output.contains("out.txt"))
    }

    typealias Waiting = (arguments: String, kinds: [String]?)

    static let waiting: [Waiting] = [
        ("replay - -o ndjson", ["header", "diagnostic", "summary"]),
        ("replay FIFO -o ndjson", ["header", "diagnostic", "summary"]),
        ("replay - --emit partial", ["partial", "totals", "end"]),
        ("replay --jobs 2 Tests/Fixtures/logs/dnsmasq/small.log FIFO -o ndjson", nil),
        ("diff Tests/Fixtures/logs/dnsmasq/small.log FIFO -o ndjson", nil),
        ("audit - -o ndjson", ["header", "alarm", "diagnostic", "summary"]), ("audit FIFO -o ndjson", nil),
        ("check a.example --list FIFO -o ndjson", ["header", "diagnostic", "summary"]),
        ("check -f - --list Zones/demo/hosts.txt", nil), ("explain a.example --list FIFO", nil),
        ("convert --to hosts FIFO", nil), ("merge FIFO", nil),
        ("replay - --list FIFO -o ndjson", ["header", "diagnostic", "summary"]),
    ]

    /// One signal ends a command that waits for input; what was found so far is printed.
    @Test(.timeLimit(.minutes(5)), arguments: waiting.indices)
    func interruptedWhileItWaits(place: Int) throws {
        let kinds = Self.waiting[place].kinds
        let arguments = Self.waiting[place].arguments.split(separator: " ").map(String.init)
        // Somebody has it open and writes nothing.
        let pipe = Patchway.scratch.appendingPathComponent("waiting-\(UUID().uuidString)").path
        if arguments.contains("FIFO") { try #require(unsafe mkfifo(pipe, 0o600) == 0) }
        let writer = arguments.contains("FIFO") ? unsafe open(pipe, O_RDWR) : -1
        defer { close(writer) }
        let (process, output, errors) = try Patchway.process(
            Patchway.executable,
            arguments.map { $0 == "FIFO" ? pipe : $0 }
        )
        let input = Pipe()
        process.standardInput = input
        try process.run()
        try Self.wait(for: process, until: Self.isWaiting)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        let result = try Patchway.result(of: process, output, errors)
        try input.fileHandleForWriting.close()
        #expect(result.status == 130)
        #expect(result.errors.split(separator: "\n").count { $0.hasPrefix("patchway: interrupted; ") } <= 1)
        #expect(result.errors.contains("interrupted") || result.output.contains("interrupted"), "\(result.errors)")
        guard let kinds else { return }
        let found = try result.output.split(separator: "\n").map { line in
            (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["kind"] as? String
        }
        #expect(found == kinds)
    }

    /// One signal also ends the reading of a long capture in which there is nothing to find.
    @Test(.timeLimit(.minutes(5))) func interruptedWhileItReads() throws {
        let line = Array("no line of any log 1.2.3.4\n".utf8)
        let path = try Patchway.file("long.log", repeatElement(line, count: 4_000_000).joined())
        let arguments = ["replay", "--format", "dnsmasq", "--year", "2026", "-o", "ndjson", path, path]
        let (process, output, errors) = try Patchway.process(Patchway.executable, arguments)
        try process.run()
        try Self.wait(for: process) { Self.maps($0).contains("/long.log") }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        let result = try Patchway.result(of: process, output, errors)
        #expect(result.status == 130)
        #expect(result.output.contains(#""reason":"interrupted""#))
    }

    /// Waits until a process handles SIGINT itself (`SigCgt` of proc(5)) and has come to something.
    private static func wait(for process: Process, until isThere: (Int32) -> Bool) throws {
        for _ in 0..<5000 {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
            let mask = line.flatMap { UInt64($0.dropFirst(7).drop { $0 == "\t" }, radix: 16) } ?? 0
            if mask & 1 << UInt64(SIGINT - 1) != 0, isThere(process.processIdentifier) { return }
            usleep(10_000)
        }
        Issue.record("the program never came to wait for SIGINT")
    }

    /// Whether all threads of a process sleep, and go on to.
    private static func isWaiting(_ process: Int32) -> Bool {
        (0..<10).allSatisfy { _ in
            usleep(10_000)
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
            return threads.allSatisfy { thread in
                let stat = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/stat", encoding: .utf8)
                return stat?.split(separator: ")").last?.hasPrefix(" S") ?? true
            }
        }
    }

    /// The files that a process has in memory, in the words of proc(5).
    private static func maps(_ process: Int32) -> String {
        (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)) ?? ""
    }

    /// A file is replaced when it is whole, through links; what is no file is written to and stays what it is.
    @Test func convertWritesFilesAndDevices() throws {
        let list = try Patchway.file("convert.txt", "||a.example^\n".utf8)
        let place = try Patchway.file("convert.conf", "old\n".utf8)
        let command = "patchway convert --to dnsmasq --engine technitium --block-mode NxDomain \(list) -o"
        let result = try Patchway.shell(
            "ln -sf \(place) \(place).link && \(command) \(place).link && test -L \(place).link && cat \(place)"
                + " && \(command) /dev/null && test -c /dev/null && \(command) /dev/stdout | cat && ls \(place)*.new"
        )
        #expect(result.output.split(separator: "\n").filter { $0 == "local=/a.example/" }.count == 2)
        #expect(result.status != 0 && result.errors.contains("No such file"), "nothing is left behind")
        let pipe = try Patchway.shell("patchway convert --to hosts Zones/demo/hosts.txt 2>/dev/null | head -1")
        #expect(pipe.status != 4 && pipe.output.hasPrefix("# Converted"))
    }
}
