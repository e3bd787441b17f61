import DNS

/// What could be read of a message in a capture, which may be cut, damaged or no DNS at all.
struct MessageReading {
    var header: MessageHeader
    var question: MessageSighting.Question?
    var answers: [AnswerRecord] = []
    var hasSOA = false
    var extendedErrors: [ExtendedError] = []
    var rcode: ResponseCode
    /// Why reading ended before the last record; what stands above is what came before.
    var fault: WireError?

    /// Reads as much as there is. Unlike ``MessageView`` it keeps what precedes a fault, because half an answer in a
    /// capture with short packets still shows the first aliases and the response code.
    /// - Throws: ``WireError`` when not even header and question can be read.
    init(_ octets: Span<UInt8>) throws(WireError) {
        header = try MessageHeader(octets)
        rcode = ResponseCode(rawValue: header.responseCodeBits)
        var names = NameBuffer()
        var position = MessageHeader.size
        for index in 0..<header.questionCount {
            let start = position
            position = try names.fill(octets, at: position)
            guard position + 4 <= octets.count else { throw .truncated(offset: position) }
            if index == 0 {
                question = MessageSighting.Question(
                    name: try Self.name(octets, at: start, lowercased: names),
                    type: RRType(rawValue: octets.uint16(at: position)),
                    recordClass: RRClass(rawValue: octets.uint16(at: position + 2))
                )
            }
            position += 4
        }
        do throws(WireError) {
            try readRecords(octets, from: position, &names)
        } catch {
            fault = error
        }
    }

    private mutating func readRecords(
        _ octets: Span<UInt8>,
        from start: Int,
        _ names: inout NameBuffer
    ) throws(WireError) {
        var position = start
        let answerCount = Int(header.answerCount)
        let authorityEnd = answerCount + Int(header.authorityCount)
        for index in 0..<(authorityEnd + Int(header.additionalCount)) {
            let fixed = try skipName(octets, at: position)
            guard fixed + 10 <= octets.count else { throw .truncated(offset: fixed) }
            let type = RRType(rawValue: octets.uint16(at: fixed))
            let ttl = octets.uint32(at: fixed + 4)
            let data = (fixed + 10)..<(fixed + 10 + Int(octets.uint16(at: fixed + 8)))
            guard data.upperBound <= octets.count else { throw .truncated(offset: data.lowerBound) }
            if index < answerCount {
                _ = try names.fill(octets, at: position)
                let content = try Self.content(octets, data, type: type)
                answers.append(AnswerRecord(name: names.name, type: type, ttl: ttl, data: content))
            } else if index < authorityEnd {
                if type == .soa { hasSOA = true }
            } else if type == .opt {
                rcode = ResponseCode(rawValue: UInt16(truncatingIfNeeded: ttl >> 24) << 4 | header.responseCodeBits)
                try readOptions(octets, data)
            }
            position = data.upperBound
        }
    }

    private mutating func readOptions(_ octets: Span<UInt8>, _ range: Range<Int>) throws(WireError) {
        var position = range.lowerBound
        while position < range.upperBound {
            guard position + 4 <= range.upperBound else { throw .badRDATA(offset: position) }
            let end = position + 4 + Int(octets.uint16(at: position + 2))
            guard end <= range.upperBound else { throw .badRDATA(offset: position) }
            if octets.uint16(at: position) == EDNS.extendedErrorOption, end - position >= 6 {
                var text: [UInt8] = []
                for index in (position + 6)..<end { text.append(octets[index]) }
                let code = ExtendedErrorCode(rawValue: octets.uint16(at: position + 4))
                extendedErrors.append(ExtendedError(code: code, text: text))
            }
            position = end
        }
    }

    private static func content(
        _ octets: Span<UInt8>,
        _ data: Range<Int>,
        type: RRType
    ) throws(WireError) -> AnswerData {
        switch type {
        case .a where data.count == 4: return .address(.v4(octets.uint32(at: data.lowerBound)))
        case .aaaa where data.count == 16:
            return .address(.v6(octets.uint64(at: data.lowerBound), octets.uint64(at: data.lowerBound + 8)))
        case .cname, .dname, .ns, .ptr:
            var target = NameBuffer()
            _ = try target.fill(octets, at: data.lowerBound)
            return .name(target.name)
        default:
            var copy: [UInt8] = []
            copy.reserveCapacity(data.count)
            for index in data { copy.append(octets[index]) }
            return .octets(copy)
        }
    }

    /// The name in the letter case of the message when it is not compressed there, as in questions it never is.
    private static func name(
        _ octets: Span<UInt8>,
        at start: Int,
        lowercased: borrowing NameBuffer
    ) throws(WireError) -> DomainName {
        guard start + lowercased.count <= octets.count else { return lowercased.name }
        var wire: [UInt8] = []
        wire.reserveCapacity(lowercased.count)
        for index in 0..<lowercased.count {
            guard asciiLowercased(octets[start + index]) == lowercased[index] else { return lowercased.name }
            wire.append(octets[start + index])
        }
        return (try? DomainName(wire: wire)) ?? lowercased.name
    }
}
