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
    /// Whether a name that updates need, the first one, is known to lead to the second one. Never asked on a worker's thread.
    public var isKnownAlias: @Sendable (DomainName, DomainName) -> Bool = { _, _ in false }
    /// What the layers are called, where they have names.
    public var layerNames: [String?]
    /// What is done with the decisions of each layer; nil for what is done with all.
    public var layerModes: [ServingMode?] = []
    /// Which layers the clients pass.
    public var groups = StackGroups.none

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

    /// Whether a name is known to lead to another one.
    func leads(_ name: DomainName, to alias: DomainName) -> Bool { isKnownAlias(name, alias) }

    /// What is done with the decisions of a layer, if that is not what is done with all.
    func mode(of layer: Int) -> ServingMode? { layer < layerModes.count ? layerModes[layer] : nil }

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
    /// What is done with the decisions of layers that have no mode of their own.
    let mode: ServingMode
    /// Bit n: what is done with the decisions of layer n.
    private let enforcedLayers: UInt64
    private let protectingLayers: UInt64
    /// Whether not all layers are alike in that.
    private let hasModes: Bool
    /// Grows with every reload.
    let generation: UInt32
    /// Whether there is nothing to decide.
    let isEmpty: Bool
    /// Who asks and when, as far as the stack tells that apart.
    private let classes: QueryClasses
    /// Whether it does.
    let tellsQueriesApart: Bool
    /// The names of all groups of clients since the start: a query that waits finds its group again after a reload.
    let groupNames: [String]
    /// The number of each group, from 1, by its place; 0 where there are too many.
    private let groupNumbers: [UInt8]

    /// A policy in force.
    init(_ policy: ServerPolicy, mode: ServingMode, generation: UInt32, groupNames: [String] = []) {
        let known = Set(groupNames)
        let names = groupNames + policy.groups.groups.map(\.name).filter { !known.contains($0) }
        self.groupNames = names
        groupNumbers = policy.groups.groups.map { group in
            names.firstIndex(of: group.name).flatMap { $0 < 255 ? UInt8($0 + 1) : nil } ?? 0
        }
        self.policy = policy
        self.mode = mode
        self.generation = generation
        isEmpty = policy.stack.layers.isEmpty
        let modes = policy.stack.layers.indices.map { policy.mode(of: $0) ?? mode }
        enforcedLayers = Self.bits(modes, .enforce)
        protectingLayers = Self.bits(modes, .protect)
        hasModes = Set(modes).count > 1
        classes = QueryClasses(policy.stack.layers, groups: policy.groups.groups)
        tellsQueriesApart = classes.tellClientsApart || classes.tellHoursApart || !policy.groups.isEmpty
    }

    /// The number that a group is known by for as long as the server runs, by its place from 1; 0 for none.
    func groupNumber(_ place: UInt8) -> UInt8 { place == 0 ? 0 : groupNumbers[Int(place) - 1] }

    private static func bits(_ modes: [ServingMode], _ mode: ServingMode) -> UInt64 {
        modes.enumerated().reduce(0) { $1.element == mode ? $0 | 1 << UInt64($1.offset) : $0 }
    }

    /// What is done with the decisions of a layer.
    func mode(of layer: Int) -> ServingMode { policy.mode(of: layer) ?? mode }

    /// The key of a query that came some way, at a minute of the week.
    @inline(__always)
    func key(_ query: ClientQuery, from origin: Origin, at minuteOfWeek: Int) -> AnswerKey {
        var key = AnswerKey(query)
        if tellsQueriesApart {
            key.client = origin.peer.address.map(classes.client) ?? 0
            key.hour = classes.hour(minuteOfWeek)
            key.group = origin.group
        }
        return key
    }

    /// Who asks and when, as far as the stack tells that apart, and which layers that means.
    func context(_ key: AnswerKey) -> QueryContext {
        guard tellsQueriesApart else { return .unknown }
        let context = classes.context(client: key.client, hour: key.hour)
        return policy.groups.narrowed(context, named: key.group == 0 ? nil : groupNumbers.firstIndex(of: key.group))
    }

    /// What the stack says about a name asked for: what is carried out, or else what would be.
    func decide(_ name: borrowing NameBuffer, _ type: RRType, _ context: QueryContext) -> Decision {
        guard !isEmpty else { return .pass }
        let all = policy.stack.decide(name, type: type, context: context)
        guard let narrowed = narrowed(context, all, for: name) else { return all }
        let own = policy.stack.decide(name, type: type, context: narrowed)
        return takes(own, for: name) ? own : all
    }

    /// Whether the decision of the layers that are carried out comes before that of all: not where it changes nothing.
    private func takes(_ own: Decision, for name: borrowing NameBuffer) -> Bool {
        own.kind == .route || enforces(own, for: name)
    }

    /// The context of the layers alone whose decisions are carried out for a name, where a decision is not: what only looks
    /// on hides nothing from them.
    private func narrowed(
        _ context: QueryContext,
        _ decision: Decision,
        for name: borrowing NameBuffer
    ) -> QueryContext? {
        guard hasModes, decision.kind != .pass, decision.hasRule || decision.kind == .unsupported,
            decision.kind == .unsupported || !carriesOut(decision, for: name)
        else { return nil }
        var context = context
        context.layers &= enforcedLayers | (policy.isProtected(name) ? 0 : protectingLayers)
        return context
    }

    /// Whether a decision against the real answer is carried out for the client's question name.
    ///
    /// Before the real answer is there, a decision that its addresses can change is not carried out.
    func enforces(_ decision: Decision, for name: borrowing NameBuffer) -> Bool {
        guard !decision.kind.isPass, decision.kind != .unsupported else { return false }
        return carriesOut(decision, for: name)
    }

    private func carriesOut(_ decision: Decision, for name: borrowing NameBuffer) -> Bool {
        switch mode(of: Int(decision.layer)) {
        case .shadow: false
        case .enforce: true
        case .protect: !policy.isProtected(name)
        }
    }

    /// Whether a layer that is carried out makes NODATA of NXDOMAIN about a name, which the policy lets pass.
    func turnsDenial(of name: borrowing NameBuffer, _ decision: Decision, _ context: QueryContext) -> Bool {
        guard !isEmpty, decision.kind.isPass else { return false }
        var context = context
        context.layers &= enforcedLayers | protectingLayers
        return policy.stack.layerTurningDenial(of: name, context: context, after: decision) != nil
    }

    /// Whether a decision sends the client to TCP: carried out over UDP only, and never kept in the cache.
    func truncates(_ decision: Decision, for name: borrowing NameBuffer) -> Bool {
        decision.kind == .truncate && carriesOut(decision, for: name)
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
        decide(answer: answer, to: name, of: name, type, context, scratch: &scratch) {
            policy.stack.decide(name, type: type, context: $0)
        }
    }

    /// The same for the answer to a name that the policy's own answer to `asked` leads to.
    func decide(
        answer: borrowing MessageBuffer,
        behind asked: borrowing NameBuffer,
        of name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext,
        scratch: inout NameBuffer
    ) -> (decision: Decision, aliasOffset: UInt16) {
        decide(answer: answer, to: asked, of: name, type, context, scratch: &scratch) { _ in .pass }
    }

    private func decide(
        answer: borrowing MessageBuffer,
        to asked: borrowing NameBuffer,
        of name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext,
        scratch: inout NameBuffer,
        _ own: (QueryContext) -> Decision
    ) -> (decision: Decision, aliasOffset: UInt16) {
        guard !isEmpty else { return (.pass, 0) }
        let all = walk(answer, after: own(context), of: name, type, context, scratch: &scratch)
        guard let narrowed = narrowed(context, all.decision, for: asked) else { return all }
        let carried = walk(answer, after: own(narrowed), of: name, type, narrowed, scratch: &scratch)
        return takes(carried.decision, for: asked) ? carried : all
    }

    private func walk(
        _ answer: borrowing MessageBuffer,
        after own: Decision,
        of name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext,
        scratch: inout NameBuffer
    ) -> (decision: Decision, aliasOffset: UInt16) {
        let mayChange =
            own.kind.isPass || own.kind == .unsupported || policy.stack.awaitsAddresses(own, type: type)
        guard mayChange, type != .cname else { return (own, 0) }
        let message = answer.span
        guard let view = try? MessageView(message) else { return (own, 0) }
        var walk = policy.stack.beginWalk(own, of: name, type: type, context: context)
        guard walk.isOpen || own.kind != .unsupported else { return (own, 0) }
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
            return wantsAddresses || walk.isOpen || !walk.decision.kind.isAgainst
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
