import DNS
import TextScan

/// Log of `ctrld`, the client of Control D, console or JSON: queries and replies are joined by the number of the request.
struct ControlDReader: TextLogReader {
    /// `ctrld`.
    var format: LogFormat { .ctrld }
    /// One line for people.
    var summary: String { "log of ctrld, the client of Control D" }

    /// Requests that wait for their reply.
    struct State {
        static let maximumOpen = 8192
        var open: [String: (question: MessageSighting.Question, client: SocketAddress?)] = [:]
    }

    func begin(_ options: LogOptions, _ report: FileReport) -> (State, EventAssembly) {
        (State(), EventAssembly(options, report, silence: .isTellingAmongAnswers))
    }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        if message.firstRange(of: "QUERY: ") != nil, message.firstRange(of: " -> listener.") != nil { return .telling }
        if message.firstRange(of: "REPLY: ") != nil, message.firstRange(of: " -> ") != nil { return .related }
        return Self.request(message) == nil ? .foreign : .related
    }

    /// `[1a2b3c]` in front of what is said about a request.
    private static func request(_ message: Span<UInt8>) -> String? {
        let head = message.extracting(0..<min(message.count, 40))
        guard let open = head.firstIndex(of: 0x5B), let close = head.firstIndex(of: 0x5D, from: open),
            close - open > 4, close - open < 32, head.extracting((open + 1)..<close).hexadecimal != nil
        else { return nil }
        return head.extracting((open + 1)..<close).string
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout State,
        _ assembly: inout EventAssembly
    ) {
        let request = Self.request(message)
        if let found = message.firstRange(of: "QUERY: ") {
            let text = message.extracting(found.upperBound..<message.count)
            guard let (question, client) = Self.query(text) else {
                return assembly.unparsed(message, at: position, "no name with a type")
            }
            if let request {
                if state.open.count >= State.maximumOpen { state.open.removeAll() }
                state.open[request] = (question, client)
            }
            assembly.add(MessageSighting(.query, question, client: client, time: time, at: position))
            return
        }
        let reply = message.firstRange(of: "REPLY: ")
        let isFailure = message.firstRange(of: "endpoints failed") != nil
        guard reply != nil || isFailure else { return assembly.report.skip("other-message") }
        guard let request, let (question, client) = state.open[request] else {
            return assembly.report.skip("answer-without-question")
        }
        var answer = MessageSighting(.response, question, client: client, time: time, at: position)
        if isFailure {
            answer.answer(.servFail)
        } else {
            var start = message.count
            while start > 0, message[start - 1] != 0x20 { start -= 1 }
            guard let code = message.extracting(start..<message.count).responseCode else {
                return assembly.unparsed(message, at: position, "no response code")
            }
            answer.answer(code)
        }
        state.open[request] = nil
        assembly.add(answer)
    }

    /// `CLIENT[ (HOST)] -> listener.0: TYPE NAME`
    private static func query(_ text: Span<UInt8>) -> (MessageSighting.Question, SocketAddress?)? {
        let client = text.words(upTo: 1).first?.socketAddress
        guard let arrow = text.firstRange(of: " -> "), let colon = text.firstRange(of: ": ", from: arrow.upperBound)
        else {
            return nil
        }
        let words = text.extracting(colon.upperBound..<text.count).words(upTo: 2)
        guard words.count == 2, let type = words[0].recordType, let name = words[1].domainName else { return nil }
        return (MessageSighting.Question(name: name, type: type), client)
    }
}
