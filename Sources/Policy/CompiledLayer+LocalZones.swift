import DNS

extension CompiledLayer {
    /// What the rules about names above and at a name are in Unbound.
    struct LocalRules {
        var zone: (rule: Int, labels: Int)?
        /// The view that they are of; nil for the server clause.
        var view: Int?
        /// The data of the name itself.
        var data: (rule: Int, labels: Int)?
        /// Those of the name of the zone that counts.
        var apexData: (rule: Int, labels: Int)?
        /// A zone of which something is not evaluated.
        var openZone: (rule: Int, labels: Int)?
        /// Where the name is asked for.
        var route: Int?
        /// What comes before all zones and is not evaluated.
        var open: Int?
        /// What refuses the client everything, or all but what is answered here.
        var refusal: Int?
        var remoteRefusal: Int?
        /// What may keep the zones from counting.
        var hiding: Int?
        /// Whether there is data below the name.
        var dataExists = false
        /// The labels of the closest zone, whether it counts for the client or not: data belong to it.
        var closest: Int?
        /// Whether what was found about the name itself belongs to the zone that counts.
        var isWithinZone: Bool { closest == zone?.labels }
    }

    /// Unbound's local zones: the closest enclosing zone decides, its data first unless its type ignores them.
    func decideLocalZone(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        let found = localRules(name, hashes, type: type, context: context, view: nil)
        if let refusal = found.refusal { return self.decision(rule: refusal, type: type, index: index) }
        if let open = found.open { return verdict(.unsupported, open, index) }
        // It does not start with a policy zone that it refuses.
        if policyZones != nil, let refusal { return verdict(.unsupported, refusal, index) }
        var local: Decision?
        if let localClients, let client = context.client?.address {
            if localClients.isOpen(client) { return Decision(kind: .unsupported, layer: index, rule: Decision.noRule) }
            if let view = localClients.entries.value(at: client)?.view {
                local = decideView(view, localClients, name, hashes, type: type, context: context, index: index)
            }
        }
        let decision = local ?? decideServerZone(name, found, type, context, index)
        if decision.hasRule, let hiding = found.hiding { return verdict(.unsupported, hiding, index) }
        let behind = decidePolicyZones(after: decision, name, hashes, type: type, context: context, index: index)
        guard behind.kind == .pass, let route = found.remoteRefusal ?? found.route else { return behind }
        var routed = self.decision(rule: route, type: type, index: index)
        // What policy zones let pass they let pass wherever it is asked for.
        routed.exempt = behind.exempt
        return routed
    }

    /// The decision of the zones of the server clause.
    private func decideServerZone(
        _ name: borrowing NameBuffer,
        _ found: LocalRules,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ index: UInt8
    ) -> Decision {
        if let open = found.openZone, open.labels >= found.zone?.labels ?? 0 {
            return verdict(.unsupported, open.rule, index)
        }
        let zone = found.zone.flatMap { self.zone($0, for: context.client?.address) }
        return localZoneDecision(name, zone, found, type, index)
    }

    /// The rules of a view, or of the server clause, about a name and those above it.
    func localRules(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        view: Int?
    ) -> LocalRules {
        let total = name.labelCount
        var found = LocalRules()
        found.view = view
        var hasAlias = false
        table.forEachSuffix(name, hashes, records) { labels, head in
            // The rules of a name come in no order of kind.
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.scope != .exact, record.scope != .node, guards[Int(record.guardID)].view == view {
                    consider(next, labels, name, type, context, &found)
                }
                next = Int(record.next) - 1
            }
            next = head
            while next >= 0 {
                let (rule, record) = (next, records[next])
                next = Int(record.next) - 1
                guard guards[Int(record.guardID)].view == view else { continue }
                switch record.scope {
                case .exact where record.ruleClass == .special:
                    if labels == total { consider(rule, labels, name, type, context, &found) }
                case .exact where labels == total && found.isWithinZone || found.zone?.labels == labels:
                    if labels == total { found.data = strongerData(found.data, (rule, labels), type) }
                    if labels == found.zone?.labels {
                        found.apexData = strongerData(found.apexData, (rule, labels), type)
                    }
                    if isAlias(rule) { hasAlias = true }
                case .node where labels == total && found.isWithinZone: found.dataExists = true
                default: break
                }
            }
        }
        guard hasAlias else { return found }
        if let data = found.data { found.data = (firstRecordSet(data.rule, type), data.labels) }
        if let data = found.apexData { found.apexData = (firstRecordSet(data.rule, type), data.labels) }
        return found
    }

    /// Takes a rule about all names below one into account.
    private func consider(
        _ rule: Int,
        _ labels: Int,
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ found: inout LocalRules
    ) {
        let record = records[rule]
        guard record.guardID == 0 || guards[Int(record.guardID)].holds(name, context) != .no, covers(record, type)
        else {
            return
        }
        switch record.ruleClass {
        case _ where refusesClients(rule): considerRefusal(rule, name, context, &found)
        case .special: if record.scope == .below { found.hiding = rule } else { found.open = rule }
        case .open: found.route = rule
        case .zone where actions[Int(record.action)] == .unsupported:
            if localClients?.isVoid(rule) != true { found.openZone = (rule, labels) }
        default:
            // Of several zones of one name the last counts.
            found.closest = labels
            // DS records belong to the zone above.
            if type == .ds, labels == name.labelCount, labels > 0 { return }
            switch localClients.flatMap({ $0.zone(rule)?.claim(context.client?.address, $0) }) ?? .counts {
            case .counts: found.zone = (rule, labels)
            case .unknown: found.openZone = (rule, labels)
            case .doesNot: break
            }
        }
    }

    /// Of two data rules at a name the one that has the type asked for.
    private func strongerData(
        _ current: (rule: Int, labels: Int)?,
        _ candidate: (rule: Int, labels: Int),
        _ type: RRType
    ) -> (rule: Int, labels: Int) {
        guard let current, current.labels == candidate.labels else { return candidate }
        return hasData(current.rule, type) ? current : hasData(candidate.rule, type) ? candidate : current
    }

    func hasData(_ rule: Int, _ type: RRType) -> Bool {
        guard case .records(let list) = actions[Int(record(rule).action)] else { return false }
        return list.contains { $0.type == type || $0.type == .cname }
    }

    private func hasOwn(_ rule: Int, _ type: RRType) -> Bool {
        guard case .records(let list) = actions[Int(record(rule).action)] else { return false }
        return list.contains { $0.type == type }
    }

    func localZoneDecision(
        _ name: borrowing NameBuffer,
        _ zone: LocalZone?,
        _ found: LocalRules,
        _ type: RRType,
        _ index: UInt8
    ) -> Decision {
        let ownData = found.data?.rule
        // Data outside every zone makes a transparent one, above whose name nothing is known.
        guard let zone else {
            guard let ownData else { return .pass(index) }
            if type == .ds, let apex = implicitZones.apex(of: found.view), apex.labelCount == name.labelCount {
                // It does not start with such a record there.
                return hasOwn(ownData, .ds) ? verdict(.unsupported, ownData, index) : .pass(index)
            }
            return dataDecision(ownData, type, index) ?? verdict(.nodata, ownData, index)
        }
        switch zone.type {
        case .alwaysNXDomain: return verdict(.nxdomain, zone.rule, index)
        case .alwaysNoData: return verdict(.nodata, zone.rule, index)
        case .alwaysRefuse: return verdict(.refused, zone.rule, index)
        case .alwaysDeny: return verdict(.drop, zone.rule, index)
        case .alwaysNull:
            // Of the types that begin with "always", the only one that looks at data first.
            if let ownData, let decision = dataDecision(ownData, type, index) { return decision }
            return verdict(type == .a || type == .aaaa ? .sinkhole : .nodata, zone.rule, index)
        case .alwaysTransparent: return passing(zone.rule, index)
        case .redirect, .informRedirect:
            if let own = zone.data.first(where: { hasData($0, type) }) {
                return self.decision(rule: own, type: type, index: index)
            }
            let apex = found.apexData.flatMap { $0.labels == zone.labels ? $0.rule : nil }
            if let apex, isTooLong(apex, name, type) { return verdict(.unsupported, apex, index) }
            return apex.flatMap { dataDecision($0, type, index) } ?? verdict(.nodata, zone.rule, index)
        case .static, .refuse, .deny, .informDeny, .transparent, .typeTransparent, .inform, .noView, .truncate: break
        }
        if let ownData {
            if let decision = dataDecision(ownData, type, index) { return decision }
            switch zone.type {
            case .typeTransparent: return passing(zone.rule, index)
            case .static, .transparent, .inform, .noView: return verdict(.nodata, ownData, index)
            // What it says over TCP is another thing.
            case .truncate: return verdict(.unsupported, ownData, index)
            default: break
            }
        }
        switch zone.type {
        case .static: return verdict(found.dataExists ? .nodata : .nxdomain, zone.rule, index)
        case .refuse: return verdict(.refused, zone.rule, index)
        case .truncate: return verdict(.truncate, zone.rule, index)
        case .deny, .informDeny: return verdict(.drop, zone.rule, index)
        default: return passing(zone.rule, index)
        }
    }

    private func dataDecision(_ rule: Int, _ type: RRType, _ index: UInt8) -> Decision? {
        hasData(rule, type) ? decision(rule: rule, type: type, index: index) : nil
    }

    private func verdict(_ kind: VerdictKind, _ rule: Int, _ index: UInt8) -> Decision {
        Decision(kind: kind, layer: index, rule: UInt32(rule))
    }

    private func passing(_ rule: Int, _ index: UInt8) -> Decision {
        Decision(kind: .pass, layer: index, rule: UInt32(rule), exempt: 1 << UInt64(index))
    }
}
