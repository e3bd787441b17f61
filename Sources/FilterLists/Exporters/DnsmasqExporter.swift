import DNS
import Policy

extension ExportFormat {
    /// dnsmasq configuration: `local=`, `address=`, `server=`, `host-record=`, and other records of single names.
    static let dnsmasq = ExportFormat(
        id: "dnsmasq",
        title: "dnsmasq configuration",
        engine: .dnsmasq,
        listFormat: .dnsmasq,
        syntax: .nodes { DnsmasqWriter() }
    )
}

/// `/name/` is about a name and what lies below it, `/*.name/` about the latter alone and counts as longer; types without
/// an answer fall through to shorter names.
struct DnsmasqWriter: FormatWriter {
    var comment: String { "# " }
    var heading: [String] { [] }

    mutating func write(
        _ node: PolicyNode,
        from inherited: TypedEffects,
        isAlone: Bool,
        to sink: inout ExportSink
    ) -> TypedEffects {
        guard node.changes(inherited) else { return inherited }
        let isRoot = node.name.isRoot
        guard let text = isRoot ? [0x23] : ExportText.plain(node.name) else {
            sink.omitAll(node, .name, besides: inherited)
            return inherited
        }
        let name = String(decoding: text, as: UTF8.self)
        if isRoot, !node.own.sameKind(as: node.below) {
            // `#` is the root, too.
            sink.omitAll(node.belowRules, .below)
            return inherited
        }
        if node.own.sameKind(as: node.below) {
            switch Self.lines(name, node.below, node.types, inherited) {
            case .success(let lines):
                sink.write(lines, node.below, node.belowRules, node.types)
                return node.below
            case .failure(let error):
                sink.omitAll(node, error.reason, besides: inherited)
                return inherited
            }
        }
        if isAlone, node.below.isPass, inherited.isPass, let lines = Self.hostRecords(name, node) {
            for line in lines { sink.line(Array(line.utf8)) }
            noteNamesAbove(node, lines, &sink)
            return inherited
        }
        return writeBoth(node, name, inherited, &sink)
    }

    private func writeBoth(
        _ node: PolicyNode,
        _ name: String,
        _ inherited: TypedEffects,
        _ sink: inout ExportSink
    ) -> TypedEffects {
        var above = inherited
        var lines: [String] = []
        if !node.own.sameKind(as: inherited) {
            switch Self.lines(name, node.own, node.types, inherited) {
            case .success(let own):
                lines = own
                above = node.own
            case .failure(let error):
                if let records = DnsmasqRecordWriter(name, node).lines(inherited) {
                    (lines, above) = records
                } else {
                    sink.omitAll(node.ownRules, error.reason)
                }
            }
        }
        var below = above
        if !node.below.sameKind(as: above) {
            switch Self.lines("*." + name, node.below, node.types, above) {
            case .success(let more):
                lines += more
                below = node.below
            case .failure(let error):
                sink.omitAll(node.belowRules, error.reason)
                // The rule for the name itself must not reach the names below.
                lines.append("server=/*.\(name)/#")
                below = .uniform(.none, count: node.types.count)
            }
        }
        for line in lines { sink.line(Array(line.utf8)) }
        noteNamesAbove(node, lines, &sink)
        for (effects, rules) in [(node.own, node.ownRules), (node.below, node.belowRules)]
        where Self.changesAnswer(effects, node.types) {
            sink.noteChangedAnswer(rules.compactMap { $0 }.first)
        }
        return below
    }

    /// Counts that names above one with records, other than by `address=`, exist for dnsmasq, and get NODATA where they have no
    /// other line (compared with 2.90), where one of them does not exist for the layer.
    private func noteNamesAbove(_ node: PolicyNode, _ lines: [String], _ sink: inout ExportSink) {
        let hasRecords = !lines.allSatisfy { line in ["local=", "server=", "address="].contains { line.hasPrefix($0) } }
        guard hasRecords, sink.denies(aboveOf: node.name, node.types) else { return }
        sink.noteChangedAnswer(node.ownRules.compactMap { $0 }.first)
    }

    static func changesAnswer(_ effects: TypedEffects, _ types: [RRType]) -> Bool {
        switch effects.form(types) {
        case .blocked: true
        case .answer(.nodata), .answer(.refused), .answer(.servfail), .answer(.drop): effects.isModal
        default: false
        }
    }

    /// The options that make names of a pattern fare as they should.
    private static func lines(
        _ pattern: String,
        _ effects: TypedEffects,
        _ types: [RRType],
        _ inherited: TypedEffects
    ) -> Result<[String], OmissionError> {
        let local = "local=/\(pattern)/"
        switch effects.form(types) {
        // Of every name the one is what happens anyway, and the other gives way to any server for everything.
        case .pass: return .success(pattern == "#" ? [] : ["server=/\(pattern)/#"])
        case .answer(.nxdomain) where pattern == "#", .blocked where pattern == "#":
            return .failure(OmissionError(.name))
        case .answer(.nxdomain), .blocked: return .success([local])
        case .answer: return effects.isModal ? .success([local]) : .failure(OmissionError(.answer))
        case .route(let server):
            guard isServer(server) else { return .failure(OmissionError(.route)) }
            return .success(["server=/\(pattern)/\(server)"])
        case let form where form.isNulls: return .success([local, "address=/\(pattern)/#"])
        case .data(let records, let hidesOthers):
            let addresses = records.compactMap(\.address)
            guard addresses.count == records.count else { return .failure(OmissionError(.dataOfOneName)) }
            let data = addresses.map { "address=/\(pattern)/\($0)" }
            if hidesOthers { return .success([local] + data) }
            return .success(inherited.isPass ? data : ["server=/\(pattern)/#"] + data)
        case .filled, .mixed: return .failure(OmissionError(effects.reason))
        }
    }

    /// Whether the text of a rule names a server as dnsmasq takes it: `ADDRESS` or `ADDRESS#PORT`.
    private static func isServer(_ text: String) -> Bool {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count <= 2, IPAddress(parts[0]) != nil else { return false }
        return parts.count == 1 || UInt16(parts[1]) != nil
    }

    /// Addresses for a single name, as hosts files give them. Of those of a family on one line the last alone counts.
    private static func hostRecords(_ name: String, _ node: PolicyNode) -> [String]? {
        guard case .data(let records, hidesOthers: false) = node.own.form(node.types) else { return nil }
        let addresses = records.compactMap(\.address)
        guard addresses.count == records.count else { return nil }
        let families = [addresses.filter(\.isV4), addresses.filter { !$0.isV4 }]
        return (0..<(families.map(\.count).max() ?? 0)).map { index in
            let line = families.compactMap { index < $0.count ? $0[index].description : nil }
            return "host-record=\(name),\(line.joined(separator: ","))"
        }
    }
}
