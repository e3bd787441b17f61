import DNS
import Findings
import Policy
import QueryLogs
import Replay
import TextScan

/// What came of reading records of a round as logs.
struct LogTally {
    var events = 0
    var compared = 0
    /// Questions whose outcome a log does not tell.
    var untold = 0
    /// Blocks that nothing in the answer shows, and that the log does not tell either.
    var unseen = 0
    var mismatches = 0

    mutating func add(_ other: LogTally) {
        events += other.events
        compared += other.compared
        untold += other.untold
        unseen += other.unseen
        mismatches += other.mismatches
    }
}

/// Reads a record of a round as `replay` does, and compares what it shows with what the engine answered and with the stack.
struct LogReview {
    let source: LogWatch.Source
    let engine: Engine
    private let events: [Key: [QueryEvent]]
    private let faults: [String]
    private(set) var tally = LogTally()

    private struct Key: Hashable {
        var name: DomainName
        var type: RRType
    }

    init(_ source: LogWatch.Source, _ engine: Engine, port: UInt16) {
        self.source = source
        self.engine = engine
        var events: [Key: [QueryEvent]] = [:]
        var faults: [String] = []
        var count = 0
        if !source.octets.isEmpty {
            let options = LogOptions(present: 0, ports: [port])
            let input = Input(path: source.format, bytes: InputBytes(source.octets))
            let report = QueryLog.read(input, options: options) { event in
                count += 1
                events[Key(name: event.name.lowercased, type: event.type), default: []].append(event)
            }
            if report.format.rawValue != source.format { faults.append("read as \(report.format.rawValue)") }
        } else {
            faults.append("nothing was written")
        }
        self.events = events
        self.faults = faults
        tally.events = count
        tally.mismatches = faults.count
    }

    /// What is wrong with the record as a whole.
    var headline: String? {
        faults.isEmpty ? nil : "LOGGED \(engine.rawValue) \(source.format): \(faults.joined(separator: ", "))"
    }

    /// Why a record says something else about a question than its answer and the stack; nil where it does not.
    mutating func mismatch(_ question: Question, _ verdict: Verdict, _ outcome: Outcome) -> String? {
        let found = events[Key(name: question.name.lowercased, type: question.type)] ?? []
        // Collectors are told of answers alone by some, and a lost packet is none of theirs.
        guard !found.isEmpty else {
            guard outcome.code != Outcome.drop.code else {
                tally.untold += 1
                return nil
            }
            return report("is not in it", question, verdict, outcome, [])
        }
        let seen = Observation(Self.event(question, outcome), exists: true)
        // Of a question that was asked again because no answer came, one event tells what came at last.
        let faults = found.map { fault(of: $0, seen, verdict, outcome) }
        guard let wrong = faults.first(where: { $0 != nil }), !faults.contains(where: { $0 == nil }) else { return nil }
        return report(wrong ?? "", question, verdict, outcome, found)
    }

    private mutating func fault(
        of event: QueryEvent,
        _ seen: Observation?,
        _ verdict: Verdict,
        _ outcome: Outcome
    ) -> String? {
        let told = Observation(event, exists: true)
        tally.compared += 1
        if isSilentByDesign(event, verdict) {
            tally.untold += 1
            return nil
        }
        if event.block != nil, verdict.kind.isPass { return "says blocked, and the stack lets it pass" }
        if let code = event.rcode, outcome.code != "TC", code.description != outcome.code {
            return "has \(code) for \(outcome.code)"
        }
        let (theirs, ours) = (Self.addresses(of: outcome), Self.addresses(of: event))
        if !ours.isEmpty, ours != theirs { return "has other addresses" }
        // Text and some messages tell some records alone, so that none follows from what is not there.
        let isTold =
            event.answers.allSatisfy { $0.data != .unknown } && (event.flags != nil || seen?.rule != .observedMissing)
        let tellsAnswers = isTold && ours == theirs && (event.rcode != nil || event.reply == .none)
        switch (told, seen) {
        case (nil, nil):
            if !verdict.kind.isPass { tally.unseen += 1 }
        case (nil, .some):
            if tellsAnswers { return "shows nothing where the answer does" }
            tally.untold += 1
        case (.some(let told), nil):
            if event.block == nil { return "shows what the answer does not: \(told.text)" }
        case (.some(let told), .some(let seen)):
            if told.kind != seen.kind {
                if told.kind != .unsupported, tellsAnswers { return "shows \(told.kind) for \(seen.kind)" }
                tally.untold += 1
            }
        }
        return nil
    }

    /// What logs are known not to tell: dnsmasq writes nothing of an answer to ANY of which a filter left nothing, and
    /// PowerDNS names rules about addresses that have no data of the type, and so change nothing.
    private func isSilentByDesign(_ event: QueryEvent, _ verdict: Verdict) -> Bool {
        switch source.format {
        case "dnsmasq": event.type == .any && event.reply == .none
        case "powerdns": verdict.kind.isPass && event.block?.rule?.hasSuffix(".rpz-ip.") == true
        default: false
        }
    }

    /// What a client saw, as an event.
    private static func event(_ question: Question, _ outcome: Outcome) -> QueryEvent {
        var event = QueryEvent(
            name: question.name,
            type: question.type,
            position: SourcePosition(record: 1, byte: 0),
            reply: outcome.code == Outcome.drop.code ? .none : .seen
        )
        event.rcode =
            outcome.code == "TC"
            ? .noError
            : (0..<24).lazy.map(ResponseCode.init).first {
                $0.description == outcome.code
            }
        var flags: ResponseFlags = outcome.code == "TC" ? .truncated : []
        if outcome.isAuthoritative { flags.insert(.authoritative) }
        if outcome.isRecursive { flags.insert(.recursionAvailable) }
        event.flags = flags
        event.hasSOA = outcome.authority.contains { $0.type == .soa }
        event.extendedErrors = outcome.errors.compactMap { text in
            UInt16(text.prefix { $0.isNumber }).map { ExtendedError(code: ExtendedErrorCode(rawValue: $0), text: []) }
        }
        event.answers = outcome.answer.map { entry in
            let address = entry.type == .a || entry.type == .aaaa ? IPAddress(octets: entry.data) : nil
            let target = entry.type == .cname ? try? DomainName(wire: entry.data) : nil
            return AnswerRecord(
                name: entry.owner,
                type: entry.type,
                data: address.map(AnswerData.address) ?? target.map(AnswerData.name) ?? .octets(entry.data)
            )
        }
        return event
    }

    private static func addresses(of event: QueryEvent) -> Set<IPAddress> {
        Set(event.answers.compactMap { if case .address(let address) = $0.data { address } else { nil } })
    }

    private static func addresses(of outcome: Outcome) -> Set<IPAddress> {
        Set(outcome.answer.compactMap { $0.type == .a || $0.type == .aaaa ? IPAddress(octets: $0.data) : nil })
    }

    private func report(
        _ why: String,
        _ question: Question,
        _ verdict: Verdict,
        _ outcome: Outcome,
        _ events: [QueryEvent]
    ) -> String {
        var text = "LOGGED \(engine.rawValue) \(source.format): \(question.name) \(question.type) \(why)\n"
        text += "  answer   \(outcome)\n  stack    \(verdict.kind)"
        if let rule = verdict.matched?.rule { text += " by \(rule.list):\(rule.line) \(rule.text)" }
        for event in events {
            text +=
                "\n  record   \(event.position.record): reply \(event.reply) rcode \(event.rcode.map(\.description) ?? "-")"
            text += " block \(event.block.map { "\($0.source) \($0.rule ?? "")" } ?? "-")"
            text += " answers \(event.answers.map { "\($0.data)" }.joined(separator: " "))"
        }
        if source.format != "pcap", source.format != "powerdns" {
            let lines = String(decoding: source.octets, as: UTF8.self).split(separator: "\n")
            let name = question.name.lowercased.description
            for line in lines.filter({ $0.lowercased().contains(name) }).prefix(12) { text += "\n  line     \(line)" }
        }
        return text
    }
}
