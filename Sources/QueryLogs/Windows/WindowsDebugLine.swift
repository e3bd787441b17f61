import DNS
import TextScan

/// One PACKET line of the debug log of the Windows DNS server.
struct WindowsDebugLine {
    /// Where the stamp ends.
    var stampEnd: Int
    var transport: LogTransport?
    var isReceived = false
    var remote: IPAddress?
    var id: UInt16 = 0
    var isResponse = false
    var isQuery = true
    var flags: [UInt8] = []
    var code: ResponseCode?
    var type: RRType?
    var name: DomainName?

    /// Takes a line apart; nil for lines of other contexts.
    init?(_ text: Span<UInt8>) {
        guard let context = text.firstRange(of: " PACKET "), context.lowerBound < 64 else { return nil }
        // The thread, between stamp and context.
        var end = context.lowerBound
        while end > 0, text[end - 1] != 0x20 { end -= 1 }
        stampEnd = end
        let rest = text.extracting(context.upperBound..<text.count)
        guard let open = rest.firstIndex(of: 0x5B), let close = rest.firstIndex(of: 0x5D, from: open) else {
            return nil
        }
        var words = rest.extracting(0..<open).words(upTo: 8)
        // Windows Server 2003 gave packets no number; without one, something stands there all the same.
        if let first = words.first, first.transport != nil { words.insert([0x30], at: 0) }
        guard words.count >= 5, words[0].hexadecimal != nil else { return nil }
        transport = words[1].transport
        guard transport != nil, words[2].equals("Rcv") || words[2].equals("Snd") else { return nil }
        isReceived = words[2].equals("Rcv")
        remote = words[3].ipAddress
        id = words[4].hexadecimal.flatMap { UInt16(exactly: $0) } ?? 0
        isResponse = words.count > 5 && words[5].equals("R")
        isQuery = words.last?.equals("Q") ?? false
        let inner = rest.extracting((open + 1)..<close).words(upTo: 8)
        code = inner.last?.responseCode
        flags = inner.dropFirst().dropLast().flatMap { $0 }
        let question = rest.extracting((close + 1)..<rest.count).trimmed
        let gap = question.firstIndex(of: 0x20) ?? question.count
        type = question.extracting(0..<gap).recordType
        name = Self.name(question.extracting(gap..<question.count).trimmed)
    }

    private static func name(_ text: Span<UInt8>) -> DomainName? {
        text.count > 0 && text[0] == 0x28 ? WindowsName.counted(text) : text.domainName
    }
}

/// The lines below a PACKET line that the option “Details” writes, as far as they tell of the answer.
struct WindowsDebugDetails {
    private var isAnswer = false
    private var type: RRType?
    private var ttl: UInt32?
    private var owner: DomainName?
    /// The answer section, once it was seen.
    private(set) var chain: AnswerChain?
    private let question: MessageSighting.Question

    init(_ question: MessageSighting.Question) { self.question = question }

    /// Takes a line, without the blanks in front.
    mutating func take(_ text: Span<UInt8>) {
        if text.hasSuffix("SECTION:") {
            isAnswer = text.hasPrefix("ANSWER")
            if isAnswer { chain = AnswerChain(name: question.name, type: question.type) }
            return
        }
        guard isAnswer else { return }
        let end = text.firstIndex(of: 0x20) ?? text.count
        let value = text.extracting(end..<text.count).trimmed
        switch text.extracting(0..<end).string {
        case "Name":
            let quoted = value.count > 1 && value[0] == 0x22 ? value.extracting(1..<(value.count - 1)) : value
            owner = WindowsName.counted(quoted) ?? quoted.domainName
        case "TYPE": type = value.words(upTo: 1).first?.recordType
        case "TTL": ttl = value.decimal.flatMap { UInt32(exactly: $0) }
        case "DATA":
            let name = value.firstIndex(of: 0x28) == nil ? nil : WindowsName.counted(value)
            let data = name?.presentation ?? value.octets
            chain?.append(type ?? RRType(rawValue: 0), data, owner: owner, ttl: ttl)
        default: break
        }
    }
}
