import DNS
import TextScan

/// One message of dnstap (dnstap.proto): what went over the wire, between whom, when, and what policy made of it.
struct DnstapMessage {
    /// Message.Type: odd are queries, even are responses.
    var type: UInt64 = 0
    var transport: LogTransport?
    var queryAddress: IPAddress?
    var responseAddress: IPAddress?
    var queryPort: UInt16?
    var responsePort: UInt16?
    var queryTime = SplitTime()
    var responseTime = SplitTime()
    var query: [UInt8]?
    var response: [UInt8]?
    private(set) var policy: DnstapPolicy?

    /// Who speaks: AUTH, RESOLVER, CLIENT, FORWARDER, STUB, TOOL, UPDATE.
    enum Side {
        case client
        case upstream
        case update
        case unknown
    }

    var isResponse: Bool { type % 2 == 0 }

    var side: Side {
        switch type {
        // Asked of the server, or by a program itself.
        case 1, 2, 5, 6, 9...12: .client
        case 3, 4, 7, 8: .upstream
        case 13, 14: .update
        default: .unknown
        }
    }

    /// Reads a payload; nil for what is no message of dnstap.
    init?(payload: Span<UInt8>) {
        var fields = ProtobufReader(payload)
        var (kind, body): (UInt64, Range<Int>?) = (0, nil)
        while let field = fields.next() {
            switch (field.number, field.value) {
            case (14, .octets(let range)): body = range
            case (15, .number(let number)): kind = number
            default: break
            }
        }
        guard !fields.isDamaged, kind == 1, let body, read(payload.extracting(body)), type > 0 else { return nil }
    }

    private mutating func read(_ octets: Span<UInt8>) -> Bool {
        var fields = ProtobufReader(octets)
        while let field = fields.next() {
            switch field.value {
            case .number(let number): take(field.number, number)
            case .octets(let range): take(field.number, octets, range)
            }
        }
        return !fields.isDamaged
    }

    private mutating func take(_ field: Int, _ number: UInt64) {
        switch field {
        case 1: type = number
        case 3: transport = LogTransport(socketProtocol: number)
        case 6: queryPort = UInt16(exactly: number)
        case 7: responsePort = UInt16(exactly: number)
        case 8: queryTime.seconds = number
        case 9: queryTime.fraction = number
        case 12: responseTime.seconds = number
        case 13: responseTime.fraction = number
        default: break
        }
    }

    private mutating func take(_ field: Int, _ octets: Span<UInt8>, _ range: Range<Int>) {
        switch field {
        case 4: queryAddress = octets.address(range)
        case 5: responseAddress = octets.address(range)
        case 10: query = octets.extracting(range).octets
        case 14: response = octets.extracting(range).octets
        case 15: policy = DnstapPolicy(octets.extracting(range))
        default: break
        }
    }
}

/// What dnstap tells of a policy (Policy of dnstap.proto).
struct DnstapPolicy {
    private var type = ""
    private var rule: String?
    private var action: UInt64?
    private var match: UInt64?
    private var value: [UInt8]?

    init(_ octets: Span<UInt8>) {
        var fields = ProtobufReader(octets)
        while let field = fields.next() {
            switch (field.number, field.value) {
            case (1, .octets(let range)): type = octets.extracting(range).string
            case (2, .octets(let range)): rule = octets.extracting(range).string
            case (3, .number(let number)): action = number
            case (4, .number(let number)): match = number
            case (5, .octets(let range)): value = octets.extracting(range).octets
            default: break
            }
        }
    }

    /// The block of a question; nil when the policy let it pass.
    func block(of name: DomainName) -> LoggedBlock? {
        guard action != 3 else { return nil }
        // QNAME, as a name on the wire or as text.
        let matched = match == 1 ? value.flatMap { (try? DomainName(wire: $0)) ?? $0.domainName } : nil
        return LoggedBlock(
            source: type.isEmpty ? "policy" : type,
            rule: rule,
            isAlias: matched.map { $0 != name } ?? false
        )
    }
}
