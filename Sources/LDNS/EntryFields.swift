internal import DNS

/// The fields of one entry: `[owner] [TTL] [class] type RDATA`, TTL and class in either order (RFC 1035 §5.1).
struct EntryFields {
    /// The owner as written, or nil when the entry starts with a blank.
    var owner: ArraySlice<UInt8>?
    /// The TTL, if stated.
    var ttl: UInt32?
    /// The class, if stated.
    var recordClass: RRClass?
    /// The type.
    var type: RRType
    /// The RDATA text without blanks at its ends.
    var data: ArraySlice<UInt8>

    /// A type and the word that named it last: most files name few types, over and over.
    struct KnownType {
        var word: [UInt8] = []
        var type = RRType(rawValue: 0)
    }

    /// Splits the text of an entry.
    init(_ text: [UInt8], startsBlank: Bool, known: inout KnownType) throws(RecordError) {
        var words = Words(text[...])
        owner = startsBlank ? nil : words.next()
        while true {
            guard let word = words.next() else { throw .missingType }
            if let first = word.first, asciiDigit(first) != nil {
                guard ttl == nil, let seconds = ZoneTime.seconds(word) else { throw .badTTL(Self.shown(word)) }
                ttl = seconds
            } else if word.elementsEqual(known.word) {
                type = known.type
                data = words.rest
                return
            } else if recordClass == nil, let named = RRClass(Self.shown(word)) {
                recordClass = named
            } else {
                guard let named = Self.type(word) else { throw .unknownType(Self.shown(word)) }
                // ANY and NONE are classes where one may stand, so they must be looked at each time.
                if RRClass(Self.shown(word)) == nil { known = KnownType(word: Array(word), type: named) }
                type = named
                data = words.rest
                return
            }
        }
    }

    /// A type by mnemonic or as `TYPE123`; plain numbers and signs, which ``RRType`` reads too, are not master file text.
    private static func type(_ word: ArraySlice<UInt8>) -> RRType? {
        guard word.count <= 16, !word.contains(where: { $0 == 0x2B }) else { return nil }
        return RRType(String(decoding: word, as: UTF8.self))
    }

    /// The start of a word in printable ASCII: other octets as `\DDD`, so that it is safe in messages.
    static func shown(_ word: ArraySlice<UInt8>) -> String {
        var text: [UInt8] = []
        for octet in word.prefix(40) {
            if (0x21...0x7E).contains(octet) {
                text.append(octet)
            } else {
                text += [0x5C, 0x30 + octet / 100, 0x30 + octet / 10 % 10, 0x30 + octet % 10]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Words of a text that are separated by blanks; a backslash takes the next octet along.
struct Words {
    private(set) var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text.drop(while: EntryScanner.isBlank)
        while let last = rest.last, EntryScanner.isBlank(last), !Self.endsEscaped(rest.dropLast()) { rest.removeLast() }
    }

    /// The next word, or nil at the end.
    mutating func next() -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        var index = rest.startIndex
        while index < rest.endIndex, !EntryScanner.isBlank(rest[index]) {
            index += rest[index] == 0x5C ? 2 : 1
        }
        index = min(index, rest.endIndex)
        let word = rest[..<index]
        rest = rest[index...].drop(while: EntryScanner.isBlank)
        return word
    }

    /// Whether an odd number of backslashes ends `text`.
    private static func endsEscaped(_ text: ArraySlice<UInt8>) -> Bool {
        text.reversed().prefix(while: { $0 == 0x5C }).count % 2 == 1
    }
}
