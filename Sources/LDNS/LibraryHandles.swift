internal import CLDNS
internal import Synchronization

/// Serialises conversions between text and RDATA.
///
/// libldns keeps no state of its own between calls, but WKS text goes through `getservbyname` and `getprotobyname`,
/// which answer in static storage.
let libraryLock = Mutex<Void>(())

/// Owns one `ldns_rdf`.
@safe struct FieldHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_rdf>

    /// A domain name field, or nil when memory is exhausted.
    init?(name wire: [UInt8]) {
        let created = unsafe wire.withUnsafeBytes { octets in
            unsafe ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, octets.count, octets.baseAddress)
        }
        guard let created = unsafe created else { return nil }
        unsafe pointer = created
    }

    init(owning pointer: UnsafeMutablePointer<ldns_rdf>) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe ldns_rdf_deep_free(pointer) }

    /// The octets of the field.
    var octets: [UInt8] { unsafe Self.octets(of: pointer) }

    /// The octets of a field that somebody else owns.
    static func octets(of field: UnsafeMutablePointer<ldns_rdf>) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: ldns_rdf_data(field), count: ldns_rdf_size(field)))
    }
}

/// Owns one `ldns_rr`.
@safe struct RecordHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_rr>

    init(owning pointer: UnsafeMutablePointer<ldns_rr>) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe ldns_rr_free(pointer) }

    /// The octets of all RDATA fields, one after the other: libldns keeps them in uncompressed wire form.
    var data: [UInt8] {
        var data: [UInt8] = []
        let count = unsafe ldns_rr_rd_count(pointer)
        for index in 0..<count {
            guard let field = unsafe ldns_rr_rdf(pointer, index) else { continue }
            data += unsafe FieldHandle.octets(of: field)
        }
        return data
    }
}

/// Owns one `ldns_pkt`.
@safe struct PacketHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_pkt>

    init(owning pointer: UnsafeMutablePointer<ldns_pkt>) {
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe ldns_pkt_free(pointer) }
}

/// Owns one `ldns_buffer` that grows as text is printed into it.
@safe struct BufferHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_buffer>

    init?(capacity: Int) {
        guard let created = unsafe ldns_buffer_new(capacity) else { return nil }
        unsafe pointer = created
    }

    deinit { unsafe ldns_buffer_free(pointer) }

    /// The octets printed so far.
    var octets: [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: ldns_buffer_begin(pointer), count: ldns_buffer_position(pointer)))
    }
}
