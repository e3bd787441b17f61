import DNS
import TextScan

/// Query log of the NextDNS client for routers and computers (`log-queries`), mostly through syslog.
struct NextDNSClientReader: TextLogReader {
    /// `nextdnsclient`.
    var format: LogFormat { .nextdnsClient }
    /// One line for people.
    var summary: String { "query log of the NextDNS client" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        guard message.hasPrefix("Query ") else { return .foreign }
        return message.firstRange(of: " (qry=") == nil ? .foreign : .telling
    }

    /// `Query CLIENT PROTOCOL TYPE NAME [PROFILE] (qry=N/res=N) 12ms|cached UPSTREAM[: ERROR]`
    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard message.hasPrefix("Query "), let sizes = message.firstRange(of: " (qry=") else {
            return assembly.report.skip("other-message")
        }
        let words = message.extracting(6..<max(6, sizes.lowerBound)).words(upTo: 6)
        guard words.count >= 4, let type = words[2].recordType, let name = words[3].domainName else {
            return assembly.unparsed(message, at: position, "no name with a type")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = time
        event.client = words[0].socketAddress
        event.transport = words[1].transport
        let rest = message.extracting(sizes.upperBound..<message.count)
        let answered = rest.firstRange(of: "res=").map { found in
            let end = rest.firstIndex(of: 0x29, from: found.upperBound) ?? rest.count
            return rest.extracting(found.upperBound..<end).decimal ?? 0
        }
        if let close = rest.firstRange(of: ") ") {
            let word = rest.extracting(close.upperBound..<rest.count).words(upTo: 1).first ?? []
            if word.last == 0x73 { event.latency = word.milliseconds }
        }
        // The code of the answer is not written.
        if answered ?? 0 > 0 {
            event.reply = .seen
            event.answerCount = 1
            event.answers = [AnswerRecord(name: name, type: RRType(rawValue: 0), data: .unknown)]
        } else {
            event.reply = .none
        }
        assembly.add(event)
    }
}
