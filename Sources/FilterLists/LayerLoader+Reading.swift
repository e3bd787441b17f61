import Policy
import TextScan

extension LayerLoader {
    /// Reads one list into a layer.
    static func read(
        _ list: ListText,
        _ detection: Detection,
        _ builder: consuming LayerBuilder,
        _ removals: BadfilterSet,
        _ options: LayerOptions,
        _ given: [String],
        _ otherOptions: (before: [DnsmasqOption], after: [DnsmasqOption])?,
        _ mayBeEmpty: Bool,
        isOneOfSeveral: Bool
    ) throws(ListError) -> (LayerBuilder, ListReport) {
        guard let reader = detection.engine.reader(of: detection.format) else {
            let reason = ListError.Reason.engineDoesNotRead(engine: detection.engine, format: detection.format)
            throw ListError(path: list.path, reason: reason)
        }
        let encoding = EncodingRule(list.encoding, detection.engine, detection.format)
        let read = try readable(list, encoding, detection.engine)
        let source = LoneReturns.blanked(read, detection.engine, detection.format)
        builder.beginList(
            ListSource(path: source.path, format: detection.format.id, role: source.role, octets: source.octets),
            guard: source.limit
        )
        // What was given as a format is not looked at; engines read whatever stands there.
        let fault = list.rules == nil ? DownloadFault.of(list.octets.span) : nil
        let (before, mark) = (builder.ruleCount, builder.mark)
        var sink = RuleSink(
            builder: consume builder,
            path: source.path,
            role: source.role,
            removals: removals,
            octets: source.octets.count
        )
        sink.schedules = options.schedules
        sink.checksNames = options.checksNames && detection.engine == .bindRPZ
        sink.maximumErrors = options.maximumErrors
        sink.given = given
        sink.otherOptions = otherOptions
        sink.policyZones = source.policyZones
        sink.keepsExpressions = options.keepsExpressions
        prepare(&sink, for: source, detection.format)
        if let fault { sink.note([Diagnostic(path: list.path, reason: "not-a-list", text: "looks like \(fault)")]) }
        fill(&sink, from: source, reader)
        sink.note(encoding, since: mark)
        let leavesNamesOpen = sink.openRules > 0
        let (result, report) = sink.finish(
            format: detection.format,
            detection: detection.why,
            octets: source.octets.count,
            rulesBefore: before
        )
        guard
            report.rules > 0 || leavesNamesOpen && report.hasMoreThanIncludes || mayBeEmpty || source.mayBeEmpty
                || !source.policyZones.isEmpty
        else {
            let reason = emptiness(report) + (fault.map { "; it looks like \($0)" } ?? "")
            guard isOneOfSeveral, report.unsupportedCount + report.ignoredCount > 0 else {
                throw ListError(path: source.path, reason: .noRules(reason))
            }
            var report = report
            report.noteEmptiness(reason)
            return (result, report)
        }
        return (result, report)
    }

    /// What the engine reads of a list that is encoded in some way.
    private static func readable(
        _ source: ListText,
        _ encoding: EncodingRule,
        _ engine: Engine
    ) throws(ListError) -> ListText {
        switch encoding {
        case .isRead, .isUnknown: return source
        case .isRefused(let text): throw ListError(path: source.path, reason: .encoding(engine: engine, text))
        case .spoilsFirstLine:
            let end = source.octets.span.firstIndex(of: 0x0A) ?? source.octets.count
            return source.blanking([0..<end])
        }
    }

    private static func prepare(_ sink: inout RuleSink, for source: ListText, _ format: ListFormat) {
        sink.note(source.notices)
        if source.limit.isOpen { sink.noteOpenGuard() }
        switch format {
        case .bindZones:
            sink.companions = source.companions { BINDZonesReader.files($0, source.directory) }
            sink.directory = source.directory
        case .squidConfiguration:
            sink.companions = source.companions(SquidConfigurationReader.files)
            sink.includedTexts = source.included
            sink.removed = source.removed
        default: break
        }
        sink.guardsOfLines = source.guardsOfLines
        sink.zonePolicy = source.zonePolicy
        for diagnostic in source.notEvaluated { sink.skip(diagnostic) }
    }

    /// Rules that the configuration states in place of a list, or those of the list; lines of other files are counted.
    private static func fill(_ sink: inout RuleSink, from source: ListText, _ reader: ListReader) {
        if let rules = source.rules {
            sink.noteOpenRules(rules.count { $0.action == .unsupported })
            for rule in rules { sink.builder.add(rule) }
        } else {
            reader(source.octets.span, &sink)
        }
        for input in source.counted {
            let lines = sink.lines
            sink.path = input.path
            SquidGuardReader.readURLs(input.bytes.span, &sink)
            sink.path = source.path
            sink.lines = lines
        }
    }

    /// Adds what an engine has of its own, beside all lists.
    static func addOwnRules(
        of engine: Engine,
        _ sources: [ListText],
        _ options: LayerOptions,
        _ builder: inout LayerBuilder
    ) {
        if engine == .pihole { SpecialDomains.add(to: &builder) }
        if engine == .bindRPZ { PolicyZoneNames.add(to: &builder) }
        if engine == .unbound { UnboundOwnZones.add(to: &builder) }
        if engine == .adguardHome { SpecialDomains.addOfAdGuard(to: &builder) }
        if engine == .dnscryptProxy { SpecialDomains.addOfDNSCrypt(to: &builder) }
        if engine == .blocky {
            SpecialUseNames.add(options.specialNames, to: &builder)
            if let clients = options.clients { AllowOnlyGroups.add(sources, clients, to: &builder) }
        }
    }

    /// Why a list that was read gave nothing.
    private static func emptiness(_ report: ListReport) -> String {
        func counts(_ table: [String: Int]) -> String {
            table.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(4).map { "\($0.value) \($0.key)" }
                .joined(separator: ", ")
        }
        var parts = [(report.lines == 1 ? "1 line, " : "\(report.lines) lines, ") + report.detection]
        if !report.unsupported.isEmpty { parts.append("not evaluated: " + counts(report.unsupported)) }
        let dropped = report.ignored.filter { $0.key != DropReason.option.id }
        if let include = report.notEvaluated.first(where: { $0.reason == UnsupportedReason.include.id }) {
            parts.append(include.text)
        }
        if !dropped.isEmpty { parts.append("dropped by the engine: " + counts(dropped)) }
        if let settings = report.ignored[DropReason.option.id] {
            parts.append("settings that decide nothing: \(settings)")
        }
        let hasStars = report.ignored["wildcard"] != nil || report.ignored["bad-pattern"] != nil
        if hasStars, let hint = report.engine.starHint { parts.append(hint) }
        return parts.joined(separator: "; ")
    }
}
