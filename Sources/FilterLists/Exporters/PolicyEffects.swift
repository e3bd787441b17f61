import DNS
import Policy

/// What a policy does with one type of one name.
enum Effect: Hashable {
    /// No rule says anything.
    case none
    /// A rule lets it pass.
    case allow
    /// The engine's block answer in its mode, which is this for the type.
    case block(VerdictKind)
    /// An answer that the rule itself prescribes.
    case answer(VerdictKind)
    /// Data that the rule itself prescribes.
    case data([LocalRecord])
    /// An alias whose star stands for the name asked for.
    case filled(LocalRecord)
    /// Sent to another server.
    case route(String)
    /// Not known, or not the same for all names that the rule is about.
    case unknown

    var isPass: Bool { self == .none || self == .allow }
}

/// What a policy does with a name, by type.
struct TypedEffects: Hashable {
    /// One for each of the types that the layer tells apart, the last one for all types that no rule names.
    var effects: [Effect]

    static func uniform(_ effect: Effect, count: Int) -> TypedEffects {
        TypedEffects(effects: Array(repeating: effect, count: count))
    }

    /// Whether every type passes, by a rule or without.
    var isPass: Bool { effects.allSatisfy(\.isPass) }

    /// Whether the engine's mode decides the answer, so that another engine may answer in its own way.
    var isModal: Bool {
        effects.allSatisfy { if case .block = $0 { true } else { false } }
    }

    /// The shape of the whole.
    func form(_ types: [RRType]) -> EffectForm {
        if isPass { return .pass }
        if let same = uniformForm { return same }
        var records: [LocalRecord] = []
        var seen: Set<LocalRecord> = []
        var others: Set<VerdictKind> = []
        for (effect, type) in zip(effects, types) {
            switch effect {
            case .data(let list): records += list.filter { seen.insert($0).inserted }
            case .block(.sinkhole): records.append(LocalRecord(type == .aaaa ? .v6(0, 0) : .v4(0)))
            case .block(let kind), .answer(let kind): others.insert(kind)
            case .none, .allow: others.insert(.pass)
            case .filled, .route, .unknown: return .mixed
            }
        }
        let isAlias = records.contains { $0.type == .cname }
        if !records.isEmpty, isAlias ? others.isEmpty && records.count == 1 : others.count <= 1 {
            switch others.first ?? .nodata {
            case .nodata: return .data(records, hidesOthers: true)
            case .pass: return .data(records, hidesOthers: false)
            default: break
            }
        }
        return isModal ? .blocked : .mixed
    }

    private var uniformForm: EffectForm? {
        guard let first = effects.first, effects.dropFirst().allSatisfy({ $0 == first || $0.isBlock && first.isBlock })
        else { return nil }
        switch first {
        case .route(let server): return effects.allSatisfy { $0 == first } ? .route(server) : nil
        case .filled(let record): return effects.allSatisfy { $0 == first } ? .filled(record) : nil
        case .block(let kind), .answer(let kind):
            let isSame = effects.allSatisfy {
                switch $0 {
                case .block(let other), .answer(let other): other == kind
                default: false
                }
            }
            return isSame && kind != .sinkhole ? .answer(kind) : nil
        default: return nil
        }
    }
}

extension Effect {
    fileprivate var isBlock: Bool {
        switch self {
        case .block, .answer: true
        default: false
        }
    }
}

/// What the effects on all types come to.
enum EffectForm: Equatable {
    /// Everything passes.
    case pass
    /// One answer without data for every type.
    case answer(VerdictKind)
    /// These records; the other types have no data, or pass.
    case data([LocalRecord], hidesOthers: Bool)
    /// An alias whose star stands for the name asked for.
    case filled(LocalRecord)
    /// Sent to another server.
    case route(String)
    /// Blocked by the engine's mode, in a way that only that engine has.
    case blocked
    /// Something else for every type.
    case mixed

    /// The null addresses for A and AAAA and no data for the rest.
    static let nulls = EffectForm.data([LocalRecord(.v4(0)), LocalRecord(.v6(0, 0))], hidesOthers: true)
    /// Whether these are the null addresses of both families, whatever their TTL.
    var isNulls: Bool {
        guard case .data(let records, hidesOthers: true) = self, records.count == 2 else { return false }
        let addresses = records.compactMap(\.address)
        return addresses.contains(.v4(0)) && addresses.contains(.v6(0, 0))
    }
}

/// A name of a policy at which something changes: what happens to itself and to what lies below it, further names with
/// rules of their own left aside.
struct PolicyNode {
    let name: DomainName
    let types: [RRType]
    var own: TypedEffects
    var below: TypedEffects
    /// The rules that decide, by type.
    let ownRules: [Int?]
    let belowRules: [Int?]
    /// Rules that leave names out, and those that then decide about these names.
    var excluding: [Int] = []

    /// Whether the name or what lies below it fares otherwise than names above do, or a rule lets all of it pass.
    func changes(_ inherited: TypedEffects) -> Bool {
        !own.sameKind(as: inherited) || !below.sameKind(as: inherited) || isExemption(from: inherited)
    }

    /// Whether a rule lets the name pass, and nothing blocks what lies below, where none above says anything.
    func opens(in inherited: TypedEffects) -> Bool {
        own.isPass && below.isPass && !ownRules.contains(nil) && inherited == .uniform(.none, count: types.count)
    }

    /// Whether a rule lets the name and all below it pass where none above says anything.
    func isExemption(from inherited: TypedEffects) -> Bool {
        let passed = TypedEffects.uniform(.allow, count: types.count)
        return own == passed && below == passed && inherited == .uniform(.none, count: types.count)
    }
}

/// Evaluates a layer at its nodes, so that precedence is the engine's own and not done again.
struct NodeReader {
    let layer: CompiledLayer
    let types: [RRType]
    private let context: QueryContext
    /// Names below which the match of a wildcard depends on its neighbours.
    private var unsteady: Set<Int> = []

    init(_ layer: CompiledLayer, _ context: QueryContext) {
        self.layer = layer
        self.context = context
        types = layer.distinguishedTypes
        guard layer.findsStarsByNeighbours else { return }
        for rule in layer.compiledRules {
            guard case .name(_, let name) = layer.content(rule).subject else { continue }
            unsteady.formUnion(layer.firstRules(above: name).dropLast())
        }
    }

    /// A label that no list has; a pattern cannot end with it either.
    private static let stranger: [UInt8] = [0x01] + Array("patchway".utf8) + [0x01]

    /// What the layer does at a name.
    func node(_ name: DomainName, first: Int) -> PolicyNode {
        let (own, ownRules) = effects(name)
        guard let child = name.child(Self.stranger) else {
            return PolicyNode(name: name, types: types, own: own, below: own, ownRules: ownRules, belowRules: ownRules)
        }
        var (below, belowRules) = effects(child)
        if unsteady.contains(first) {
            below = TypedEffects(effects: below.effects.map { $0 == .none ? .none : .unknown })
        }
        var node = PolicyNode(
            name: name,
            types: types,
            own: own,
            below: below,
            ownRules: ownRules,
            belowRules: belowRules
        )
        if layer.profile.chain == .never, own.isPass, below.isPass, !ownRules.contains(nil), !belowRules.contains(nil) {
            // A rule that lets all of it pass, which lists elsewhere may have to know.
            let passed = TypedEffects.uniform(.allow, count: types.count)
            (node.own, node.below) = (passed, passed)
        }
        for (index, rule) in belowRules.enumerated() {
            guard let rule, layer.hasExclusions(rule) else { continue }
            node.excluding += layer.matchingRules(child, type: types[index], context: context)
        }
        return node
    }

    private func effects(_ name: DomainName) -> (TypedEffects, [Int?]) {
        var effects: [Effect] = []
        var rules: [Int?] = []
        for type in types {
            let decision = layer.decideByNames(name, type: type, context: context)
            effects.append(effect(decision, name, type))
            rules.append(decision.hasRule ? Int(decision.rule) : nil)
        }
        return (TypedEffects(effects: effects), rules)
    }

    private func effect(_ decision: Decision, _ name: DomainName, _ type: RRType) -> Effect {
        guard decision.kind != .unsupported else { return .unknown }
        guard decision.hasRule else { return .none }
        let rule = Int(decision.rule)
        // The records of a zone's own are no other engine's.
        if layer.engine == .bindZones, decision.kind == .redirect, type == .soa || type == .ns {
            return .block(.nodata)
        }
        // Leaving names out belongs to a rule, not to a name.
        if layer.hasExclusions(rule) { return .unknown }
        let action = layer.action(rule)
        switch action {
        case .route(let server): return .route(server)
        case .block where decision.kind == .sinkhole || decision.kind == .redirect:
            // The owner's own addresses are data.
            let records = layer.answer(decision, name: name, type: type)?.records ?? []
            let isNull = records.allSatisfy { $0.address?.isUnspecified ?? false }
            return isNull ? .block(.sinkhole) : .data(records)
        case .block: return decision.kind == .pass ? .none : .block(decision.kind)
        case .records(let list):
            if let star = list.first(where: { $0.type == .cname && $0.data.starts(with: [1, 0x2A]) }) {
                return .filled(star)
            }
        case .redirectBelow(let suffix):
            return suffix.child([0x2A]).map { .filled(LocalRecord(type: .cname, data: $0.wire)) } ?? .unknown
        default: break
        }
        switch decision.kind {
        case .pass: return decision.exempt == 0 || layer.profile.chain == .never ? .none : .allow
        case .nxdomain, .nodata, .refused, .drop, .servfail, .truncate:
            if case .blockAddress = action { return .block(decision.kind) }
            return .answer(decision.kind)
        case .sinkhole, .redirect:
            if case .blockAddress = action, decision.kind == .sinkhole { return .block(.sinkhole) }
            guard let answer = layer.answer(decision, name: name, type: type),
                // dnsmasq does not ask for the target of an alias of its own.
                !answer.endsAtAlias || layer.engine != .dnsmasq
            else { return .unknown }
            return .data(answer.records)
        case .route, .unsupported: return .unknown
        }
    }
}

extension TypedEffects {
    /// Whether both come to the same for clients: a pass by a rule or without.
    func sameKind(as other: TypedEffects) -> Bool {
        self == other || isPass && other.isPass
    }

    /// Why no form fits a format of nodes.
    func reason(_ types: [RRType]) -> Omission {
        switch form(types) {
        case .route: .route
        case .answer: .answer
        case .data: .types
        default: reason
        }
    }

    /// Why the types fare in a way that no form has.
    var reason: Omission {
        for effect in effects {
            switch effect {
            case .route: return .route
            case .filled: return .filled
            case .unknown: return .unknown
            default: continue
            }
        }
        return .types
    }
}
