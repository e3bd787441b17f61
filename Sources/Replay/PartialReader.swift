internal import Catalog
internal import DNS
internal import Detection
internal import Findings
internal import Policy
internal import QueryLogs
public import TextScan

extension Replayer {
    /// Takes everything that a partial holds. What is wrong with it is said with its place, and then nothing of it counts.
    ///
    /// `accept` is asked about its header: what it gives back says why the partial does not belong here.
    public mutating func mergePartial(
        _ octets: Span<UInt8>,
        path: String,
        accept: (PartialIdentity) -> String?
    ) -> Diagnostic? {
        var part = Replayer(catalog: catalog, limits: limits)
        do throws(PartialFault) {
            let identity = try part.takePartial(octets, accept)
            guard largestCount + part.largestCount <= PartialLimits.maximumCount else {
                throw PartialFault(byte: 0, text: "with it there are more queries than can be counted")
            }
            redactionID = identity.redaction
            merge(part)
            return nil
        } catch {
            return Diagnostic(path: path, byte: error.byte, reason: "bad-partial", text: error.text)
        }
    }

    /// The largest of the counts that nothing else bounds.
    private var largestCount: Int {
        let counts = sources.formats.values.flatMap { source in
            [source.records, source.events, source.bytes] + source.skipped.values + source.remarks.values
        }
        return counts.reduce(max(sums.events, sums.unreadable, sums.cutShort)) { max($0, $1) }
    }

    /// What every partial begins with.
    private static let beginning = Array(#"{"kind":"partial","#.utf8)

    private static func isPartial(_ octets: Span<UInt8>) -> Bool {
        octets.count >= beginning.count && beginning.indices.allSatisfy { octets[$0] == beginning[$0] }
    }

    private mutating func takePartial(
        _ octets: Span<UInt8>,
        _ accept: (PartialIdentity) -> String?
    ) throws(PartialFault) -> PartialIdentity {
        guard Self.isPartial(octets) else {
            throw PartialFault(byte: 0, text: "is no partial; `patchway replay LOG --emit partial` makes one of a log")
        }
        var scanner = JSONScanner(octets)
        var identity: PartialIdentity?
        var count = 0
        var sum = 0
        var ended = false
        while let tokens = try PartialRecord.tokens(&scanner) {
            var index = 0
            let record = try PartialRecord(octets, tokens, at: &index)
            guard !ended else { throw record.fault("follows the end") }
            guard identity != nil else {
                identity = try Self.identity(record, accept)
                redactionID = identity?.redaction
                count += 1
                continue
            }
            if try record.needed("kind").text() == "end" {
                guard try record.count("records") == count else {
                    throw record.fault("\(count) records were read, and as many should be as this says")
                }
                ended = true
            } else {
                try take(record)
                // What is added up must not run over before it is compared.
                sum += record.sum
                guard sum <= PartialLimits.maximumSum else { throw record.fault("counts more than can be counted") }
            }
            count += 1
        }
        guard let identity else { throw PartialFault(byte: octets.count, text: "holds no whole record") }
        guard ended else {
            throw PartialFault(
                byte: octets.count,
                text: "is cut off: its last record says how many there are; make it again"
            )
        }
        try checkSums()
        return identity
    }

    private static func identity(
        _ record: PartialRecord,
        _ accept: (PartialIdentity) -> String?
    ) throws(PartialFault) -> PartialIdentity {
        let version = try record.needed("version")
        guard try version.number(0...Int64.max) == PartialIdentity.version else {
            throw version.fault(
                "is of another version than \(PartialIdentity.version), made by another patchway; make it again"
            )
        }
        let identity = PartialIdentity(
            catalog: try record.needed("catalog").text(),
            stack: try record.member("stack")?.text(),
            redaction: try record.member("redacted")?.text()
        )
        if let objection = accept(identity) { throw record.fault(objection) }
        return identity
    }

    /// What is not the sum of its parts was made by nobody, and would make differences negative.
    private func checkSums() throws(PartialFault) {
        let events = tallies.values.reduce(0) { $0 &+ $1.events }
        let charged = Dictionary(
            book.pages.values.flatMap { $0.map { ($0.key, $0.value.events) } },
            uniquingKeysWith: &+
        )
        let times = timeline.buckets.values.flatMap(\.values)
        let isSound =
            times.reduce(0) { $0 + $1.asked } <= sums.updateEvents && times.allSatisfy { $0.failed <= $0.asked }
            && sums.updateEvents <= sums.events && (0...sums.updateEvents).contains(events)
            && sums.searchSuffixed <= sums.events
            && tallies.allSatisfy { key, tally in
                tally.clientEvents <= tally.events && tally.all.count == tally.events
                    && (0...tally.clientEvents).contains(charged[key] ?? 0)
                    && tally.faults.spans.values.reduce(0) { $0 + $1.count } <= tally.events
                    && tally.answered <= tally.events && tally.untold <= tally.events
                    && tally.withData <= tally.answered
            }
        guard isSound else {
            throw PartialFault(byte: 0, text: "its counts do not agree with each other; make it again")
        }
    }

    private mutating func take(_ record: PartialRecord) throws(PartialFault) {
        let kind = try record.needed("kind")
        switch try kind.text() {
        case "totals":
            var sums = ReplaySums()
            sums.events = try record.count("events")
            sums.updateEvents = try record.count("update_events")
            sums.searchSuffixed = try record.count("search_suffix_events")
            sums.unreadable = try record.count("unreadable")
            sums.cutShort = try record.count("cut_short")
            guard self.sums == ReplaySums() else { throw record.fault("there are totals already") }
            self.sums = sums
        case "source": try takeSource(record)
        case "seen": for client in try clients(record) { seen.insert(client) }
        case "name": merge(try tally(record))
        case "fault":
            var tally = try key(record)
            tally.faults.merge(try span(record), into: try observation(record))
            merge(tally)
        case "client": try takeMarks(record)
        case "time": try takeBucket(record)
        default: throw kind.fault("is a kind of record that is not known")
        }
    }

    private mutating func takeSource(_ record: PartialRecord) throws(PartialFault) {
        let format = try record.needed("format")
        let name = try format.text()
        guard LogFormats.all.contains(where: { $0.format.rawValue == name }) else {
            throw format.fault("is no log format")
        }
        guard sources.formats[name] == nil else { throw format.fault("was there already") }
        var counts = SourceTotals.Counts()
        counts.records = try record.count("records")
        counts.events = try record.count("events")
        counts.bytes = try record.count("bytes")
        counts.skipped = try record.counts("skipped")
        counts.remarks = try record.counts("remarks")
        sources.formats[name] = counts
    }

    private mutating func key(_ record: PartialRecord) throws(PartialFault) -> NameTally {
        let text = try record.needed("name")
        guard let name = try? DomainName(try text.text()), known(name).endpoint != nil else {
            throw text.fault("is no update name of this catalog")
        }
        let type = try record.needed("type").number(0...65_535)
        return NameTally(name: name.lowercased, type: RRType(rawValue: UInt16(type)))
    }

    private mutating func tally(_ record: PartialRecord) throws(PartialFault) -> NameTally {
        var tally = try key(record)
        tally.events = try record.count("events")
        tally.clientEvents = try record.count("client_events")
        tally.answered = try record.count("answered")
        tally.withData = try record.count("with_data")
        tally.untold = try record.count("untold")
        tally.all = try span(record)
        let aliases = try record.member("aliases")?.list() ?? []
        guard aliases.count <= NameTally.maximumAliases else { throw record.fault("has more aliases than are kept") }
        for alias in aliases {
            guard let name = try? DomainName(try alias.text()) else { throw alias.fault("is no name") }
            tally.aliases.append(name.lowercased)
        }
        for hour in try record.member("hours")?.list() ?? [] {
            let last = PartialLimits.maximumTime / 3_600_000_000
            tally.hours.insert(try hour.number(-last...last))
        }
        return tally
    }

    private func span(_ record: PartialRecord) throws(PartialFault) -> NameTally.Span {
        var span = NameTally.Span()
        span.count = try record.count("count")
        span.first = try record.time("first")
        span.last = try record.time("last")
        for client in try clients(record) { span.clients.insert(client) }
        return span
    }

    private func clients(_ record: PartialRecord) throws(PartialFault) -> [IPAddress] {
        var clients: [IPAddress] = []
        for client in try record.member("clients")?.list() ?? [] { clients.append(try address(client)) }
        return clients
    }

    private func address(_ record: PartialRecord) throws(PartialFault) -> IPAddress {
        guard let address = IPAddress(try record.text()) else { throw record.fault("is no address") }
        return address
    }

    private func observation(_ record: PartialRecord) throws(PartialFault) -> Observation {
        let rule = try record.needed("rule")
        let detection = try record.needed("detection")
        let verdict = try record.needed("verdict")
        let evidence = try record.needed("evidence")
        let words = (try rule.text(), try detection.text(), try verdict.text(), try evidence.text())
        guard let known = FindingRule(rawValue: words.0) else { throw rule.fault("is no rule of findings") }
        guard DetectionRule(rawValue: words.1) != nil else { throw detection.fault("is no rule of detection") }
        guard let kind = VerdictKind.allCases.first(where: { $0.description == words.2 }) else {
            throw verdict.fault("is no verdict")
        }
        guard let sure = Evidence(rawValue: words.3) else { throw evidence.fault("is no evidence") }
        return Observation(known, words.1, kind, sure, try record.needed("text").text())
    }

    private mutating func takeMarks(_ record: PartialRecord) throws(PartialFault) {
        let tally = try key(record)
        var marks = ClientMarks()
        marks.events = try record.count("events")
        marks.hasFailed = try record.flag("failed")
        marks.wasServed = try record.flag("served")
        marks.wasTold = try record.flag("told")
        marks.firstFailure = try record.time("first_failed") ?? .max
        marks.firstServed = try record.time("first_served") ?? .max
        let client = try address(try record.needed("client"))
        book.merge(marks, of: client, TallyKey(tally.name, tally.type, exists: known(tally.name).exists))
    }

    private mutating func takeBucket(_ record: PartialRecord) throws(PartialFault) {
        let shift = Int(try record.needed("shift").number(0...Int64(Timeline.maximumShift)))
        let last = (PartialLimits.maximumTime / Timeline.minute) >> Int64(shift)
        let bucket = try record.needed("bucket").number((-last - 1)...last)
        var counts: [Phase: Timeline.Count] = [:]
        for (name, pair) in try record.needed("phases").members {
            let numbers = try pair.list()
            guard let phase = Phase(rawValue: name), numbers.count == 2, counts[phase] == nil else {
                throw pair.fault("a phase with two counts belongs here")
            }
            let count = Timeline.Count(asked: try numbers[0].count(), failed: try numbers[1].count())
            counts[phase] = count
        }
        timeline.merge(counts, at: bucket, shift: shift)
    }
}
