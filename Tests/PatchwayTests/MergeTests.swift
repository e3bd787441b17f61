import Foundation
import TestSupport
import Testing

/// `merge`, `--emit partial` and `--redact`, run as users run them.
@Suite struct MergeTests {
    private static let logs = [
        "Zones/demo/vpn-dns.log", "Zones/demo/direct-dns.log", "Tests/Fixtures/logs/zeek/small.log",
    ]

    private static func partial(_ arguments: [String], _ name: String) throws -> String {
        let result = try Patchway.run(["replay", "--year", "2026", "--emit", "partial"] + arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try Patchway.file(name, result.output.utf8)
    }

    /// Lines that tell of files and of what a run cost.
    private static func bare(_ text: String) -> String {
        let cost = text.replacing(
            #/,"(unreadable_captures|elapsed_ms|captures_[a-z_]*|peak_rss_bytes)":[0-9]+/#,
            with: ""
        )
        return cost.split(separator: "\n", omittingEmptySubsequences: false).filter {
            !$0.contains(#/^(Zones|- `|<li>.*quer|{"kind":"file"|,{"kind":"file"|.*records?, |<details)/#)
        }.joined(separator: "\n")
    }

    @Test(arguments: ["text", "ndjson", "json", "csv", "md", "html"])
    func partialsMakeTheReportOfOneRun(format: String) throws {
        let logs = Array(Self.logs.prefix(2))
        let stack = ["--list", "Zones/demo/hosts.txt"]
        let one = try Self.partial([logs[0]] + stack, "merge-\(format)-1")
        let two = try Self.partial([logs[1]] + stack, "merge-\(format)-2")
        let both = try Self.partial(logs + stack, "merge-\(format)-both")
        let again = try Self.partial(logs.reversed() + stack, "merge-\(format)-again")
        func merged(_ partials: [String]) throws -> String {
            let result = try Patchway.run(["merge", "-o", format] + stack + partials)
            #expect(result.status == 1, "\(result.errors)")
            return result.output
        }
        let expected = try merged([both])
        for partials in [[one, two], [two, one], [again]] { #expect(try merged(partials) == expected) }
        let replay = try Patchway.run(["replay", "--year", "2026", "-o", format] + logs + stack).output
        #expect(Self.bare(replay) == Self.bare(expected))
        // Partials of partials.
        let nested = try Patchway.run(["merge", "--emit", "partial", two, one] + stack).output
        #expect(nested == String(decoding: try Data(contentsOf: URL(fileURLWithPath: both)), as: UTF8.self))
    }

    /// A partial that is given twice counts once; a copy is said to be one.
    @Test func aPartialIsMergedOnce() throws {
        let one = try Self.partial([Self.logs[0]], "once-1")
        let copy = try Self.partial([Self.logs[0]], "once-copy")
        let twice = try Patchway.run(["merge", one, one, "-o", "ndjson"])
        #expect(twice.output.contains(#""events":33,"update_events""#))
        #expect(twice.output.contains(#""reason":"given-twice""#))
        let copied = try Patchway.run(["merge", one, copy])
        #expect(copied.errors.contains("\(copy): holds the same as \(one)"))
        let refused = try Patchway.run(["merge", one, "--list", "README.md", "-o", "ndjson"])
        #expect(refused.output.contains(#""kind":"diagnostic""#) && refused.output.contains(#""kind":"summary""#))
    }

    @Test func capturesThatAreReadSideBySideMakeTheSameReport() throws {
        let folder = "Tests/Fixtures/logs/"
        let logs = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().map { folder + $0 }
        func report(_ jobs: String) throws -> String {
            let result = try Patchway.run(["replay", "--jobs", jobs, "-o", "ndjson"] + Self.logs + logs)
            return result.output.replacing(#/"(elapsed_ms|peak_rss_bytes)":[0-9]+/#, with: "")
        }
        let one = try report("1")
        #expect(one.contains(#""kind":"finding""#))
        for jobs in ["2", "7"] { #expect(try report(jobs) == one) }
        #expect(try Patchway.run(["replay", "--jobs", "0"] + Self.logs).status == 2)
    }

    /// A log cut where no query is open.
    @Test func logsMayBeCutBetweenQueries() throws {
        let text = try String(
            contentsOfFile: Fixtures.packageRoot.appendingPathComponent(Self.logs[0]).path,
            encoding: .utf8
        )
        let lines = text.split(separator: "\n")
        let times = lines.map { line in
            line.firstMatch(of: #/(\d\d):(\d\d):(\d\d)/#).map {
                (Int($0.1) ?? 0) * 3600 + (Int($0.2) ?? 0) * 60 + (Int($0.3) ?? 0)
            } ?? 0
        }
        let cuts = (1..<lines.count).filter { times[$0] - times[$0 - 1] > 10 }
        try #require(!cuts.isEmpty)
        let whole = try Self.partial([Self.logs[0]], "cut-whole")
        for cut in cuts {
            let parts = try [lines[..<cut], lines[cut...]].enumerated().map { index, part in
                let log = try Patchway.file("cut-\(cut)-\(index).log", (part.joined(separator: "\n") + "\n").utf8)
                return try Self.partial([log, "--format", "dnsmasq"], "cut-\(cut)-\(index)")
            }
            #expect(try Patchway.run(["merge"] + parts).output == (try Patchway.run(["merge", whole]).output))
        }
    }

    @Test func whatDoesNotBelongTogetherIsRefused() throws {
        let log = Self.logs[0]
        let plain = try Self.partial([log], "refuse-plain")
        let stacked = try Self.partial([log, "--list", "Zones/demo/hosts.txt"], "refuse-stack")
        let selected = try Self.partial([log, "--for", "windows-update"], "refuse-for")
        let redacted = try Self.partial([log, "--redact"], "refuse-redact")
        let other = try Self.partial([log, "--redact"], "refuse-other")
        let cases: [(arguments: [String], status: Int32, words: String)] = [
            ([plain, "--list", "Zones/demo/hosts.txt"], 1, ""),
            ([stacked], 2, "give the same --list"), ([stacked, plain], 2, "give the same --list"),
            ([stacked, "--list", "Zones/demo/rpz.zone"], 2, "give the same --list"),
            ([stacked, "--list", "Zones/demo/hosts.txt"], 1, ""), ([plain, selected], 2, "--for"),
            ([plain, redacted], 2, "redact all of them or none"), ([other, redacted], 2, "--redact-key"),
            ([redacted], 1, ""), ([log], 3, "replay LOG --emit partial"), (["/nowhere"], 2, "no such file"),
            ([plain, "--emit", "partial", "-o", "csv"], 2, "a form of its own"), ([], 2, "no partials"),
        ]
        for (arguments, status, words) in cases {
            let result = try Patchway.run(["merge"] + arguments)
            #expect(result.status == status, "\(arguments): \(result.errors)")
            #expect(words.isEmpty || result.errors.contains(words), "\(arguments): \(result.errors)")
            #expect(status == 1 || result.output.isEmpty)
        }
        let replayed = try Patchway.run(["replay", plain])
        #expect(replayed.status == 3 && replayed.errors.contains("patchway merge"))
    }

    private static let secrets = [
        "10.77.1.", "wsus01", "corp.test", "jane", "10.99.8.7", "secret-name", "confidential",
    ]

    /// Whatever is written, and what is said of lines that cannot be read.
    @Test(arguments: ["text", "ndjson", "json", "csv", "md", "html", "partial"])
    func redactedRunsTellNoSecret(format: String) throws {
        let text = """
            Mar  9 09:14:13 wsus01 dnsmasq[7]: 1 10.77.1.3/5 query[A] slscr.update.microsoft.com from 10.77.1.3
            Mar  9 09:14:13 wsus01 dnsmasq[7]: 1 10.77.1.3/5 /etc/secret-name.hosts slscr.update.microsoft.com is 0.0.0.0
            Mar  9 09:14:14 wsus01 dnsmasq[7]: 2 10.77.1.4/5 query[A] ctldl.windowsupdate.com from 10.77.1.4
            Mar  9 09:14:14 wsus01 dnsmasq[7]: 2 10.77.1.4/5 reply ctldl.windowsupdate.com is <CNAME>
            Mar  9 09:14:14 wsus01 dnsmasq[7]: 2 10.77.1.4/5 reply wsus01.corp.test is 10.99.8.7
            Mar  9 09:14:15 wsus01 dnsmasq[7]: 3 10.77.1.4/5 query[A] jane.corp.test from 10.77.1.4
            Mar  9 09:14:15 wsus01 dnsmasq[7]: 3 10.77.1.4/5 reply jane.corp.test is 10.99.8.7
            Mar  9 09:14:16 wsus01 dnsmasq[7]: some confidential words of jane at 10.77.1.9
            """
        let log = try Patchway.file("secret-name-\(format).log", text.utf8)
        let form = format == "partial" ? ["--emit", "partial"] : ["-o", format]
        let arguments =
            ["replay", log, "/nowhere/secret-name", "--year", "2026", "--list", "Zones/demo/hosts.txt"] + form
        let open = try Patchway.run(arguments)
        let redacted = try Patchway.run(arguments + ["--redact"])
        #expect((open.output + open.errors).contains("secret-name"))
        for secret in Self.secrets {
            #expect(!redacted.output.contains(secret), "\(secret)")
            #expect(!redacted.errors.contains(secret), "\(secret)")
        }
        #expect(redacted.output.contains("slscr.update.microsoft.com"))
    }

    @Test func keysOfRedaction() throws {
        let key = try Patchway.file("redact.key", Array("a key of enough octets".utf8))
        let short = try Patchway.file("short.key", Array("short".utf8))
        func run(_ options: [String]) throws -> Patchway.Result {
            try Patchway.run(["replay", Self.logs[0], "--year", "2026"] + options)
        }
        let first = try run(["--redact", "--redact-key", key]).output
        #expect(try run(["--redact", "--redact-key", key]).output == first)
        #expect(try run(["--redact"]).output != first)
        #expect(first.contains("100::"))
        #expect(try run(["--redact", "--redact-key", short]).errors.contains("less than 16 octets"))
        #expect(try run(["--redact-key", key]).errors.contains("is for --redact"))
    }
}
