import DNS
public import Policy

/// A format that rules can be written in. One file each under `Exporters/`.
public struct ExportFormat: Sendable {
    /// The stable id, the word behind `--to`.
    public let id: String
    /// What is written, for people.
    public let title: String
    /// The engine that is meant to read it; others may read the same text otherwise.
    public let engine: Engine
    /// The format as a list; nil where commands are written.
    public let listFormat: ListFormat?
    /// Whether blocking and allowing rules belong into two files.
    public let keepsAllowApart: Bool
    let syntax: Syntax

    enum Syntax: Sendable {
        /// Rules whose strongest class wins.
        case rules(RuleSyntax)
        /// Names with what happens to them and below them.
        case nodes(@Sendable () -> any FormatWriter)
    }

    init(
        id: String,
        title: String,
        engine: Engine,
        listFormat: ListFormat?,
        keepsAllowApart: Bool = false,
        syntax: Syntax
    ) {
        self.id = id
        self.title = title
        self.engine = engine
        self.listFormat = listFormat
        self.keepsAllowApart = keepsAllowApart
        self.syntax = syntax
    }

    /// Every format that can be written.
    public static let all: [ExportFormat] = [
        .rpz, .unbound, .dnsmasq, .adguard, .pihole, .blocky, .dnscrypt, .hosts, .domains,
    ]

    /// The format with this id.
    public static func named(_ id: String) -> ExportFormat? { all.first { $0.id == id } }
}

/// How a format whose strongest class wins is written.
struct RuleSyntax: Sendable {
    /// Classes that beat each other in turn, blocking the lowest: 1 has no rules that allow.
    let tiers: Int
    /// What a comment begins with.
    let comment: String
    /// Whether a rule can say how it is answered.
    var takesAnswers = false
    /// Whether an address with a name, or a name alone, is a rule that blocks it, weaker than others.
    var takesHostsRules = false
    /// Whether rules of the engine itself may be written as they stand.
    var readsOwnRules = false
    /// Octets of a command that takes several rules, whose lines begin with the two words that say what it does with them; nil where
    /// each rule is a line.
    var commandLength: Int?
    /// Writes a rule as a line, or says why it cannot.
    let line: @Sendable (TierRule) -> Result<[UInt8], OmissionError>
}

/// A rule in an order of classes: allowing and blocking tiers beat each other in turn.
struct TierRule {
    var subject: RuleSubject
    /// 0 blocks, 1 allows and beats 0, 2 blocks and beats 1, 3 allows and beats 2.
    var tier: Int
    /// What a blocking rule does.
    var action: RuleAction
    var coverage: TypeCoverage
    var excluded: [DomainName]
    /// Whether it is one of the rules of hosts files, which are weaker than others of tier 0.
    var isOfHosts = false

    var allows: Bool { tier % 2 == 1 }
}

/// An omission as the failure of a result.
struct OmissionError: Error {
    let reason: Omission
    init(_ reason: Omission) { self.reason = reason }
}

/// Writes names with what happens to them and below them, for engines whose closest rule wins.
protocol NodeWriter {
    /// What is known of the names above: ``TypedEffects`` for most.
    associatedtype State

    /// Writes what is needed so that `node` is as it should be, where names below its parent fare as `state` says.
    /// - Parameter isAlone: whether no name above has a rule.
    /// - Returns: how the names below fare now
    mutating func write(_ node: PolicyNode, from state: State, isAlone: Bool, to sink: inout ExportSink) -> State
}

/// Writes a format of nodes.
protocol FormatWriter: NodeWriter where State == TypedEffects {
    /// What a comment begins with.
    var comment: String { get }
    /// The lines in front.
    var heading: [String] { get }
}
