public import Catalog
public import DNS

/// How one client fared with the names of one phase, as far as the captures tell.
public enum PhaseState: Int, Sendable, Comparable, CaseIterable {
    /// Nothing is told of what came of its questions.
    case untold
    /// Every name gave data, or nothing was wrong with it.
    case works
    /// A name worked for one type alone or only at times, or one that matters less failed: slow, not stopped (D10, D23).
    case stalls
    /// A name of high or critical severity never worked.
    case fails

    /// Orders from what is not known to what is worst.
    public static func < (left: PhaseState, right: PhaseState) -> Bool { left.rawValue < right.rawValue }

    /// The word for people and records.
    public var word: String { String(describing: self) }
}

/// One client and how it fared with each phase that it asked names of.
public struct ClientPhases: Sendable {
    /// What there is to say of one phase.
    public struct Entry: Sendable {
        /// The phase.
        public var phase: Phase
        /// How the client fared.
        public var state: PhaseState
        /// Names of the phase that it asked for.
        public var names: Int
        /// Those that never worked for it, in order.
        public var failed: [DomainName]
        /// Those that worked for one type alone or only at times, in order.
        public var stalled: [DomainName]
        /// The longest time from a failure to the first answer with data, microseconds; 0 where there is none.
        public var longestWait: Int64 = 0

        /// A phase of which nothing is told yet.
        public init(_ phase: Phase) {
            self.phase = phase
            (state, names, failed, stalled) = (.untold, 0, [], [])
        }
    }

    /// The client.
    public var client: IPAddress
    /// Its phases, in their order.
    public var phases: [Entry]

    /// A client of its parts.
    public init(client: IPAddress, phases: [Entry]) {
        self.client = client
        self.phases = phases
    }

    /// How it fared with a phase; nil where it asked for no name of it.
    public func state(_ phase: Phase) -> PhaseState? { phases.first { $0.phase == phase }?.state }

    /// What that comes to for an update.
    public var outcome: Outcome {
        if state(.scan) == .fails || state(.metadata) == .fails { return .cannotScan }
        if state(.download) == .fails { return .cannotDownload }
        if phases.contains(where: { $0.state == .fails }) { return .cannotElse }
        if phases.contains(where: { $0.state == .stalls }) { return .stalls }
        return phases.contains { $0.state == .works } ? .works : .untold
    }

    /// What the phases come to.
    public enum Outcome: Int, Sendable, CaseIterable {
        /// It cannot ask which updates apply.
        case cannotScan
        /// It cannot download; scanning does not fail.
        case cannotDownload
        /// It fails elsewhere, such as in checking signatures.
        case cannotElse
        /// It is only slower.
        case stalls
        /// Nothing was wrong.
        case works
        /// Nothing is told.
        case untold

        /// The word of records.
        public var word: String {
            switch self {
            case .cannotScan: "cannot-scan"
            case .cannotDownload: "cannot-download"
            case .cannotElse: "fails-elsewhere"
            case .stalls: "stalls"
            case .works: "works"
            case .untold: "untold"
            }
        }
    }
}
