import Catalog
import DNS
import Findings
import Policy

/// What a decision comes to, whatever the block mode.
private enum Effect {
    case passes, blocks, answers, open

    init(_ kind: VerdictKind) {
        switch kind {
        case .pass, .route, .truncate: self = .passes
        case .nxdomain, .nodata, .sinkhole, .refused, .drop, .servfail: self = .blocks
        case .redirect: self = .answers
        case .unsupported: self = .open
        }
    }
}

/// Which types of a name two builds differ in: a bit each.
struct TypeMask: Equatable {
    /// Those that the first one blocks, and those that the other one does.
    var byFirst: UInt32 = 0
    var byOther: UInt32 = 0
    var open: UInt32 = 0
    var otherMode: UInt32 = 0

    var isDifferent: Bool { byFirst | byOther != 0 }
}

extension PolicyEquivalence {
    /// Takes down what the first build and another one make of a name.
    mutating func judge(
        _ other: Int,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        rule: Int?,
        isMadeUp: Bool
    ) {
        let mask = mask(other, name)
        defer { if !isMadeUp { above[other] = mask } }
        var isMissing = false
        if mask.isDifferent {
            let known = above[other]
            if isMadeUp, mask.byFirst & ~known.byFirst == 0, mask.byOther & ~known.byOther == 0 {
                comparisons[other].following += 1
                return
            }
            isMissing = note(mask, other, name, hashes, isMadeUp: isMadeUp) == .missing && mask.byFirst != 0
        } else if mask.open != 0 {
            comparisons[other].undecided += 1
        } else if mask.otherMode != 0 {
            comparisons[other].otherMode += 1
        } else {
            comparisons[other].equal += 1
        }
        if let rule { tails[other].add(rule, isMissing: isMissing, keeping: shown) }
    }

    private func mask(_ other: Int, _ name: borrowing NameBuffer) -> TypeMask {
        var mask = TypeMask()
        for type in types.indices {
            let first = decisions[type]
            let second = decisions[(other + 1) * types.count + type]
            let bit = UInt32(1) << UInt32(truncatingIfNeeded: min(type, 31))
            switch (Effect(first.kind), Effect(second.kind)) {
            case (.open, _), (_, .open): mask.open |= bit
            case (.passes, .passes): break
            case (.blocks, .blocks): if first.kind != second.kind { mask.otherMode |= bit }
            case (.answers, .answers):
                if !answersAlike(name.name, types[type], builds[0], builds[other + 1]) { mask.byFirst |= bit }
            case (.passes, _), (.blocks, .answers): mask.byOther |= bit
            case (_, .passes), (.answers, .blocks): mask.byFirst |= bit
            }
        }
        return mask
    }

    private func answersAlike(_ name: DomainName, _ type: RRType, _ first: CompiledStack, _ second: CompiledStack)
        -> Bool
    {
        let answers = [first, second].map { $0.verdict(name, type: type, context: context).answer }
        func data(_ answer: PolicyAnswer?) -> Set<[UInt8]> {
            Set(
                (answer?.records ?? []).map {
                    [UInt8($0.type.rawValue >> 8), UInt8($0.type.rawValue & 0xFF)] + $0.data
                }
            )
        }
        return answers[0]?.responseCode == answers[1]?.responseCode && data(answers[0]) == data(answers[1])
    }

    /// Counts a difference, and keeps it as long as there are few of its kind.
    private mutating func note(
        _ mask: TypeMask,
        _ other: Int,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        isMadeUp: Bool
    ) -> DifferenceReason {
        let blocking = mask.byFirst != 0 ? 0 : 1
        let type = (blocking == 0 ? mask.byFirst : mask.byOther).trailingZeroBitCount
        let sides = (blocking == 0 ? 0 : other + 1, blocking == 0 ? other + 1 : 0)
        let (reason, mention) = reason(name, hashes, type: type, blocking: sides.0, passing: sides.1)
        let endpoint = catalog.endpoint(matching: name.name)
        let count = count(DifferenceKind(blocking: blocking, reason: reason), endpoint?.severity ?? .unknown, other)
        guard count <= shown else { return reason }
        let differing = mask.byFirst | mask.byOther
        comparisons[other].shown.append(
            difference(
                reason,
                name.name,
                types.indices.filter { differing >> UInt32(min($0, 31)) & 1 == 1 }.map { types[$0] },
                other,
                blocking: blocking,
                mention: mention,
                endpoint: endpoint,
                isMadeUp: isMadeUp
            )
        )
        return reason
    }

    /// Counts a difference; how many of its kind there are now.
    private mutating func count(_ kind: DifferenceKind, _ severity: Severity, _ other: Int) -> Int {
        comparisons[other].bySeverity[severity, default: 0] += 1
        comparisons[other].counts[kind, default: 0] += 1
        return comparisons[other].counts[kind] ?? 0
    }

    private func difference(
        _ reason: DifferenceReason,
        _ name: DomainName,
        _ differing: [RRType],
        _ other: Int,
        blocking: Int,
        mention: ListEntry?,
        endpoint: Endpoint?,
        isMadeUp: Bool
    ) -> PolicyDifference {
        let sides = [builds[0], builds[other + 1]].map { stack in
            let verdicts = types.map { stack.verdict(name, type: $0, context: context) }
            let first = differing.first.flatMap { types.firstIndex(of: $0) } ?? 0
            return PolicyDifference.Side(
                verdict: verdicts[first],
                outcomes: zip(types, verdicts).map { TypeOutcome(type: $0, kind: $1.kind) }
            )
        }
        return PolicyDifference(
            reason: reason,
            name: name,
            types: differing,
            sides: sides,
            blocking: blocking,
            chain: [],
            mention: mention,
            endpoint: endpoint,
            isMadeUp: isMadeUp
        )
    }

    // MARK: - Aliases

    /// Asks about a name with the aliases that are known behind it; what differs in the name itself was told already.
    mutating func askAliases(_ name: DomainName, _ chains: [[ChainEdge]]) {
        let found = builds.map { stack in
            types.map { stack.decision(name, type: $0, over: chains, context: context) }
        }
        let direct = builds.map { stack in types.map { stack.verdict(name, type: $0, context: context).kind } }
        for other in comparisons.indices {
            let pair = [0, other + 1]
            func effects(_ type: Int) -> [Effect] { pair.map { Effect(found[$0][type].verdict.kind) } }
            let own = types.indices.filter { Effect(direct[0][$0]) == Effect(direct[other + 1][$0]) }
            let differing = own.filter { type in
                let both = effects(type)
                return both[0] != both[1] && !both.contains(.open)
            }
            guard let first = differing.first else {
                if own.contains(where: { effects($0).contains(.open) && Effect(direct[0][$0]) != .open }) {
                    comparisons[other].undecided += 1
                }
                continue
            }
            let blocking = effects(first)[0] == .passes ? 1 : 0
            let endpoint = catalog.endpoint(matching: name)
            let severity = endpoint?.severity ?? .unknown
            guard count(DifferenceKind(blocking: blocking, reason: .alias), severity, other) <= shown else { continue }
            comparisons[other].shown.append(
                PolicyDifference(
                    reason: .alias,
                    name: name,
                    types: differing.map { types[$0] },
                    sides: pair.map { build in
                        PolicyDifference.Side(
                            verdict: found[build][first].verdict,
                            outcomes: zip(types, found[build]).map { TypeOutcome(type: $0, kind: $1.verdict.kind) }
                        )
                    },
                    blocking: blocking,
                    chain: found[pair[blocking]][first].chain,
                    mention: nil,
                    endpoint: endpoint,
                    isMadeUp: false
                )
            )
        }
    }

    // MARK: - What is cut off

    /// Says of names that are missing to the end of the first build, and nowhere else, that the other one is cut.
    mutating func noteTails() {
        for other in comparisons.indices {
            let tail = tails[other]
            guard tail.count >= MissingTail.least, tail.count == tail.missing, tail.count < tail.names,
                let rule = tail.rules.first, let layer = builds[0].layers.first
            else { continue }
            comparisons[other].truncatedFrom = layer.place(rule).line
            let missing = DifferenceKind(blocking: 0, reason: .missing)
            comparisons[other].counts[missing, default: 0] -= tail.count
            if comparisons[other].counts[missing] == 0 { comparisons[other].counts[missing] = nil }
            comparisons[other].counts[DifferenceKind(blocking: 0, reason: .truncated)] = tail.count
            comparisons[other].tellTruncated(Set(tail.rules.compactMap(layer.spelledName)))
        }
    }
}

extension BuildComparison {
    /// The names that are told as missing are those behind the cut.
    fileprivate mutating func tellTruncated(_ names: Set<DomainName>) {
        for index in shown.indices where shown[index].reason == .missing && names.contains(shown[index].name) {
            shown[index].reason = .truncated
        }
    }
}

extension MissingTail {
    /// So many names may be missing by chance.
    static let least = 10

    /// Takes down a name of the first build.
    mutating func add(_ rule: Int, isMissing: Bool, keeping limit: Int) {
        names += 1
        guard isMissing else {
            count = 0
            return rules.removeAll(keepingCapacity: true)
        }
        missing += 1
        count += 1
        if rules.count < max(limit, 1) { rules.append(rule) }
    }
}
