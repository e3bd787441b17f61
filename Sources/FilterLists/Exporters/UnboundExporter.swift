import DNS
import Policy

extension ExportFormat {
    /// Unbound's `local-zone:` and `local-data:`.
    static let unbound = ExportFormat(
        id: "unbound",
        title: "Unbound local zones",
        engine: .unbound,
        listFormat: .unbound,
        syntax: .nodes { UnboundWriter() }
    )
}

/// A zone is about a name and what lies below it; data of a zone that is transparent are about a single name.
struct UnboundWriter: FormatWriter {
    /// Zones with data of names below them; nil for names inside of them that may be zones of another kind.
    private var zones: [DomainName: LocalZoneType?] = [:]

    init() {}

    var comment: String { "# " }
    var heading: [String] { ["server:"] }

    /// Writes which of its own zones Unbound is not to have, as the lists say.
    static func writeTurnedOff(_ layer: CompiledLayer, _ sink: inout ExportSink) {
        let turnedOff = layer.ownZonesTurnedOff
        if turnedOff.ofNetworks != nil { sink.line(Array("unblock-lan-zones: yes".utf8)) }
        for zone in turnedOff.zones.keys.filter(OwnZonesTurnedOff.isOwn).sorted() {
            sink.line(Array("local-zone: \"\(zone).\" nodefault".utf8))
        }
    }

    mutating func write(
        _ node: PolicyNode,
        from inherited: TypedEffects,
        isAlone: Bool,
        to sink: inout ExportSink
    ) -> TypedEffects {
        let opens = node.opens(in: inherited) && sink.isAnsweredByTarget(node.name)
        guard opens || node.changes(inherited) else { return inherited }
        let text = node.name.isRoot ? [] : ExportText.plain(node.name)
        guard let text else {
            sink.omitAll(node, .name, besides: inherited)
            return inherited
        }
        let name = String(decoding: text, as: UTF8.self) + "."
        if opens {
            sink.writeZone(whole(name, node.own, node.types) ?? [], node.own, [], node.types, isSingle: false)
            return .uniform(.allow, count: node.types.count)
        }
        if let below = writeFilled(node, name, from: inherited, to: &sink) { return below }
        if enclosing(node.name) != nil { zones[node.name] = .some(nil) }
        let passes = node.below.isPass || whole(name, node.below, node.types) == nil
        if passes, !node.below.isPass { sink.omitAll(node.belowRules, node.below.reason(node.types)) }
        if !node.own.sameKind(as: node.below) {
            if passes, let lines = single(name, node.own, node.types) {
                sink.writeZone(lines, node.own, node.ownRules, node.types, isSingle: true)
                return .uniform(.none, count: node.types.count)
            }
            // What is written for the names below reaches the name itself.
            guard !node.ownRules.contains(nil) else {
                sink.omitAll(node.belowRules, .below)
                sink.omitAll(node.ownRules, .exact)
                guard node.own.isPass, !inherited.isPass else { return inherited }
                sink.writeZone(whole(name, node.own, node.types) ?? [], node.own, [], node.types, isSingle: false)
                return node.own
            }
            sink.omitAll(node.ownRules, .exact)
        }
        guard !node.below.sameKind(as: inherited) || node.isExemption(from: inherited) else { return inherited }
        guard let lines = whole(name, node.below, node.types) else {
            if node.own.sameKind(as: node.below) { sink.omitAll(node.ownRules, node.below.reason(node.types)) }
            return inherited
        }
        sink.writeZone(lines, node.below, node.belowRules, node.types, isSingle: false)
        return node.below
    }

    /// For the name and everything below it.
    private func whole(_ name: String, _ effects: TypedEffects, _ types: [RRType]) -> [String]? {
        func zone(_ type: LocalZoneType) -> [String] { ["local-zone: \"\(name)\" \(type.rawValue)"] }
        switch effects.form(types) {
        case .pass: return zone(.alwaysTransparent)
        case .answer(.nxdomain), .blocked: return zone(.alwaysNXDomain)
        case .answer(.nodata): return zone(.alwaysNoData)
        case .answer(.refused): return zone(.alwaysRefuse)
        case .answer(.drop): return zone(.alwaysDeny)
        case let form where form.isNulls: return zone(.alwaysNull)
        case .data(let records, hidesOthers: true): return data(name, records).map { zone(.redirect) + $0 }
        case .answer, .data, .filled, .route, .mixed: return nil
        }
    }

    /// For the name alone; what lies below is resolved.
    private func single(_ name: String, _ effects: TypedEffects, _ types: [RRType]) -> [String]? {
        func zone(_ type: LocalZoneType) -> [String] { ["local-zone: \"\(name)\" \(type.rawValue)"] }
        switch effects.form(types) {
        case .data(let records, let hidesOthers):
            return data(name, records).map { zone(hidesOthers ? .transparent : .typeTransparent) + $0 }
        case .blocked, .answer:
            guard effects.isModal, case .data(let nulls, _) = EffectForm.nulls else { return nil }
            return data(name, nulls).map { zone(.transparent) + $0 }
        case .pass, .filled, .route, .mixed: return nil
        }
    }

    /// The kind of the zone with data that a name lies in.
    private func enclosing(_ name: DomainName) -> LocalZoneType? {
        var above = zones.isEmpty ? nil : name.parent
        while let next = above {
            if let zone = zones[next] { return zone }
            above = next.parent
        }
        return nil
    }

    /// For a name that has data, or only names with data below it, in a zone that blocks everything else.
    private mutating func writeFilled(
        _ node: PolicyNode,
        _ name: String,
        from inherited: TypedEffects,
        to sink: inout ExportSink
    ) -> TypedEffects? {
        // A name of a zone exists because of what lies below it, in Unbound; elsewhere such a name may not exist.
        guard sink.layer.engine == .unbound else { return nil }
        guard !node.own.sameKind(as: node.below), let (zone, records) = filling(node), var lines = data(name, records)
        else { return nil }
        if !inherited.sameKind(as: node.below) || enclosing(node.name) != zone {
            lines.insert("local-zone: \"\(name)\" \(zone.rawValue)", at: 0)
            zones[node.name] = zone
        }
        sink.writeZone(lines, node.own, node.ownRules, node.types, isSingle: false)
        return node.below
    }

    /// The zone that answers for what lies below a name and for the types that it has no data of, and the data.
    private func filling(_ node: PolicyNode) -> (zone: LocalZoneType, records: [LocalRecord])? {
        let (zone, rest): (LocalZoneType, VerdictKind)
        switch node.below.form(node.types) {
        case .answer(.nxdomain): (zone, rest) = (.static, .nodata)
        case .answer(.refused): (zone, rest) = (.refuse, .refused)
        case .answer(.drop): (zone, rest) = (.deny, .drop)
        default: return nil
        }
        var records: [LocalRecord] = []
        for (effect, type) in zip(node.own.effects, node.types) {
            switch effect {
            case .data(let list): records += list.filter { !records.contains($0) }
            case .block(.sinkhole): records.append(LocalRecord(type == .aaaa ? .v6(0, 0) : .v4(0)))
            case .block(rest), .answer(rest): break
            default: return nil
            }
        }
        // An alias answers every type, alone.
        guard records.contains(where: { $0.type == .cname }) else { return (zone, records) }
        let isAlone = records.count == 1 && node.own.effects.allSatisfy { $0 == .data(records) }
        return isAlone ? (zone, records) : nil
    }

    private func data(_ name: String, _ records: [LocalRecord]) -> [String]? {
        var lines: [String] = []
        for record in records {
            guard let text = ExportText.record(record) else { return nil }
            let ttl = record.ttl.map { "\($0) " } ?? ""
            lines.append("local-data: \"\(name) \(ttl)IN \(text)\"")
        }
        return lines
    }
}

extension ExportSink {
    fileprivate mutating func writeZone(
        _ lines: [String],
        _ effects: TypedEffects,
        _ rules: [Int?],
        _ types: [RRType],
        isSingle: Bool
    ) {
        for text in lines { line(Array(text.utf8)) }
        let isChanged =
            switch effects.form(types) {
            case .blocked: true
            case .answer: isSingle
            default: false
            }
        if isChanged { noteChangedAnswer(rules.compactMap { $0 }.first) }
    }
}
