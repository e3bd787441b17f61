internal import CSockets
public import DNS
public import Policy

/// The policy that a server applies, immutable and shared by its workers.
public struct ServerPolicy: Sendable {
    /// The stack that decides.
    public var stack: CompiledStack
    /// Whether an update service needs a name; in ``ServingMode/protect`` such names are never blocked.
    public var isProtected: @Sendable (borrowing NameBuffer) -> Bool
    /// What an update service needs a name for, for flags; nil when none does. Never asked on a worker's thread.
    public var need: @Sendable (borrowing NameBuffer) -> UpdateNeed?
    /// What the layers are called, where they have names.
    public var layerNames: [String?]

    /// A policy; without a catalog nothing is protected, and no name is needed.
    public init(
        stack: CompiledStack,
        layerNames: [String?] = [],
        need: @escaping @Sendable (borrowing NameBuffer) -> UpdateNeed? = { _ in nil },
        isProtected: @escaping @Sendable (borrowing NameBuffer) -> Bool = { _ in false }
    ) {
        self.stack = stack
        self.layerNames = layerNames
        self.need = need
        self.isProtected = isProtected
    }

    /// What a layer is called, if it has a name.
    func layerName(_ layer: Int) -> String? { layer < layerNames.count ? layerNames[layer] : nil }
}

/// What an update service needs a name for.
public struct UpdateNeed: Sendable, Equatable {
    /// The service.
    public var service: String
    /// The step of an update that fails without the name.
    public var phase: String
    /// How bad that is.
    public var severity: String

    /// A need of its parts.
    public init(service: String, phase: String, severity: String) {
        self.service = service
        self.phase = phase
        self.severity = severity
    }
}

/// A policy in force: with the number by which cached decisions tell whether they are still good.
struct ActivePolicy: Sendable {
    /// The policy.
    let policy: ServerPolicy
    /// What is done with its decisions.
    let mode: ServingMode
    /// Grows with every reload.
    let generation: UInt32
    /// Whether there is nothing to decide.
    let isEmpty: Bool
    /// Who asks and when, as far as the stack tells that apart.
    private let classes: QueryClasses
    /// Whether it does.
    let tellsQueriesApart: Bool

    /// A policy in force.
    init(_ policy: ServerPolicy, mode: ServingMode, generation: UInt32) {
        self.policy = policy
        self.mode = mode
        self.generation = generation
        isEmpty = policy.stack.layers.isEmpty
        classes = QueryClasses(policy.stack.layers)
        tellsQueriesApart = classes.tellClientsApart || classes.tellHoursApart
    }

    /// The key of a query from a client, at a minute of the week.
    @inline(__always)
    func key(_ query: ClientQuery, from peer: patchway_peer, at minuteOfWeek: Int) -> AnswerKey {
        var key = AnswerKey(query)
        if tellsQueriesApart {
            key.client = peer.address.map(classes.client) ?? 0
            key.hour = classes.hour(minuteOfWeek)
        }
        return key
    }

    /// Who asks and when, as far as the stack tells that apart.
    func context(_ key: AnswerKey) -> QueryContext {
        tellsQueriesApart ? classes.context(client: key.client, hour: key.hour) : .unknown
    }

    /// What the stack says about a name asked for, and whether that is what the client gets.
    func decide(_ name: borrowing NameBuffer, _ type: RRType, _ context: borrowing QueryContext) -> Decision {
        isEmpty ? .pass : policy.stack.decide(name, type: type, context: context)
    }

    /// Whether a decision against the real answer is carried out for the client's question name.
    ///
    /// Before the real answer is there, a decision that its addresses can change is not carried out.
    func enforces(_ decision: Decision, for name: borrowing NameBuffer) -> Bool {
        guard !decision.kind.isPass, decision.kind != .unsupported else { return false }
        return switch mode {
        case .shadow: false
        case .enforce: true
        case .protect: !policy.isProtected(name)
        }
    }

    /// Whether a decision sends the client to TCP: carried out over UDP only, and never kept in the cache.
    func truncates(_ decision: Decision, for name: borrowing NameBuffer) -> Bool {
        guard decision.kind == .truncate else { return false }
        return switch mode {
        case .shadow: false
        case .enforce: true
        case .protect: !policy.isProtected(name)
        }
    }

    /// The first decision against the real answer that the name or one of the aliases of an answer meets.
    ///
    /// `answer` is a scrubbed answer; `scratch` is overwritten.
    func decide(
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext,
        answer: borrowing MessageBuffer,
        scratch: inout NameBuffer
    ) -> (decision: Decision, aliasOffset: UInt16) {
        decide(answer: answer, after: decide(name, type, context), of: name, type, context, scratch: &scratch)
    }

    /// The same after a decision on the name.
    func decide(
        answer: borrowing MessageBuffer,
        after own: Decision,
        of name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext,
        scratch: inout NameBuffer
    ) -> (decision: Decision, aliasOffset: UInt16) {
        guard !isEmpty, own.kind.isPass || policy.stack.awaitsAddresses(own, type: type), type != .cname else {
            return (own, 0)
        }
        let message = answer.span
        guard let view = try? MessageView(message) else { return (own, 0) }
        var walk = AnswerWalk(own)
        // Where the alias stands that was met last, and the one that the decision is about.
        var (last, decided) = (UInt16(0), UInt16(0))
        var addresses: [IPAddress] = []
        var hints: [IPAddress] = []
        let wantsAddresses = policy.stack.readsAddresses
        view.forEachRecord { record -> Bool in
            guard record.section == .answer else { return false }
            if record.type == .cname, (try? scratch.fill(message, at: record.dataOffset)) != nil {
                last = UInt16(truncatingIfNeeded: record.dataOffset)
                policy.stack.walk(&walk, alias: scratch, type: type, context: context)
                if walk.place == walk.aliases, walk.decision.kind.isAgainst { decided = last }
            } else if wantsAddresses, record.type == .a || record.type == .aaaa {
                let octets = message.extracting(record.dataOffset..<record.end)
                if let address = IPAddress(octets: octets.indices.map { octets[$0] }) { addresses.append(address) }
            } else if wantsAddresses, record.type == .https {
                hints += AddressHints.read(message.extracting(record.dataOffset..<record.end))
            }
            return wantsAddresses || !walk.decision.kind.isAgainst
        }
        if !addresses.isEmpty,
            policy.stack.walk(&walk, addresses: addresses, of: name, type: type, context: context)
        {
            decided = last
        }
        if policy.stack.walk(&walk, hints: hints, type: type, context: context) { decided = last }
        // A pass is told by the rule that let the name asked for pass.
        return walk.decision.kind.isAgainst || own.kind.isAgainst ? (walk.decision, decided) : (own, 0)
    }
}

extension VerdictKind {
    /// Whether the client does not get the real answer at once.
    fileprivate var isAgainst: Bool { self != .pass && self != .route }
}
