extension DomainName: CustomStringConvertible {
    /// Reads presentation form (RFC 1035 §5.1): labels separated by dots, `\X` and `\DDD` escapes, a root dot or not.
    ///
    /// Every octet is allowed in a label; nothing is lower-cased and no IDNA mapping is done.
    public init(presentation text: some Collection<UInt8>) throws(NameError) {
        try self.init(presentation: Array(text).span)
    }

    /// The same of octets where they stand.
    public init(presentation text: Span<UInt8>) throws(NameError) {
        guard let wire = Self.plainWire(text) else {
            try self.init(escaped: unsafe text.withUnsafeBufferPointer { unsafe Array($0) })
            return
        }
        self.init(trustedWire: wire)
    }

    /// The wire form of a name without escapes and final dot, as nearly all are; nil for others and for what is no name.
    private static func plainWire(_ text: Span<UInt8>) -> [UInt8]? {
        let count = text.count
        guard count > 0, count <= maximumWireLength - 2 else { return nil }
        let wire = unsafe [UInt8](unsafeUninitializedCapacity: count + 2) { wire, used in
            var start = 0
            for index in 0..<count {
                let octet = text[index]
                unsafe wire[index &+ 1] = octet
                if octet == 0x5C { return }
                guard octet == 0x2E else { continue }
                guard 1...maximumLabelLength ~= index &- start else { return }
                unsafe wire[start] = UInt8(truncatingIfNeeded: index &- start)
                start = index &+ 1
            }
            guard 1...maximumLabelLength ~= count &- start else { return }
            unsafe wire[start] = UInt8(truncatingIfNeeded: count &- start)
            unsafe wire[count &+ 1] = 0
            used = count &+ 2
        }
        return wire.isEmpty ? nil : wire
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

    /// Appends a name whose octets all stand for themselves, as those of nearly all names do; false, with nothing appended,
    /// for others.
    private static func appendPlain(_ wire: Span<UInt8>, to text: inout [UInt8]) -> Bool {
        var octets: InlineArray<256, UInt8> = InlineArray(repeating: 0)
        var position = 0
        var allPlain = true
        while wire[position] != 0 {
            let end = position + 1 + Int(wire[position])
            // The length of the label before which it stands becomes the dot.
            octets[position] = 0x2E
            position += 1
            while position < end {
                let octet = wire[position]
                allPlain = allPlain && isPlain(octet)
                octets[position] = octet
                position += 1
            }
        }
        guard allPlain else { return false }
        unsafe octets.span.extracting(1..<position).withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        return true
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
