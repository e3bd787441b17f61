/// A section of a message (RFC 1035 §4.1).
public enum Section: UInt8, Sendable {
    /// Answer section.
    case answer
    /// Authority section.
    case authority
    /// Additional section.
    case additional
}

/// Where one resource record stands in its message; offsets are octets from the start of the message.
public struct RecordView: Equatable, Sendable {
    /// The section it stands in.
    public let section: Section
    /// Where its owner name starts.
    public let nameOffset: Int
    /// Its type.
    public let type: RRType
    /// Its class; for OPT the UDP payload size.
    public let recordClass: RRClass
    /// The TTL as it stands; for OPT the extended flags.
    public let ttl: UInt32
    /// Where its RDATA starts.
    public let dataOffset: Int
    /// Octets of its RDATA.
    public let dataLength: Int

    /// Where the TTL stands: 4 octets.
    @inlinable public var ttlOffset: Int { dataOffset - 6 }
    /// The offset after the record.
    @inlinable public var end: Int { dataOffset + dataLength }

    /// Creates a view from offsets that are known to be right.
    @inlinable
    public init(
        section: Section,
        nameOffset: Int,
        type: RRType,
        recordClass: RRClass,
        ttl: UInt32,
        dataOffset: Int,
        dataLength: Int
    ) {
        self.section = section
        self.nameOffset = nameOffset
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.dataOffset = dataOffset
        self.dataLength = dataLength
    }
}

/// A message whose frame has been checked once: header, one question or none, and the extent of every record.
///
/// Nothing is copied; records are read by ``nextRecord(after:)``. Owner names and names inside RDATA are expanded and
/// checked when they are asked for (``NameBuffer/fill(_:at:)``); ``validateRecords()`` checks them all.
public struct MessageView: ~Escapable {
    /// The octets of the message.
    public let octets: Span<UInt8>
    /// The header.
    public let header: MessageHeader
    /// Where the question section ends and the answer section starts.
    public let answerOffset: Int
    /// The type asked for, 0 without a question.
    public let questionType: RRType
    /// The class asked for, 0 without a question.
    public let questionClass: RRClass
    /// Where the OPT record stands, if there is one.
    public let optRecord: RecordView?

    /// Checks the frame of a message: questions and records must lie inside the octets and end exactly with them.
    /// - Complexity: O(octets)
    @_lifetime(copy octets)
    public init(_ octets: Span<UInt8>, allowTrailing: Bool = false) throws(WireError) {
        let header = try MessageHeader(octets)
        var position = MessageHeader.size
        var type: UInt16 = 0
        var recordClass: UInt16 = 0
        for index in 0..<header.questionCount {
            position = try skipName(octets, at: position)
            guard position + 4 <= octets.count else { throw .truncated(offset: position) }
            if index == 0 {
                type = octets.uint16(at: position)
                recordClass = octets.uint16(at: position + 2)
            }
            position += 4
        }
        let answerOffset = position
        var opt: RecordView?
        let total = Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
        for index in 0..<total {
            let record = try readRecord(octets, at: position, index: index, header: header)
            if record.type == .opt, record.section == .additional {
                // RFC 6891 §6.1.1: more than one OPT is a format error.
                guard opt == nil else { throw .badValue(offset: position) }
                opt = record
            }
            position = record.end
        }
        guard allowTrailing || position == octets.count else { throw .trailingOctets(offset: position) }
        self.octets = octets
        self.header = header
        self.answerOffset = answerOffset
        self.questionType = RRType(rawValue: type)
        self.questionClass = RRClass(rawValue: recordClass)
        self.optRecord = opt
    }

    /// The extended response code: the header's 4 bits and the OPT record's 8 (RFC 6891 §6.1.3).
    public var responseCode: ResponseCode {
        ResponseCode(rawValue: UInt16(truncatingIfNeeded: (optRecord?.ttl ?? 0) >> 24) << 4 | header.responseCodeBits)
    }

    /// The number of records in all sections.
    public var recordCount: Int {
        Int(header.answerCount) + Int(header.authorityCount) + Int(header.additionalCount)
    }

    /// Calls `body` with every record in order; stops early when it returns false.
    public func forEachRecord<Failure: Error>(
        _ body: (RecordView) throws(Failure) -> Bool
    ) throws(Failure) {
        var position = answerOffset
        for index in 0..<recordCount {
            guard let record = try? readRecord(octets, at: position, index: index, header: header) else { return }
            guard try body(record) else { return }
            position = record.end
        }
    }

    /// The name of the question.
    public func questionName() throws(WireError) -> DomainName {
        try name(at: MessageHeader.size)
    }

    /// The name at `offset` of the message, expanded, in lower case.
    public func name(at offset: Int) throws(WireError) -> DomainName {
        var buffer = NameBuffer()
        _ = try buffer.fill(octets, at: offset)
        return buffer.name
    }
}

/// Reads the fixed part of the record at `offset`, the `index`-th after the question section.
@inlinable
func readRecord(
    _ octets: Span<UInt8>,
    at offset: Int,
    index: Int,
    header: MessageHeader
) throws(WireError) -> RecordView {
    let fixed = try skipName(octets, at: offset)
    guard fixed + 10 <= octets.count else { throw .truncated(offset: fixed) }
    let length = Int(octets.uint16(at: fixed + 8))
    guard fixed + 10 + length <= octets.count else { throw .truncated(offset: fixed + 10) }
    let answers = Int(header.answerCount)
    let section: Section =
        index < answers ? .answer : index < answers + Int(header.authorityCount) ? .authority : .additional
    return RecordView(
        section: section,
        nameOffset: offset,
        type: RRType(rawValue: octets.uint16(at: fixed)),
        recordClass: RRClass(rawValue: octets.uint16(at: fixed + 2)),
        ttl: octets.uint32(at: fixed + 4),
        dataOffset: fixed + 10,
        dataLength: length
    )
}
