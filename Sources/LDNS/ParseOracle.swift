internal import CLDNS
public import DNS

/// libldns as the judge of octets: what it accepts and what it refuses, and why.
///
/// Tests compare ``MessageView`` and ``NameBuffer`` with it. It allocates; keep it off the data path.
public enum ParseOracle {
    /// What `ldns_wire2pkt` says about a packet; octets after the last record do not bother it.
    /// - Complexity: O(octets), and up to 65,535 compression pointers for each name
    public static func verdict(packet: Span<UInt8>) -> Result<Void, LibraryError> {
        let (status, handle) = unsafe packet.withUnsafeBufferPointer { octets in
            var created: UnsafeMutablePointer<ldns_pkt>?
            let status = unsafe ldns_wire2pkt(&created, octets.baseAddress, octets.count)
            return unsafe (status, created)
        }
        guard status == LDNS_STATUS_OK else { return .failure(LibraryError(status)) }
        if let handle = unsafe handle { _ = unsafe PacketHandle(owning: handle) }
        return .success(())
    }

    /// The name that `ldns_wire2dname` reads at `offset` of a message, and the offset after it.
    public static func name(in message: Span<UInt8>, at offset: Int) -> Result<(DomainName, end: Int), LibraryError> {
        var position = offset
        var created: UnsafeMutablePointer<ldns_rdf>?
        let status = unsafe message.withUnsafeBufferPointer { octets in
            unsafe ldns_wire2dname(&created, octets.baseAddress, octets.count, &position)
        }
        return unsafe name(created, status).map { ($0, end: position) }
    }

    /// The name that `ldns_str2rdf_dname` reads from presentation form without NUL octets.
    public static func name(presentation text: String) -> Result<DomainName, LibraryError> {
        var created: UnsafeMutablePointer<ldns_rdf>?
        let status = unsafe ldns_str2rdf_dname(&created, text)
        return unsafe name(created, status)
    }

    /// The presentation form that libldns gives a name, with the root dot.
    public static func presentation(of name: DomainName) -> String? {
        guard let field = FieldHandle(name: name.wire), let buffer = BufferHandle(capacity: 256) else { return nil }
        let status = unsafe ldns_rdf2buffer_str_dname(buffer.pointer, field.pointer)
        return status == LDNS_STATUS_OK ? String(decoding: buffer.octets, as: UTF8.self) : nil
    }

    private static func name(
        _ created: UnsafeMutablePointer<ldns_rdf>?,
        _ status: ldns_status
    ) -> Result<DomainName, LibraryError> {
        guard status == LDNS_STATUS_OK, let created = unsafe created else { return .failure(LibraryError(status)) }
        let field = unsafe FieldHandle(owning: created)
        guard let name = try? DomainName(wire: field.octets) else { return .failure(LibraryError(LDNS_STATUS_ERR)) }
        return .success(name)
    }
}
