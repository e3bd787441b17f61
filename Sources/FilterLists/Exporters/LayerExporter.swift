import DNS
public import Policy

/// Writes the rules of a layer, as its engine understands them, for another engine.
///
/// Every name and type is blocked or let pass as before, and gets the same records where a rule gives some, or the rule that
/// decides it is reported as left out. Only how a blocked name is answered may differ: by the mode of an engine, and where
/// the target has no such answer; the latter is counted. Unbound asks the zone above for the DS records of a name, so that
/// those are not blocked at names of zones.
///
/// ```swift
/// let report = LayerExporter.export(layer, to: .unbound) { file.write($0) }
/// ```
public enum LayerExporter {
    /// How many types a layer may tell apart that is asked about each of them at every name.
    private static let mostTypes = 100

    /// Writes the rules in a format.
    /// - Parameters:
    ///   - context: the client and the hour that the rules are written for; where nothing is known of them, rules for some
    ///     are left out.
    ///   - allowing: whether the file of allowing rules is written, for formats that keep them apart.
    ///   - goesOn: whether to go on, asked before each rule with what there is so far. What is cut short is not whole.
    ///   - write: takes the octets piece by piece.
    /// - Complexity: O(rules × labels); memory is that of the report
    public static func export(
        _ layer: CompiledLayer,
        to format: ExportFormat,
        allowing: Bool = false,
        for context: QueryContext = .unknown,
        while goesOn: @escaping (ExportReport) -> Bool = { _ in true },
        write: @escaping (Span<UInt8>) -> Void
    ) -> ExportReport {
        var sink = ExportSink(layer, for: format, while: goesOn, flush: write)
        let title = ExportHeading.text(from: layer.engine, for: format.engine)
        if let statements = OwnStatements(layer, format) {
            sink.heading("# " + title)
            statements.write(to: &sink)
            return sink.finish()
        }
        for rule in layer.addressRules where sink.goesOn { sink.omit(rule, .address) }
        if layer.profile.readsAddressesAsNames, !format.engine.profile.readsAddressesAsNames {
            for rule in layer.compiledRules where isAddress(layer.content(rule).subject) {
                sink.omit(rule, .addressInAnswers)
            }
        }
        if layer.engine == .dnsmasq {
            // Records that dnsmasq looks up before its rules; special rules of other engines are their own, not a list's.
            for rule in layer.compiledRules where layer.content(rule).ruleClass == .special { sink.omit(rule, .data) }
            omitUnasked(layer, &sink)
        }
        let tellsTooMany = layer.distinguishedTypes.dropLast().count > mostTypes
        switch format.syntax {
        case .rules(let syntax):
            sink.heading(syntax.comment + title)
            if layer.profile.order == .classFirst {
                RulePlan(layer, syntax, format, context, allowing: allowing).write(to: &sink)
            } else if tellsTooMany {
                omitAll(layer, .manyTypes, &sink)
            } else {
                var writer = TierWriter(layer, syntax, format, allowing: allowing)
                NodePlan(layer, context).write(&writer, from: TierWriter.State(), to: &sink)
                omitPatterns(layer, &sink)
            }
        case .nodes where tellsTooMany: omitAll(layer, .manyTypes, &sink)
        case .nodes(let make):
            writeNodes(layer, make(), context, title, &sink)
            omitRewrites(layer, context, &sink)
            omitPatterns(layer, &sink)
        }
        return sink.finish()
    }

    /// Whether a rule is about the text of an address, which engines compare with those in answers.
    private static func isAddress(_ subject: RuleSubject) -> Bool {
        guard case .name(_, let name) = subject, name.labelCount == 4 else { return false }
        return IPAddress(name.description) != nil
    }

    /// Leaves out every rule that says something.
    private static func omitAll(_ layer: CompiledLayer, _ reason: Omission, _ sink: inout ExportSink) {
        for rule in layer.compiledRules where !layer.isOfEngine(rule) {
            guard sink.goesOn else { return }
            if case .name(.node, _) = layer.content(rule).subject { continue }
            sink.omit(rule, reason)
        }
    }

    private static func writeNodes(
        _ layer: CompiledLayer,
        _ format: some FormatWriter,
        _ context: QueryContext,
        _ title: String,
        _ sink: inout ExportSink
    ) {
        var writer = format
        sink.heading(writer.comment + title)
        for line in writer.heading { sink.heading(line) }
        if format is UnboundWriter { UnboundWriter.writeTurnedOff(layer, &sink) }
        let plan = NodePlan(layer, context)
        plan.write(&writer, from: .uniform(.none, count: plan.reader.types.count), to: &sink)
    }

    /// Rules of zones that cover no type only say which line keeps names from being asked for (`domain-needed`, `bogus-priv`); of
    /// several for a line the first is counted.
    private static func omitUnasked(_ layer: CompiledLayer, _ sink: inout ExportSink) {
        var last: (list: Int, start: Int)?
        for rule in layer.compiledRules {
            let content = layer.content(rule)
            guard content.ruleClass == .zone, content.coverage.types.isEmpty, !content.coverage.isExclusion else {
                continue
            }
            let place = layer.place(rule)
            if last?.list != place.list || last?.start != place.text.lowerBound { sink.omit(rule, .unasked) }
            last = (place.list, place.text.lowerBound)
        }
    }

    /// What rewrites do with a name hangs on all of them; those that none was named for.
    private static func omitRewrites(_ layer: CompiledLayer, _ context: QueryContext, _ sink: inout ExportSink) {
        guard layer.engine == .adguardHome else { return }
        for rule in layer.compiledRules where layer.counts(rule, context) != false {
            let ruleClass = layer.content(rule).ruleClass
            guard ruleClass == .rewrite || ruleClass == .ownRewrite else { continue }
            sink.omit(rule, Omission(of: layer.content(rule)) ?? .rewrite)
        }
    }

    private static func omitPatterns(_ layer: CompiledLayer, _ sink: inout ExportSink) {
        guard layer.hasPatterns else { return }
        for rule in layer.compiledRules {
            let content = layer.content(rule)
            switch content.subject {
            case .name: continue
            case .text, .regex, .condition:
                if !layer.isOfEngine(rule) { sink.omit(rule, Omission(of: content) ?? .pattern) }
            }
        }
    }
}

/// Walks the nodes of a layer in the order of their rules and tells each what the ones above it have come to.
struct NodePlan {
    let reader: NodeReader
    private var layer: CompiledLayer { reader.layer }

    init(_ layer: CompiledLayer, _ context: QueryContext) { reader = NodeReader(layer, context) }

    func write<Writer: NodeWriter>(_ writer: inout Writer, from root: Writer.State, to sink: inout ExportSink) {
        // Names above others are few.
        var known: [Int: Writer.State] = [:]
        for rule in layer.compiledRules {
            guard sink.goesOn else { return }
            guard case .name(_, let name) = layer.content(rule).subject, !layer.isOfEngine(rule),
                !layer.isPointerOfHosts(rule)
            else { continue }
            let chain = layer.firstRules(above: name).filter { !layer.isOfEngine($0) }
            guard chain.last == rule else { continue }
            var state = root
            for (index, above) in chain.dropLast().enumerated() {
                if let kept = known[above] {
                    state = kept
                    continue
                }
                guard case .name(_, let name) = layer.content(above).subject else { continue }
                sink.isSilent = true
                state = writer.write(reader.node(name, first: above), from: state, isAlone: index == 0, to: &sink)
                sink.isSilent = false
                known[above] = state
            }
            let node = reader.node(name, first: rule)
            for excluding in node.excluding { sink.omit(excluding, .denyallow) }
            _ = writer.write(node, from: state, isAlone: chain.count == 1, to: &sink)
        }
    }
}
