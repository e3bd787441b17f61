import DNS
import TextScan

/// A record of Zeek's `dns.log`, from either form of it.
struct ZeekRow {
    var time: Int64?
    var client: SocketAddress?
    var server: SocketAddress?
    var transport: LogTransport?
    var id: UInt16 = 0
    var latency: Int64?
    var name: LoggedName?
    var type: RRType?
    var recordClass: RRClass?
    var code: ResponseCode?
    var isAuthoritative = false
    var isTruncated = false
    var isRecursionAvailable = false
    var answers: [[UInt8]] = []
    var ttls: [UInt32?] = []

    /// Whether nobody asks what was answered.
    var isCountedOnly: Bool { name?.isCountedOnly ?? false }

    /// Ports of multicast DNS, LLMNR and NetBIOS names, which no resolver answers.
    private static let localPorts: Set<UInt16> = [5353, 5355, 137]

    /// Hands the record on: every copy of a transaction that sensors saw ends in one event.
    func hand(to assembly: inout EventAssembly, at position: SourcePosition) {
        if Self.localPorts.contains(server?.port ?? 0) { return assembly.report.skip("local-discovery") }
        guard let client else {
            return assembly.report.skip("unparsed-line", at: position, "no address of a client")
        }
        let question = name.map {
            MessageSighting.Question($0, type: type ?? RRType(rawValue: 0), recordClass: recordClass ?? .in)
        }
        var asked = MessageSighting(.query, question, client: client, id: id, time: time, at: position)
        asked.server = server
        asked.transport = transport
        // A record of an answer alone has no question; its query is another record.
        if question != nil { assembly.add(asked) }
        guard let code else { return }
        var answered = asked
        answered.role = .response
        answered.rcode = code
        answered.latency = latency
        if let question, question.isCountedOnly {
            answered.time = nil
        } else if let question {
            // The stamp is the query's.
            answered.time = nil
            var chain = AnswerChain(name: question.name, type: question.type)
            for (index, answer) in answers.enumerated() {
                chain.append(answer, ttl: index < ttls.count ? ttls[index] : nil)
            }
            answered.answers = chain.records
        }
        // Zeek notes the flags of answers that have records only.
        if !answers.isEmpty {
            var flags: ResponseFlags = []
            if isAuthoritative { flags.insert(.authoritative) }
            if isTruncated { flags.insert(.truncated) }
            if isRecursionAvailable { flags.insert(.recursionAvailable) }
            answered.flags = flags
        }
        assembly.add(answered)
    }

    /// Undoes `\xHH`, by which Zeek writes what is not printable, and the octet between elements of sets.
    static func unescaped(_ text: Span<UInt8>) -> [UInt8] {
        guard text.firstIndex(of: 0x5C) != nil else { return text.octets }
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text.hasPrefix("\\x", at: index), index + 4 <= text.count,
                let value = text.extracting((index + 2)..<(index + 4)).hexadecimal
            {
                result.append(UInt8(value))
                index += 4
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
