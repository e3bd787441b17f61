public import DNS

/// What is certain although a layer may or may not count a rule: where that layer either lets a name pass or blocks it, a
/// layer behind that blocks it for certain blocks it in any case.
extension CompiledStack {
    /// What an open decision on a name asked for comes to.
    enum Settlement {
        /// Nothing is certain.
        case open
        /// It is blocked whatever the open layers do.
        case blocked(Decision)
        /// The other layers let it pass: aliases may still end it, in layers without a bit here.
        case passing(exempt: UInt64)
    }

    /// Settles a decision that is open. Such names are rare, so this may allocate.
    ///
    /// - Parameter waiting: a bit for each layer behind that has not been asked.
    @inline(never)
    func settle(
        _ open: Decision,
        behind waiting: UInt64,
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext
    ) -> Settlement {
        guard layers[Int(open.layer)].passesOrBlocks(open, name, type: type, context: context) else { return .open }
        var exempt = open.exempt | 1 << UInt64(open.layer)
        var waiting = waiting
        while waiting != 0 {
            let index = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            var decision = layers[index].decide(name, hashes, type: type, context: context, index: UInt8(index))
            switch decision.kind {
            case .pass: exempt |= decision.exempt
            case .unsupported where layers[index].passesOrBlocks(decision, name, type: type, context: context):
                exempt |= 1 << UInt64(index)
            case let kind where kind.isBlock:
                decision.exempt = open.exempt
                return .blocked(decision)
            default: return .open
            }
        }
        return .passing(exempt: exempt)
    }

    /// A walk along an answer that begins with the decision on the name asked for.
    public func beginWalk(
        _ own: Decision,
        of asked: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext = .unknown
    ) -> AnswerWalk {
        let turning = layersTurningDenials(of: asked, context: context)
        guard own.kind == .unsupported, own.hasRule else { return AnswerWalk(own, turning: turning) }
        let hashes = narrowed(asked)
        let behind = hashes.layers & context.layers & mask(from: Int(own.layer) + 1)
        guard case .passing(let exempt) = settle(own, behind: behind, asked, hashes, type: type, context: context)
        else {
            return AnswerWalk(own, turning: turning)
        }
        return AnswerWalk(
            own,
            otherwise: Decision(kind: .pass, layer: 0, rule: Decision.noRule, exempt: exempt),
            turning: turning
        )
    }

    /// Bits for the layers from one on.
    private func mask(from first: Int) -> UInt64 { first >= layers.count ? 0 : all & ~0 << UInt64(first) }

    /// Which layer is open in front of one that blocks a name, with its rule; nil where none is.
    func openLayer(
        beside decision: Decision,
        _ element: borrowing NameBuffer,
        _ relation: Relation,
        type: RRType,
        _ context: borrowing QueryContext
    ) -> Decision? {
        guard decision.kind.isBlock else { return nil }
        let others =
            relation == .qname
            ? 0..<Int(decision.layer) : relation == .cname ? (Int(decision.layer) + 1)..<layers.count : 0..<0
        guard others.contains(where: { layers[$0].mayBeOpen && context.layers >> UInt64($0) & 1 == 1 }) else {
            return nil
        }
        let hashes = narrowed(element)
        for index in others where (hashes.layers & context.layers) >> UInt64(index) & 1 == 1 && layers[index].mayBeOpen
        {
            let found = layers[index].decide(element, hashes, type: type, context: context, index: UInt8(index))
            if found.kind == .unsupported, found.hasRule { return found }
        }
        return nil
    }

    /// Says which layer blocks for certain, and which is open.
    func certainty(_ decision: Decision, whatever open: Decision) -> String {
        let layer = layers[Int(open.layer)]
        let rule = layer.reference(Int(open.rule))
        return
            "layer \(decision.layer + 1) blocks it for certain; layer \(open.layer + 1) (\(layer.engine.rawValue)) is open: "
            + "whether \(rule.list):\(rule.line) counts is not known, and its answer would be its own"
    }
}

extension VerdictKind {
    /// Whether the client gets nothing that it could use.
    var isBlock: Bool {
        switch self {
        case .nxdomain, .nodata, .sinkhole, .refused, .drop, .servfail: true
        case .pass, .redirect, .route, .truncate, .unsupported: false
        }
    }
}

extension CompiledLayer {
    /// Whether an open decision comes to nothing but a pass or a block, whichever of the rules count that match the name.
    func passesOrBlocks(
        _ open: Decision,
        _ name: borrowing NameBuffer,
        type: RRType,
        context: borrowing QueryContext
    ) -> Bool {
        guard open.hasRule, profile.order == .classFirst || profile.order == .firstMatch else { return false }
        let rules = matchingRules(name.name, type: type, context: context)
        return rules.contains(Int(open.rule)) && rules.allSatisfy { passesOrBlocks($0, type) }
    }

    private func passesOrBlocks(_ rule: Int, _ type: RRType) -> Bool {
        let action = actions[Int(record(rule).action)]
        switch action {
        case .allow: return true
        case .unsupported: return onlyBlocks(record(rule).ruleClass)
        case .route, .rewrite, .redirect, .redirectBelow, .localZone, .negative, .none, .truncate: return false
        default: return Self.kind(of: action, type: type, blockAnswer, profile).isBlock
        }
    }

    /// Whether rules of a class block or let pass and do nothing else, whatever is not evaluated about them.
    private func onlyBlocks(_ ruleClass: RuleClass) -> Bool {
        switch engine {
        case .pihole, .adguardHome, .blocky, .technitium, .dnscryptProxy: break
        default: return false
        }
        switch ruleClass {
        case .block, .ownBlock, .importantBlock, .listAllow, .ownAllow, .ownAllowRegex, .importantAllow, .ruleAllow:
            return blockAnswer.own.allSatisfy(\.leadsNowhere)
        default: return false
        }
    }
}
