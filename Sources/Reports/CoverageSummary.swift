public import Catalog
public import DNS
public import Findings
public import TextScan

/// The totals of a coverage.
public struct CoverageSummary: Sendable {
    /// How many endpoints fare how.
    public struct Count: Sendable {
        /// All of whose names are let through.
        public var covered = 0
        /// With a name that is not.
        public var missed = 0
        /// Of which neither is known.
        public var open = 0

        var total: Int { covered + missed + open }

        mutating func add(_ coverage: Coverage) {
            if coverage.isCovered { covered += 1 } else if coverage.isMissed { missed += 1 } else { open += 1 }
        }
    }

    /// Patterns for more names than one.
    public private(set) var wildcards = Count()
    /// Single names.
    public private(set) var names = Count()
    /// The worst severity of what is not covered.
    public private(set) var worst: Severity?
    /// The types that names are asked for.
    public let types: [RRType]
    /// Rules that could not be evaluated.
    public let unsupportedRules: Int

    /// Totals of endpoints.
    public init(_ endpoints: [EndpointCoverage], types: [RRType], unsupportedRules: Int) {
        self.types = types
        self.unsupportedRules = unsupportedRules
        for entry in endpoints {
            if entry.endpoint.pattern.kind == .exact {
                names.add(entry.coverage)
            } else {
                wildcards.add(entry.coverage)
            }
            guard entry.coverage.isMissed else { continue }
            worst = max(worst ?? entry.endpoint.severity, entry.endpoint.severity)
        }
    }

    /// Whether everything that was asked is known.
    public var isCertain: Bool { wildcards.open + names.open == 0 }

    /// Writes the members of a `summary` record.
    public func write(to json: inout JSONWriter) {
        for (key, count) in [("wildcards", wildcards), ("names", names)] {
            json.object(key) {
                $0.member("covered", count.covered)
                $0.member("missed", count.missed)
                $0.member("open", count.open)
            }
        }
        json.member("qtypes", types.map(\.description))
        json.member("unsupported_rules", unsupportedRules)
    }
}
