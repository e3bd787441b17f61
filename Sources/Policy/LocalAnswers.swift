public import DNS

/// What a configuration of Unbound says of addresses in real answers: `response-ip:` and the like, and `private-address:`
/// (`respip.c` and `iter_priv.c`, compared with 1.17.1).
public struct LocalAnswers: Sendable {
    /// What is said about a range of addresses.
    public struct Response: Sendable {
        /// What is done, in the words of zone types; nil where only tags are stated.
        public var type: LocalZoneType?
        /// Tags, in order, of which what the first means for the client comes before `type`.
        public var tags: [Int]?
        /// The record about addresses that states it, by number among those.
        public var record: Int
        /// The records about addresses with data in place of the answer.
        public var data: [Int] = []

        /// A response.
        public init(record: Int) { self.record = record }
    }

    /// Those of the server clause.
    public var responses = RangeMap<Response>()
    /// Those of views, by number.
    public var responsesOfViews: [Int: RangeMap<Response>] = [:]
    /// Addresses that are taken out of answers, each with its record.
    public var privateRanges = RangeMap<Int>()
    /// Names that may have such addresses, with all below them.
    public var privateDomains: Set<DomainName> = []

    /// Nothing is said.
    public init() {}
}

extension LayerBuilder {
    /// Changes what the lists say of addresses in real answers.
    public mutating func changeLocalAnswers(_ body: (inout LocalAnswers) -> Void) {
        var answers = localAnswers ?? LocalAnswers()
        // Held once, they change in place; a copy for every statement would take the square of their number.
        localAnswers = nil
        body(&answers)
        localAnswers = answers
    }
}

extension CompiledLayer {
    /// What Unbound makes of a real answer because of its addresses.
    /// - Parameter aliases: how many aliases lead to them.
    func decideLocalAnswer(
        _ addresses: [IPAddress],
        _ asked: borrowing NameBuffer,
        _ type: RRType,
        _ context: borrowing QueryContext,
        aliases: Int,
        index: UInt8
    ) -> Decision {
        guard let localAnswers else { return .pass(index) }
        var rest: [IPAddress] = []
        var taken: Int?
        for address in addresses {
            if let record = localAnswers.privateRanges.value(at: address) {
                taken = record
            } else {
                rest.append(address)
            }
        }
        if let record = taken, !localAnswers.privateDomains.isEmpty {
            // The owner of the addresses counts, not the name asked for.
            if aliases > 0 { return addressDecision(.unsupported, record, index) }
            let names = sequence(first: asked.name.lowercased) { $0.parent }
            if names.contains(where: { localAnswers.privateDomains.contains($0) }) {
                (taken, rest) = (nil, addresses)
            }
        }
        if let record = taken, rest.isEmpty || type == .any {
            return addressDecision(type == .any ? .unsupported : .nodata, record, index)
        }
        let decision = response(localAnswers, rest, type, context, index) ?? .pass(index)
        guard let taken, decision.kind == .pass else { return decision }
        // An answer that has lost a part of its addresses is no verdict.
        return addressDecision(.unsupported, taken, index)
    }

    private func addressDecision(_ kind: VerdictKind, _ record: Int, _ index: UInt8) -> Decision {
        Decision(kind: kind, layer: index, rule: UInt32(records.count + patternRecords.count + record))
    }

    /// What the first address about which something is said makes of an answer; nil without one.
    private func response(
        _ answers: LocalAnswers,
        _ addresses: [IPAddress],
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ index: UInt8
    ) -> Decision? {
        func first(_ map: RangeMap<LocalAnswers.Response>) -> LocalAnswers.Response? {
            addresses.lazy.compactMap { map.value(at: $0) }.first
        }
        let global = first(answers.responses)
        let client = context.client?.address
        guard let localClients else { return global.map { decision($0, nil, type, index) } }
        guard let client, !localClients.isOpen(client) else {
            let others = localClients.isFirst.indices.compactMap { answers.responsesOfViews[$0].flatMap(first) }
            guard let found = global ?? others.first else { return nil }
            let isFirm = localClients.isFirst.isEmpty && found.tags == nil && client == nil
            return isFirm ? decision(found, nil, type, index) : addressDecision(.unsupported, found.record, index)
        }
        let entry = localClients.entries.value(at: client)
        if let view = entry?.view {
            if let own = answers.responsesOfViews[view].flatMap(first) { return decision(own, nil, type, index) }
            // Here a view without zones of its own hides the others, too.
            if !localClients.isReallyFirst[view] { return nil }
        }
        return global.map { decision($0, entry, type, index) }
    }

    private func decision(
        _ response: LocalAnswers.Response,
        _ entry: LocalClients.Entry?,
        _ type: RRType,
        _ index: UInt8
    ) -> Decision {
        guard type != .any else { return addressDecision(.unsupported, response.record, index) }
        var made = response.type
        var data: [Int] = []
        if let entry, let tag = response.tags?.first(where: { entry.tags.contains($0) }) {
            if let rule = entry.types[tag], case .localZone(let type) = actions[Int(records[rule].action)] {
                made = type
            }
            data = entry.answerData[tag] ?? []
        }
        guard let made else { return addressDecision(.pass, response.record, index) }
        let base = records.count + patternRecords.count
        switch made {
        case .alwaysRefuse, .alwaysTransparent, .alwaysNXDomain, .alwaysNoData, .alwaysDeny: break
        default:
            if made == .redirect, let own = data.first(where: { hasData(base + $0, type) }) {
                return self.decision(rule: base + own, type: type, index: index)
            }
            if let own = response.data.first { return self.decision(rule: base + own, type: type, index: index) }
        }
        return addressDecision(Self.kind(made), response.record, index)
    }

    /// What is done without data.
    private static func kind(_ type: LocalZoneType) -> VerdictKind {
        switch type {
        case .refuse, .alwaysRefuse: .refused
        case .static, .redirect, .informRedirect, .alwaysNoData: .nodata
        case .alwaysNXDomain: .nxdomain
        case .deny, .informDeny: .drop
        // Only what comes from its cache it does not drop.
        case .alwaysDeny: .unsupported
        default: .pass
        }
    }
}
