public import Catalog
internal import DNS
internal import Detection
public import Findings
internal import Policy
internal import QueryLogs

/// Two captures beside each other: what one shows to be broken and the other does not.
///
/// An answer is judged beside the other capture's usable answers by the rules of ``Comparison``; other data alone is never
/// a finding. Of the other capture's answers those of about the same time are taken, where there are any: two taps of one
/// network are compared as they were, and a capture of yesterday with all that came later.
public struct CaptureComparison {
    /// What came of the questions that both captures hold, each counted once by the worst that came of it.
    public struct Counts: Sendable, Equatable {
        /// Questions in both.
        public internal(set) var compared = 0
        /// The same, or nothing that matters.
        public internal(set) var agreed = 0
        /// Other addresses behind the same alias, or a shared address (D17, D18).
        public internal(set) var acquitted = 0
        /// Other data, and nothing else (D20).
        public internal(set) var different = 0
        /// Broken at times only (D22).
        public internal(set) var flapping = 0
        /// References that do not agree (D21).
        public internal(set) var unstable = 0
        /// Broken in both.
        public internal(set) var brokenInBoth = 0
        /// Nothing to compare with.
        public internal(set) var undecided = 0
        /// Broken in one.
        public internal(set) var broken = 0
        /// Questions in the first capture alone.
        public internal(set) var onlyFirst = 0
        /// Questions in the second capture alone.
        public internal(set) var onlySecond = 0
    }

    /// Counts.
    public private(set) var counts = Counts()
    /// What the first capture shows to be broken and the second does not, worst first.
    public private(set) var inFirst: [Finding] = []
    /// What the second capture shows to be broken and the first does not.
    public private(set) var inSecond: [Finding] = []

    private let catalog: EndpointCatalog

    /// What comes of one question on one side.
    private enum Outcome {
        case agreed, acquitted, different, unstable, undecided, brokenInBoth, flapping
        case broken(Observation, CaptureSide.Variant)
    }

    private struct Group {
        var types: [RRType] = []
        var span = NameTally.Span()
        var server: String?
        var filter: String?
    }

    /// Compares two captures.
    /// - Complexity: O(questions × answers²), at most 16 answers a question.
    public init(_ first: CaptureSide, _ second: CaptureSide, catalog: EndpointCatalog) {
        self.catalog = catalog
        counts.onlyFirst = first.entries.keys.count { second.entries[$0] == nil }
        counts.onlySecond = second.entries.keys.count { first.entries[$0] == nil }
        var groups: (first: [DomainName: [Observation: Group]], second: [DomainName: [Observation: Group]]) = ([:], [:])
        let keys = first.entries.keys.filter { second.entries[$0] != nil }
            .sorted { ($0.name, $0.type.rawValue) < ($1.name, $1.type.rawValue) }
        for key in keys {
            guard let left = first.entries[key], let right = second.entries[key] else { continue }
            let before = outcome(left, beside: right, key, isHealthy: first.isHealthy)
            let after = outcome(right, beside: left, key, isHealthy: second.isHealthy)
            count(before, after)
            Self.note(before, key, in: &groups.first)
            Self.note(after, key, in: &groups.second)
        }
        inFirst = findings(groups.first)
        inSecond = findings(groups.second)
    }

    private func outcome(
        _ entry: CaptureSide.Entry,
        beside other: CaptureSide.Entry,
        _ key: CaptureSide.Key,
        isHealthy: Bool
    ) -> Outcome {
        let references = other.variants.filter {
            $0.logged == nil && $0.facts.judged(type: key.type, exists: false) == nil
        }
        var worst = Outcome.undecided
        var isClean = false
        for variant in entry.variants {
            let near = references.filter { variant.span.isNear($0.span) }
            let used = near.isEmpty ? references : near
            let found = outcome(variant, used.map(\.facts), key, isHealthy: isHealthy)
            switch found {
            case .agreed, .acquitted, .different: isClean = true
            default: break
            }
            if Self.rank(found) > Self.rank(worst) { worst = found }
        }
        if other.variants.isEmpty { return .undecided }
        if references.isEmpty {
            let isBroken = entry.variants.contains {
                $0.logged != nil
                    || ($0.facts.code != nil || isHealthy)
                        && $0.facts.judged(type: key.type, exists: false) != nil
            }
            return isBroken ? .brokenInBoth : .undecided
        }
        guard case .broken(let observation, let variant) = worst else { return worst }
        // The other capture's client got the same at about that time, though its log may say less of it.
        let isSame = other.variants.contains { seen in
            let isTimed = variant.span.first != nil && seen.span.first != nil
            return variant.facts.gives(sameAs: seen.facts) && (!isTimed || variant.span.isNear(seen.span))
        }
        if isSame {
            return references.contains { !variant.facts.gives(sameAs: $0.facts) } ? .flapping : .brokenInBoth
        }
        // What a filter or a log says itself stays, whatever was answered at other times.
        return isClean && observation.evidence != .proven ? .flapping : worst
    }

    private func outcome(
        _ variant: CaptureSide.Variant,
        _ references: [AnswerFacts],
        _ key: CaptureSide.Key,
        isHealthy: Bool
    ) -> Outcome {
        if let logged = variant.logged { return .broken(logged, variant) }
        let comparison = Comparison(type: key.type, answer: variant.facts, references: references, isHealthy: isHealthy)
        switch comparison.judged(isKnown: { catalog.knownHost($0) != nil }) {
        case .agreed(.sharedAddress), .agreed(.sharedAlias): return .acquitted
        case .agreed: return .agreed
        case .different: return .different
        case .unstable: return .unstable
        case .unanswered: return .undecided
        case .flagged(let detected): return .broken(Observation(detected), variant)
        }
    }

    private static func rank(_ outcome: Outcome) -> Int {
        switch outcome {
        case .undecided: 0
        case .agreed: 1
        case .acquitted: 2
        case .different: 3
        case .unstable: 4
        case .brokenInBoth: 5
        case .flapping: 6
        case .broken(let observation, _): observation.evidence == .proven ? 9 : observation.evidence == .strong ? 8 : 7
        }
    }

    private mutating func count(_ before: Outcome, _ after: Outcome) {
        counts.compared += 1
        switch Self.rank(before) > Self.rank(after) ? before : after {
        case .undecided: counts.undecided += 1
        case .agreed: counts.agreed += 1
        case .acquitted: counts.acquitted += 1
        case .different: counts.different += 1
        case .unstable: counts.unstable += 1
        case .brokenInBoth: counts.brokenInBoth += 1
        case .flapping: counts.flapping += 1
        case .broken: counts.broken += 1
        }
    }

    private static func note(
        _ outcome: Outcome,
        _ key: CaptureSide.Key,
        in groups: inout [DomainName: [Observation: Group]]
    ) {
        guard case .broken(let observation, let variant) = outcome else { return }
        var group = groups[key.name]?[observation] ?? Group()
        group.types.append(key.type)
        group.span.merge(variant.span)
        group.server = group.server ?? variant.server.map { "\($0.address)" }
        group.filter = group.filter ?? variant.facts.knownFilter
        groups[key.name, default: [:]][observation] = group
    }

    private func findings(_ groups: [DomainName: [Observation: Group]]) -> [Finding] {
        groups.flatMap { name, observations in
            observations.map { observation, group in
                var finding = Finding(
                    rule: observation.rule,
                    name: name,
                    outcomes: group.types.map { TypeOutcome(type: $0, kind: observation.kind) },
                    verdict: Verdict(kind: observation.kind),
                    evidence: observation.evidence,
                    isObserved: true,
                    endpoint: catalog.endpoint(matching: name),
                    origin: catalog.knownHost(name) == nil ? nil : .known,
                    detail: "\(observation.text) [\(observation.detection)]",
                    sightings: group.span.sightings
                )
                finding.observedOwner = Self.owner(observation, group)
                return finding
            }
        }.sorted(by: Replayer.worseFirst)
    }

    /// Who runs what gave the answer: a product that its marks tell, what wrote the log, or who answered.
    private static func owner(_ observation: Observation, _ group: Group) -> String? {
        let place = group.server.map { " at \($0)" } ?? ""
        if let filter = group.filter { return "whoever runs \(filter)\(place)" }
        if observation.detection == DetectionRule.ownPolicy.rawValue {
            return "whoever runs the filter that wrote the log"
        }
        return group.server.map { "whoever runs the resolver \($0)" }
    }
}

extension AnswerFacts {
    /// Whether a client gets the same of two answers, whatever else their logs tell.
    fileprivate func gives(sameAs other: AnswerFacts) -> Bool {
        code == other.code && isSilent == other.isSilent && addresses == other.addresses && aliases == other.aliases
    }
}
