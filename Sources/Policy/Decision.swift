/// What the client gets, as one word (see the machine contract of the verdict records).
public enum VerdictKind: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The real answer.
    case pass
    /// NXDOMAIN.
    case nxdomain
    /// NOERROR without data.
    case nodata
    /// An address that leads nowhere.
    case sinkhole
    /// REFUSED.
    case refused
    /// Another name or address.
    case redirect
    /// No answer.
    case drop
    /// SERVFAIL.
    case servfail
    /// The real answer, from another server.
    case route
    /// TC over UDP.
    case truncate
    /// A rule matches, but what the engine then does is not known here.
    case unsupported

    /// Whether the client gets the real answer, if need be over TCP or from another server.
    public var isPass: Bool { self == .pass || self == .route || self == .truncate }

    /// Whether the filter makes an answer of its own.
    public var hasAnswer: Bool {
        switch self {
        case .pass, .route, .drop, .unsupported: false
        case .nxdomain, .refused, .servfail, .nodata, .sinkhole, .redirect, .truncate: true
        }
    }
}

extension VerdictKind: CustomStringConvertible {
    /// The word used in all output.
    public var description: String {
        switch self {
        case .pass: "pass"
        case .nxdomain: "nxdomain"
        case .nodata: "nodata"
        case .sinkhole: "sinkhole"
        case .refused: "refused"
        case .redirect: "redirect"
        case .drop: "drop"
        case .servfail: "servfail"
        case .route: "route"
        case .truncate: "truncate"
        case .unsupported: "unsupported"
        }
    }
}

/// A verdict without words: which rule of which layer decided what. Trivial, made on the data plane.
public struct Decision: Sendable, BitwiseCopyable, Equatable {
    /// What the client gets.
    public var kind: VerdictKind
    /// The layer that decided, by position in the stack.
    public var layer: UInt8
    /// The rule, by position in its layer; `noRule` when none matched.
    public var rule: UInt32
    /// Bit n: layer n let the name pass by an allow rule and does not look at its aliases.
    public var exempt: UInt64

    /// No rule.
    public static let noRule = UInt32.max
    /// Nothing matched, in no layer; what a layer says is ``pass(_:)`` with its number.
    public static let pass = Decision(kind: .pass, layer: 0, rule: noRule, exempt: 0)

    /// A decision.
    public init(kind: VerdictKind, layer: UInt8, rule: UInt32, exempt: UInt64 = 0) {
        self.kind = kind
        self.layer = layer
        self.rule = rule
        self.exempt = exempt
    }

    /// Whether a rule matched, blocking or not.
    public var hasRule: Bool { rule != Self.noRule }
}
