import DNS
import FilterLists
import Policy
import TextScan

/// What was compared of an export.
struct ExportTally {
    var names = 0
    var compared = 0
    var blocked = 0
    var data = 0
    var left = 0
    var failures: [String] = []

    /// Compares what a layer and what was written of it say about a name, for every type that the layer tells apart.
    mutating func check(
        _ name: DomainName,
        _ layer: CompiledLayer,
        _ target: ReadBack,
        _ format: ExportFormat,
        _ round: String
    ) {
        for type in layer.distinguishedTypes {
            let asked = layer.decide(NameBuffer(name), type: type)
            guard asked.kind != .unsupported else { continue }
            if asked.hasRule, target.report.omittedRules.contains(Int(asked.rule)) {
                left += 1
                continue
            }
            let isOwn = layer.engine == target.layer.engine
            let isSpecial = !isOwn && asked.hasRule && layer.content(Int(asked.rule)).ruleClass == .special
            let got = target.layer.decide(NameBuffer(name), type: type)
            // What the engine has of its own is no list's, where the lists say nothing.
            if !asked.hasRule, got.hasRule, target.layer.isOfEngine(Int(got.rule)) { continue }
            // Knot Resolver leaves every CNAME to another name out, and does not know how to drop.
            let isLost =
                target.layer.engine == .knotRPZ
                && (asked.kind == .redirect && got.kind == .pass || asked.kind == .drop && got.kind == .servfail)
            // Records of a zone's own.
            guard layer.engine != .bindZones || type != .ns && type != .soa else { continue }
            // Unbound asks the zone above for the DS records of a zone.
            guard !isSpecial, !isLost, !(format.engine == .unbound && type == .ds) else { continue }
            compared += 1
            if !asked.kind.isPass { blocked += 1 }
            // Where a mode answers, or the answer is counted as changed, only the block itself can be compared.
            let isExact = format.engine.profile.blockModes.count == 1 && target.report.changedAnswers == 0
            let isSame =
                got.kind != .unsupported && asked.kind.isPass == got.kind.isPass
                && (!isExact || asked.kind == got.kind)
            // The data that a rule gives is the same data; that of a mode is the mode's.
            let isData = asked.kind == .redirect && asked.hasRule && layer.content(Int(asked.rule)).action != .block
            let isSameData =
                !isData || Self.data(layer, asked, name, type) == Self.data(target.layer, got, name, type)
            if isData { data += 1 }
            if !isSame || !isSameData {
                let rule = asked.hasRule ? layer.reference(Int(asked.rule)).text : "no rule"
                let other = got.hasRule ? target.layer.reference(Int(got.rule)).text : "no rule"
                failures.append(
                    "\(round): \(name) \(type): \(asked.kind) by '\(rule)', now \(got.kind) by '\(other)'"
                )
            }
        }
    }

    /// What an answer says, without TTL and in no order.
    private static func data(_ layer: CompiledLayer, _ decision: Decision, _ name: DomainName, _ type: RRType) -> Set<
        LocalRecord
    > {
        Set(
            (layer.answer(decision, name: name, type: type)?.records ?? []).map {
                LocalRecord(type: $0.type, data: $0.data)
            }
        )
    }
}

/// The octets of an export.
func export(
    _ layer: CompiledLayer,
    _ format: ExportFormat,
    allowing: Bool,
    _ text: inout [UInt8]
) -> ExportReport {
    let sink = OctetSink()
    let report = LayerExporter.export(layer, to: format, allowing: allowing) { sink.octets += $0.octets }
    text = sink.octets
    return report
}

final class OctetSink {
    var octets: [UInt8] = []
}

/// What was written, read by the engine it was written for.
struct ReadBack {
    let layer: CompiledLayer
    var report: ExportReport

    init(_ source: CompiledLayer, _ format: ExportFormat, _ engine: Engine) throws {
        var text: [UInt8] = []
        report = export(source, format, allowing: false, &text)
        var inputs: [ListInput] = []
        if let listFormat = format.listFormat {
            inputs.append(ListInput(path: "written", format: listFormat, octets: text))
            if format.keepsAllowApart {
                let other = export(source, format, allowing: true, &text)
                report.omittedRules.formUnion(other.omittedRules)
                inputs.append(ListInput(path: "allowing", role: .allow, format: listFormat, octets: text))
            }
        } else {
            inputs = Self.piholeLists(text)
        }
        layer = try LayerLoader.load(inputs, engine: engine, mayBeEmpty: true).layer
    }

    /// What the commands put into Pi-hole's lists.
    private static func piholeLists(_ text: [UInt8]) -> [ListInput] {
        let commands: [(prefix: String, role: ListRole, format: ListFormat)] = [
            ("pihole deny ", .deny, .domains), ("pihole allow ", .exempt, .domains),
            ("pihole --regex ", .deny, .regex), ("pihole --allow-regex ", .exempt, .regex),
        ]
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        return commands.map { command in
            let words = lines.filter { $0.hasPrefix(command.prefix) }.flatMap { line in
                line.dropFirst(command.prefix.count).split(separator: " ").map { word in
                    String(word).replacing("'\\''", with: "\u{1}").replacing("'", with: "").replacing(
                        "\u{1}",
                        with: "'"
                    )
                }
            }
            let octets = Array((words.joined(separator: "\n") + "\n").utf8)
            return ListInput(path: command.prefix, role: command.role, format: command.format, octets: octets)
        }
    }
}
