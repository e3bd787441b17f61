import Catalog
import DNS
import Findings
import Policy

extension PolicyEquivalence {
    /// Why one build blocks a name, or answers it, and another does not.
    /// - Parameter type: the place of a type that differs.
    mutating func reason(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: Int,
        blocking: Int,
        passing: Int
    ) -> (DifferenceReason, ListEntry?) {
        let block = decisions[blocking * types.count + type]
        let pass = decisions[passing * types.count + type]
        guard pass.kind.isPass else { return (.answer, nil) }
        if pass.hasRule { return reasonOfException(name, hashes, type, pass, blocking: blocking, passing: passing) }
        let isOfType = types.indices.contains { !decisions[passing * types.count + $0].kind.isPass }
        if isOfType { return (.type, nil) }
        let layer = builds[blocking].layers[Int(block.layer)]
        guard block.hasRule, !layer.isOfEngine(Int(block.rule)), !layer.isImplied(Int(block.rule)) else {
            return (.engine, nil)
        }
        let blocked = layer.spelledName(Int(block.rule))
        let mention = mention(of: [name.name, blocked].compactMap { $0 }, in: passing)
        if mention?.isBadfilter == true { return (.badfilter, mention?.entry) }
        guard let blocked else {
            // A rule that has no name is one about the text of names, or a node of a zone.
            return (Int(block.rule) < layer.compiledRules.upperBound ? .pattern : .engine, mention?.entry)
        }
        let isOwn = blocked == name.name
        if isOwn, isBlocked(blocked.child(EndpointCatalog.probeLabel), type, by: passing) { return (.below, nil) }
        if !isOwn, isBlocked(blocked, type, by: passing) { return (.subtree, nil) }
        return mention.map { (.dropped, $0.entry) } ?? (.missing, nil)
    }

    private mutating func reasonOfException(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ type: Int,
        _ pass: Decision,
        blocking: Int,
        passing: Int
    ) -> (DifferenceReason, ListEntry?) {
        let layer = builds[passing].layers[Int(pass.layer)]
        var matches = RuleMatches()
        for other in builds[blocking].layers {
            other.match(name, hashes, type: types[type], context: context, into: &matches)
            let allows = (0..<matches.count).contains { other.action(matches[$0]) == .allow }
            if allows { return (.weakException, nil) }
        }
        guard let allowed = layer.spelledName(Int(pass.rule)) else { return (.exception, nil) }
        let there = builds[blocking].decide(NameBuffer(allowed), type: types[type], context: context)
        if allowed != name.name, there.kind.isPass, there.hasRule { return (.narrowException, nil) }
        return (.exception, mention(of: [allowed], in: blocking)?.entry)
    }

    private func isBlocked(_ name: DomainName?, _ type: Int, by build: Int) -> Bool {
        guard let name else { return false }
        let kind = builds[build].decide(NameBuffer(name), type: types[type], context: context).kind
        return !kind.isPass && kind != .unsupported
    }

    /// The line of a build about the first of names that it has one about without a rule.
    private mutating func mention(of names: [DomainName], in build: Int) -> (entry: ListEntry, isBadfilter: Bool)? {
        guard let layer = builds[build].layers.first else { return nil }
        let index = mentions[build] ?? MentionIndex(layer)
        mentions[build] = index
        return names.lazy.compactMap { index.line(about: $0) }.first
    }
}
