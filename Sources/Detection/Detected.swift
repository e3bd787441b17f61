public import Policy

/// A rule that tells a filter from an answer that only differs; stable ids, which reports and metrics carry.
public enum DetectionRule: String, Sendable, CaseIterable {
    /// The log or the policy says itself that the name was blocked.
    case ownPolicy = "D02"
    /// The answer says itself that it was blocked (RFC 8914, codes 15 to 18).
    case statedError = "D03"
    /// The answer holds something that a known filter puts there.
    case knownFilter = "D04"
    /// NXDOMAIN without RA and AA, as filters answer.
    case unavailableRecursion = "D05"
    /// An address that leads nowhere or into a private network.
    case nowhere = "D06"
    /// Such an address, which references have as well.
    case nowhereEverywhere = "D07"
    /// NXDOMAIN or no data where references have data.
    case missing = "D09"
    /// NXDOMAIN everywhere.
    case nonexistent = "D11"
    /// SERVFAIL or another failure.
    case failure = "D12"
    /// REFUSED.
    case refusal = "D13"
    /// No answer.
    case silence = "D14"
    /// An address that references have as well.
    case sharedAddress = "D17"
    /// Aliases that lead where references' aliases do, or where the name is known to lead.
    case sharedAlias = "D18"
    /// Other data, and nothing else: never a filter by itself.
    case otherData = "D20"
    /// References that do not agree.
    case unstable = "D21"
}

/// What a rule makes of an answer.
public struct Detected: Hashable, Sendable {
    /// What happened to the name.
    public enum Meaning: String, Sendable, CaseIterable {
        /// A filter answered.
        case filtered
        /// The resolver, or the source, does not work for it.
        case broken
        /// It does not exist there.
        case missing
    }

    /// How sure it is.
    public enum Confidence: String, Sendable, CaseIterable {
        /// The answer says so.
        case proven
        /// Hardly anything else does that.
        case strong
        /// Something else is likely too.
        case weak
    }

    /// The rule that fired.
    public var rule: DetectionRule
    /// What happened to the name.
    public var meaning: Meaning
    /// What the client got.
    public var kind: VerdictKind
    /// How sure it is, from what was looked at alone.
    public var confidence: Confidence
    /// What was seen, in words; octets of answers in it are not safe to print.
    public var text: String

    /// A finding of its parts.
    public init(
        _ rule: DetectionRule,
        _ meaning: Meaning,
        _ kind: VerdictKind,
        _ confidence: Confidence,
        _ text: String
    ) {
        self.rule = rule
        self.meaning = meaning
        self.kind = kind
        self.confidence = confidence
        self.text = text
    }
}
