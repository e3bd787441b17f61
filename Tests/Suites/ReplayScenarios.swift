import DNS
import FilterLists
import Foundation
import LDNS
import Policy

extension CaseSuite {
    /// Unbound's own replayed scenarios: a configuration, servers that answer by script, and what queries get.
    static let replayScenarios = CaseSuite(
        fits: { $0.heading("cases.tsv").first == "file" },
        run: { folder in
            var score = SuiteScore(folder.name)
            var scenarios: [String: ReplayScenario] = [:]
            for row in try folder.rows("cases.tsv") {
                let scenario = try scenarios[row[0]] ?? ReplayScenario(name: row[0], text: try folder.text(row[0]))
                scenarios[row[0]] = scenario
                try scenario.check(ReplayStep(row), &score)
            }
            return score
        }
    )
}

/// A query of a scenario and the answer that is expected.
struct ReplayStep {
    let id: String
    let query: [String]
    let client: IPAddress?
    let overTCP: Bool
    let words: [String]
    let answer: [String]

    init(_ row: [String]) {
        func field(_ index: Int) -> String { index < row.count ? row[index] : "" }
        id = "\(field(0)) \(field(1)) \(field(2))"
        query = field(2).split(separator: " ").map(String.init)
        client = field(4).split(separator: " ").last.flatMap { IPAddress($0) }
        overTCP = field(6).contains("TCP")
        words = field(7).split(separator: " ").map(String.init)
        answer = Self.records(field(8).replacing(" | ", with: "\n"))
    }

    /// Owner, type and data of every record; TTLs are about the cache.
    static func records(_ text: String) -> [String] {
        ZoneReader(origin: .root, defaultTTL: 3600).all(in: Array((text + "\n").utf8).span).records
            .map { Self.text($0.record.owner, $0.record.type, $0.record.data) }.sorted()
    }

    static func text(_ owner: DomainName, _ type: RRType, _ data: [UInt8]) -> String {
        "\(owner.lowercased) \(type) \(data.map { "\($0)" }.joined(separator: "."))"
    }

    /// The response code and whether the answer is cut.
    var outcome: String {
        let code = words.first { ["NXDOMAIN", "REFUSED", "SERVFAIL", "NOTIMPL", "FORMERR"].contains($0) } ?? "NOERROR"
        return words.contains("TC") ? "TC" : code
    }
}

/// A scenario as far as it is about policy.
struct ReplayScenario {
    private let stack: CompiledStack?
    private let world: AuthoritativeWorld
    /// Why none of its cases is about us.
    private let reason: String?

    init(name: String, text: String) throws {
        let parts = text.components(separatedBy: "CONFIG_END")
        let config = parts[0].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        world = Self.world(parts.count > 1 ? parts[1] : "")
        reason = Self.outside(name, parts[0])
        guard reason == nil else {
            stack = nil
            return
        }
        let zones = Self.files(config)
        let lists =
            zones.isEmpty
            ? [ListInput(path: name, format: .unbound, octets: Array(Self.server(config).utf8))]
            : zones.map { ListInput(path: name, format: .rpz, octets: Array($0.utf8)) }
        let engine = zones.isEmpty ? Engine.unbound : .unboundRPZ
        stack = CompiledStack(layers: [try LayerLoader.load(lists, engine: engine, mayBeEmpty: true).layer])
    }

    private static func outside(_ name: String, _ config: String) -> String? {
        let policy = ["rpz:", "local-zone:", "local-data:", "response-ip:"]
        let isPolicy = config.split(separator: "\n").contains { line in
            policy.contains { line.contains($0) } && !line.hasSuffix("nodefault")
        }
        guard isPolicy else { return "not about policy: caches, forwarding, EDNS, limits" }
        for (word, reason) in [
            ("tags:", "tags of policy zones"),
            ("dns64", "DNS64"),
            ("rpz-action-override", "an override of a zone's actions in the configuration"),
            ("block_a", "zone types that came after 1.17.1"), ("serve-expired", "answers that have expired"),
        ] where config.contains(word) {
            return reason
        }
        if name == "respip_bogus_rewrite.rpl" { return "an answer that fails validation" }
        // Unbound 1.18 began to follow aliases among the policies of a zone.
        if ["rpz_cname_handle.rpl", "rpz_cached_cname.rpl", "rpz_cname_wild.rpl"].contains(name) {
            return "aliases as after 1.17.1"
        }
        return nil
    }

    /// The zone files that stand in the configuration.
    private static func files(_ config: [String]) -> [String] {
        guard config.contains(where: { $0.hasPrefix("rpz:") }) else { return [] }
        var files: [String] = []
        var isOpen = false
        for line in config {
            if line.hasPrefix("TEMPFILE_CONTENTS") {
                files.append("")
                isOpen = true
            } else if line.hasPrefix("TEMPFILE_END") {
                isOpen = false
            } else if isOpen {
                files[files.count - 1] += line + "\n"
            }
        }
        return files
    }

    /// The configuration without comments of the script and files that stand in it, in whose place stands one that is there:
    /// Unbound does not start without them.
    private static func server(_ config: [String]) -> String {
        var lines: [String] = []
        var isFile = false
        for line in config {
            if line.hasPrefix("TEMPFILE_CONTENTS") { isFile = true }
            let text = line.drop { $0 == " " || $0 == "\t" }
            if !isFile, !text.hasPrefix(";") { lines.append(line.hasPrefix("TEMPFILE_NAME") ? "/dev/null" : line) }
            if line.hasPrefix("TEMPFILE_END") { isFile = false }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the scripted servers answer.
    private static func world(_ script: String) -> AuthoritativeWorld {
        var world = AuthoritativeWorld()
        var section = ""
        var isServer = false
        for line in script.split(separator: "\n").map(String.init) {
            if line.hasPrefix("RANGE_BEGIN") { isServer = true }
            if line.hasPrefix("RANGE_END") { isServer = false }
            if line.hasPrefix("ENTRY_") { section = "" }
            if line.hasPrefix("SECTION") {
                section = line
            } else if isServer, section.hasPrefix("SECTION ANSWER") {
                world.add(
                    ZoneReader(origin: .root, defaultTTL: 3600).all(in: Array((line + "\n").utf8).span).records
                        .map(\.record)
                )
            }
        }
        return world
    }

    func check(_ step: ReplayStep, _ score: inout SuiteScore) throws {
        if let reason { return score.skip(reason) }
        guard let stack, step.query.count == 3, step.query[1] == "IN", let type = RRType(step.query[2]) else {
            return score.skip("another class than IN")
        }
        let name = try DomainName(step.query[0])
        let verdict = stack.verdict(
            name,
            type: type,
            chain: world.answer(name, type).chain,
            addresses: world.addresses(name, type),
            context: QueryContext(client: Client(address: step.client ?? .v4(0x7F00_0001)))
        )
        if verdict.kind == .unsupported { return score.skip("said to be unsupported") }
        var answer =
            verdict.kind == .pass || verdict.kind == .route || verdict.kind == .truncate && step.overTCP
            ? real(name, type) : []
        if let made = verdict.answer {
            answer += made.records.map { ReplayStep.text(made.owner, $0.type, $0.data) }
            if made.owner != name, made.keepsAliases { answer += aliases(name, made.owner) }
            if let alias = made.records.first(where: { $0.type == .cname }), !made.endsAtAlias, type != .cname {
                let target = try DomainName(wire: alias.data)
                guard world.knows(target) else {
                    return score.skip("what an alias leads to fails, or is of an auth-zone")
                }
                guard !stack.layers[0].meetsAddressRule(world.addresses(target, type)) else {
                    return score.skip("what an alias leads to meets rules in its turn")
                }
                answer += real(target, type)
            }
        }
        let code: String =
            switch verdict.kind {
            case .nxdomain: "NXDOMAIN"
            case .refused: "REFUSED"
            case .servfail: "SERVFAIL"
            case .drop: "no answer"
            case .truncate where !step.overTCP: "TC"
            default: "NOERROR"
            }
        score.check(
            code == step.outcome && answer.sorted() == step.answer,
            step.id,
            expected: "\(step.outcome) \(step.answer)",
            got: "\(code) \(answer.sorted()) \(verdict.matched.map { $0.rule.text } ?? "")"
        )
    }

    private func real(_ name: DomainName, _ type: RRType) -> [String] {
        let (chain, data) = world.answer(name, type)
        let last = chain.last ?? name
        return aliases(name, last) + data.map { ReplayStep.text($0.owner, $0.type, $0.data) }
    }

    private func aliases(_ name: DomainName, _ last: DomainName) -> [String] {
        var owner = name
        var texts: [String] = []
        for target in world.answer(name, .a).chain where owner != last {
            texts.append(ReplayStep.text(owner, .cname, target.lowercased.wire))
            owner = target
        }
        return texts
    }
}
