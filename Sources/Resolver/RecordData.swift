internal import DNS

/// How the RDATA of a type is copied: which names inside it may be compressed (RFC 3597 §4), and what is checked on the way.
private enum DataShape {
    /// Exactly this many octets.
    case fixed(Int)
    /// `prefix` octets, then `names` names, then a tail: `nil` for any, else exactly so many octets.
    case names(prefix: Int, names: Int, tail: Int?)
    /// One or more character strings that fill it.
    case strings
    /// 4 octets, three strings, a name.
    case naptr
    /// 2 octets, a name, parameters in strictly growing order (RFC 9460 §2.2).
    case service
    /// As it stands, if it fits its type.
    case opaque

    init(_ type: RRType) {
        self =
            switch type.rawValue {
            case 1: .fixed(4)
            case 28: .fixed(16)
            // NS MD MF CNAME MB MG MR PTR NSAP-PTR DNAME
            case 2, 3, 4, 5, 7, 8, 9, 12, 23, 39: .names(prefix: 0, names: 1, tail: 0)
            case 6: .names(prefix: 0, names: 2, tail: 20)
            // MX AFSDB RT KX
            case 15, 18, 21, 36: .names(prefix: 2, names: 1, tail: 0)
            // MINFO RP
            case 14, 17: .names(prefix: 0, names: 2, tail: 0)
            case 26: .names(prefix: 2, names: 2, tail: 0)
            case 33: .names(prefix: 6, names: 1, tail: 0)
            // SIG RRSIG
            case 24, 46: .names(prefix: 18, names: 1, tail: nil)
            // NXT NSEC
            case 30, 47: .names(prefix: 0, names: 1, tail: nil)
            // TXT SPF
            case 16, 99: .strings
            case 35: .naptr
            // SVCB HTTPS
            case 64, 65: .service
            default: .opaque
            }
    }
}

extension MessageBuffer {
    /// Appends the RDATA of a record with its length in front, names expanded with their letters kept.
    /// - Returns: false when RDLENGTH disagrees with the content (RFC 1035 §3.3) or a name in it is malformed;
    ///   the buffer then ends somewhere inside the record.
    mutating func appendData(_ record: RecordView, of message: Span<UInt8>) -> Bool {
        let lengthAt = count
        append16(0)
        var position = record.dataOffset
        let end = record.end
        switch DataShape(record.type) {
        case .fixed(let length):
            guard record.dataLength == length else { return false }
        case .names(let prefix, let names, let tail):
            guard position + prefix <= end else { return false }
            append(message.extracting(position..<(position + prefix)))
            position += prefix
            for _ in 0..<names {
                guard let next = appendName(message, at: position), next <= end else { return false }
                position = next
            }
            if let tail {
                guard end - position == tail else { return false }
            } else {
                guard fits(record, message, compressed: true) else { return false }
            }
        case .strings:
            guard stringsFill(message, position, end) else { return false }
        case .naptr:
            guard let next = skipStrings(message, position + 4, end, 3) else { return false }
            append(message.extracting(position..<next))
            guard let last = appendName(message, at: next), last == end else { return false }
            position = last
        case .service:
            guard record.dataLength >= 3, let next = skipPlainName(message, position + 2, end),
                parametersFill(message, next, end)
            else { return false }
        case .opaque:
            guard fits(record, message, compressed: false) else { return false }
        }
        append(message.extracting(position..<end))
        guard !overflowed, count - lengthAt - 2 <= 0xFFFF else { return false }
        octets.put16(UInt16(count - lengthAt - 2), at: lengthAt)
        return true
    }

    /// Whether RDATA is built as its type says; what is not known fits.
    private func fits(_ record: RecordView, _ message: Span<UInt8>, compressed: Bool) -> Bool {
        guard let format = RDATAFormat(record.type) else { return true }
        var names = NameBuffer()
        return (try? format.validate(message, record.dataOffset..<record.end, compressed: compressed, names: &names))
            != nil
    }

    /// Where the end of a name (lower case) that begins at `first` stands, alone or behind other labels, in the name at `start`;
    /// nil for the root, which is no longer than a pointer.
    /// - Complexity: O(octets × labels)
    func place(of name: borrowing NameBuffer, from first: Int, behind start: Int) -> Int? {
        guard name.count - first > 2 else { return nil }
        var label = start
        while label < 0x4000, octets[label] > 0, octets[label] < 0xC0 {
            if nameMatches(span, at: label, name, from: first) { return label }
            label += Int(octets[label]) + 1
        }
        return nil
    }

    /// Appends the name at `offset` of a message, expanded, letters kept.
    /// - Returns: the offset after the name as it stands, or nil when it is malformed.
    mutating func appendName(_ message: Span<UInt8>, at offset: Int) -> Int? {
        var position = offset
        var limit = offset
        var end: Int?
        var written = 1
        while true {
            guard position < message.count else { return nil }
            let length = Int(message[position])
            if length == 0 { break }
            if length < 0x40 {
                written += length + 1
                guard position + 1 + length <= message.count, written <= DomainName.maximumWireLength else {
                    return nil
                }
                append(message.extracting(position..<(position + 1 + length)))
                position += length + 1
            } else {
                guard length >= 0xC0, position + 1 < message.count else { return nil }
                let target = (length & 0x3F) << 8 | Int(message[position + 1])
                // Each jump goes before every earlier one, so there are at most 127.
                guard target < limit else { return nil }
                if end == nil { end = position + 2 }
                limit = target
                position = target
            }
        }
        append(0)
        return end ?? position + 1
    }
}

/// The offset after an uncompressed name (RFC 9460 §2.2: the target name is never compressed), or nil.
private func skipPlainName(_ message: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var position = start
    while position < end {
        let length = Int(message[position])
        guard length < 0x40 else { return nil }
        position += length + 1
        if length == 0 { return position - start <= DomainName.maximumWireLength ? position : nil }
    }
    return nil
}

private func skipStrings(_ message: Span<UInt8>, _ start: Int, _ end: Int, _ number: Int) -> Int? {
    var position = start
    for _ in 0..<number {
        guard position < end else { return nil }
        position += Int(message[position]) + 1
    }
    return position <= end ? position : nil
}

private func stringsFill(_ message: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    guard start < end else { return false }
    var position = start
    while position < end { position += Int(message[position]) + 1 }
    return position == end
}

private func parametersFill(_ message: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
    var position = start
    var last = -1
    while position < end {
        guard position + 4 <= end, Int(message.uint16(at: position)) > last else { return false }
        last = Int(message.uint16(at: position))
        position += 4 + Int(message.uint16(at: position + 2))
    }
    return position == end
}

/// Whether the name at `offset` of a message equals `name`, or its end that begins at `first`, ignoring case; a malformed name
/// equals nothing.
/// - Complexity: O(octets)
func nameMatches(_ message: Span<UInt8>, at offset: Int, _ name: borrowing NameBuffer, from first: Int = 0) -> Bool {
    var position = offset
    var limit = offset
    var compared = first
    while true {
        guard position < message.count else { return false }
        let length = Int(message[position])
        if length < 0x40 {
            guard compared + length < name.count, Int(name[compared]) == length else { return false }
            if length == 0 { return compared == name.count - 1 }
            guard position + 1 + length <= message.count else { return false }
            for step in 1...length where asciiLowercased(message[position + step]) != name[compared + step] {
                return false
            }
            compared += length + 1
            position += length + 1
        } else {
            guard length >= 0xC0, position + 1 < message.count else { return false }
            let target = (length & 0x3F) << 8 | Int(message[position + 1])
            guard target < limit else { return false }
            limit = target
            position = target
        }
    }
}

extension NameBuffer {
    /// Replaces the content by the name at `offset` of a message under construction; false when it is malformed.
    mutating func fill(from message: borrowing MessageBuffer, at offset: Int) -> Bool {
        (try? fill(message.span, at: offset)) != nil
    }
}
