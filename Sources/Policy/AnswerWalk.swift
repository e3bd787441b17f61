public import DNS

/// A walk along a real answer: the decision on the name asked for, and what the aliases and addresses make of it.
///
/// `serve` walks along messages and the other commands along what they know, both with ``CompiledStack``.
public struct AnswerWalk: Sendable {
    /// The decision so far.
    public private(set) var decision: Decision
    /// Which of the aliases it is about, from 1; 0 for the name asked for.
    public private(set) var place = 0
    /// How many aliases were met.
    public private(set) var aliases = 0

    /// What to go on with where the decision on the name asked for is open, and a layer may still block an alias for certain.
    private var otherwise: Decision?
    /// A bit for each layer that makes NODATA of NXDOMAIN about the name asked for.
    private let turning: UInt64

    /// A walk that begins with the decision on the name asked for.
    init(_ own: Decision, otherwise: Decision? = nil, turning: UInt64 = 0) {
        decision = own
        self.otherwise = otherwise
        self.turning = turning
    }

    /// Whether an alias may still change the decision.
    public var isOpen: Bool { decision.kind == .pass || decision.kind == .route || otherwise != nil }

    /// Goes on to the next alias; `decide` is asked what it makes of the decision, as long as that is a pass.
    fileprivate mutating func meet(_ decide: (_ place: Int, _ own: Decision) -> Decision) {
        aliases += 1
        if let otherwise {
            let met = decide(aliases, otherwise)
            guard met.kind != .pass else { return }
            self.otherwise = nil
            guard met.kind.isBlock else { return }
            decision = CompiledStack.settled(met, behind: turning)
            place = aliases
            return
        }
        guard decision.kind == .pass || decision.kind == .route else { return }
        let met = decide(aliases, decision)
        guard met.kind != .pass || met.exempt != 0 else { return }
        decision = CompiledStack.settled(met, behind: turning)
        place = aliases
    }

    /// Ends at the addresses; whether they changed the decision.
    fileprivate mutating func end(_ final: Decision) -> Bool {
        guard final != decision else { return false }
        decision = CompiledStack.settled(final, behind: turning)
        place = aliases
        return true
    }
}

extension CompiledStack {
    /// Goes on to the next alias of an answer.
    public func walk(
        _ walk: inout AnswerWalk,
        alias: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) {
        walk.meet { decide(alias: alias, place: $0, type: type, context: context, after: $1) }
    }

    /// Ends a walk at the addresses of the answer; nil when nobody knows them.
    /// - Returns: whether they changed the decision.
    @discardableResult
    public func walk(
        _ walk: inout AnswerWalk,
        addresses: [IPAddress]?,
        of asked: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> Bool {
        guard let addresses else {
            return walk.end(decideAnyAddress(of: asked, type: type, context: context, after: walk.decision))
        }
        return walk.end(
            decide(
                addresses: addresses,
                of: asked,
                aliases: walk.aliases,
                decided: walk.place,
                type: type,
                context: context,
                after: walk.decision
            )
        )
    }

    /// Goes on to the address hints of HTTPS records, after the addresses.
    /// - Returns: whether they changed the decision.
    @discardableResult
    public func walk(
        _ walk: inout AnswerWalk,
        hints: [IPAddress],
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> Bool {
        walk.end(decide(hints: hints, type: type, context: context, after: walk.decision))
    }
}
