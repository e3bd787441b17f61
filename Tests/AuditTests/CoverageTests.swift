import Audit
import Catalog
import DNS
import FilterLists
import FindingSupport
import Findings
import Policy
import TestSupport
import Testing

/// Whether lists of names to allow cover documented patterns, in the reading of every product.
@Suite struct CoverageTests {
    typealias Row = (engine: Engine, list: String, pattern: String, expected: String)

    static let firewalls: [Row] = [
        (.panOS, "*.a.example", "*.a.example", "covered"), (.panOS, "a.example", "*.a.example", "missed a.a.example"),
        (.panOS, "^a.a.example", "*.a.example", "missed b.a.example"),
        // The apex is not below.
        (.panOS, "*.a.example", "+a.example", "missed a.example"),
        (.panOS, "*.a.example\na.example", "+a.example", "covered"),
        (.panOS, "*.b.a.example", "*.a.example", "missed a.a.example"), (.panOS, "*.example", "*.a.example", "covered"),
        // What is not documented is open, what is not read may only let more through.
        (.panOS, ".a.example\nb.example", "*.a.example", "open a.a.example"),
        (.panOS, "*.a.example\n192.0.2.1", "*.a.example", "covered"),
        (.zscaler, ".a.example", "*.a.example", "missed a.a.a.a.a.a.a.example"),
        (.zscaler, ".a.example", "+a.example", "missed a.a.a.a.a.a.a.example"),
        (.zscaler, ".a.example", "*.*.a.example", "covered"),
        (.zscaler, "a.example", "*.a.example", "missed a.a.example"),
        (.fortiGate, "*.a.example", "*.a.example", "covered"),
        (.fortiGate, "*a.example", "+a.example", "covered"),
        (.fortiGate, "cdn*.a.example", "*.a.example", "missed a.a.example"),
        (.fortiGate, "cdn*.a.example", "cdn*.a.example", "covered"),
        (.fortiGate, "cdn?*.a.example", "cdn*.a.example", "missed cdn.a.example"),
        (.umbrella, "a.example", "*.a.example", "covered"), (.umbrella, "a.example", "+a.example", "covered"),
        (.umbrella, "b.a.example", "*.a.example", "missed a.a.example"),
        (.umbrella, "a.example", "x.a.example", "covered"), (.umbrella, "a.example", "b.example", "missed b.example"),
    ]

    static let others: [Row] = [
        (.pac, Self.pac("shExpMatch(host, \"*.a.example\")"), "*.a.example", "covered"),
        (.pac, Self.pac("dnsDomainIs(host, \".a.example\")"), "+a.example", "missed a.example"),
        (.pac, Self.pac("dnsDomainIs(host, \"a.example\")"), "+a.example", "covered"),
        (.pac, Self.pac("shExpMatch(host, \"?.a.example\")"), "*.a.example", "missed aa.a.example"),
        (
            .pac, Self.pac("shExpMatch(host, \"*.a.example\") || isPlainHostName(host)"), "*.a.example",
            "open a.a.example"
        ),
        (.squid, ".a.example", "+a.example", "covered"), (.squid, "a.example", "*.a.example", "missed a.a.example"),
        // Exceptions are subtracted.
        (.adguardHome, "@@||a.example^", "+a.example", "covered"),
        (.adguardHome, "@@||a.example^\n||b.a.example^$important", "*.a.example", "missed b.a.example"),
        (.adguardHome, "@@||a.example^\n||b.a.example^", "*.a.example", "covered"),
        (.adguardHome, "@@|a.example", "*.a.example", "missed a.a.example"),
        (.adguardHome, "@@/^([a-z0-9_-]+\\.)+a\\.example$/", "*.a.example", "covered"),
        (.adguardHome, "@@/^[a-z0-9_-]+\\.a\\.example$/", "*.a.example", "missed a.a.a.example"),
        (.adguardHome, "@@/^[a-z].*a\\.example$/", "*.a.example", "missed 0.a.example"),
        // A word boundary is read by the engine and not here.
        (.adguardHome, "@@/\\ba\\.example$/", "*.a.example", "open a.a.example"),
        (.adguardHome, "@@||a.example^\n/\\bads\\b/$important", "*.a.example", "open rule"),
        (.adguardHome, "@@||a.example^\n/\\bads\\b/", "*.a.example", "covered"),
        (.adguardHome, "@@||a.example^$client=kids", "*.a.example", "open a.a.example"),
        (.adguardHome, "@@||a.example^$denyallow=b.a.example", "*.a.example", "missed b.a.example"),
    ]

    static let zones: [Row] = [.bindRPZ, .pdnsRPZ, .knotRPZ].flatMap { engine -> [Row] in
        [
            (engine, Self.zone("*.a.example CNAME rpz-passthru."), "*.a.example", "covered"),
            (engine, Self.zone("a.example CNAME rpz-passthru."), "*.a.example", "missed a.a.example"),
            // In the DNS a name hides the star above it from what is below it.
            (
                engine, Self.zone("*.a.example CNAME rpz-passthru.\nc.a.example CNAME rpz-passthru."), "*.a.example",
                engine == .bindRPZ ? "missed a.c.a.example" : "covered"
            ),
            (
                engine, Self.zone("*.a.example CNAME rpz-passthru.\nb.a.example CNAME ."), "*.a.example",
                "missed b.a.example"
            ),
        ]
    }

    private static func pac(_ condition: String) -> String {
        "function FindProxyForURL(url, host) {\n  if (\(condition)) return \"DIRECT\";\n  return \"PROXY p:8080\";\n}\n"
    }

    private static func zone(_ records: String) -> String {
        "$ORIGIN rpz.test.\n$TTL 60\n@ SOA ns. host. 1 2 3 4 5\n@ NS ns.\n\(records)\n"
    }

    @Test(arguments: firewalls + others + zones)
    func reads(row: Row) throws {
        let pattern = try Trial.pattern(row.pattern)
        let coverage = try Trial.question(row.engine, row.list, [pattern]).coverage(of: pattern)
        #expect(Trial.words(coverage) == row.expected, "\(row.engine) \(row.list)")
        if case .missed(let example, _) = coverage.outcome {
            // The matcher itself says so.
            #expect(example.verdict.kind != .pass || example.verdict.matched == nil)
        }
    }

    /// Of more patterns than there is room for, those that are too weak to matter leave a proof alone.
    @Test func patternsWithoutRoomAreUnread() throws {
        let many = (0..<6_000).map { "ads\($0)*x" }.joined(separator: "\n")
        let pattern = try Trial.pattern("*.a.example")
        func words(_ list: String) throws -> String {
            Trial.words(try Trial.question(.adguardHome, list, [pattern], types: [.a]).coverage(of: pattern))
        }
        #expect(try words("\(many)\n@@||a.example^") == "covered")
        #expect(try words("\(many)\n@@|x.a.example|") == "missed a.a.example")
    }

    @Test func namesThatAreKnownAreAskedAbout() throws {
        let catalog = try Samples.catalog(
            [try Samples.endpoint("*.a.example"), try Samples.endpoint("c.a.example")],
            hosts: ["x.a.example", "y.x.a.example"]
        )
        let question = try Trial.question(.panOS, "*.x.a.example\nc.a.example", catalog.endpoints.map(\.pattern))
        let found = question.coverage(of: catalog.endpoints[0], in: catalog)
        #expect(found.knownNames.map(\.description) == ["c.a.example", "x.a.example", "y.x.a.example"])
        #expect(found.stoppedNames.map(\.description) == ["x.a.example"])
    }
}

/// Random lists against every name of a small alphabet: what is covered has no name that is stopped, and what is not has
/// none that is shorter than the one that is named.
@Suite struct CoverageTrialTests {
    @Test(arguments: Trial.engines) func agreesWithTryingEveryName(engine: Engine) throws {
        let seed: UInt64 = 6
        var random = SeededGenerator(seed: seed)
        var counts: [String: Int] = [:]
        var disagreements: [String] = []
        for _ in 0..<Trial.instances {
            let list = Trial.list(engine, &random)
            let pattern = try Trial.pattern(Trial.patterns.randomElement(using: &random) ?? "*.a.b")
            guard let question = try? Trial.question(engine, list, [pattern], types: [.a]) else {
                counts["unread", default: 0] += 1
                continue
            }
            let coverage = question.coverage(of: pattern)
            // The shortest come first.
            let stopped = Trial.names.first { pattern.matches($0) && question.isStopped($0) }?.wire.count
            switch coverage.outcome {
            case .covered:
                counts["covered", default: 0] += 1
                if stopped != nil { disagreements.append("covered \(list)") }
            case .missed(let example, let isShortest):
                counts["missed", default: 0] += 1
                let isTrue = pattern.matches(example.name) && question.isStopped(example.name)
                let length = example.name.wire.count
                if !isTrue || isShortest && (stopped ?? .max) < length {
                    disagreements.append("\(example.name) \(list)")
                }
                if length <= Trial.longest, stopped == nil || stopped! > length, !example.name.isOdd {
                    disagreements.append("\(example.name) untried \(list)")
                }
            case .open: counts["open", default: 0] += 1
            }
        }
        #expect(disagreements.isEmpty, "seed \(seed)")
        #expect(
            counts["covered"] ?? 0 > Trial.instances / 20 && counts["missed"] ?? 0 > Trial.instances / 20,
            "\(counts)"
        )
        #expect((counts["unread"] ?? 0) + (counts["open"] ?? 0) < Trial.instances / 2, "\(counts)")
    }
}

extension DomainName {
    /// Whether a name has octets that are not tried.
    fileprivate var isOdd: Bool { description.utf8.contains { !(0x61...0x63 ~= $0) && $0 != 0x2E } }
}

/// Lists, patterns and names of few letters.
private enum Trial {
    static let instances = 700
    static let engines: [Engine] = [
        .panOS, .zscaler, .fortiGate, .umbrella, .squid, .pac, .bindRPZ, .pdnsRPZ, .knotRPZ, .adguardHome, .blocky,
        .dnscryptProxy, .technitium, .pihole, .v2ray,
    ]
    static let patterns = ["*.a.b", "+a.b", "a*.a.b", "*.*.a.b", "?.a.b", "*a.a.b"]

    static func question(
        _ engine: Engine,
        _ list: String,
        _ patterns: [EndpointPattern],
        types: [RRType] = [.a, .aaaa, .https]
    ) throws -> CoverageQuestion {
        let allows = CoverageQuestion.engines.prefix(4).contains(engine) || !isOfRules(engine)
        let format: ListFormat? =
            switch engine {
            case .panOS, .zscaler, .fortiGate, .umbrella: .domains
            case .pihole: .regex
            case .squid: .squid
            case .blocky: .wildcard
            case .adguardHome: .adblock
            default: nil
            }
        let input = ListInput(
            path: "list.txt",
            role: allows ? .allow : .block,
            format: format,
            octets: Array(list.utf8)
        )
        let layer = try LayerLoader.load([input], engine: engine)
        return CoverageQuestion(layer.layer, patterns: patterns, types: types)
    }

    /// Whether lines say themselves what they let through.
    private static func isOfRules(_ engine: Engine) -> Bool {
        switch engine {
        case .pac, .bindRPZ, .pdnsRPZ, .knotRPZ, .adguardHome: true
        default: false
        }
    }

    /// `+name` stands for the name and what is below it.
    static func pattern(_ text: String) throws -> EndpointPattern {
        if text.hasPrefix("+") { return try EndpointPattern("*." + text.dropFirst(), kind: .suffixAndApex) }
        let rest = text.hasPrefix("*.") ? text.dropFirst(2) : text[...]
        let isGlob = rest.contains("*") || rest.contains("?")
        return try EndpointPattern(text, kind: isGlob ? .glob : text.hasPrefix("*.") ? .suffix : .exact)
    }

    static func words(_ coverage: Coverage) -> String {
        switch coverage.outcome {
        case .covered: "covered"
        case .missed(let example, _): "missed \(example.name)"
        case .open(.example(let example)): "open \(example.name)"
        case .open(.rule): "open rule"
        case .open: "open"
        }
    }

    /// Octets in wire form up to which every name is tried.
    static let longest = 8

    /// Every name of up to three octets in front of `a.b`, and itself; `c` is a letter of no rule.
    static let names: [DomainName] = {
        var texts = [""]
        var all = ["a.b"]
        for _ in 0..<3 {
            texts = texts.flatMap { text in ["a", "b", "c", "."].map { text + $0 } }
            all += texts.map { $0 + ".a.b" }
        }
        return all.compactMap { try? DomainName($0) }.sorted { $0.wire.count < $1.wire.count }
    }()
}

extension Trial {
    /// A name of `a` and `b`, mostly at or below `a.b`.
    private static func name(_ random: inout SeededGenerator) -> String {
        let front = ["", "", "", "a.", "b.", "aa.", "ab.", "a.b.", "b.a.a."].randomElement(using: &random) ?? ""
        return front + (["a.b", "a.b", "a.b", "b", "ba.b"].randomElement(using: &random) ?? "b")
    }

    private static func expression(_ random: inout SeededGenerator) -> String {
        let start = ["^", "(^|\\.)", "", "^[a-z0-9_-]+\\.", "^(.*\\.)?", "^[ab]?\\.", "^(a|b|[^ab])+\\."]
        let middle = ["", "", "[ab]+\\.", "([^.]+\\.)?", "a{1,2}\\.", "(a|b)*", "."]
        let end = ["a\\.b$", "a\\.b$", "\\.b$", "b", "a\\.[a-c]$"]
        return [start, middle, end].map { $0.randomElement(using: &random) ?? "" }.joined()
    }

    private static func glob(_ random: inout SeededGenerator) -> String {
        let front = ["*", "*.", "a*.", "*a.", "?*.", "*.*.", "a*b."].randomElement(using: &random) ?? "*"
        return front + name(&random)
    }

    static func list(_ engine: Engine, _ random: inout SeededGenerator) -> String {
        let lines = (0..<Int.random(in: 1...4, using: &random)).map { _ in line(engine, &random) }
        switch engine {
        case .pac:
            return
                "function FindProxyForURL(url, host) {\n\(lines.joined(separator: "\n"))\nreturn \"PROXY p:80\";\n}\n"
        case .bindRPZ, .pdnsRPZ, .knotRPZ:
            let unique = lines.reduce(into: [String: String]()) { $0[String($1.prefix { $0 != " " })] = $1 }
            let records = unique.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n")
            return "$ORIGIN rpz.test.\n$TTL 60\n@ SOA ns. host. 1 2 3 4 5\n@ NS ns.\n\(records)\n"
        default: return lines.joined(separator: "\n") + "\n"
        }
    }

    private static func line(_ engine: Engine, _ random: inout SeededGenerator) -> String {
        let name = name(&random)
        func one(of forms: [String]) -> String { forms.randomElement(using: &random) ?? name }
        switch engine {
        case .panOS: return one(of: ["*.", "*.", "^", ""]) + name
        case .zscaler, .squid: return one(of: [".", ".", ""]) + name
        case .fortiGate: return Bool.random(using: &random) ? glob(&random) : one(of: ["*.", ""]) + name
        case .pac:
            let condition = one(of: [
                "shExpMatch(host, \"\(glob(&random))\")", "dnsDomainIs(host, \"\(name)\")",
                "dnsDomainIs(host, \".\(name)\")", "host == \"\(name)\"",
            ])
            return "if (\(condition)) return \"\(one(of: ["DIRECT", "DIRECT", "PROXY q:80"]))\";"
        case .bindRPZ, .pdnsRPZ, .knotRPZ:
            return one(of: ["*.", "*.", ""]) + name + " CNAME " + one(of: ["rpz-passthru.", "rpz-passthru.", "."])
        case .adguardHome:
            return one(of: [
                "@@||\(name)^", "@@||\(name)^", "@@|\(name)", "@@.\(name)|", "||\(name)^", "||\(name)^$important",
                "@@/\(expression(&random))/", "@@||\(name)^$denyallow=a.\(name)",
                "/\(expression(&random))/", "a*\(name)|", "||\(glob(&random))^$important",
            ])
        case .blocky: return one(of: ["*.\(name)", "*.\(name)", name, "/\(expression(&random))/"])
        case .dnscryptProxy: return one(of: [name, "=\(name)", "*.\(name)", "a*", "*.a.*", glob(&random)])
        case .pihole: return expression(&random)
        case .v2ray: return one(of: [name, "full:\(name)", "keyword:a.", "regexp:\(expression(&random))"])
        default: return name
        }
    }
}
