import DNS
import TextScan

/// Logs of Unbound: `log-queries`, `log-replies`, `log-local-actions`, `rpz-log` and `log-servfail`, from its own file, syslog
/// or the journal.
struct UnboundReader: TextLogReader {
    /// `unbound`.
    var format: LogFormat { .unbound }
    /// One line for people.
    var summary: String { "log of Unbound: queries, replies, local actions, RPZ" }

    /// Whether the log shows replies, so that a failure is told twice.
    struct State {
        var hasReplies = false
    }

    func begin(_ options: LogOptions, _ report: FileReport) -> (State, EventAssembly) {
        (State(), EventAssembly(options, report, hasPorts: false))
    }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        switch UnboundLine(message).body {
        case .foreign: .foreign
        case .other: .related
        case .query, .reply, .action, .failure: .telling
        }
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout State,
        _ assembly: inout EventAssembly
    ) {
        let line = UnboundLine(message)
        // Only some of the lines tell the port, so that none may be told apart by it.
        let client = line.client.map { SocketAddress($0) }
        func sighting(_ role: MessageSighting.Role, _ question: MessageSighting.Question) -> MessageSighting {
            var sighting = MessageSighting(role, question, client: client, time: time, at: position)
            sighting.server = line.server
            sighting.transport = line.transport
            return sighting
        }
        switch line.body {
        case .foreign: assembly.unparsed(message, at: position, "not a line of Unbound")
        case .other(let reason): assembly.report.skip(reason)
        case .query(let question): assembly.add(sighting(.query, question))
        case .reply(let question, let code, let latency):
            state.hasReplies = true
            var answer = sighting(.response, question)
            answer.answer(code)
            answer.latency = latency
            assembly.add(answer)
        case .failure(let question):
            guard !state.hasReplies else { return assembly.report.skip("failure-detail") }
            var event = QueryEvent(name: question.name, type: question.type, position: position)
            event.time = time
            event.answer(.servFail)
            assembly.add(event)
        case .action(let question, let action):
            guard let block = action.block else { return assembly.report.skip("policy-lets-pass") }
            var remark = sighting(.remark, question)
            remark.block = block
            if let code = action.code {
                (remark.rcode, remark.answers) = (code, action.records)
            } else if action.isAnswered {
                remark.answerUntold()
            }
            assembly.add(remark)
        }
    }
}
