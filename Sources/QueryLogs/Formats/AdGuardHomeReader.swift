import DNS
import TextScan

/// `querylog.json` of AdGuard Home, as written since 2020 and before, and what its API exports.
struct AdGuardHomeReader: JSONLogReader {
    /// `adguardhome`.
    var format: LogFormat { .adguardhome }
    /// One line for people.
    var summary: String { "querylog.json of AdGuard Home, old and new, or its API's JSON" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        if record.has("QH"), record.has("QT"), record.has("T") { return .certain }
        if record.has("Question"), record.has("Time"), record.has("Result") { return .certain }
        if record.has("question.name"), record.has("elapsedMs"), record.has("reason") { return .certain }
        return .no
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        guard var event = Self.question(record, position) else {
            return assembly.report.skip("unparsed-line", at: position, "no name and type that were asked for")
        }
        event.time = record.time("T") ?? record.time("Time") ?? record.time("time")
        event.client = record.address("IP") ?? record.address("client")
        event.transport = (record.octets("CP") ?? record.octets("client_proto"))?.transport
        Self.readAnswer(record, &event, position, &assembly)
        // The answer of the API stands for itself.
        if event.reply != .seen, let code = record.responseCode("status") {
            event.answer(code, Self.answers(record, event))
        }
        if let elapsed = record.integer("Elapsed") {
            event.latency = elapsed / 1000
        } else {
            event.latency = record.octets("elapsedMs")?.milliseconds
        }
        event.block = Self.block(record)
        assembly.add(event)
    }

    private static func question(_ record: borrowing JSONRecord, _ position: SourcePosition) -> QueryEvent? {
        if let text = record.octets("Question") {
            guard let wire = Encodings.base64(text), let reading = try? MessageReading(wire.span),
                let question = reading.question
            else { return nil }
            return QueryEvent(
                name: question.name,
                type: question.type,
                recordClass: question.recordClass,
                position: position
            )
        }
        guard let index = record.index("QH") ?? record.index("question.name"), record.isString(index),
            let name = record.octets(index).domainName,
            let type = record.type("QT") ?? record.type("question.type")
        else { return nil }
        let recordClass = (record.octets("QC") ?? record.octets("question.class"))?.recordClass
        return QueryEvent(name: name, type: type, recordClass: recordClass ?? .in, position: position)
    }

    private static func readAnswer(
        _ record: borrowing JSONRecord,
        _ event: inout QueryEvent,
        _ position: SourcePosition,
        _ assembly: inout EventAssembly
    ) {
        guard let index = record.index("Answer") else { return }
        guard record.isString(index), let wire = Encodings.base64(record.octets(index)), event.answer(message: wire)
        else {
            return assembly.report.warn("bad-answer", at: position, "the answer is no DNS message; the rest was read")
        }
    }

    private static func answers(_ record: borrowing JSONRecord, _ event: QueryEvent) -> [AnswerRecord] {
        var chain = AnswerChain(name: event.name, type: event.type)
        for answer in record.elements(record.index("answer")) {
            guard let type = record.type("type", in: answer) else { continue }
            chain.append(type, record.octets("value", in: answer) ?? [], ttl: record.ttl("ttl", in: answer))
        }
        return chain.records
    }

    /// What `IsFiltered` means (AdGuard Home `internal/filtering/reason.go`).
    private static let reasons = [
        "NotFilteredNotFound", "NotFilteredAllowList", "NotFilteredError", "FilteredBlockList", "FilteredSafeBrowsing",
        "FilteredParental", "FilteredInvalid", "FilteredSafeSearch", "FilteredBlockedService", "Rewritten",
        "RewrittenAutoHosts", "RewrittenRule",
    ]

    private static func block(_ record: borrowing JSONRecord) -> LoggedBlock? {
        if let reason = record.string("reason") {
            guard reason.hasPrefix("Filtered") else { return nil }
            let rule = record.elements(record.index("rules")).first
            return LoggedBlock(
                source: label(reason, rule.flatMap { record.integer("filter_list_id", in: $0) }),
                rule: rule.flatMap { record.string("text", in: $0) } ?? record.string("rule")
            )
        }
        guard record.bool("Result.IsFiltered") == true else { return nil }
        let number = record.integer("Result.Reason").flatMap { Int(exactly: $0) }
        let reason = number.flatMap { reasons.indices.contains($0) ? reasons[$0] : nil } ?? "Filtered"
        let rule = record.elements(record.index("Result.Rules")).first
        let list = rule.flatMap { record.integer("FilterListID", in: $0) } ?? record.integer("Result.FilterID")
        return LoggedBlock(
            source: label(record.string("Result.ServiceName").map { "\(reason) \($0)" } ?? reason, list),
            rule: rule.flatMap { record.string("Text", in: $0) } ?? record.string("Result.Rule")
        )
    }

    private static func label(_ reason: String, _ list: Int64?) -> String {
        list.map { "\(reason) list \($0)" } ?? reason
    }
}
