internal import DNS

/// One extended error of a reply: its code and text, ready for the wire (RFC 8914 §2).
struct ErrorOption {
    /// The option with code, length, INFO-CODE and EXTRA-TEXT.
    let octets: [UInt8]

    /// The longest text sent, octets.
    static let maximumText = 200

    /// An option; longer texts are cut at a character's end.
    init(_ code: ExtendedErrorCode, _ text: String = "") {
        var kept = text
        while kept.utf8.count > Self.maximumText { kept.removeLast() }
        let length = UInt16(kept.utf8.count + 2)
        octets =
            [
                UInt8(EDNS.extendedErrorOption >> 8), UInt8(EDNS.extendedErrorOption & 255),
                UInt8(length >> 8), UInt8(length & 255), UInt8(code.rawValue >> 8), UInt8(code.rawValue & 255),
            ] + kept.utf8
    }
}

extension MessageBuffer {
    /// Octets of an OPT record without options.
    static let optSize = 11

    /// Starts a reply: header without counts, and the question as the client wrote it.
    mutating func beginReply(_ query: ClientQuery, _ code: ResponseCode, message: Span<UInt8>) {
        reset()
        append16(query.id)
        append16(query.replyBits(code.rawValue))
        append16(query.nameLength > 0 ? 1 : 0)
        append16(0)
        append32(0)
        if query.nameLength > 0 {
            append(message.extracting(MessageHeader.size..<(MessageHeader.size + Int(query.nameLength) + 4)))
        }
    }

    /// Appends our OPT record when the client sent one; `options` only as far as they fit.
    @inline(__always)
    mutating func appendOPT(_ query: ClientQuery, _ code: ResponseCode, options: Span<UInt8>) {
        guard query.hasEDNS else { return }
        let fits = count + Self.optSize + options.count <= Int(query.limit)
        append(0)
        append16(RRType.opt.rawValue)
        append16(ClientQuery.maximumDatagram)
        append(UInt8(truncatingIfNeeded: code.rawValue >> 4))
        append(0)
        append16(query.dnssecOK ? 0x8000 : 0)
        append16(fits ? UInt16(options.count) : 0)
        if fits { append(options) }
        if query.isPadded || query.keepalive > 0 {
            appendTransportOptions(query, lengthAt: count - 2 - (fits ? options.count : 0))
        }
        octets.put16(octets.uint16(at: 10) + 1, at: 10)
    }

    /// Octets that the length of padded replies is a multiple of (RFC 8467 §4.1).
    private static let paddingBlock = 468

    /// Appends what a client over TCP wants beside the answer to our OPT record, whose length stands at `place`.
    @inline(never)
    private mutating func appendTransportOptions(_ query: ClientQuery, lengthAt place: Int) {
        let start = count
        if query.keepalive > 0 {
            append16(EDNS.keepaliveOption)
            append16(2)
            append16(query.keepalive)
        }
        let whole = (count + 4 + Self.paddingBlock - 1) / Self.paddingBlock * Self.paddingBlock
        if query.isPadded, whole <= Int(UInt16.max) {
            let padding = whole - count - 4
            append16(EDNS.paddingOption)
            append16(UInt16(padding))
            for _ in 0..<padding { append(0) }
        }
        octets.put16(octets.uint16(at: place) + UInt16(count - start), at: place)
    }

    /// Replaces the reply by one without records and with TC (RFC 2181 §9), because it exceeded the client's limit or because
    /// a rule, which `error` names, sends the client to TCP.
    mutating func replaceByTruncated(_ query: ClientQuery, error: ErrorOption? = nil) {
        let code = octets.uint16(at: 2) & 15
        truncate(to: MessageHeader.size + (query.nameLength > 0 ? Int(query.nameLength) + 4 : 0))
        octets.put16(query.replyBits(code) | MessageHeader.truncatedFlag, at: 2)
        octets.put16(0, at: 6)
        octets.put32(0, at: 8)
        let options = error?.octets ?? []
        appendOPT(query, .noError, options: options.span)
    }

    /// Writes a whole reply without records.
    mutating func writeError(
        _ query: ClientQuery,
        _ code: ResponseCode,
        message: Span<UInt8>,
        error: ErrorOption? = nil
    ) {
        beginReply(query, code, message: message)
        let options = error?.octets ?? []
        appendOPT(query, code, options: options.span)
    }
}

extension MessageBuffer {
    /// Writes a whole reply without records to a client that waited in a flight table.
    mutating func writeFailure(
        _ query: ClientQuery,
        _ failure: FlightFailure,
        question place: Int,
        of table: borrowing FlightTable
    ) {
        reset()
        append16(query.id)
        append16(query.replyBits(failure.code))
        append16(1)
        append16(0)
        append32(0)
        append(table.question(place, Int(query.nameLength)))
        append16(query.type)
        append16(RRClass.in.rawValue)
        let option = ErrorOption(ExtendedErrorCode(rawValue: failure.error))
        appendOPT(query, ResponseCode(rawValue: failure.code), options: option.octets.span)
    }

    /// Restores the letters of a waiting client's question.
    mutating func restoreQuestion(_ query: ClientQuery, at place: Int, of table: borrowing FlightTable) {
        octets.copy(table.question(place, Int(query.nameLength)), to: MessageHeader.size)
    }
}
