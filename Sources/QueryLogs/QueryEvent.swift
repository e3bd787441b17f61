public import DNS

/// One question that a client asked, with what became of it as far as the log tells: queries, retries and answers of
/// one transaction folded together, whatever number of lines or packets they took.
public struct QueryEvent: Sendable, Equatable {
    /// When it was first seen, in microseconds since 1970-01-01 UTC.
    public var time: Int64?
    /// Who asked.
    public var client: SocketAddress?
    /// Who was asked, or answered; for a forwarder's log the last upstream.
    public var server: SocketAddress?
    /// How it travelled.
    public var transport: LogTransport?
    /// The name asked for, letter case as logged.
    public var name: DomainName
    /// The type asked for; 0 when the log does not say.
    public var type: RRType
    /// The class asked for.
    public var recordClass: RRClass
    /// Whether an answer was seen; `rcode` may be unknown nevertheless.
    public var reply: ReplyStatus
    /// The extended response code.
    public var rcode: ResponseCode?
    /// The answer section, chain first, in the order of the log.
    public var answers: [AnswerRecord]
    /// Flags of the answer.
    public var flags: ResponseFlags?
    /// Whether the authority section of the answer held an SOA record, as true negative answers do (RFC 2308 §3).
    public var hasSOA: Bool?
    /// Extended DNS errors of the answer (RFC 8914).
    public var extendedErrors: [ExtendedError]
    /// Microseconds from the first query to the answer.
    public var latency: Int64?
    /// What the log itself says about a block.
    public var block: LoggedBlock?
    /// The program that asked, as the log names it. Not safe to print.
    public var process: String?
    /// Queries folded into this event; 0 when only an answer was seen.
    public var queryCount: Int
    /// Answers folded into this event; the first is the one shown, as it is the one that clients take.
    public var answerCount: Int
    /// Whether a later answer had another response code or other answers than the first: two sources answer.
    public var hasConflictingAnswers: Bool
    /// Whether the reader left out what was answered, because nobody needs it (``LogOptions/isCountedOnly``).
    public var isCountedOnly = false
    /// Where the first line or packet of the transaction stands.
    public var position: SourcePosition

    /// An event of which only the question is known.
    public init(
        name: DomainName,
        type: RRType,
        recordClass: RRClass = .in,
        position: SourcePosition,
        reply: ReplyStatus = .unknown
    ) {
        self.name = name
        self.type = type
        self.recordClass = recordClass
        self.reply = reply
        self.position = position
        answers = []
        extendedErrors = []
        queryCount = 1
        answerCount = 0
        hasConflictingAnswers = false
    }
}

/// Whether a log shows an answer to a query.
public enum ReplyStatus: String, Sendable {
    /// The format does not record answers: nothing follows from their absence.
    case unknown
    /// The log would show an answer and shows none: a time-out, or an answer outside of what was captured.
    case none
    /// An answer was seen.
    case seen
}

/// The way a query travelled.
public enum LogTransport: String, Sendable {
    /// DNS over UDP.
    case udp
    /// DNS over TCP.
    case tcp
    /// DNS over TLS (RFC 7858).
    case dot
    /// DNS over HTTPS (RFC 8484).
    case doh
}

/// An address with a port, if known.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address.
    public let address: IPAddress
    /// The port.
    public let port: UInt16?

    /// An address, with or without a port.
    public init(_ address: IPAddress, port: UInt16? = nil) {
        self.address = address
        self.port = port
    }

    /// `address#port` as DNS tools write it, or the address alone.
    public var description: String {
        port.map { "\(address)#\($0)" } ?? "\(address)"
    }
}

extension SocketAddress {
    /// A number for it; `seed` is known to nobody who could choose addresses.
    func digest(_ seed: UInt64) -> UInt64 {
        let port = UInt64(port ?? 0) << 40
        return switch address {
        case .v4(let value): UInt64(value) | port
        case .v6(let high, let low): foldedProduct(high ^ seed, 0x9E37_79B9_7F4A_7C15) ^ low ^ port
        }
    }
}

/// Flags of an answer (RFC 1035 §4.1.1, RFC 4035 §3.2.3).
public struct ResponseFlags: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Flags from bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Authoritative answer (AA).
    public static let authoritative = ResponseFlags(rawValue: 1)
    /// Truncated (TC).
    public static let truncated = ResponseFlags(rawValue: 2)
    /// Recursion available (RA).
    public static let recursionAvailable = ResponseFlags(rawValue: 4)
    /// Authentic data (AD).
    public static let authenticData = ResponseFlags(rawValue: 8)
}

/// One record of an answer.
public struct AnswerRecord: Sendable, Hashable {
    /// The owner name.
    public let name: DomainName
    /// The type; 0 when the log does not say.
    public let type: RRType
    /// The time to live, in seconds.
    public let ttl: UInt32?
    /// The content.
    public let data: AnswerData

    /// A record from its parts.
    public init(name: DomainName, type: RRType, ttl: UInt32? = nil, data: AnswerData) {
        self.name = name
        self.type = type
        self.ttl = ttl
        self.data = data
    }
}

/// The content of an answer record.
public enum AnswerData: Sendable, Hashable {
    /// The address of an A or AAAA record.
    case address(IPAddress)
    /// The target of a CNAME, DNAME, NS or PTR record.
    case name(DomainName)
    /// What a text log printed; not safe to print.
    case text([UInt8])
    /// RDATA as it stood in the message; names in it may be compressed.
    case octets([UInt8])
    /// The log says that there was a record and not what it held.
    case unknown
}

/// What a log says about a block.
public struct LoggedBlock: Sendable, Equatable {
    /// The log's own words for who blocked: `gravity blocked`, `config`, a hosts file. Not safe to print.
    public let source: String
    /// The rule or list as the log names it.
    public let rule: String?
    /// Whether an alias of the name was blocked and not the name itself.
    public let isAlias: Bool

    /// A block as told by a log.
    public init(source: String, rule: String? = nil, isAlias: Bool = false) {
        self.source = source
        self.rule = rule
        self.isAlias = isAlias
    }
}

/// Where something stands in a log.
public struct SourcePosition: Hashable, Sendable {
    /// The line of a text or the packet of a capture, counted from 1.
    public let record: Int
    /// The offset of its first octet in the (expanded) input.
    public let byte: Int

    /// A position.
    public init(record: Int, byte: Int) {
        self.record = record
        self.byte = byte
    }
}
