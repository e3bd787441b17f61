internal import CLDNS
internal import DNS
internal import Synchronization

/// RDATA between text and octets, through libldns except for the generic form of RFC 3597.
enum DataText {
    /// Reads the RDATA text of a type; relative names are completed by `origin`.
    ///
    /// The text has been through ``EntryScanner``: no NUL, no comment, no parenthesis outside quotes, bounded length.
    static func read(
        _ text: ArraySlice<UInt8>,
        type: RRType,
        origin: borrowing FieldHandle
    ) throws(RecordError) -> [UInt8] {
        if let digits = genericDigits(text) {
            let data = try generic(digits)
            // libldns takes `\# 0` for any type, and so do we: it says that there is no RDATA, as in updates.
            guard data.isEmpty || fits(data, type) else { throw .badLayout(type) }
            return data
        }
        // APL is the one type whose RDATA may be empty (RFC 3123 §4).
        guard !text.isEmpty || type.rawValue == 42 else { throw .missingData }
        guard !hasOriginLabel(text, type) else { throw .originLabel }
        let line = line(type == .caa ? quotedValue(text) : text, type: type)
        var created: UnsafeMutablePointer<ldns_rr>?
        let originPointer = unsafe origin.pointer
        let status = libraryLock.withLock { _ in
            unsafe line.withUnsafeBufferPointer { octets in
                unsafe octets.withMemoryRebound(to: CChar.self) { characters in
                    unsafe ldns_rr_new_frm_str(&created, characters.baseAddress, 0, originPointer, nil)
                }
            }
        }
        guard status == LDNS_STATUS_OK, let created = unsafe created else { throw .library(LibraryError(status)) }
        let data = unsafe RecordHandle(owning: created).data
        guard data.count <= Int(UInt16.max), fits(data, type) else { throw .badLayout(type) }
        return data
    }

    /// The record `. 0 IN TYPE123 text` as a C string.
    private static func line(_ text: ArraySlice<UInt8>, type: RRType) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(text.count + 20)
        line.append(contentsOf: [0x2E, 0x20, 0x30, 0x20, 0x49, 0x4E, 0x20, 0x54, 0x59, 0x50, 0x45])
        var divisor: UInt16 = 10_000
        while divisor > 0 {
            line.append(0x30 + UInt8(type.rawValue / divisor % 10))
            divisor /= 10
        }
        line.append(0x20)
        line.append(contentsOf: text)
        line.append(0)
        return line
    }

    /// CAA text with its value in quotes: RFC 8659 §4.1.1 lets a value without blanks go without, libldns 1.8.3 does not.
    private static func quotedValue(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var words = Words(text)
        guard let flags = words.next(), let tag = words.next(), !words.rest.isEmpty, !words.rest.contains(0x22) else {
            return text
        }
        let value = words.rest
        guard !value.contains(where: EntryScanner.isBlank) else { return text }
        return flags + [0x20] + tag + [0x20, 0x22] + value + [0x22]
    }

    /// Prints RDATA: libldns's text when that reads back as the same octets, otherwise the generic form.
    static func print(_ data: [UInt8], type: RRType) -> [UInt8] {
        guard !data.isEmpty, data.count <= Int(UInt16.max), fits(data, type), let text = libraryText(data, type: type),
            let root = FieldHandle(name: DomainName.root.wire), text.count < EntryScanner.maximumLength
        else { return genericText(data) }
        let back = try? read(text[...], type: type, origin: root)
        return back == data && isOneLine(text) ? text : genericText(data)
    }

    /// Whether a word could be a name with a first label of the one octet `@` without being a free-standing `@`.
    private static func hasOriginLabel(_ text: ArraySlice<UInt8>, _ type: RRType) -> Bool {
        guard text.contains(where: { $0 == 0x40 || $0 == 0x36 }), RDATAFormat(type)?.hasNames == true else {
            return false
        }
        var words = Words(text)
        while let word = words.next() {
            guard word.count > 1, word.first == 0x40 || word.first == 0x5C else { continue }
            if let name = try? DomainName(presentation: word), name.labels.first?.elementsEqual([0x40]) == true {
                return true
            }
        }
        return false
    }

    /// Whether `data` has the layout that its type prescribes.
    static func fits(_ data: [UInt8], _ type: RRType) -> Bool {
        guard let format = RDATAFormat(type) else { return true }
        return (try? format.validate(data.span)) != nil
    }

    private static func isOneLine(_ text: [UInt8]) -> Bool {
        text.allSatisfy { (0x20...0x7E).contains($0) }
    }

    private static func libraryText(_ data: [UInt8], type: RRType) -> [UInt8]? {
        guard let record = record(data, type: type), let buffer = BufferHandle(capacity: 512) else { return nil }
        return libraryLock.withLock { _ -> [UInt8]? in
            var fields: [[UInt8]] = []
            let count = unsafe ldns_rr_rd_count(record.pointer)
            for index in 0..<count {
                guard let field = unsafe ldns_rr_rdf(record.pointer, index),
                    let text = unsafe text(of: field, in: buffer)
                else { return nil }
                // Some fields end in a blank, and some print as nothing when they are empty.
                let trimmed = Words(text[...]).rest
                if !trimmed.isEmpty { fields.append(Array(trimmed)) }
            }
            return Array(fields.joined(separator: [0x20]))
        }
    }

    private static func text(
        of field: UnsafeMutablePointer<ldns_rdf>,
        in buffer: borrowing BufferHandle
    ) -> [UInt8]? {
        if unsafe ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME {
            // libldns leaves `"`, `@` and `$` in names bare, which does not read back.
            guard let name = unsafe try? DomainName(wire: FieldHandle.octets(of: field)) else { return nil }
            return name.isRoot ? name.presentation : name.presentation + [0x2E]
        }
        unsafe ldns_buffer_clear(buffer.pointer)
        let status = unsafe ldns_rdf2buffer_str(buffer.pointer, field)
        return status == LDNS_STATUS_OK ? buffer.octets : nil
    }

    /// A record of the root with this RDATA, as libldns reads it from the wire.
    private static func record(_ data: [UInt8], type: RRType) -> RecordHandle? {
        let length = UInt16(truncatingIfNeeded: data.count)
        let fixed: [UInt8] = [
            0, UInt8(type.rawValue >> 8), UInt8(truncatingIfNeeded: type.rawValue), 0, 1, 0, 0, 0, 0,
            UInt8(length >> 8), UInt8(truncatingIfNeeded: length),
        ]
        let wire = fixed + data
        var position = 0
        var created: UnsafeMutablePointer<ldns_rr>?
        let status = unsafe wire.withUnsafeBufferPointer { octets in
            unsafe ldns_wire2rr(&created, octets.baseAddress, octets.count, &position, LDNS_SECTION_ANSWER)
        }
        guard status == LDNS_STATUS_OK, let created = unsafe created else { return nil }
        return unsafe RecordHandle(owning: created)
    }
}
