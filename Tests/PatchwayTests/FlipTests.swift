import Foundation
import Policy
import TestSupport
import Testing

/// What `explain` says would flip a verdict is done to the files of every engine's example, and asked again.
@Suite struct FlipTests {
    private struct Explanation: Decodable {
        struct Rule: Decodable {
            var list: String
            var line: Int
        }
        struct Flip: Decodable {
            var without: [Rule]
            var verdict: String?
            var exceptions: [String]?
        }
        var name: String
        var verdict: String
        var matched: Rule?
        var flip: Flip?
    }

    /// How many flips are tried of one engine: every try is a run.
    private static let tries = 2

    @Test(arguments: Engine.allCases) func whatIsSaidToFlipAVerdictDoes(engine: Engine) throws {
        let explained = try Self.explained(engine, in: Self.examples(engine))
        var seen: Set<String> = []
        // One of each kind: what is blocked, allowed, redirected.
        let flips = explained.filter { $0.flip?.verdict != nil && seen.insert($0.verdict).inserted }
        for explanation in flips.prefix(Self.tries) {
            guard let flip = explanation.flip, let expected = flip.verdict else { continue }
            let folder = try Self.examples(engine)
            var lines: [String: Set<Int>] = [:]
            for rule in flip.without { lines[rule.list, default: []].insert(rule.line) }
            for (list, numbers) in lines {
                try Self.change(folder + "/lists/" + Self.lastPart(list)) { text in
                    for number in numbers { text[number - 1] = "" }
                }
            }
            try Self.expect(engine, explanation.name, folder, [expected], "\(flip.without)")
        }
    }

    /// Exceptions that are lines of the list that decides.
    @Test(arguments: [Engine.adguardHome, .unbound, .dnsdist, .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ, .dnsmasq])
    func anExceptionLetsTheNamePass(engine: Engine) throws {
        let explained = try Self.explained(engine, in: Self.examples(engine))
        var tried = 0
        for explanation in explained where tried < Self.tries {
            guard let line = explanation.flip?.exceptions?.first, let list = explanation.matched?.list else { continue }
            let folder = try Self.examples(engine)
            try Self.change(folder + "/lists/" + Self.lastPart(list)) { $0.append(line + "\n") }
            try Self.expect(engine, explanation.name, folder, ["pass", "route"], line)
            tried += 1
        }
        #expect(tried > 0 || engine == .dnsmasq)
    }

    /// What is said to be another verdict is one, of whatever kind, and no rule is named that need not go.
    @Test(arguments: [
        (
            "bind-rpz", "$TTL 60\n@ SOA . . 1 1 1 1 1\n@ NS a.\ntcp.example CNAME rpz-tcp-only.\n", "tcp.example",
            "without LIST:4 it is pass"
        ),
        ("dnsmasq", "server=/s.example/192.0.2.1\n", "s.example", "without LIST:1 it is pass"),
        (
            "unbound", "server:\nlocal-data-ptr: \"192.0.2.3 www.s.example\"\n", "3.2.0.192.in-addr.arpa",
            "without LIST:2 it is nxdomain"
        ),
        (
            "unbound",
            "server:\nlocal-zone: \"b.example\" redirect\nlocal-data: \"b.example A 0.0.0.0\"\n"
                + "local-data: \"b.example A 192.0.2.1\"\n",
            "x.b.example", "without LIST:2 it is pass"
        ),
        ("pihole", "a.example\na.example\n", "a.example", "without LIST:1 and LIST:2 it is pass"),
    ])
    func whatHasToGoIsSaid(engine: String, text: String, name: String, flip: String) throws {
        let list = try Patchway.file("flip-\(UUID().uuidString)", text.utf8)
        let type = name.hasSuffix(".arpa") ? "PTR" : "A"
        let output = try Patchway.run(["explain", "--list", list, "--engine", engine, "--qtype", type, name]).output
        let said = output.split(separator: "\n").joined(separator: " ").replacingOccurrences(of: list, with: "LIST")
            .split(separator: " ").joined(separator: " ")
        #expect(said.contains("flips: " + flip), "\(said)")
    }

    // MARK: - Examples

    /// A copy of the examples, to be changed.
    private static func examples(_ engine: Engine) throws -> String {
        let folder = Patchway.scratch.appendingPathComponent("flip-\(engine.rawValue)-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: Fixtures.packageRoot.appendingPathComponent("Zones/examples"), to: folder)
        return folder.path
    }

    private static func explained(_ engine: Engine, in folder: String) throws -> [Explanation] {
        let stack = "\(folder)/\(engine.rawValue).yaml"
        let text = try String(contentsOfFile: stack, encoding: .utf8)
        let words = text.split(separator: "\n").filter { $0.hasPrefix("#   $ patchway") }.flatMap {
            $0.split(separator: " ")
        }
        let names = Set(words.map(String.init)).filter {
            $0.wholeMatch(of: #/[a-z0-9-]+(\.[a-z0-9-]+)*\.example/#) != nil
        }
        try #require(!names.isEmpty)
        let result = try Patchway.run(["explain", "--stack", stack, "--qtype", "A", "-o", "ndjson"] + names.sorted())
        return try result.output.split(separator: "\n").filter { $0.hasPrefix(#"{"kind":"verdict""#) }.map {
            try JSONDecoder().decode(Explanation.self, from: Data($0.utf8))
        }
    }

    private static func lastPart(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    private static func change(_ path: String, _ body: (inout [String]) -> Void) throws {
        var lines = try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "\n")
        body(&lines)
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    }

    private static func expect(
        _ engine: Engine,
        _ name: String,
        _ folder: String,
        _ expected: [String],
        _ what: String
    ) throws {
        let stack = "\(folder)/\(engine.rawValue).yaml"
        let result = try Patchway.run(["check", "--stack", stack, "--qtype", "A", "-o", "csv", name])
        // A list of one rule is none without it, which is said.
        if result.errors.contains("[no-rules]") { return }
        let verdict = result.output.split(separator: "\n").last?.split(separator: ",").dropFirst(2).first
        #expect(
            verdict.map { expected.contains(String($0)) } == true,
            "\(name) \(what): \(result.output)\(result.errors)"
        )
    }
}
