import DNS

/// A name from presentation form; the root when the text is none.
func name(_ text: String) -> DomainName { (try? DomainName(text)) ?? .root }

/// A client's query.
func makeQuery(
    _ text: String,
    _ type: RRType = .a,
    id: UInt16 = 0x1234,
    bits: UInt16 = 0x0100,
    edns: EDNS? = nil
) -> [UInt8] {
    var writer = MessageWriter()
    writer.begin(id: id, bits: bits)
    writer.question(name(text), type: type)
    if let edns { writer.opt(edns) }
    return writer.octets
}

/// One record of a made-up answer.
struct Record {
    var section = Section.answer
    var owner: String
    var type: RRType
    var ttl: UInt32 = 300
    var data: [UInt8]

    static func a(_ owner: String, _ last: UInt8 = 1, ttl: UInt32 = 300, in section: Section = .answer) -> Record {
        Record(section: section, owner: owner, type: .a, ttl: ttl, data: [192, 0, 2, last])
    }

    static func cname(_ owner: String, _ target: String, ttl: UInt32 = 300) -> Record {
        Record(owner: owner, type: .cname, ttl: ttl, data: name(target).wire)
    }

    static func soa(_ owner: String, ttl: UInt32 = 900, minimum: UInt32 = 60) -> Record {
        let times: [UInt32] = [1, 2, 3, 4, minimum]
        let data =
            name("ns." + owner).wire + name("mail." + owner).wire
            + times.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        return Record(section: .authority, owner: owner, type: .soa, ttl: ttl, data: data)
    }

    static func ns(_ owner: String, _ target: String) -> Record {
        Record(section: .authority, owner: owner, type: .ns, data: name(target).wire)
    }
}

/// A response to a query, its question copied.
func makeReply(to query: [UInt8], _ records: [Record] = [], bits: UInt16 = 0x8180, edns: EDNS? = nil) -> [UInt8] {
    var writer = MessageWriter()
    writer.begin(id: UInt16(query[0]) << 8 | UInt16(query[1]), bits: bits)
    guard let view = try? MessageView(query.span), let asked = try? view.questionName() else { return [] }
    writer.question(asked, type: view.questionType, class: view.questionClass)
    for section in [Section.answer, .authority, .additional] {
        for record in records where record.section == section {
            writer.record(
                section,
                owner: name(record.owner),
                type: record.type,
                ttl: record.ttl,
                data: record.data
            )
        }
    }
    if let edns { writer.opt(edns) }
    return writer.octets
}

/// What a reply says, for comparison in tests.
struct ReplySummary: Equatable {
    var id: UInt16 = 0
    var bits: UInt16 = 0
    var code = ResponseCode.noError
    var records: [String] = []
    var ttls: [UInt32] = []
    var errors: [UInt16] = []
    var errorText = ""
    var hasOPT = false

    init?(_ octets: [UInt8]?) {
        guard let octets, let view = try? MessageView(octets.span) else { return nil }
        id = view.header.id
        bits = view.header.bits
        code = view.responseCode
        hasOPT = view.optRecord != nil
        errors = view.extendedErrors.map(\.code.rawValue)
        errorText = String(decoding: view.extendedErrors.first?.text ?? [], as: UTF8.self)
        view.forEachRecord { record -> Bool in
            guard record.type != .opt else { return true }
            let owner = (try? view.name(at: record.nameOffset))?.description ?? "?"
            let data =
                record.type == .cname
                ? (try? view.name(at: record.dataOffset))?.description ?? "?"
                : octets[record.dataOffset..<record.end].map(String.init).joined(separator: ".")
            records.append(record.type == .soa ? "\(owner) SOA" : "\(owner) \(record.type) \(data)")
            ttls.append(record.ttl)
            return true
        }
    }
}
