import DNS
import Policy

extension ExportFormat {
    /// A response policy zone (draft-vixie-dnsop-dns-rpz), the same for BIND, Unbound, PowerDNS and Knot Resolver: every
    /// name that exists in it under a wildcard says itself what happens to it and below it.
    static let rpz = ExportFormat(
        id: "rpz",
        title: "a response policy zone",
        engine: .bindRPZ,
        listFormat: .rpz,
        syntax: .nodes { PolicyZoneWriter() }
    )
}

/// `name` is about the name, `*.name` about everything below it.
struct PolicyZoneWriter: FormatWriter {
    /// Names written because something lies below them.
    private var filled: Set<DomainName> = []

    init() {}

    /// Octets left for the name of the zone.
    private static let longestName = 255 - 64

    var comment: String { "; " }
    var heading: [String] {
        ["$TTL 300", "@ IN SOA localhost. root.localhost. 1 3600 600 86400 300", "@ IN NS localhost."]
    }

    mutating func write(
        _ node: PolicyNode,
        from inherited: TypedEffects,
        isAlone: Bool,
        to sink: inout ExportSink
    ) -> TypedEffects {
        // Where a wildcard reaches, a name that exists would hide it in some servers, so it says itself what it inherits.
        let isCovered = inherited != .uniform(.none, count: node.types.count)
        guard isCovered || node.own != inherited || node.below != inherited else { return inherited }
        guard let text = ExportText.plain(node.name), node.name.wire.count <= Self.longestName, !Self.isTrigger(text)
        else {
            sink.omitAll(node, .name, besides: inherited)
            return inherited
        }
        let own = records(node.own, node.types, at: node.name)
        let below = records(node.below, node.types, at: node.name)
        // What only comes from above is not counted here, so that it has to be the same.
        let needsInherited = isCovered && (own == nil || below == nil || hasGap(node, sink))
        let inheritsTaken = !needsInherited || !isRefused(inherited, node)
        guard inheritsTaken, [node.own, node.below].allSatisfy({ $0.isModal || !isRefused($0, node) }) else {
            sink.omitAll(node, .hostName, besides: inherited)
            return inherited
        }
        if own == nil { sink.omitAll(node.ownRules, node.own.reason(node.types)) }
        if below == nil { sink.omitAll(node.belowRules, node.below.reason(node.types)) }
        if isCovered { fillGap(node, inherited, &sink) }
        let name = String(decoding: text, as: UTF8.self)
        let inheritedRecords = isCovered ? records(inherited, node.types, at: node.name) ?? [] : []
        put(name, own ?? inheritedRecords, node.own, isCovered, &sink)
        put("*." + name, below ?? inheritedRecords, node.below, isCovered, &sink)
        for (effects, rules) in [(node.own, node.ownRules), (node.below, node.belowRules)]
        where changesAnswer(effects, node) {
            sink.noteChangedAnswer(rules.compactMap { $0 }.first)
        }
        return below == nil ? inherited : node.below
    }

    /// Whether the name above this one has no rules and need not exist.
    private func hasGap(_ node: PolicyNode, _ sink: borrowing ExportSink) -> Bool {
        guard let above = node.name.parent, !above.isRoot else { return false }
        return !sink.namesWithRules(above: node.name).contains(above)
    }

    /// Names between this one and the wildcard that reaches it get what they inherit.
    private mutating func fillGap(_ node: PolicyNode, _ inherited: TypedEffects, _ sink: inout ExportSink) {
        guard !sink.isSilent else { return }
        let known = sink.namesWithRules(above: node.name)
        var above = node.name.parent
        while let name = above, !name.isRoot, !known.contains(name), filled.insert(name).inserted {
            guard let text = ExportText.plain(name), let records = records(inherited, node.types, at: name) else {
                return
            }
            let owner = String(decoding: text, as: UTF8.self)
            put(owner, records, inherited, true, &sink)
            put("*." + owner, records, inherited, true, &sink)
            above = name.parent
        }
    }

    private func put(
        _ owner: String,
        _ records: [String],
        _ effects: TypedEffects,
        _ isCovered: Bool,
        _ sink: inout ExportSink
    ) {
        let isNothing = effects.effects.allSatisfy { $0 == .none }
        if isNothing, !isCovered { return }
        for record in records { sink.line(Array("\(owner) \(record)".utf8)) }
    }

    private func changesAnswer(_ effects: TypedEffects, _ node: PolicyNode) -> Bool {
        switch effects.form(node.types) {
        case .blocked, .answer(.refused), .answer(.servfail): effects.isModal
        case .data(let records, _): isRefused(records, at: node.name)
        default: false
        }
    }

    /// The records of a name, without its owner; nil when a policy zone cannot say it. Where BIND takes no addresses, the
    /// mode of an engine becomes NXDOMAIN.
    private func records(_ effects: TypedEffects, _ types: [RRType], at name: DomainName) -> [String]? {
        switch effects.form(types) {
        case .pass: return ["CNAME rpz-passthru."]
        case .answer(.nxdomain), .blocked: return ["CNAME ."]
        case .answer(.nodata): return ["CNAME *."]
        case .answer(.drop): return ["CNAME rpz-drop."]
        case .answer(.truncate): return ["CNAME rpz-tcp-only."]
        case .answer: return effects.isModal ? ["CNAME ."] : nil
        case .data(let records, _) where isRefused(records, at: name): return effects.isModal ? ["CNAME ."] : nil
        case .data(let records, hidesOthers: true):
            var lines: [String] = []
            for record in records {
                guard let text = ExportText.record(record) else { return nil }
                lines.append((record.ttl.map { "\($0) " } ?? "") + "IN " + text)
            }
            return lines
        case .filled(let record):
            guard let text = ExportText.record(record) else { return nil }
            return [(record.ttl.map { "\($0) " } ?? "") + "IN " + text]
        case .data, .route, .mixed: return nil
        }
    }

    private func isRefused(_ effects: TypedEffects, _ node: PolicyNode) -> Bool {
        guard case .data(let records, _) = effects.form(node.types) else { return false }
        return isRefused(records, at: node.name)
    }

    /// Whether BIND takes no zone with such data at a name.
    private func isRefused(_ records: [LocalRecord], at name: DomainName) -> Bool {
        records.contains { BINDNames.refuses(owner: name, of: $0.type) }
    }

    private static func isTrigger(_ name: [UInt8]) -> Bool {
        let last = String(decoding: name.split(separator: 0x2E).last ?? [], as: UTF8.self)
        return ["rpz-ip", "rpz-client-ip", "rpz-nsdname", "rpz-nsip"].contains(last)
    }
}

extension ExportSink {
    /// The names above one that have rules or have to exist.
    fileprivate func namesWithRules(above name: DomainName) -> Set<DomainName> {
        var names: Set<DomainName> = []
        for rule in layer.firstRules(above: name) {
            if case .name(_, let name) = layer.content(rule).subject { names.insert(name) }
        }
        return names
    }
}
