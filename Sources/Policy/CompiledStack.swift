public import DNS

/// An ordered stack of layers, outermost (nearest the client) first; at most 64.
///
/// `serve`, `check`, `audit`, `replay` and `explain` all decide here.
public final class CompiledStack: Sendable {
    /// The layers, nearest the client first.
    public let layers: [CompiledLayer]
    /// The same without references that are counted: counting costs a lookup more than the tables do.
    let uncounted: UncountedLayers
    /// Tells which layers a name need not meet.
    let index: StackIndex
    /// Whether any layer looks at the addresses of answers.
    public let readsAddresses: Bool
    /// A bit for each layer that makes NODATA of NXDOMAIN for some names.
    let denialTurners: UInt64

    /// A stack; layers after the 64th are a programmer's error.
    public init(layers: [CompiledLayer]) {
        precondition(layers.count <= 64, "a stack has at most 64 layers")
        self.layers = layers
        uncounted = UncountedLayers(layers)
        index = StackIndex(layers)
        denialTurners = layers.enumerated().reduce(0) {
            $1.element.engine == .dnsmasq ? $0 | 1 << UInt64($1.offset) : $0
        }
        readsAddresses = layers.contains { $0.addressRuleCount(.answer) > 0 || $0.profile.readsAddressesAsNames }
    }

    /// Rules in all layers.
    public var ruleCount: Int { layers.reduce(0) { $0 + $1.ruleCount } }

    /// What happens to a query on its way in: the first layer that does not let it pass decides.
    public func decide(
        _ name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> Decision {
        var hashes = SuffixHashes()
        fill(&hashes, name)
        return decide(name, hashes, type: type, context: context)
    }

    /// The same with the hashes of the name, for several types.
    public func decide(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> Decision {
        var result = Decision.pass
        var truncation: Decision?
        var waiting = hashes.layers & all & context.layers
        while waiting != 0 {
            let index = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            let decision = uncounted.with(index) {
                $0.decide(name, hashes, type: type, context: context, index: UInt8(index))
            }
            if decision.kind == .truncate {
                // The client comes back over TCP, and then the layers behind decide.
                if truncation == nil { truncation = decision }
                continue
            }
            if decision.kind != .pass {
                var decision = decision
                decision.exempt |= result.exempt
                if decision.kind == .unsupported, waiting != 0,
                    case .blocked(let certain) = settle(
                        decision,
                        behind: waiting,
                        name,
                        hashes,
                        type: type,
                        context: context
                    )
                {
                    return certain
                }
                return settled(decision, of: name, context: context)
            }
            if decision.hasRule, !result.hasRule {
                result.layer = decision.layer
                result.rule = decision.rule
            }
            result.exempt |= decision.exempt
        }
        if var truncation {
            truncation.exempt = result.exempt
            return truncation
        }
        return result
    }

    /// Fills hashes with those of a name and what the stack's index says about it.
    @inline(__always)
    private func fill(_ hashes: inout SuffixHashes, _ name: borrowing NameBuffer) {
        hashes.fill(name) { index.prefetch($0, uncounted) }
        index.narrowSuffixes(&hashes, name, uncounted)
        index.narrowLayer(&hashes, name.labelCount, uncounted)
    }

    /// The hashes of a name with what the stack's index says about it.
    func narrowed(_ name: borrowing NameBuffer) -> SuffixHashes {
        var hashes = SuffixHashes()
        fill(&hashes, name)
        return hashes
    }

    /// A bit for each layer.
    var all: UInt64 { layers.count == 64 ? ~0 : (1 << UInt64(layers.count)) &- 1 }

    /// What happens to the answer on its way out because of one alias: the innermost layer sees it first.
    ///
    /// `own` is the decision on the name asked for; a layer that let it pass by a rule does not look at its aliases.
    /// A pass with a rule takes the place of `own` for the aliases that follow. `place` counts the aliases from 1.
    func decide(
        alias: borrowing NameBuffer,
        place: Int = 1,
        type: RRType,
        context: borrowing QueryContext = .unknown,
        after own: Decision
    ) -> Decision {
        var result = Decision.pass
        var open: Decision?
        var hashes = SuffixHashes()
        fill(&hashes, alias)
        for index in layers.indices.reversed() where (hashes.layers & context.layers) >> UInt64(index) & 1 == 1 {
            let layer = layers[index]
            guard layer.looksAtAlias(place, type: type), sees(index, what: own),
                let zones = zonesMet(index, after: own, sparesLaterOnly: layer.profile.passSparesLaterZonesOnly)
            else { continue }
            var decision = layer.decide(
                alias: alias,
                hashes,
                place: place,
                type: type,
                context: context,
                index: UInt8(index),
                zones: zones.count
            )
            guard decision.kind == .pass else {
                if !zones.isKnown { decision.kind = .unsupported }
                let asked = layer.profile.chain == .everyAliasAsCNAME ? RRType.cname : type
                if decision.kind == .unsupported, index > 0,
                    layer.passesOrBlocks(decision, alias, type: asked, context: context)
                {
                    // A layer in front may block it for certain.
                    open = open ?? decision
                    continue
                }
                return decision.kind.isBlock ? decision : open ?? decision
            }
            if layer.passFreesLaterAliases, decision.exempt != 0 {
                result = decision
                result.exempt |= own.exempt
            }
        }
        return open ?? result
    }

    /// Whether the query would go on to other layers behind that of a decision.
    func hasLayers(behind own: Decision, _ context: borrowing QueryContext) -> Bool {
        (context.layers & all) >> UInt64(own.layer) > 1
    }

    /// Whether the answer to a query with this decision comes through a layer: where one sent the query elsewhere, the layers
    /// behind it do not see the answer, and dnscrypt-proxy itself takes it as it comes back.
    func sees(_ index: Int, what own: Decision) -> Bool {
        guard own.kind == .route else { return true }
        return index < Int(own.layer) || index == Int(own.layer) && layers[index].engine != .dnscryptProxy
    }

    /// How many policy zones of a layer still meet what stands behind a name; nil when it is spared because a rule of the
    /// layer let the name pass. Not known where `own` names the rule of another layer that did so, too.
    func zonesMet(
        _ index: Int,
        after own: Decision,
        sparesLaterOnly: Bool
    ) -> (count: Int, isKnown: Bool)? {
        guard own.exempt >> UInt64(index) & 1 == 1 else { return (.max, true) }
        guard sparesLaterOnly, layers[index].lists.count > 1 else { return nil }
        guard own.hasRule, Int(own.layer) == index else { return (.max, false) }
        return (layers[index].listIndex(Int(own.rule)), true)
    }

    /// What happens to a name whose real answer runs through `chain` (aliases in order, the name itself not included).
    /// - Complexity: O(layers × chain)
    public func verdict(
        _ name: DomainName,
        type: RRType,
        chain: [DomainName] = [],
        addresses: [IPAddress]? = nil,
        hints: [IPAddress] = [],
        context: QueryContext = .unknown
    ) -> Verdict {
        let asked = NameBuffer(name)
        let own = decide(asked, type: type, context: context)
        var walk = beginWalk(own, of: asked, type: type, context: context)
        for alias in chain { self.walk(&walk, alias: NameBuffer(alias), type: type, context: context) }
        if self.walk(&walk, addresses: addresses, of: asked, type: type, context: context) {
            let element = chain.last ?? name
            var decision = walk.decision
            if decision.hasRule, !chain.isEmpty, layers[Int(decision.layer)].closesLoop(decision, [name] + chain) {
                decision.kind = type == .any ? .unsupported : .servfail
            }
            return verdict(decision, of: name, element: element, relation: .address, type: type, context)
        }
        if self.walk(&walk, hints: hints, type: type, context: context) {
            let element = chain.last ?? name
            return verdict(walk.decision, of: name, element: element, relation: .hint, type: type, context)
        }
        // A pass is told by the rule that let the name asked for pass.
        guard walk.decision.kind != .pass, walk.place > 0 else {
            var own = own
            own.exempt |= walk.decision.exempt
            return verdict(own, of: name, element: name, relation: .qname, type: type, addresses: addresses, context)
        }
        let element = chain[walk.place - 1]
        var decision = walk.decision
        if decision.hasRule, layers[Int(decision.layer)].closesLoop(decision, [name] + chain.prefix(walk.place - 1)) {
            decision.kind = type == .any || type == .cname ? .unsupported : .servfail
        }
        var made = verdict(decision, of: name, element: element, relation: .cname, type: type, context)
        if own.kind == .unsupported, walk.decision.kind.isBlock { made.note = certainty(walk.decision, whatever: own) }
        return made
    }

    private func verdict(
        _ decision: Decision,
        of name: DomainName,
        element: DomainName,
        relation: Relation,
        type: RRType,
        addresses: [IPAddress]? = nil,
        _ context: QueryContext
    ) -> Verdict {
        let buffer = NameBuffer(element)
        let note = note(
            on: decision,
            buffer,
            narrowed(buffer),
            relation,
            type: type,
            addresses: addresses,
            context
        )
        guard decision.hasRule else { return Verdict(kind: decision.kind, note: note) }
        let layer = layers[Int(decision.layer)]
        let winner = Int(decision.rule)
        return Verdict(
            kind: decision.kind,
            answer: layer.answer(
                decision,
                name: element,
                type: type,
                isAlias: element != name,
                asked: name,
                context: context
            ),
            matched: MatchedRule(
                element: element,
                relation: self.relation(decision, met: relation),
                layer: Int(decision.layer),
                rule: layer.reference(winner),
                number: winner,
                entries: layer.entries(winner, for: element)
            ),
            lost: layer.matchingRules(element, type: type, context: context)
                .filter { $0 != winner && !layer.isImplied($0) }.prefix(Self.shownLosers).map(layer.reference),
            note: note
        )
    }

    /// How many of the rules that lost are named.
    public static let shownLosers = 16

    /// What a decision depends on beyond the question, as far as that is known; `hashes` are those of the element, `addresses` those
    /// of the real answer where they are known.
    public func note(
        on decision: Decision,
        _ element: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ relation: Relation,
        type: RRType,
        addresses: [IPAddress]? = nil,
        _ context: borrowing QueryContext
    ) -> String? {
        let own =
            noteOfEngine(on: decision, element, relation, type: type, context)
            ?? noteOfRule(on: decision, element, relation, type: type, context)
        let cached =
            relation == .qname ? cacheNote(onPass: decision, addresses, of: element, type: type, context) : nil
        if own != nil || cached != nil { return [own, cached].compactMap(\.self).joined(separator: "; ") }
        guard relation == .qname, decision.kind.isPass,
            layerTurningDenial(of: element, hashes, context: context, after: decision) != nil
        else { return nil }
        return "dnsmasq knows the name: NXDOMAIN that comes from behind turns into NODATA"
    }

    /// The same without what becomes of an answer from behind.
    private func noteOfRule(
        on decision: Decision,
        _ element: borrowing NameBuffer,
        _ relation: Relation,
        type: RRType,
        _ context: borrowing QueryContext
    ) -> String? {
        guard decision.hasRule else {
            guard decision.kind == .unsupported else { return nil }
            return "what \(layers[Int(decision.layer)].engine.rawValue) does here is not modelled"
        }
        let layer = layers[Int(decision.layer)]
        if layer.refusal == Int(decision.rule), layer.engine != .dnsdist, layer.engine != .knotPolicy {
            return "the engine does not take its list with this line, so nothing is known of any name; -v says why"
        }
        if layer.engine == .squid, decision.kind == .unsupported, Self.isAddress(element.name) {
            return "squid looks up which name belongs to the address and compares that, too, unless the list says -n"
        }
        if decision.kind == .unsupported, layer.isOpen(Int(decision.rule)),
            layer.isOfEngine(Int(decision.rule)), layer.lists[layer.listIndex(Int(decision.rule))].role == .allow
        {
            return "no entry lets the name pass, and what becomes of such names does not stand in the list"
        }
        if decision.kind == .unsupported, layer.isOpen(Int(decision.rule)), layer.engine != .packetFilter {
            return "the rule is not evaluated: whether it counts, or what it does, is not known"
        }
        if decision.kind == .unsupported, denialTurners & ((1 << UInt64(decision.layer)) &- 1) != 0,
            layer.decision(rule: Int(decision.rule), type: type, index: decision.layer).kind == .nxdomain
        {
            return "dnsmasq in front knows the name: what it makes of this NXDOMAIN is not modelled"
        }
        if decision.kind == .unsupported, layer.mayMisread(element, NameText(element)) {
            return "the engine compares text, and what it makes of such octets in names is not modelled"
        }
        if let open = openLayer(beside: decision, element, relation, type: type, context) {
            return certainty(decision, whatever: open) + (cacheNote(layer, decision, relation).map { "; \($0)" } ?? "")
        }
        if let condition = layer.openCondition(Int(decision.rule), element, context) {
            return "the rule counts only for queries \(condition)"
        }
        if layer.engine == .packetFilter, decision.kind == .unsupported {
            if layer.action(Int(decision.rule)) == .unsupported {
                return "the rule asks for more than an address that stands in it"
            }
            return "some addresses of the answer are filtered and others are not"
        }
        if layer.engine == .dnscryptProxy, decision.kind == .redirect,
            case .redirect(let target) = layer.action(Int(decision.rule))
        {
            return "the answer is that of \(target)"
        }
        let (own, cached) = (
            layer.overrideNote(Int(decision.rule), for: element), cacheNote(layer, decision, relation)
        )
        guard let own, let cached else { return own ?? cached }
        return "\(own); \(cached)"
    }

    /// Whether a name is spelled like an address.
    private static func isAddress(_ name: DomainName) -> Bool {
        let text: [UInt8] = Array(name.lowercased.labels.joined(separator: [0x2E]))
        return NameCondition.isAddress(text.span)
    }

    /// What an engine that looks at aliases only while it iterates makes of one.
    private func cacheNote(_ layer: CompiledLayer, _ decision: Decision, _ relation: Relation) -> String? {
        if layer.keepsDenial(decision) {
            return
                "dnsmasq keeps it in its cache as long as the address lives; the name's other types get NXDOMAIN, too, then"
        }
        if layer.judgesAddressesBehind(decision) {
            return "\(layer.profile.basis) judges the answer behind the alias again, by rules about addresses, too"
        }
        guard relation == .cname, layer.profile.chain == .untilCached else { return nil }
        return decision.kind == .unsupported
            ? "\(layer.profile.basis): the engine ends here"
            : "only while the chain is not in the cache; afterwards the real answer is given"
    }
}

/// The layers of a stack, which owns them.
@safe
struct UncountedLayers: @unchecked Sendable {
    private let layers: [Unmanaged<CompiledLayer>]

    init(_ owned: [CompiledLayer]) { unsafe layers = owned.map { unsafe Unmanaged.passUnretained($0) } }

    /// How many there are.
    @inline(__always)
    var count: Int { unsafe layers.count }

    /// Calls `body` with a layer.
    @inline(__always)
    func with<Result>(_ index: Int, _ body: (CompiledLayer) -> Result) -> Result {
        unsafe layers[index]._withUnsafeGuaranteedRef(body)
    }
}
