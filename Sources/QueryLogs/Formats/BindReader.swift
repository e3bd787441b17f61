import DNS
import TextScan

/// Logs of BIND 9 (categories queries, responses, rpz and query-errors) and of what is built on it: Infoblox NIOS, also as
/// CEF, and EfficientIP SOLIDserver.
struct BindReader: TextLogReader {
    /// `bind`.
    var format: LogFormat { .bind }
    /// One line for people.
    var summary: String { "query, response, rpz and query-errors log of BIND 9, Infoblox, EfficientIP" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        switch BindLine(message).body {
        case .foreign: .foreign
        case .other, .broken: .related
        case .query, .response, .rewrite, .failure: .telling
        }
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        let line = BindLine(message)
        func sighting(_ role: MessageSighting.Role, _ question: MessageSighting.Question) -> MessageSighting {
            var sighting = MessageSighting(role, question, client: line.client, time: time, at: position)
            sighting.server = line.server
            sighting.transport = line.transport
            return sighting
        }
        switch line.body {
        // The server writes about much else; what has no stamp is of another program.
        case .foreign where time != nil: assembly.report.skip("other-message")
        case .foreign: assembly.unparsed(message, at: position, "not a line of BIND")
        case .broken: assembly.unparsed(message, at: position, "a query or an answer that is not whole")
        case .other(let reason): assembly.report.skip(reason)
        case .query(let question): assembly.add(sighting(.query, question))
        case .response(let question, let code, let records):
            var answer = sighting(.response, question)
            answer.answer(code)
            if let records { answer.answers = records }
            assembly.add(answer)
        case .failure(let question, let code):
            var remark = sighting(.remark, question)
            remark.rcode = code
            assembly.add(remark)
        case .rewrite(let question, let rewrite):
            guard rewrite.isBlock else { return assembly.report.skip("policy-lets-pass") }
            var remark = sighting(.remark, question)
            remark.block = LoggedBlock(source: rewrite.source, rule: rewrite.rule, isAlias: rewrite.isAlias)
            if let code = rewrite.code {
                remark.rcode = code
            } else if rewrite.isAnswered {
                remark.answerUntold()
            }
            assembly.add(remark)
        }
    }
}
