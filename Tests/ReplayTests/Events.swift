import DNS
import QueryLogs

/// Events as readers of captures make them.
enum Events {
    static let public4 = IPAddress("20.54.30.3")

    static func event(
        _ name: String = "www.update.example",
        _ type: RRType = .a,
        client: String = "10.8.0.1",
        time: Int64? = nil
    ) throws -> QueryEvent {
        var event = QueryEvent(
            name: try DomainName(name),
            type: type,
            position: SourcePosition(record: 1, byte: 0),
            reply: .none
        )
        event.client = IPAddress(client).map { SocketAddress($0) }
        event.time = time
        return event
    }

    /// An answered event; `answers` are addresses, or targets of aliases in order.
    static func answered(
        _ code: ResponseCode,
        _ answers: [String] = [],
        name: String = "www.update.example",
        type: RRType = .a,
        flags: ResponseFlags? = [.recursionAvailable]
    ) throws -> QueryEvent {
        var event = try event(name, type)
        event.reply = .seen
        event.rcode = code
        event.flags = flags
        var owner = event.name
        for answer in answers {
            if let address = IPAddress(answer) {
                event.answers.append(AnswerRecord(name: owner, type: address.recordType, data: .address(address)))
            } else {
                let target = try DomainName(answer)
                event.answers.append(AnswerRecord(name: owner, type: .cname, data: .name(target)))
                owner = target
            }
        }
        return event
    }

    static func extended(_ event: QueryEvent, _ code: UInt16, _ text: String = "") -> QueryEvent {
        var event = event
        event.extendedErrors = [ExtendedError(code: ExtendedErrorCode(rawValue: code), text: Array(text.utf8))]
        return event
    }

    static func blocked(_ event: QueryEvent, _ block: LoggedBlock) -> QueryEvent {
        var event = event
        event.block = block
        return event
    }
}
