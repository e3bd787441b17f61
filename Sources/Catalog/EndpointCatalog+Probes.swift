public import DNS

extension EndpointCatalog {
    /// A name that stands for an endpoint when something is tried against it.
    public struct Probe: Sendable, Hashable {
        /// Where a probe name comes from.
        public enum Origin: String, Sendable {
            /// The endpoint is this very name, or another entry documents it.
            case documented
            /// It was seen, see ``KnownHost``.
            case known
            /// Made up below a pattern that has no known name; it may not exist.
            case synthesised
            /// Below a pattern, and nothing but a rule of a list says so; it may not exist.
            case listed
        }

        /// The name.
        public let name: DomainName
        /// Where it comes from.
        public let origin: Origin

        /// A probe of its parts.
        public init(name: DomainName, origin: Origin) {
            self.name = name
            self.origin = origin
        }
    }

    /// The label of made-up names.
    public static let probeLabel = Array("patchway-probe".utf8)
    /// Such labels of several kinds: regular expressions match letters or digits alone.
    public static let probeLabels = [probeLabel, Array("patchwayprobe".utf8), Array("0123456789".utf8)]

    /// Names to try for an endpoint: documented ones, then known hosts, each once; a made-up one when there is no other.
    /// - Complexity: O(endpoints + known hosts)
    public func probes(for endpoint: Endpoint) -> [Probe] {
        let pattern = endpoint.pattern
        if pattern.kind == .exact { return [Probe(name: pattern.base, origin: .documented)] }
        var seen: Set<DomainName> = []
        var probes: [Probe] = []
        func add(_ name: DomainName, _ origin: Probe.Origin) {
            if pattern.matches(name), seen.insert(name).inserted { probes.append(Probe(name: name, origin: origin)) }
        }
        if pattern.kind == .suffixAndApex { add(pattern.base, .documented) }
        for other in endpoints where other.pattern.kind == .exact { add(other.pattern.base, .documented) }
        for host in knownHosts { add(host.name, .known) }
        let hasNameBelow = probes.contains { $0.name != pattern.base }
        if !hasNameBelow, let made = pattern.synthesisedName(Self.probeLabel) { add(made, .synthesised) }
        return probes
    }

    /// The fixed parts of all patterns that stand for more names than one and are not shared; those below others are left out.
    public var wildcardBases: [DomainName] {
        let bases = Set(endpoints.filter { !$0.isShared && $0.pattern.kind != .exact }.map(\.pattern.base.lowercased))
        return bases.filter { base in !bases.contains { $0 != base && base.isEqualOrBelow($0) } }
            .sorted { $0.description < $1.description }
    }

    /// Every name worth trying, with the most specific endpoint it stands for: all probes of all endpoints that are not
    /// shared, each name once, in endpoint order.
    public var auditNames: [(name: DomainName, origin: Probe.Origin, endpoint: Endpoint)] {
        var seen: Set<DomainName> = []
        var names: [(name: DomainName, origin: Probe.Origin, endpoint: Endpoint)] = []
        for candidate in endpoints where !candidate.isShared {
            for probe in probes(for: candidate) where seen.insert(probe.name).inserted {
                names.append((probe.name, probe.origin, endpoint(matching: probe.name) ?? candidate))
            }
        }
        return names
    }
}

extension EndpointPattern {
    /// A name of this pattern with `label` for its wildcards; nil when it would be too long.
    func synthesisedName(_ label: [UInt8]) -> DomainName? {
        switch kind {
        case .exact: return base
        case .suffix, .suffixAndApex: return base.child(label)
        case .glob:
            var name: DomainName? = .root
            for pattern in globLabels.reversed() {
                let filled = pattern.flatMap { octet in
                    octet == Self.star ? label : octet == Self.questionMark ? Array(label.prefix(1)) : [octet]
                }
                name = name?.child(filled)
            }
            return name
        }
    }
}
