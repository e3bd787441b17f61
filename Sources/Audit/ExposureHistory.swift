import DNS
public import Findings

/// When versions of a list broke names: each break from the version that brought it to the one that took it away.
public struct ExposureHistory: Sendable {
    /// A version.
    public struct Moment: Sendable, Equatable {
        /// What it is called, such as a commit.
        public var id: String
        /// When it was made, microseconds since 1970.
        public var time: Int64

        /// A version.
        public init(id: String, time: Int64) {
            self.id = id
            self.time = time
        }
    }

    /// One break of one name.
    public struct Exposure: Sendable {
        /// What the first version that has it does.
        public var finding: Finding
        /// The version that brought it.
        public var from: Moment
        /// The version that took it away; nil where the last one has it.
        public var to: Moment?
    }

    /// Breaks that ended, in the order of their ends.
    private var ended: [Exposure] = []
    private var exposed: [DomainName: Exposure] = [:]
    /// What the last version breaks, as the versions that brought it did.
    public var running: [Finding] { exposed.values.map(\.finding) }

    /// Nothing yet.
    public init() {}

    /// Takes the next version: what it breaks. What is undecided is no break, and ends none.
    public mutating func add(_ moment: Moment, _ findings: [Finding]) {
        let broken = Dictionary(
            findings.filter { $0.rule != .undecided }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let open = Set(findings.filter { $0.rule == .undecided }.map(\.name))
        for (name, exposure) in exposed where broken[name] == nil && !open.contains(name) {
            var over = exposure
            over.to = moment
            ended.append(over)
            exposed[name] = nil
        }
        for (name, finding) in broken where exposed[name] == nil {
            exposed[name] = Exposure(finding: finding, from: moment)
        }
    }

    /// All breaks, by when they began, and then by name.
    public var exposures: [Exposure] {
        (ended + exposed.values).sorted { ($0.from.time, $0.finding.name) < ($1.from.time, $1.finding.name) }
    }
}
