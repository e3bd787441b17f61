/// Builds a message into a buffer that it reuses: no allocation once the buffer has grown.
///
/// Owner names are compressed against at most 64 earlier suffixes, so the work per name is bounded
/// (RFC 1035 §4.1.4; unbounded compression is a known denial of service).
public struct MessageWriter: Sendable {
    /// The octets written so far; section counts are right at any time.
    public private(set) var octets: [UInt8] = []
    private var suffixes: InlineArray<64, UInt16> = InlineArray(repeating: 0)
    private var suffixCount = 0

    /// An empty writer; `capacity` octets are reserved.
    public init(capacity: Int = 1232) {
        octets.reserveCapacity(capacity)
    }

    /// Starts a new message with a header without counts.
    public mutating func begin(id: UInt16, bits: UInt16) {
        octets.removeAll(keepingCapacity: true)
        suffixCount = 0
        append16(id)
        append16(bits)
        for _ in 0..<4 { append16(0) }
    }

    /// Appends a question whose name is written as given, letter case kept.
    public mutating func question(_ name: Span<UInt8>, type: RRType, class recordClass: RRClass) {
        appendName(name)
        append16(type.rawValue)
        append16(recordClass.rawValue)
        bump(countAt: 4)
    }

    /// Appends a question.
    public mutating func question(_ name: DomainName, type: RRType, class recordClass: RRClass = .in) {
        question(name.wire.span, type: type, class: recordClass)
    }

    /// Appends a record with RDATA in uncompressed wire form (at most 65,535 octets; longer is cut by the caller).
    public mutating func record(
        _ section: Section,
        owner: Span<UInt8>,
        type: RRType,
        class recordClass: RRClass = .in,
        ttl: UInt32,
        data: Span<UInt8>
    ) {
        appendName(owner)
        append16(type.rawValue)
        append16(recordClass.rawValue)
        append32(ttl)
        append16(UInt16(truncatingIfNeeded: data.count))
        for index in 0..<data.count { octets.append(data[index]) }
        bump(countAt: 6 + 2 * Int(section.rawValue))
    }

    /// Appends a record; see the span form.
    public mutating func record(
        _ section: Section,
        owner: DomainName,
        type: RRType,
        class recordClass: RRClass = .in,
        ttl: UInt32,
        data: [UInt8]
    ) {
        record(section, owner: owner.wire.span, type: type, class: recordClass, ttl: ttl, data: data.span)
    }

    /// Appends an OPT record with extended errors, and sets the header's part of `responseCode` (RFC 6891 §6.1.3).
    public mutating func opt(
        _ edns: EDNS,
        responseCode: ResponseCode = .noError,
        errors: [ExtendedError] = []
    ) {
        octets.append(0)
        append16(RRType.opt.rawValue)
        append16(edns.payloadSize)
        octets.append(UInt8(truncatingIfNeeded: responseCode.rawValue >> 4))
        octets.append(edns.version)
        append16(edns.dnssecOK ? 0x8000 : 0)
        let lengthAt = octets.count
        append16(0)
        for error in errors {
            append16(EDNS.extendedErrorOption)
            append16(UInt16(truncatingIfNeeded: error.text.count + 2))
            append16(error.code.rawValue)
            octets.append(contentsOf: error.text)
        }
        patch16(UInt16(truncatingIfNeeded: octets.count - lengthAt - 2), at: lengthAt)
        octets[3] = octets[3] & 0xF0 | UInt8(truncatingIfNeeded: responseCode.rawValue & 15)
        bump(countAt: 10)
    }

    /// Replaces the flags, opcode and response code.
    public mutating func setBits(_ bits: UInt16) { patch16(bits, at: 2) }

    private mutating func appendName(_ name: Span<UInt8>) {
        var position = 0
        while name[position] != 0 {
            if let target = find(name, from: position) {
                append16(0xC000 | target)
                return
            }
            if octets.count < 0x4000, suffixCount < 64 {
                suffixes[suffixCount] = UInt16(octets.count)
                suffixCount += 1
            }
            let end = position + 1 + Int(name[position])
            while position < end {
                octets.append(name[position])
                position += 1
            }
        }
        octets.append(0)
    }

    private func find(_ name: Span<UInt8>, from start: Int) -> UInt16? {
        for index in 0..<suffixCount where matches(name, from: start, at: Int(suffixes[index])) {
            return suffixes[index]
        }
        return nil
    }

    private func matches(_ name: Span<UInt8>, from start: Int, at offset: Int) -> Bool {
        var position = start
        var written = offset
        while true {
            while octets[written] >= 0xC0 {
                written = Int(octets[written] & 0x3F) << 8 | Int(octets[written + 1])
            }
            let length = octets[written]
            guard length == name[position] else { return false }
            if length == 0 { return true }
            // Case is compared exactly: compression must not change the letters that a later name shows.
            for step in 1..<(Int(length) + 1) where octets[written + step] != name[position + step] { return false }
            written += Int(length) + 1
            position += Int(length) + 1
            guard written < octets.count else { return false }
        }
    }

    private mutating func append16(_ value: UInt16) {
        octets.append(UInt8(truncatingIfNeeded: value >> 8))
        octets.append(UInt8(truncatingIfNeeded: value))
    }

    private mutating func append32(_ value: UInt32) {
        append16(UInt16(truncatingIfNeeded: value >> 16))
        append16(UInt16(truncatingIfNeeded: value))
    }

    private mutating func patch16(_ value: UInt16, at offset: Int) {
        octets[offset] = UInt8(truncatingIfNeeded: value >> 8)
        octets[offset + 1] = UInt8(truncatingIfNeeded: value)
    }

    private mutating func bump(countAt offset: Int) {
        let count = UInt16(octets[offset]) << 8 | UInt16(octets[offset + 1])
        patch16(count + 1, at: offset)
    }
}
