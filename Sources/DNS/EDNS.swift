/// What an OPT record says (RFC 6891 §6.1).
public struct EDNS: Equatable, Sendable {
    /// The sender's UDP payload size, octets.
    public var payloadSize: UInt16
    /// The EDNS version.
    public var version: UInt8
    /// Whether DNSSEC records are wanted (DO).
    public var dnssecOK: Bool

    /// EDNS parameters; version 0 and no DO bit by default.
    public init(payloadSize: UInt16, version: UInt8 = 0, dnssecOK: Bool = false) {
        self.payloadSize = payloadSize
        self.version = version
        self.dnssecOK = dnssecOK
    }

    /// Reads the fixed part of an OPT record.
    @inlinable
    public init(_ record: RecordView) {
        payloadSize = record.recordClass.rawValue
        version = UInt8(truncatingIfNeeded: record.ttl >> 16)
        dnssecOK = record.ttl & 0x8000 != 0
    }

    /// The option code of Extended DNS Errors (RFC 8914 §2).
    public static let extendedErrorOption: UInt16 = 15
    /// The option code of the time that idle TCP connections are kept (RFC 7828 §3.1).
    public static let keepaliveOption: UInt16 = 11
    /// The option code of padding (RFC 7830 §3).
    public static let paddingOption: UInt16 = 12
}

/// One extended DNS error (RFC 8914).
public struct ExtendedError: Equatable, Sendable {
    /// The INFO-CODE.
    public var code: ExtendedErrorCode
    /// The EXTRA-TEXT, UTF-8 octets as received.
    public var text: [UInt8]

    /// An extended error.
    public init(code: ExtendedErrorCode, text: [UInt8] = []) {
        self.code = code
        self.text = text
    }
}

extension MessageView {
    /// EDNS parameters, or nil when there is no OPT record.
    public var edns: EDNS? { optRecord.map(EDNS.init) }

    /// Calls `body` with the code, offset and length of each EDNS option; stops when it returns false.
    /// - Throws: ``WireError/badRDATA(offset:)`` when an option exceeds the OPT record.
    public func forEachOption(_ body: (UInt16, Int, Int) -> Bool) throws(WireError) {
        guard let opt = optRecord else { return }
        var position = opt.dataOffset
        while position < opt.end {
            guard position + 4 <= opt.end else { throw .badRDATA(offset: position) }
            let length = Int(octets.uint16(at: position + 2))
            guard position + 4 + length <= opt.end else { throw .badRDATA(offset: position) }
            guard body(octets.uint16(at: position), position + 4, length) else { return }
            position += 4 + length
        }
    }

    /// The extended errors of the message, in order; malformed options end the list.
    public var extendedErrors: [ExtendedError] {
        var errors: [ExtendedError] = []
        try? forEachOption { code, offset, length in
            guard code == EDNS.extendedErrorOption, length >= 2 else { return true }
            var text: [UInt8] = []
            for index in (offset + 2)..<(offset + length) { text.append(octets[index]) }
            errors.append(ExtendedError(code: ExtendedErrorCode(rawValue: octets.uint16(at: offset)), text: text))
            return true
        }
        return errors
    }
}
