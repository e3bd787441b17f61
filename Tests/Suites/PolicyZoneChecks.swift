import DNS
import FilterLists
import Policy

extension CaseSuite {
    /// BIND's system test of response policy zones: sets of updates to policy zones, and what queries get then.
    static let policyZoneChecks = CaseSuite(
        fits: { $0.files.contains("checks.tsv") },
        run: { try PolicyZoneChecks(folder: $0).run() }
    )
}

/// `checks.tsv`, `SET.updates.tsv`, and the zones of its other servers.
struct PolicyZoneChecks {
    let folder: SuiteFolder

    func run() throws -> SuiteScore {
        var score = SuiteScore(folder.name)
        var world = AuthoritativeWorld()
        for (file, zone) in [("ns2_tld2.db", "tld2"), ("ns2_base-tld2s.db", "tld2s"), ("ns4_tld4.db", "tld4")] {
            world.add(zone: try DomainName(zone), text: try folder.octets("zones/" + file))
        }
        var stacks: [String: CompiledStack] = [:]
        for row in try folder.rows("checks.tsv") {
            let words = row[5].filter { $0 != "'" }.split(separator: " ").map(String.init)
            if let reason = Self.outside(row, words) {
                score.skip(reason)
                continue
            }
            let stack = try stacks[row[1]] ?? policy(row[1])
            stacks[row[1]] = stack
            try check(row, words, stack, world, &score)
        }
        return score
    }

    private static func outside(_ row: [String], _ words: [String]) -> String? {
        if row[3] == "here" { return "the expected answer is not among the data" }
        if row[0].contains("NSIP") { return "rpz-nsip needs the name servers of the answer" }
        if row[5].contains("crash2") { return "what the upstream says is not among the data" }
        if words.contains("+norecurse") { return "a query that asks for no recursion" }
        if words.contains("@$ns5") { return "an option of BIND, not of its zones" }
        if words.contains("+dnssec"), row[5].contains("tld2s") || row[5].contains("scname") {
            return "a signed answer, which BIND leaves alone"
        }
        return nil
    }

    /// The policy zones that a set of updates makes, in the order in which they are named.
    private func policy(_ set: String) throws -> CompiledStack {
        var zones: [(name: String, text: String)] = []
        for row in try folder.rows(set + ".updates.tsv") where row[0] == "add" {
            let owner = row[1].hasSuffix(".") ? String(row[1].dropLast()) : row[1]
            let name = owner.split(separator: ".").last.map(String.init) ?? ""
            let target = row[3] == "CNAME" && !row[4].hasSuffix(".") ? row[4] + "." : row[4]
            if !zones.contains(where: { $0.name == name }) {
                zones.append((name, "$ORIGIN \(name).\n@ 300 SOA a. b. 1 1 1 1 1\n@ NS a.\n"))
            }
            for index in zones.indices where zones[index].name == name {
                // An update of one CNAME takes the place of another.
                var lines = zones[index].text.split(separator: "\n")
                let prefix = owner.lowercased() + ". "
                if let old = lines.first(where: { $0.lowercased().hasPrefix(prefix) }) {
                    // Data and aliases do not join.
                    guard old.contains(" CNAME ") == (row[3] == "CNAME") else { continue }
                    if row[3] == "CNAME" { lines.removeAll { $0.lowercased().hasPrefix(prefix) } }
                }
                zones[index].text = lines.joined(separator: "\n") + "\n\(owner). \(row[2]) \(row[3]) \(target)\n"
            }
        }
        let lists = zones.map { ListInput(path: $0.name, format: .rpz, octets: Array($0.text.utf8)) }
        return CompiledStack(layers: [try LayerLoader.load(lists, engine: .bindRPZ).layer])
    }

    private func check(
        _ row: [String],
        _ words: [String],
        _ stack: CompiledStack,
        _ world: AuthoritativeWorld,
        _ score: inout SuiteScore
    ) throws {
        let overTCP = words.first == "TCP"
        let name = try DomainName(try need(words.first { $0 != "TCP" }))
        let type = words.dropFirst(overTCP ? 2 : 1).compactMap { RRType($0.uppercased()) }.first ?? .a
        let verdict = stack.verdict(
            name,
            type: type,
            chain: world.answer(name, type).chain,
            addresses: world.addresses(name, type)
        )
        var got = verdict.kind.description
        if verdict.kind == .truncate, overTCP { got = "nochange" }
        if verdict.kind == .pass { got = "nochange" }
        if let answer = verdict.answer, verdict.kind == .sinkhole || verdict.kind == .redirect {
            got =
                "addr "
                + answer.records.flatMap { record -> [String] in
                    if let address = record.address { return [address.description] }
                    let target = try? DomainName(wire: record.data)
                    return target.map { world.addresses($0, type).map(\.description) } ?? []
                }.joined(separator: " ")
        }
        let expected = (row[3] + " " + row[4]).split(separator: " ").joined(separator: " ")
        score.check(got == expected, "\(row[0]) \(row[2]) \(row[5])", expected: expected, got: got)
    }
}
