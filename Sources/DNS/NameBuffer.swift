internal import Synchronization

/// One name on the stack: lower-case uncompressed wire form with the start of every label, no heap.
///
/// The data plane and the policy tables look names up through it. Fill it from a message, a ``DomainName`` or another
/// buffer, then walk ``suffixStart(_:)`` from the root. It is not copyable so that 400 octets never move by accident.
public struct NameBuffer: ~Copyable {
    /// Types with raw storage are always handled where they stand; without it the compiler makes a copy of all octets for
    /// every look at a span of them.
    private let place = Atomic<UInt8>(0)
    @usableFromInline var storage: InlineArray<256, UInt8>
    @usableFromInline var starts: InlineArray<128, UInt8>
    /// Octets of the wire form, root octet included; 0 before the first fill.
    public private(set) var count: Int
    /// Labels, the root not counted.
    public private(set) var labelCount: Int

    /// An empty buffer; fill it before use.
    public init() {
        storage = InlineArray(repeating: 0)
        starts = InlineArray(repeating: 0)
        count = 0
        labelCount = 0
    }

    /// A buffer that holds `name`.
    public init(_ name: DomainName) {
        self.init()
        fill(name)
    }

    /// The octet at `index`, lower case.
    @inlinable public subscript(index: Int) -> UInt8 { storage.span[index] }

    /// The octets at which the suffix of `labels` labels starts; 0 labels is the root octet.
    @inlinable public func suffixStart(_ labels: Int) -> Int {
        labels == 0 ? count - 1 : Int(starts.span[labelCount - labels])
    }

    /// The wire form, lower case.
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    /// The wire form, lower case, and what stands behind it: 256 octets, so that words can be read at its end.
    @inlinable public var padded: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span }
    }

    /// Where every label starts, the leftmost first: ``labelCount`` octets and some more.
    @inlinable public var labelStarts: Span<UInt8> {
        @_lifetime(borrow self)
        get { starts.span }
    }

    /// A name that owns the octets (lower case).
    public var name: DomainName {
        var wire: [UInt8] = []
        wire.reserveCapacity(count)
        for index in 0..<count { wire.append(storage[index]) }
        return DomainName(trustedWire: wire)
    }

    /// Appends the octets of ``DomainName/presentation`` of this name.
    public func appendPresentation(to text: inout [UInt8]) {
        DomainName.appendPresentation(of: span, to: &text)
    }

    /// Replaces the content by `name`.
    public mutating func fill(_ name: DomainName) {
        fill(trustedWire: name.wire.span, at: 0)
    }

    /// Replaces the content by the name at `offset` of octets that are known to hold an uncompressed one there.
    package mutating func fill(trustedWire wire: Span<UInt8>, at offset: Int) {
        count = 0
        labelCount = 0
        var position = offset
        while wire[position] != 0 {
            noteLabel(count + position - offset)
            position += Int(wire[position]) + 1
        }
        appendRun(wire, offset..<position)
        endName()
    }

    /// Replaces the content by the name at `offset` of `message`, following compression pointers.
    ///
    /// Pointers must point strictly before the place they stand at and before every earlier target (RFC 1035 §4.1.4),
    /// and at most 127 of them are followed, one for each label that a name can have. A pointer to offset 0 is refused:
    /// the header's id is no name.
    /// - Returns: the offset after the name as it stands in the message.
    public mutating func fill(_ message: Span<UInt8>, at offset: Int) throws(WireError) -> Int {
        count = 0
        labelCount = 0
        var position = offset
        var limit = offset
        var end = -1
        var hops = 0
        // Labels from here on are copied together: letters alone change their case, and no length is one.
        var run = offset
        while true {
            guard position < message.count else { throw .truncated(offset: position) }
            let length = Int(message[position])
            if length == 0 { break }
            if length < 0x40 {
                guard position + 1 + length < message.count else { throw .truncated(offset: position) }
                let place = count + position - run
                guard place + length + 2 <= DomainName.maximumWireLength else { throw .nameTooLong(offset: offset) }
                noteLabel(place)
                position += length + 1
            } else if length >= 0xC0 {
                guard position + 1 < message.count else { throw .truncated(offset: position) }
                let target = (length & 0x3F) << 8 | Int(message[position + 1])
                hops += 1
                guard target > 0, target < limit, hops <= 127 else { throw .badPointer(offset: position) }
                if end < 0 { end = position + 2 }
                appendRun(message, run..<position)
                limit = target
                position = target
                run = target
            } else {
                throw .badLabelType(offset: position)
            }
        }
        appendRun(message, run..<position)
        endName()
        return end < 0 ? position + 1 : end
    }

    /// Notes that a label starts at an octet of the name.
    @inline(__always)
    private mutating func noteLabel(_ start: Int) {
        starts[labelCount] = UInt8(truncatingIfNeeded: start)
        labelCount += 1
    }

    @inline(__always)
    private mutating func endName() {
        storage[count] = 0
        count += 1
    }
}

extension NameBuffer {
    /// Appends whole labels in lower case, eight octets at a time; the last eight overlap those before.
    @inline(__always)
    private mutating func appendRun(_ source: Span<UInt8>, _ run: Range<Int>) {
        let (place, length) = (count, run.count)
        precondition(place + length <= 256 && run.upperBound <= source.count, "a run of labels beyond its end")
        count += length
        guard length >= 8 else {
            for index in 0..<length { storage[place + index] = asciiLowercased(source[run.lowerBound + index]) }
            return
        }
        var octets = storage.mutableSpan
        unsafe octets.withUnsafeMutableBytes { octets in
            unsafe source.withUnsafeBytes { source in
                var offset = 0
                while offset < length {
                    let from = min(offset, length &- 8)
                    let word = unsafe source.loadUnaligned(fromByteOffset: run.lowerBound &+ from, as: UInt64.self)
                    unsafe octets.storeBytes(of: asciiLowercased(word), toByteOffset: place &+ from, as: UInt64.self)
                    offset &+= 8
                }
            }
        }
    }
}

/// The offset after the name at `offset` without expanding it; labels and pointers are checked as far as they stand here.
@inlinable
public func skipName(_ message: Span<UInt8>, at offset: Int) throws(WireError) -> Int {
    var position = offset
    while true {
        guard position < message.count else { throw .truncated(offset: position) }
        let length = Int(message[position])
        if length == 0 { return position + 1 }
        if length < 0x40 {
            position += length + 1
        } else if length >= 0xC0 {
            guard position + 1 < message.count else { throw .truncated(offset: position) }
            return position + 2
        } else {
            throw .badLabelType(offset: position)
        }
        guard position - offset < DomainName.maximumWireLength else { throw .nameTooLong(offset: offset) }
    }
}
