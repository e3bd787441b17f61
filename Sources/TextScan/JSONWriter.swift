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
        separate()
        bytes.append(0x22)
        var offset = 0
        while offset < text.count {
            let octet = text[offset]
            if octet >= 0x20, octet < 0x7F, octet != 0x22, octet != 0x5C {
                bytes.append(octet)
                offset += 1
            } else {
                offset += appendEscaped(text, at: offset)
            }
        }
        bytes.append(0x22)
        needsComma = true
    }

    /// Writes a whole number.
    public mutating func value(_ number: some BinaryInteger) { literal(String(number)) }

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
