import DNS

/// One answer line of a dnsmasq log.
struct DnsmasqAnswer {
    var source: String
    /// The owner name; nil when the line names none and means the whole query.
    var name: LoggedName?
    var content: DnsmasqLine.Content
    var error: ExtendedError?

    /// What a client gets whose answer was dropped as an attack.
    static func rebound(_ name: LoggedName) -> DnsmasqAnswer {
        DnsmasqAnswer(source: Self.attack, name: name, content: .nodata(nil), error: nil)
    }

    private static let attack = "possible DNS-rebind attack detected"

    /// Whether the source is one of those of which most lines tell and that never block.
    private var isPlain: Bool { source == "reply" || source == "cached" }

    /// Whether the answer came from a server, and not from dnsmasq's own data.
    var isFromUpstream: Bool { source == "reply" || source.hasPrefix("blocked upstream") }

    /// Whether this is the result of DNSSEC validation, which is written behind the answer that it is about.
    var isValidation: Bool { source == "validation" }

    /// The address type that the content is about, if any.
    var family: RRType? {
        switch content {
        case .address(let address): address.recordType
        case .nodata(let type): type
        default: nil
        }
    }

    /// Whether the content can answer a question of `type`.
    func fits(_ type: RRType) -> Bool {
        switch content {
        case .address(let address): type == address.recordType || (type != .a && type != .aaaa)
        // Only addresses lead into a network.
        case .nodata where source == Self.attack: type == .a || type == .aaaa || type == .any
        case .nodata(let only): only == nil || only == type
        case .record(let only): only.rawValue == 0 || only == type || type == .any
        default: true
        }
    }

    /// Adds the line to an event.
    func apply(to event: inout QueryEvent) {
        if event.reply != .seen { event.answerCount += 1 }
        event.reply = .seen
        if event.isCountedOnly { return }
        closeAlias(&event)
        let owner = name?.name ?? event.name
        switch content {
        case .address(let address):
            add(AnswerRecord(name: owner, type: address.recordType, data: .address(address)), to: &event)
        case .alias: add(AnswerRecord(name: owner, type: .cname, data: .unknown), to: &event)
        case .pointer(let target): add(AnswerRecord(name: owner, type: .ptr, data: .name(target)), to: &event)
        case .record(let type): add(AnswerRecord(name: owner, type: type, data: .unknown), to: &event)
        case .text(let text): add(AnswerRecord(name: owner, type: event.type, data: .text(text)), to: &event)
        case .nxdomain: event.rcode = .nxDomain
        case .nodata: event.rcode = event.rcode ?? .noError
        case .failure(let code): event.rcode = code
        case .duplicate: break
        }
        if let error { event.extendedErrors.append(error) }
        if let block { event.block = block }
    }

    private func add(_ record: AnswerRecord, to event: inout QueryEvent) {
        event.rcode = event.rcode ?? .noError
        // A log may be made to go on for ever; no answer has more records than fit into a message.
        if event.answers.count < 4096 { event.answers.append(record) }
    }

    /// The owner of this line is the target of the alias before it.
    private func closeAlias(_ event: inout QueryEvent) {
        guard let last = event.answers.last, last.type == .cname, last.data == .unknown, let name = name?.name,
            name != last.name
        else { return }
        event.answers[event.answers.count - 1] = AnswerRecord(name: last.name, type: .cname, data: .name(name))
    }

    /// What the line says about a block, by Pi-hole's sources or by answers that dnsmasq was configured to make up.
    private var block: LoggedBlock? {
        if isPlain { return nil }
        let isAlias = source.hasSuffix(" (CNAME)")
        if source == "config" || source.hasPrefix("/") {
            return isSinkhole ? LoggedBlock(source: source) : nil
        }
        guard source.contains(" ") else { return nil }
        return LoggedBlock(source: isAlias ? String(source.dropLast(8)) : source, isAlias: isAlias)
    }

    private var isSinkhole: Bool {
        switch content {
        case .address(let address): address.leadsNowhere
        case .nxdomain, .nodata: true
        default: false
        }
    }
}

extension QueryEvent {
    /// Takes over what `other` was answered.
    mutating func takeAnswer(of other: QueryEvent) {
        reply = other.reply
        rcode = other.rcode
        answers = other.answers
        extendedErrors = other.extendedErrors
        answerCount = other.answerCount
    }

    /// Is without an answer again.
    mutating func forgetAnswer() {
        reply = .none
        rcode = nil
        answers = []
        extendedErrors = []
        answerCount = 0
    }
}
