internal import DNS
internal import Policy

/// The part of a decision that an entry or a capture record keeps: which rule of which layer, and where on the chain.
struct StoredDecision: BitwiseCopyable, Hashable {
    /// `VerdictKind` as a number.
    var kind: UInt8
    /// The layer that decided.
    var layer: UInt8
    /// Where the alias that matched stands, from the start of the answer; 0 when it was the name asked for.
    var aliasOffset: UInt16
    /// The rule that decided.
    var rule: UInt32

    /// Nothing matched.
    static let pass = StoredDecision(.pass, aliasOffset: 0)

    /// Keeps a decision.
    init(_ decision: Decision, aliasOffset: UInt16) {
        kind = decision.kind.rawValue
        layer = decision.layer
        rule = decision.rule
        self.aliasOffset = aliasOffset
    }

    /// The verdict in one word.
    var verdict: VerdictKind { VerdictKind(rawValue: kind) ?? .unsupported }
    /// Whether the policy had something against the real answer.
    var isFlagged: Bool { kind != VerdictKind.pass.rawValue && kind != VerdictKind.route.rawValue }
    /// The decision as the policy made it, without its exemptions.
    var decision: Decision { Decision(kind: verdict, layer: layer, rule: rule) }
}

/// What a cache keeps of an answer beside its octets.
struct CacheEntry: BitwiseCopyable {
    /// Octets of the whole entry in the arena, a multiple of 8.
    var size: UInt32 = 0
    /// The low half of the key's hash.
    var hash: UInt32 = 0
    /// When the TTLs were right, nanoseconds; once its time is over, when upstreams last failed to renew it.
    var storedAt: UInt64
    /// When the first of them runs out.
    var expiresAt: UInt64
    /// The policy in force when it was decided.
    var generation: UInt32
    /// What that policy said.
    var decision: StoredDecision
    /// The key besides the name.
    var key: AnswerKey
    /// Octets of the message.
    var length: UInt16
    /// TTLs in it that count down.
    var ttlCount: UInt16
    /// Octets of EDNS options to send along.
    var optionLength: UInt16
    /// Octets of the question name.
    var nameLength: UInt8
    /// See the flags below.
    var flags: UInt8

    /// An entry whose extents the cache fills in.
    init(
        key: AnswerKey,
        storedAt: UInt64,
        expiresAt: UInt64,
        decision: StoredDecision,
        generation: UInt32,
        flags: UInt8
    ) {
        self.key = key
        self.storedAt = storedAt
        self.expiresAt = expiresAt
        self.decision = decision
        self.generation = generation
        self.flags = flags
        length = 0
        ttlCount = 0
        optionLength = 0
        nameLength = 0
    }

    /// Seen since it was stored or last spared.
    static let visited: UInt8 = 1
    /// Replaced or removed; its room is taken back when its turn comes.
    static let dead: UInt8 = 2
    /// Made up by policy: worthless under another policy.
    static let policyMade: UInt8 = 4
    /// The upstream set AD.
    static let authentic: UInt8 = 8
    /// The policy made NODATA of NXDOMAIN.
    static let turned: UInt8 = 16

    /// Whether it is in the last tenth of a life that is long enough for renewing it early to pay.
    @inline(__always)
    func isEnding(now: UInt64) -> Bool {
        let life = expiresAt &- storedAt
        return (expiresAt &- now) &* 10 < life && life >= Self.longLife && flags & Self.policyMade == 0
    }

    /// Whether the time is over and upstreams have failed to renew it lately.
    func hasFailedLately(now: UInt64) -> Bool { storedAt >= expiresAt && now &- storedAt < Self.recheckTime }

    /// Ten seconds, nanoseconds.
    private static let longLife: UInt64 = 10_000_000_000
    /// Nanoseconds for which upstreams are not asked again after they have failed (RFC 8767 §5: 30 seconds at least).
    private static let recheckTime: UInt64 = 30_000_000_000

    /// Whether the client gets no answer at all.
    var isDrop: Bool { flags & Self.policyMade != 0 && decision.verdict == .drop }
}
