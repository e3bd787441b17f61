extension DomainName: CustomStringConvertible {
    /// Reads presentation form (RFC 1035 §5.1): labels separated by dots, `\X` and `\DDD` escapes, a root dot or not.
    ///
    /// Every octet is allowed in a label; nothing is lower-cased and no IDNA mapping is done.
    public init(presentation text: some Collection<UInt8>) throws(NameError) {
        try self.init(presentation: Array(text).span)
    }

    /// The same of octets where they stand.
    public init(presentation text: Span<UInt8>) throws(NameError) {
        var wire: [UInt8] = []
        guard Self.appendWire(ofPlain: text, 0..<text.count, to: &wire) else {
            try self.init(escaped: unsafe text.withUnsafeBufferPointer { unsafe Array($0) })
            return
        }
        self.init(trustedWire: wire)
    }

    /// Appends the wire form of a name that is written with the octets of names of hosts and with stars alone, a final dot or
    /// not, as nearly all are; false, with nothing appended, for others and for what is no name.
    /// - Complexity: O(octets), eight at a time
    public static func appendWire(ofPlain text: Span<UInt8>, _ range: Range<Int>, to wire: inout [UInt8]) -> Bool {
        guard let last = range.last else { return false }
        let count = text[last] == 0x2E ? range.count - 1 : range.count
        guard 1...(maximumWireLength - 2) ~= count else { return false }
        var isPlain = true
        // Whole words are stored, so that there has to be room for the last one.
        wire.append(addingCapacity: count + 10) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let base = buffer.baseAddress else { return }
                let place = unsafe UnsafeMutableRawPointer(base + initialized)
                isPlain = unsafe storeWire(ofPlain: text, range.lowerBound, count, at: place)
                if isPlain { initialized += count + 2 }
            }
        }
        return isPlain
    }

    /// Stores the wire form of `count` octets of text, which is as long and two octets more; false where it has others.
    @inline(__always)
    private static func storeWire(
        ofPlain text: Span<UInt8>,
        _ start: Int,
        _ count: Int,
        at place: UnsafeMutableRawPointer
    ) -> Bool {
        unsafe text.withUnsafeBufferPointer { text in
            // The length of a label stands where the dot in front of it does in the text.
            var (label, offset, isName) = (0, 0, true)
            while offset < count {
                let octets = min(8, count &- offset)
                let word = unsafe OctetWord(text, start &+ offset, octets)
                let others = ~(word.ofHosts | word.equal(to: 0x2A) | OctetWord.behind(octets)) & OctetWord.behind(0)
                guard others == 0 else { return false }
                unsafe place.storeBytes(of: word.bits.littleEndian, toByteOffset: offset &+ 1, as: UInt64.self)
                OctetWord.forEach(word.equal(to: 0x2E)) { index in
                    let length = offset &+ index &- label
                    isName = isName && 1...maximumLabelLength ~= length
                    unsafe place.storeBytes(
                        of: UInt8(truncatingIfNeeded: length),
                        toByteOffset: label,
                        as: UInt8.self
                    )
                    label = offset &+ index &+ 1
                }
                offset &+= 8
            }
            guard isName, 1...maximumLabelLength ~= count &- label else { return false }
            unsafe place.storeBytes(of: UInt8(truncatingIfNeeded: count &- label), toByteOffset: label, as: UInt8.self)
            unsafe place.storeBytes(of: 0, toByteOffset: count &+ 1, as: UInt8.self)
            return true
        }
    }

    private init(escaped octets: [UInt8]) throws(NameError) {
        guard !octets.isEmpty else { throw .empty }
        if octets == [0x2E] {
            self = .root
            return
        }
        var wire: [UInt8] = [0]
        wire.reserveCapacity(octets.count + 2)
        var lengthAt = 0
        var index = 0
        while index < octets.count {
            if octets[index] == 0x2E {
                guard wire[lengthAt] > 0 else { throw .emptyLabel(offset: index) }
                lengthAt = wire.count
                wire.append(0)
                index += 1
                continue
            }
            let start = index
            wire.append(try Self.octet(of: octets, at: &index))
            guard wire[lengthAt] < UInt8(Self.maximumLabelLength) else { throw .labelTooLong(offset: start) }
            wire[lengthAt] += 1
        }
        if wire[lengthAt] > 0 { wire.append(0) }
        guard wire.count <= Self.maximumWireLength else { throw .nameTooLong }
        self.init(trustedWire: wire)
    }

    /// Reads presentation form; see ``init(presentation:)``.
    public init(_ text: String) throws(NameError) {
        try self.init(presentation: text.utf8)
    }

    private static func octet(of text: [UInt8], at index: inout Int) throws(NameError) -> UInt8 {
        let octet = text[index]
        guard octet == 0x5C else {
            index += 1
            return octet
        }
        guard index + 1 < text.count else { throw .badEscape(offset: index) }
        guard let hundreds = asciiDigit(text[index + 1]) else {
            index += 2
            return text[index - 1]
        }
        guard index + 3 < text.count, let tens = asciiDigit(text[index + 2]), let ones = asciiDigit(text[index + 3])
        else { throw .badEscape(offset: index) }
        let value = Int(hundreds) * 100 + Int(tens) * 10 + Int(ones)
        guard value <= 255 else { throw .badEscape(offset: index) }
        index += 4
        return UInt8(value)
    }

    /// Presentation form without the root dot (the root itself is `.`), letter case kept; octets that are not
    /// printable ASCII appear as `\DDD`, and `. \ " ( ) ; @ $` inside a label behind a backslash.
    public var description: String {
        String(decoding: presentation, as: UTF8.self)
    }

    /// The octets of ``description``; always printable ASCII, so safe for terminals, logs and JSON.
    public var presentation: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(wire.count)
        Self.appendPresentation(of: wire.span, to: &text)
        return text
    }

    /// Appends the octets of ``presentation`` for a name in wire form.
    static func appendPresentation(of wire: Span<UInt8>, to text: inout [UInt8]) {
        guard wire[0] != 0 else { return text.append(0x2E) }
        guard !appendPlain(wire, to: &text) else { return }
        var position = 0
        while wire[position] != 0 {
            if position > 0 { text.append(0x2E) }
            let end = position + 1 + Int(wire[position])
            position += 1
            while position < end {
                append(wire[position], to: &text)
                position += 1
            }
        }
    }

    /// Appends a name of the octets of names of hosts alone, as nearly all have; false, with nothing appended, for others.
    private static func appendPlain(_ wire: Span<UInt8>, to text: inout [UInt8]) -> Bool {
        var end = 0
        while wire[end] != 0 { end += Int(wire[end]) + 1 }
        var isPlain = true
        text.append(addingCapacity: end + 8) { output in
            unsafe output.withUnsafeMutableBufferPointer { buffer, initialized in
                guard let base = buffer.baseAddress else { return }
                let place = unsafe UnsafeMutableRawPointer(base + initialized)
                unsafe wire.withUnsafeBufferPointer { wire in
                    var (offset, next) = unsafe (1, Int(wire[0]) + 1)
                    while offset < end {
                        let octets = min(8, end &- offset)
                        var word = unsafe OctetWord(wire, offset, octets).bits
                        // A dot for the length of every label; one that stands there already is part of a label.
                        guard OctetWord(word).equal(to: 0x2E) == 0 else { break }
                        while next < offset &+ octets {
                            let shift = UInt64(truncatingIfNeeded: (next &- offset) &* 8)
                            word = word & ~(0xFF << shift) | 0x2E << shift
                            next = unsafe next &+ Int(wire[next]) &+ 1
                        }
                        guard ~(OctetWord(word).ofHosts | OctetWord.behind(octets)) & OctetWord.behind(0) == 0 else {
                            break
                        }
                        unsafe place.storeBytes(of: word.littleEndian, toByteOffset: offset &- 1, as: UInt64.self)
                        offset &+= 8
                    }
                    isPlain = offset >= end
                }
                if isPlain { initialized += end - 1 }
            }
        }
        return isPlain
    }

    @inline(__always)
    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        if isPlain(octet) { return text.append(octet) }
        text.append(0x5C)
        if 0x21...0x7E ~= octet { return text.append(octet) }
        text.append(0x30 + octet / 100)
        text.append(0x30 + octet / 10 % 10)
        text.append(0x30 + octet % 10)
    }

    /// Whether an octet stands for itself.
    @inline(__always)
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x2E, 0x5C, 0x22, 0x28, 0x29, 0x3B, 0x40, 0x24: false
        default: 0x21...0x7E ~= octet
        }
    }
}
