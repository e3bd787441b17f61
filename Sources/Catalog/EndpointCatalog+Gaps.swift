public import DNS

/// A documented pattern that looks as if it were about names that it does not match.
public struct PatternGap: Sendable, Equatable {
    /// The pattern; nil where no pattern of the catalog matches the names.
    public let pattern: EndpointPattern?
    /// Names that exist or are documented: they have a hyphen where names of the pattern have a dot.
    public let names: [DomainName]
    /// The most specific pattern for more than one name that matches all of them; nil where there is none.
    public let coveredBy: EndpointPattern?
}

extension EndpointCatalog {
    /// Documented patterns that cannot match names that are known to exist: `*.prod.do.example` and `geo-prod.do.example`, in the
    /// order of the endpoints; behind them the known hosts that no pattern matches.
    /// - Complexity: O(patterns × names)
    public var gaps: [PatternGap] {
        let hosts = knownHosts.filter { $0.kind == .host }.map(\.name)
        let documented = endpoints.filter { !$0.isShared && $0.pattern.kind == .exact }.map(\.pattern.base)
        let names = Set(hosts + documented).sorted { $0.description < $1.description }
        var seen: Set<EndpointPattern> = []
        var gaps: [PatternGap] = []
        for endpoint in endpoints where !endpoint.isShared && seen.insert(endpoint.pattern).inserted {
            guard endpoint.pattern.kind == .suffix || endpoint.pattern.kind == .suffixAndApex else { continue }
            let missed = names.filter { $0.isHyphenated(endpoint.pattern.base) }
            guard !missed.isEmpty else { continue }
            gaps.append(PatternGap(pattern: endpoint.pattern, names: missed, coveredBy: widePattern(of: missed)))
        }
        let unmatched = hosts.filter { endpoint(matching: $0, includingShared: true) == nil }
            .sorted { $0.description < $1.description }
        return unmatched.isEmpty ? gaps : gaps + [PatternGap(pattern: nil, names: unmatched, coveredBy: nil)]
    }

    private func widePattern(of names: [DomainName]) -> EndpointPattern? {
        guard let first = names.first else { return nil }
        return endpoints(matching: first).map(\.pattern).first { pattern in
            pattern.kind != .exact && names.allSatisfy(pattern.matches)
        }
    }
}

extension DomainName {
    /// Whether the name ends in another one behind a hyphen.
    fileprivate func isHyphenated(_ base: DomainName) -> Bool {
        guard let first = base.labels.first, let parent = base.parent, labelCount >= base.labelCount else {
            return false
        }
        // The suffix of as many labels as the base has.
        var suffix = self
        while suffix.labelCount > base.labelCount { suffix = suffix.parent ?? .root }
        guard let own = suffix.labels.first, suffix.parent == parent, own.count > first.count + 1 else { return false }
        let tail = own.suffix(first.count)
        return own[tail.startIndex - 1] == 0x2D
            && zip(tail, first).allSatisfy { asciiLowercased($0) == asciiLowercased($1) }
    }
}
