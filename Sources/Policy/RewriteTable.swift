import DNS

/// What AdGuard Home's rewrites table makes of a question (`internal/filtering/rewrites.go`, `processRewrites`).
enum TableOutcome: Equatable {
    /// No entry matches, or one says that the real answer is to be had: filters decide.
    case none
    /// The name is in the table, but not for this type.
    case nodata(Int)
    /// Another name, to be resolved.
    case name(Int, DomainName)
    /// Addresses, perhaps behind another name.
    case addresses([Int], behind: DomainName?)
    /// Which of many wildcards counts is not defined.
    case unknown(Int)
}

extension CompiledLayer {
    /// The table's outcome for a name and type.
    func tableOutcome(_ name: DomainName, type: RRType) -> TableOutcome {
        let original = name.lowercased.description
        var host = original
        var found = entries(of: name, type)
        guard let first = found.matched else { return .none }
        var canonical: DomainName?
        var seen: Set<String> = []
        var decidedBy = found.entries.first ?? first
        while let rule = found.entries.first, case .name(let target, let targetName) = rewrite(rule)?.value {
            if canonical == nil { decidedBy = rule }
            let isWildcard = record(rule).scope == .below
            if original == target || pattern(rule) == target { return .none }
            if host == target, isWildcard {
                canonical = targetName
                break
            }
            guard seen.insert(target).inserted else { return .name(decidedBy, canonical ?? targetName) }
            host = target
            canonical = targetName
            // Names are compared as they are spelled, and those of the table are in lower case.
            let isLower = !target.utf8.contains { (0x41...0x5A).contains($0) }
            found = isLower ? entries(of: targetName, type) : (nil, [])
        }
        if found.entries.count > 12, found.entries.contains(where: { record($0).scope == .below }) {
            return .unknown(decidedBy)
        }
        var addresses: [Int] = []
        for rule in found.entries where type == .a || type == .aaaa {
            switch rewrite(rule)?.value {
            case .realAddress(type): return .none
            case .record(let record) where record.type == type: addresses.append(rule)
            default: break
            }
        }
        if !addresses.isEmpty { return .addresses(addresses, behind: canonical) }
        return canonical.map { .name(decidedBy, $0) } ?? .nodata(decidedBy)
    }

    /// The entries for a name that count for a type, in the engine's order; and any entry for the name at all.
    private func entries(of name: DomainName, _ type: RRType) -> (matched: Int?, entries: [Int]) {
        let matching = matchingRules(name, type: type).filter { record($0).ruleClass == .ownRewrite }.sorted()
        let counting = matching.filter { rule in
            switch rewrite(rule)?.value {
            case .name: true
            case .record(let record): record.type == type
            default: type == .a || type == .aaaa
            }
        }
        // Other names first, then exact entries, then long ones; in the order of the table among equals.
        let sorted = counting.map { (key: sortKey($0), rule: $0) }.sorted { ($0.key, $0.rule) < ($1.key, $1.rule) }
        let firstWildcard = sorted.firstIndex { record($0.rule).scope == .below } ?? sorted.count
        return (matching.first, sorted.prefix(max(1, firstWildcard)).map(\.rule))
    }

    private func sortKey(_ rule: Int) -> Int {
        let isName = if case .name = rewrite(rule)?.value { true } else { false }
        return (isName ? 0 : 1 << 20) + (record(rule).scope == .below ? 1 << 16 : 0) - pattern(rule).utf8.count
    }

    /// The name of an entry as the table spells it.
    private func pattern(_ rule: Int) -> String {
        (record(rule).scope == .below ? "*." : "") + (name(rule)?.description ?? "")
    }

    /// The rewrite that a rule stands for.
    func rewrite(_ rule: Int) -> Rewrite? {
        if case .rewrite(let rewrite) = actions[Int(record(rule).action)] { rewrite } else { nil }
    }
}
