public import Findings
public import TextScan

/// An audit as its records say it. Each record is checked: written again it has to be the same, so that nothing is lost unseen.
public struct SavedAudit: Sendable {
    /// One list.
    public struct List: Sendable {
        /// What was read.
        public var source: SourceReport
        /// What was found.
        public var findings: [Finding] = []
        /// Why rules are not evaluated.
        public var open: [Diagnostic] = []
    }

    /// The tool and what the run hung on.
    public private(set) var header = RunHeader(version: "", catalog: "")
    /// The lists, in their order.
    public private(set) var lists: [List] = []
    /// Inputs that were not audited.
    public private(set) var alarms: [Report.Alarm] = []
    /// The totals.
    public private(set) var summary = AuditSummary(names: 0)
    /// Lists that were not audited, as the run was interrupted.
    public private(set) var missing = 0

    /// What the records say.
    public init(_ saved: SavedReport) throws(SavedReportFault) {
        var isEnded = false
        for (index, record) in saved.records.enumerated() {
            let fields = record.fields
            var kind = ""
            do throws(JSONFault) {
                kind = try fields.text("kind")
                guard (kind == "header") == (index == 0) else {
                    throw fields.fault("kind", "the first record, and no other, is a header")
                }
                guard !isEnded else { throw fields.fault("kind", "nothing follows the summary") }
                switch kind {
                case "header": header = try RunHeader(fields)
                case "file": lists.append(List(source: try SourceReport(fields)))
                case "finding":
                    guard !lists.isEmpty else { throw fields.fault("kind", "a finding needs a file in front of it") }
                    lists[lists.count - 1].findings.append(try Finding(fields))
                case "alarm":
                    alarms.append(
                        Report.Alarm(
                            id: try fields.text("id"),
                            path: try fields.text("path"),
                            text: try fields.text("text")
                        )
                    )
                case "diagnostic": try take(diagnostic: fields)
                case "summary":
                    isEnded = true
                    try sum(fields)
                default: throw fields.fault("kind", "no kind of record of an audit")
                }
            } catch {
                throw saved.fault(error, in: record)
            }
            try check(kind, record, of: saved)
        }
        if let last = saved.records.last, !isEnded {
            throw saved.fault(last.fields.fault("kind", "no summary follows; was it cut short?"), in: last)
        }
    }

    private mutating func take(diagnostic fields: JSONFields) throws(JSONFault) {
        let diagnostic = Diagnostic(
            path: try fields.text("path"),
            line: try fields.optionalCount("line"),
            column: try fields.optionalCount("column"),
            byte: try fields.optionalCount("byte"),
            reason: try fields.text("reason"),
            text: TerminalText.escaped(try fields.text("text"))
        )
        // Others are said beside the report, and are no part of it.
        guard let list = lists.last, list.source.unsupported[diagnostic.reason] != nil else { return }
        lists[lists.count - 1].open.append(diagnostic)
    }

    private mutating func sum(_ fields: JSONFields) throws(JSONFault) {
        summary = AuditSummary(names: try fields.count("names"))
        for list in lists { summary.add(list.source, list.findings, diagnostics: [:]) }
        try summary.restore(fields)
        missing = try fields.optionalCount("lists_not_audited") ?? 0
    }

    /// What is written of what was read has to be the record.
    private func check(_ kind: String, _ record: SavedReport.Record, of saved: SavedReport) throws(SavedReportFault) {
        let (elapsed, memory) = (
            (try? record.fields.count("elapsed_ms")) ?? 0, (try? record.fields.count("peak_rss_bytes")) ?? 0
        )
        try saved.check(record) { json in
            json.member("kind", kind)
            switch kind {
            case "header": header.write(to: &json)
            case "file": lists.last?.source.write(to: &json)
            case "finding": lists.last?.findings.last?.write(to: &json)
            case "alarm": alarms.last?.write(to: &json)
            case "summary":
                if missing > 0 {
                    json.member("interrupted", true)
                    json.member("lists_not_audited", missing)
                }
                summary.write(to: &json, elapsedMilliseconds: elapsed, peakMemoryBytes: memory)
            default: Self.copy(record.fields, to: &json)
            }
        }
    }

    private static func copy(_ fields: JSONFields, to json: inout JSONWriter) {
        for name in ["path", "reason", "text"] { json.member(name, ifKnown: try? fields.text(name)) }
        for name in ["line", "column", "byte"] { json.member(name, ifKnown: try? fields.count(name)) }
    }
}

extension RunHeader {
    /// A header as its record says it.
    init(_ fields: JSONFields) throws(JSONFault) {
        guard try fields.text("tool") == "patchway" else { throw fields.fault("tool", "is another one") }
        self.init(
            version: try fields.text("version"),
            catalog: try fields.text("catalog"),
            stack: try fields.optionalText("stack"),
            isOffline: try fields.flag("offline")
        )
        report = try fields.optionalText("report")
    }
}

extension SourceReport {
    /// A source as its record says it.
    init(_ fields: JSONFields) throws(JSONFault) {
        self.init(
            path: try fields.optionalText("path") ?? "",
            format: try fields.text("format"),
            reading: try fields.optionalText("reading") ?? "",
            engine: try fields.optionalText("engine"),
            records: try fields.count("records"),
            events: try fields.count("events"),
            skipped: try fields.counts("skipped"),
            unsupported: try fields.counts("unsupported"),
            bytes: try fields.count("bytes")
        )
        isNamed = fields.has("path")
    }
}

extension Report.Alarm {
    /// Writes the members of an `alarm` record.
    public func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("path", path)
        json.member("text", text)
        json.member("accepted", ifKnown: accepted)
    }
}
