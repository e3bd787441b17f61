/// The fixed 12 octets of a message (RFC 1035 §4.1.1, RFC 4035 §3.1.6), as values.
public struct MessageHeader: Equatable, Sendable {
    /// Octets of the header.
    public static let size = 12

    /// The query identifier.
    public var id: UInt16
    /// The 16 bits of flags, opcode and response code as they stand on the wire.
    public var bits: UInt16
    /// Entries in the question section.
    public var questionCount: UInt16
    /// Records in the answer section.
    public var answerCount: UInt16
    /// Records in the authority section.
    public var authorityCount: UInt16
    /// Records in the additional section.
    public var additionalCount: UInt16

    /// A header; counts default to zero.
    @inlinable
    public init(
        id: UInt16,
        bits: UInt16,
        questionCount: UInt16 = 0,
        answerCount: UInt16 = 0,
        authorityCount: UInt16 = 0,
        additionalCount: UInt16 = 0
    ) {
        self.id = id
        self.bits = bits
        self.questionCount = questionCount
        self.answerCount = answerCount
        self.authorityCount = authorityCount
        self.additionalCount = additionalCount
    }

    /// Reads the first 12 octets.
    @inlinable
    public init(_ message: Span<UInt8>) throws(WireError) {
        guard message.count >= Self.size else { throw .truncated(offset: message.count) }
        self.init(
            id: message.uint16(at: 0),
            bits: message.uint16(at: 2),
            questionCount: message.uint16(at: 4),
            answerCount: message.uint16(at: 6),
            authorityCount: message.uint16(at: 8),
            additionalCount: message.uint16(at: 10)
        )
    }

    /// Response (QR).
    public static let responseFlag: UInt16 = 0x8000
    /// Authoritative answer (AA).
    public static let authoritativeFlag: UInt16 = 0x0400
    /// Truncated (TC).
    public static let truncatedFlag: UInt16 = 0x0200
    /// Recursion desired (RD).
    public static let recursionDesiredFlag: UInt16 = 0x0100
    /// Recursion available (RA).
    public static let recursionAvailableFlag: UInt16 = 0x0080
    /// Authentic data (AD).
    public static let authenticDataFlag: UInt16 = 0x0020
    /// Checking disabled (CD).
    public static let checkingDisabledFlag: UInt16 = 0x0010

    /// Whether this is a response (QR).
    @inlinable public var isResponse: Bool { bits & 0x8000 != 0 }
    /// Whether the message is truncated (TC).
    @inlinable public var isTruncated: Bool { bits & 0x0200 != 0 }
    /// Whether recursion is desired (RD).
    @inlinable public var recursionDesired: Bool { bits & 0x0100 != 0 }
    /// Whether recursion is available (RA).
    @inlinable public var recursionAvailable: Bool { bits & 0x0080 != 0 }
    /// Whether the answer is authoritative (AA).
    @inlinable public var isAuthoritative: Bool { bits & 0x0400 != 0 }
    /// The operation code.
    @inlinable public var opcode: Opcode { Opcode(rawValue: UInt8(bits >> 11 & 15)) }
    /// The low 4 bits of the response code; see ``MessageView/responseCode`` for all 12.
    @inlinable public var responseCodeBits: UInt16 { bits & 15 }
}

extension Span where Element == UInt8 {
    /// The 16-bit big-endian value at `offset`; the caller has checked the bounds.
    @inlinable @inline(__always)
    public func uint16(at offset: Int) -> UInt16 {
        UInt16(self[offset]) << 8 | UInt16(self[offset + 1])
    }

    /// The 32-bit big-endian value at `offset`; the caller has checked the bounds.
    @inlinable @inline(__always)
    public func uint32(at offset: Int) -> UInt32 {
        UInt32(uint16(at: offset)) << 16 | UInt32(uint16(at: offset + 2))
    }
}
