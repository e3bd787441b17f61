/// Appends JSON (RFC 8259) to a buffer of octets, members in the order of the calls.
///
/// It writes what it is told: the caller opens and closes objects and arrays in pairs and names every member of an
/// object. One ``endRecord()`` per value makes NDJSON.
///
/// ```swift
/// var json = JSONWriter()
/// json.object {
///     $0.member("kind", "header")
///     $0.array("names") { $0.value("example.com") }
/// }
/// json.endRecord()
/// ```
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// An empty writer.
    public init(reservingCapacity capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Forgets what has been written and keeps the memory: for writers that flush in pieces.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Ends an NDJSON record with a line feed.
    public mutating func endRecord() {
        bytes.append(0x0A)
        needsComma = false
    }

    /// Opens an object; close it by ``endObject()``.
    public mutating func beginObject() { open(0x7B) }
    /// Closes an object.
    public mutating func endObject() { close(0x7D) }
    /// Opens an array; close it by ``endArray()``.
    public mutating func beginArray() { open(0x5B) }
    /// Closes an array.
    public mutating func endArray() { close(0x5D) }

    /// Writes an object whose members `body` writes.
    public mutating func object<Failure: Error>(_ body: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array whose elements `body` writes.
    public mutating func array<Failure: Error>(_ body: (inout JSONWriter) throws(Failure) -> Void) throws(Failure) {
        beginArray()
        try body(&self)
        endArray()
    }

    /// Names the member whose value is written next.
    public mutating func key(_ name: String) {
        value(name)
        bytes.append(0x3A)
        needsComma = false
    }

    /// Writes a string.
    public mutating func value(_ text: String) {
        var text = text
        text.withUTF8 { buffer in
            let span = unsafe Span(_unsafeElements: buffer)
            value(span)
        }
    }

    /// Writes octets as a string; each malformed part of the UTF-8 becomes U+FFFD.
    public mutating func value(_ text: [UInt8]) { value(text.span) }

    /// Writes octets as a string; each malformed part of the UTF-8 becomes U+FFFD.
    public mutating func value(_ text: Span<UInt8>) {
        var offset = Self.plainEnd(text, from: 0)
        guard offset < text.count else { return plain(text) }
        separate()
        bytes.append(0x22)
        append(text.extracting(0..<offset))
        while offset < text.count {
            let end = Self.plainEnd(text, from: offset)
            if end > offset {
                append(text.extracting(offset..<end))
                offset = end
            } else {
                offset += appendEscaped(text, at: offset)
            }
        }
        bytes.append(0x22)
        needsComma = true
    }

    /// Writes a string of octets that stand in it as they are.
    private mutating func plain(_ text: Span<UInt8>) {
        let isFirst = !needsComma
        bytes.append(addingCapacity: text.count + 3) { place in
            if !isFirst { place.append(0x2C) }
            place.append(0x22)
            unsafe place.withUnsafeMutableBufferPointer { buffer, count in
                unsafe text.withUnsafeBufferPointer { text in
                    guard let source = text.baseAddress, let base = buffer.baseAddress else { return }
                    unsafe (base + count).update(from: source, count: text.count)
                }
                count += text.count
            }
            place.append(0x22)
        }
        needsComma = true
    }

    /// Writes what another writer wrote for such a place: a value, or members.
    public mutating func splice(_ piece: borrowing JSONWriter) {
        append(piece.bytes.span)
        needsComma = true
    }

    /// Forgets what has been written and starts a piece for ``splice(_:)``: members that stand behind others, or not.
    public mutating func startPiece(behindMember: Bool) {
        removeAll()
        needsComma = behindMember
    }

    private mutating func append(_ octets: Span<UInt8>) {
        unsafe octets.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Where the octets end that stand in a string as they are, looked at eight at a time.
    private static func plainEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        unsafe text.withUnsafeBytes { octets in
            var offset = start
            while offset + 8 <= octets.count {
                let word = unsafe octets.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                guard !holdsSpecial(word) else { break }
                offset += 8
            }
            while offset < octets.count {
                let octet = unsafe octets[offset]
                guard octet >= 0x20, octet < 0x7F, octet != 0x22, octet != 0x5C else { break }
                offset += 1
            }
            return offset
        }
    }

    /// Whether one of eight octets is a control, a quote, a backslash or beyond ASCII. It may say yes where the octet after
    /// such a one is none, never no.
    private static func holdsSpecial(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ ones &* 0x22
        let slashes = word ^ ones &* 0x5C
        let low = (word &- ones &* 0x20) | (quotes &- ones) | (slashes &- ones)
        return (low | word | (word &+ ones)) & (ones &* 0x80) != 0
    }

    /// Writes a whole number.
    public mutating func value(_ number: some BinaryInteger) {
        if let small = Int(exactly: number) { value(small) } else { literal(String(number)) }
    }

    /// Writes a whole number.
    public mutating func value(_ number: Int) {
        separate()
        if number < 0 { bytes.append(0x2D) }
        var rest = number.magnitude
        var digits: InlineArray<20, UInt8> = InlineArray(repeating: 0x30)
        var first = 20
        repeat {
            first -= 1
            digits[first] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(first..<20))
        needsComma = true
    }

    /// Writes a number; what JSON cannot say (infinities, NaN) becomes null.
    public mutating func value(_ number: Double) { literal(number.isFinite ? "\(number)" : "null") }

    /// Writes true or false.
    public mutating func value(_ flag: Bool) { literal(flag ? "true" : "false") }

    /// Writes null.
    public mutating func null() { literal("null") }

    /// Writes a time as an RFC 3339 string in UTC.
    public mutating func time(microseconds: Int64) {
        separate()
        bytes.append(0x22)
        TimeText.append(microseconds: microseconds, to: &bytes)
        bytes.append(0x22)
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
    }

    /// Appends the character at `offset` escaped; returns its length in octets.
    private mutating func appendEscaped(_ text: Span<UInt8>, at offset: Int) -> Int {
        let (value, length) = UTF8Scan.scalar(text, at: offset)
        switch value {
        case 0x22, 0x5C: bytes += [0x5C, text[offset]]
        case 0x08: bytes += [0x5C, 0x62]
        case 0x09: bytes += [0x5C, 0x74]
        case 0x0A: bytes += [0x5C, 0x6E]
        case 0x0C: bytes += [0x5C, 0x66]
        case 0x0D: bytes += [0x5C, 0x72]
        // C1 controls and line separators are legal in JSON but not safe where the output may end up: terminals, scripts.
        case .some(let scalar) where scalar < 0xA0 || scalar == 0x2028 || scalar == 0x2029:
            bytes += [0x5C, 0x75]
            for shift in [12, 8, 4, 0] { bytes.append(hexDigit(UInt8(scalar >> UInt32(shift) & 15))) }
        case .some:
            for index in 0..<length { bytes.append(text[offset + index]) }
        case nil: bytes += [0xEF, 0xBF, 0xBD]
        }
        return length
    }
}
