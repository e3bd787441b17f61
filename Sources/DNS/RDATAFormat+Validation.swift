extension RDATAFormat {
    /// Checks RDATA that stands alone, so its names must not be compressed.
    /// - Throws: ``WireError`` whose offset counts from the start of `data`.
    /// - Complexity: O(octets)
    public func validate(_ data: Span<UInt8>) throws(WireError) {
        var names = NameBuffer()
        try validate(data, 0..<data.count, compressed: false, names: &names)
    }

    /// Checks the RDATA that stands at `range` of a message, whose names may be compressed if `compressed` says so.
    /// - Throws: ``WireError`` whose offset counts from the start of the message.
    /// - Complexity: O(octets)
    public func validate(
        _ octets: Span<UInt8>,
        _ range: Range<Int>,
        compressed: Bool,
        names: inout NameBuffer
    ) throws(WireError) {
        var walk = FieldWalk(position: range.lowerBound, end: range.upperBound, compressed: compressed)
        for (index, field) in fields.enumerated() {
            if index >= required, walk.isAtEnd { return }
            try walk.check(field, in: octets, names: &names)
        }
        guard walk.isAtEnd else { throw .badRDATA(offset: walk.position) }
    }
}

/// A position inside one RDATA; every step either stays inside it or throws.
private struct FieldWalk {
    private(set) var position: Int
    let end: Int
    let compressed: Bool

    init(position: Int, end: Int, compressed: Bool) {
        self.position = position
        self.end = end
        self.compressed = compressed
    }

    var isAtEnd: Bool { position == end }

    mutating func check(
        _ field: RDATAFormat.Field,
        in octets: Span<UInt8>,
        names: inout NameBuffer
    ) throws(WireError) {
        switch field {
        case .name: try name(octets, &names)
        case .names: while !isAtEnd { try name(octets, &names) }
        case .octets(let count): try skip(count)
        case .string: _ = try string(octets)
        case .nonEmptyString:
            let start = position
            guard try string(octets) > 0 else { throw .badRDATA(offset: start) }
        case .strings: repeat { _ = try string(octets) } while !isAtEnd
        case .counted: try skip(Int(try value16(octets)))
        case .rest: position = end
        case .typeBitmaps: try typeBitmaps(octets)
        case .options: while !isAtEnd { try codedValue(octets) }
        case .serviceParameters: try serviceParameters(octets)
        case .prefixes: while !isAtEnd { try prefix(octets) }
        case .location: try location(octets)
        case .hostIdentity: try hostIdentity(octets)
        case .gateway: try gateway(octets, &names)
        }
    }

    private mutating func skip(_ count: Int) throws(WireError) {
        guard count <= end - position else { throw .badRDATA(offset: position) }
        position += count
    }

    private mutating func value8(_ octets: Span<UInt8>) throws(WireError) -> UInt8 {
        try skip(1)
        return octets[position - 1]
    }

    private mutating func value16(_ octets: Span<UInt8>) throws(WireError) -> UInt16 {
        try skip(2)
        return octets.uint16(at: position - 2)
    }

    private mutating func name(_ octets: Span<UInt8>, _ names: inout NameBuffer) throws(WireError) {
        guard !isAtEnd else { throw .badRDATA(offset: position) }
        let after = try names.fill(octets, at: position)
        guard after <= end, compressed || after - position == names.count else { throw .badRDATA(offset: position) }
        position = after
    }

    private mutating func string(_ octets: Span<UInt8>) throws(WireError) -> Int {
        let length = Int(try value8(octets))
        try skip(length)
        return length
    }

    /// A 16-bit code, a 16-bit length and that many octets: an EDNS option or a service parameter.
    @discardableResult
    private mutating func codedValue(_ octets: Span<UInt8>) throws(WireError) -> UInt16 {
        let code = try value16(octets)
        try skip(Int(try value16(octets)))
        return code
    }

    private mutating func typeBitmaps(_ octets: Span<UInt8>) throws(WireError) {
        var previous = -1
        while !isAtEnd {
            let start = position
            let window = Int(try value8(octets))
            let length = Int(try value8(octets))
            guard window > previous, (1...32).contains(length) else { throw .badRDATA(offset: start) }
            try skip(length)
            previous = window
        }
    }

    private mutating func serviceParameters(_ octets: Span<UInt8>) throws(WireError) {
        var previous = -1
        while !isAtEnd {
            let start = position
            let key = Int(try codedValue(octets))
            guard key > previous else { throw .badRDATA(offset: start) }
            previous = key
        }
    }

    private mutating func prefix(_ octets: Span<UInt8>) throws(WireError) {
        try skip(3)
        // The high bit negates the item; the rest is the length of the address part.
        try skip(Int(try value8(octets) & 0x7F))
    }

    private mutating func location(_ octets: Span<UInt8>) throws(WireError) {
        // Only version 0 has a defined layout.
        guard !isAtEnd, octets[position] == 0 else {
            try skip(1)
            position = end
            return
        }
        try skip(16)
    }

    private mutating func hostIdentity(_ octets: Span<UInt8>) throws(WireError) {
        let tagLength = Int(try value8(octets))
        try skip(1)
        try skip(tagLength + Int(try value16(octets)))
    }

    private mutating func gateway(_ octets: Span<UInt8>, _ names: inout NameBuffer) throws(WireError) {
        try skip(1)
        let kind = try value8(octets)
        try skip(1)
        switch kind {
        case 0: return
        case 1: try skip(4)
        case 2: try skip(16)
        case 3: try name(octets, &names)
        // Gateway types 4 to 255 are unassigned: their length is unknown.
        default: position = end
        }
    }
}
