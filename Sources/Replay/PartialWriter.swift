internal import Catalog
internal import DNS
internal import Findings
internal import Policy
internal import TextScan

extension Replayer {
    /// Writes everything that was taken so far, in an order that depends on nothing else; `write` takes the octets.
    public func writePartial(_ identity: PartialIdentity, write: (Span<UInt8>) -> Void) {
        var writer = PartialWriter()
        writer.record("partial", write) {
            $0.member("version", PartialIdentity.version)
            $0.member("tool", "patchway")
            $0.member("catalog", identity.catalog)
            $0.member("stack", ifKnown: identity.stack)
            $0.member("redacted", ifKnown: identity.redaction)
        }
        writer.record("totals", write) {
            $0.member("events", sums.events)
            $0.member("update_events", sums.updateEvents)
            $0.member("search_suffix_events", sums.searchSuffixed)
            $0.member("unreadable", sums.unreadable)
            $0.member("cut_short", sums.cutShort)
        }
        for (format, counts) in sources.formats.sorted(by: { $0.key.precedes($1.key) }) {
            writer.record("source", write) {
                $0.member("format", format)
                $0.member("records", counts.records)
                $0.member("events", counts.events)
                $0.member("bytes", counts.bytes)
                $0.member("skipped", counts: counts.skipped)
                $0.member("remarks", counts: counts.remarks)
            }
        }
        writer.addresses("seen", seen.sorted[...], write)
        for (_, tally) in kept.sorted(by: { $0.key < $1.key }) { writer.tally(tally, write) }
        for (client, page) in book.kept.sorted(by: { $0.key < $1.key }) {
            for (key, marks) in page.sorted(by: { $0.key < $1.key }) { writer.marks(marks, client, key, write) }
        }
        for bucket in timeline.buckets.sorted(by: { $0.key < $1.key }) {
            writer.record("time", write) { json in
                json.member("shift", timeline.shift)
                json.member("bucket", bucket.key)
                json.object("phases") { phases in
                    for (phase, count) in bucket.value.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                        phases.array(phase.rawValue) {
                            $0.value(count.asked)
                            $0.value(count.failed)
                        }
                    }
                }
            }
        }
        let records = writer.count
        writer.record("end", write) { $0.member("records", records) }
    }
}

private struct PartialWriter {
    private var json = JSONWriter(reservingCapacity: 4096)
    private(set) var count = 0

    mutating func record(_ kind: String, _ write: (Span<UInt8>) -> Void, _ body: (inout JSONWriter) -> Void) {
        json.removeAll()
        json.object {
            $0.member("kind", kind)
            body(&$0)
        }
        json.endRecord()
        write(json.bytes.span)
        count += 1
    }

    /// Addresses, in as many records as they need.
    mutating func addresses(
        _ kind: String,
        _ addresses: ArraySlice<IPAddress>,
        _ write: (Span<UInt8>) -> Void,
        _ body: (inout JSONWriter) -> Void = { _ in }
    ) {
        var rest = addresses
        while !rest.isEmpty {
            let piece = rest.prefix(PartialLimits.chunk)
            record(kind, write) {
                body(&$0)
                $0.member("clients", piece.map(\.description))
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    mutating func tally(_ tally: NameTally, _ write: (Span<UInt8>) -> Void) {
        record("name", write) { json in
            Self.key(tally, &json)
            json.member("events", tally.events)
            json.member("client_events", tally.clientEvents)
            json.member("answered", tally.answered)
            json.member("with_data", tally.withData)
            json.member("untold", tally.untold)
            json.member("aliases", tally.aliases.map(\.description))
            Self.span(tally.all, &json)
        }
        let all = tally.all.clients.sorted
        addresses("name", all[...], write) { Self.key(tally, &$0) }
        var hours = tally.hours.sorted[...]
        while !hours.isEmpty {
            let piece = hours.prefix(PartialLimits.chunk)
            record("name", write) { json in
                Self.key(tally, &json)
                json.array("hours") { array in for hour in piece { array.value(hour) } }
            }
            hours = hours.dropFirst(piece.count)
        }
        for (fault, span) in tally.faults.sorted {
            record("fault", write) {
                Self.key(tally, &$0)
                Self.fault(fault, &$0)
                Self.span(span, &$0)
            }
            addresses("fault", span.clients.sorted[...], write) {
                Self.key(tally, &$0)
                Self.fault(fault, &$0)
            }
        }
    }

    mutating func marks(
        _ marks: ClientMarks,
        _ client: IPAddress,
        _ key: TallyKey,
        _ write: (Span<UInt8>) -> Void
    ) {
        record("client", write) {
            $0.member("client", client.description)
            $0.member("name", key.name.description)
            $0.member("type", key.type.rawValue)
            $0.member("events", marks.events)
            if marks.hasFailed { $0.member("failed", true) }
            if marks.wasServed { $0.member("served", true) }
            if marks.wasTold { $0.member("told", true) }
            if marks.firstFailure < .max { $0.member("first_failed", marks.firstFailure) }
            if marks.firstServed < .max { $0.member("first_served", marks.firstServed) }
        }
    }

    private static func key(_ tally: NameTally, _ json: inout JSONWriter) {
        json.member("name", tally.name.description)
        json.member("type", tally.type.rawValue)
    }

    private static func fault(_ fault: Observation, _ json: inout JSONWriter) {
        json.member("rule", fault.rule.rawValue)
        json.member("detection", fault.detection)
        json.member("verdict", fault.kind.description)
        json.member("evidence", fault.evidence.rawValue)
        json.member("text", fault.text)
    }

    private static func span(_ span: NameTally.Span, _ json: inout JSONWriter) {
        json.member("count", span.count)
        json.member("first", ifKnown: span.first)
        json.member("last", ifKnown: span.last)
    }
}
