import DNS
import TextScan

/// Builds the answer section of logs that list what was answered without saying whose it is: every alias is the owner of
/// what follows it.
struct AnswerChain {
    /// Records of one answer that are kept.
    static let maximumRecords = 256

    private(set) var records: [AnswerRecord] = []
    private var owner: DomainName
    private let type: RRType

    /// An empty answer to a question.
    init(name: DomainName, type: RRType) {
        owner = name
        self.type = type
    }

    /// Adds what a log printed of a record of unknown type: an address, a name, or anything else.
    mutating func append(_ text: Span<UInt8>, ttl: UInt32? = nil) {
        if text.count == 0 { return }
        if let address = text.ipAddress {
            add(address.recordType, ttl, .address(address))
        } else if text.firstIndex(of: 0x20) == nil, let target = text.domainName {
            switch type {
            case .ns, .ptr, .dname: add(type, ttl, .name(target))
            case .mx, .txt, .srv, .soa: add(type, ttl, .text(text.octets))
            default: add(.cname, ttl, .name(target))
            }
        } else {
            // `TXT 11 text`, as sensors print it.
            let end = text.firstIndex(of: 0x20) ?? text.count
            add(RRType(text.extracting(0..<end).string) ?? type, ttl, .text(text.octets))
        }
    }

    /// Adds a record whose type and owner are known; without `owner` it belongs to what came before.
    mutating func append(_ type: RRType, _ text: Span<UInt8>, owner name: DomainName? = nil, ttl: UInt32? = nil) {
        if let name { owner = name }
        switch type {
        case .a, .aaaa:
            let data =
                text.ipAddress.map { AnswerData.address($0) } ?? (text.count == 0 ? .unknown : .text(text.octets))
            add(type, ttl, data)
        case .cname, .dname, .ns, .ptr:
            let data = text.domainName.map { AnswerData.name($0) } ?? (text.count == 0 ? .unknown : .text(text.octets))
            add(type, ttl, data)
        default: add(type, ttl, text.count == 0 ? .unknown : .text(text.octets))
        }
    }

    /// The same of a copy.
    mutating func append(_ text: [UInt8], ttl: UInt32? = nil) { append(text.span, ttl: ttl) }

    /// The same of a copy.
    mutating func append(_ type: RRType, _ text: [UInt8], owner name: DomainName? = nil, ttl: UInt32? = nil) {
        append(type, text.span, owner: name, ttl: ttl)
    }

    private mutating func add(_ type: RRType, _ ttl: UInt32?, _ data: AnswerData) {
        guard records.count < Self.maximumRecords else { return }
        records.append(AnswerRecord(name: owner, type: type, ttl: ttl, data: data))
        if case .name(let target) = data, type == .cname { owner = target }
    }
}

extension QueryEvent {
    /// Notes an answer of which the log tells no records, so that none follows from their absence.
    mutating func answer(_ code: ResponseCode) {
        reply = .seen
        rcode = code
        answerCount = 1
        if code == .noError, answers.isEmpty {
            answers = [AnswerRecord(name: name, type: RRType(rawValue: 0), data: .unknown)]
        }
    }

    /// Notes an answer of which the log tells all records.
    mutating func answer(_ code: ResponseCode, _ records: [AnswerRecord]) {
        reply = .seen
        rcode = code
        answerCount = 1
        answers = records
    }
}
