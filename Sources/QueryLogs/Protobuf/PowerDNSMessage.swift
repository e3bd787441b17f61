import DNS
import TextScan

/// One message of PowerDNS (dnsmessage.proto): a question, or an answer with what policy made of it.
struct PowerDNSMessage {
    /// PBDNSMessage.Type: query, response, and both of those that go upstream.
    private(set) var type: UInt64 = 0
    private(set) var transport: LogTransport?
    private(set) var client: IPAddress?
    private(set) var server: IPAddress?
    private(set) var clientPort: UInt16?
    private(set) var serverPort: UInt16?
    private(set) var time = SplitTime()
    private(set) var id: UInt16 = 0
    private(set) var name: DomainName?
    private(set) var recordType = RRType(rawValue: 0)
    private(set) var recordClass = RRClass.in
    private(set) var response: PowerDNSResponse?
    private(set) var device: String?

    /// Reads one; nil for what is none.
    init?(_ octets: Span<UInt8>) {
        var fields = ProtobufReader(octets)
        while let field = fields.next() {
            switch field.value {
            case .number(let number): take(field.number, number)
            case .octets(let range): take(field.number, octets, range)
            }
        }
        guard !fields.isDamaged, (1...4).contains(type) else { return nil }
    }

    private mutating func take(_ field: Int, _ number: UInt64) {
        switch field {
        case 1: type = number
        case 5: transport = LogTransport(socketProtocol: number)
        case 9: time.seconds = number
        case 10: time.fraction = number
        case 11: id = UInt16(truncatingIfNeeded: number)
        case 20: clientPort = UInt16(exactly: number).flatMap { $0 == 0 ? nil : $0 }
        case 21: serverPort = UInt16(exactly: number).flatMap { $0 == 0 ? nil : $0 }
        default: break
        }
    }

    private mutating func take(_ field: Int, _ octets: Span<UInt8>, _ range: Range<Int>) {
        switch field {
        case 6: client = octets.address(range)
        case 7: server = octets.address(range)
        case 12: readQuestion(octets.extracting(range))
        case 13: response = PowerDNSResponse(octets.extracting(range))
        case 19: device = octets.extracting(range).string
        default: break
        }
    }

    private mutating func readQuestion(_ octets: Span<UInt8>) {
        var fields = ProtobufReader(octets)
        while let field = fields.next() {
            switch (field.number, field.value) {
            case (1, .octets(let range)): name = octets.extracting(range).domainName
            case (2, .number(let number)): recordType = RRType(rawValue: UInt16(truncatingIfNeeded: number))
            case (3, .number(let number)): recordClass = RRClass(rawValue: UInt16(truncatingIfNeeded: number))
            default: break
            }
        }
    }
}

/// The answer of such a message (PBDNSMessage.DNSResponse).
struct PowerDNSResponse {
    /// The response code; 65,536 stands for a network error or a time-out.
    static let networkError: UInt64 = 65_536

    private(set) var code: UInt64 = 0
    private(set) var records: [AnswerRecord] = []
    private(set) var queryTime = SplitTime()
    private var policy: String?
    private var policyType: UInt64?
    private var trigger: String?
    private var hit: [UInt8]?
    private var kind: UInt64?

    init(_ octets: Span<UInt8>) {
        var fields = ProtobufReader(octets)
        while let field = fields.next() {
            switch (field.number, field.value) {
            case (1, .number(let number)): code = number
            case (2, .octets(let range)):
                guard records.count < AnswerChain.maximumRecords else { break }
                if let record = Self.record(octets.extracting(range)) { records.append(record) }
            case (3, .octets(let range)): policy = octets.extracting(range).string
            case (5, .number(let number)): queryTime.seconds = number
            case (6, .number(let number)): queryTime.fraction = number
            case (7, .number(let number)): policyType = number
            case (8, .octets(let range)): trigger = octets.extracting(range).string
            case (9, .octets(let range)): hit = octets.extracting(range).octets
            case (10, .number(let number)): kind = number
            default: break
            }
        }
    }

    /// The block of a question: a policy that did something.
    func block(of name: DomainName) -> LoggedBlock? {
        // Neither one that lets pass (1) nor one that has clients come back over TCP (5).
        guard let policy, !policy.isEmpty, kind != 1, kind != 5 else { return nil }
        // QNAME; the hit is the name that matched.
        let matched = policyType == 2 ? hit?.domainName : nil
        return LoggedBlock(source: policy, rule: trigger, isAlias: matched.map { $0 != name } ?? false)
    }

    private static func record(_ octets: Span<UInt8>) -> AnswerRecord? {
        var fields = ProtobufReader(octets)
        var name: DomainName?
        var (type, ttl): (UInt64, UInt32?) = (0, nil)
        var data: [UInt8] = []
        while let field = fields.next() {
            switch (field.number, field.value) {
            case (1, .octets(let range)): name = octets.extracting(range).domainName
            case (2, .number(let number)): type = number
            case (4, .number(let number)): ttl = UInt32(exactly: number)
            case (5, .octets(let range)): data = octets.extracting(range).octets
            default: break
            }
        }
        guard let name, let number = UInt16(exactly: type) else { return nil }
        let type16 = RRType(rawValue: number)
        return AnswerRecord(name: name, type: type16, ttl: ttl, data: content(data, type16))
    }

    /// Addresses are octets; names, and everything else, are text.
    private static func content(_ data: [UInt8], _ type: RRType) -> AnswerData {
        switch type {
        case _ where data.isEmpty: .unknown
        case .a, .aaaa: IPAddress(octets: data).map { .address($0) } ?? .octets(data)
        case .cname, .dname, .ns, .ptr: data.domainName.map { .name($0) } ?? .text(data)
        default: .text(data)
        }
    }
}
