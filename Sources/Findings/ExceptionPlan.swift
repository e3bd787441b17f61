public import Catalog
public import DNS
public import Policy

/// A type of a needed name that does not get the real answer.
public struct BlockedNeed: Sendable {
    /// The name.
    public let name: DomainName
    /// The endpoint that needs it; nil for names that the user gave.
    public let endpoint: Endpoint?
    /// The type.
    public let type: RRType
    /// The verdict on it.
    public let verdict: Verdict

    /// A need.
    public init(name: DomainName, endpoint: Endpoint?, type: RRType, verdict: Verdict) {
        self.name = name
        self.endpoint = endpoint
        self.type = type
        self.verdict = verdict
    }

    /// How bad it is.
    public var severity: Severity { endpoint?.severity ?? .unknown }
}

extension Verdict {
    /// Whether a name gets no real answer for certain; one that leads to a cache of what it serves gets as good a one.
    public var isBlocked: Bool { !kind.isPass && kind != .unsupported && !leadsToCache }
}

/// The fewest exceptions for one layer, with what shows that they are enough and that none is too many.
public struct ExceptionPlan: Sendable {
    /// An exception of the set.
    public struct Member: Sendable {
        /// The exception.
        public let exception: LayerException
        /// The needed names for which it is there.
        public let names: [DomainName]
        /// What is blocked again without it, while all others are there; nil where that was not seen.
        public let witness: BlockedNeed?
        /// Other names of the lists that it opens: those that a rule spells out, blocked without it, and not with it.
        public let opened: [DomainName]

        /// A member of its parts.
        public init(exception: LayerException, names: [DomainName], witness: BlockedNeed?, opened: [DomainName]) {
            self.exception = exception
            self.names = names
            self.witness = witness
            self.opened = opened
        }
    }

    /// How the search for them went.
    public struct Search: Sendable {
        /// No fewer exceptions free as much.
        public var lowerBound = 0
        /// Whether no smaller set exists, nor one as small that opens less.
        public var isProven = true
        /// Places of the search tree that were looked at.
        public var nodes = 0
        /// What was blocked, piece by piece.
        public var demands = 0
        /// Exceptions that were tried.
        public var candidates = 0
        /// Needed names no two of which can be freed by one exception.
        public var independent: [DomainName] = []

        /// A search for nothing.
        public init() {}
    }

    /// The position of the layer in the stack.
    public let layer: Int
    /// Its engine.
    public let engine: Engine
    /// Needed names and types that it blocks.
    public var blocked: [BlockedNeed] = []
    /// The exceptions.
    public var members: [Member] = []
    /// How the search went.
    public var search = Search()
    /// Needed names and types that still are blocked with all exceptions.
    public var remaining: [BlockedNeed] = []
    /// Needed names and types of which it is not known whether they pass then.
    public var open: [BlockedNeed] = []
    /// Rules of the lists that do not spell out which names they are about: what exceptions open of these is not listed.
    public var unspelledRules = 0

    /// A plan for a layer that blocks nothing.
    public init(layer: Int, engine: Engine) {
        self.layer = layer
        self.engine = engine
    }

    /// Whether no exceptions can be written for the engine.
    public var hasNoSyntax: Bool { LayerException.scopes(of: engine).isEmpty }
    /// Whether no smaller set frees what it frees, and each of its rules was seen to be needed.
    public var isMinimal: Bool { search.isProven && members.allSatisfy { $0.witness != nil } }
    /// The exceptions as a file.
    public var file: ExceptionFile { ExceptionFile(engine, members.map(\.exception)) }
    /// How many other listed names they open, a name that several of them open counted once.
    public var openedCount: Int { Set(members.flatMap(\.opened)).count }
}
