internal import CLDNS
public import DNS

/// What libldns does for DNSSEC: digests, hashes, signatures. It allocates; keep it off the data path.
public enum Cryptography {
    /// Records of one owner and type.
    public struct RecordSet: Sendable, Equatable {
        /// The owner.
        public var owner: DomainName
        /// The type.
        public var type: RRType
        /// Their RDATA, uncompressed.
        public var data: [[UInt8]]

        /// A set.
        public init(owner: DomainName, type: RRType, data: [[UInt8]]) {
            self.owner = owner
            self.type = type
            self.data = data
        }
    }

    /// The types of DS digests that are understood: SHA-1, SHA-256, SHA-384.
    public static let digestTypes: Set<UInt8> = [1, 2, 4]

    /// The key tag of a DNSKEY's RDATA (RFC 4034 appendix B).
    public static func keyTag(_ key: [UInt8]) -> UInt16 {
        unsafe key.withUnsafeBufferPointer { unsafe ldns_calc_keytag_raw($0.baseAddress, $0.count) }
    }

    /// The digest of a DNSKEY as a DS record holds it (RFC 4034 §5.1.4); nil for types that are not understood.
    public static func digest(_ key: [UInt8], of owner: DomainName, type: UInt8) -> [UInt8]? {
        let hashes: [UInt8: ldns_hash] = [1: LDNS_SHA1, 2: LDNS_SHA256, 4: LDNS_SHA384]
        guard let hash = hashes[type], let record = record(owner.lowercased, dnskey, key),
            let digest = unsafe ldns_key_rr2ds(record.pointer, hash)
        else { return nil }
        let owned = unsafe RecordHandle(owning: digest)
        let data = owned.data
        return data.count > 4 ? Array(data[4...]) : nil
    }

    /// The hash of a name as NSEC3 owners hold it, in base32hex letters (RFC 5155 §5); nil for other algorithms than SHA-1.
    /// - Complexity: O(iterations)
    public static func hash(_ name: DomainName, algorithm: UInt8, iterations: UInt16, salt: [UInt8]) -> [UInt8]? {
        guard algorithm == 1, salt.count <= 255, let field = FieldHandle(name: name.lowercased.wire) else { return nil }
        let hashed = unsafe salt.withUnsafeBufferPointer {
            unsafe ldns_nsec3_hash_name(field.pointer, algorithm, iterations, UInt8($0.count), $0.baseAddress)
        }
        guard let hashed = unsafe hashed else { return nil }
        let owned = unsafe FieldHandle(owning: hashed)
        let octets = owned.octets
        guard let length = octets.first, octets.count > Int(length) else { return nil }
        return octets[1...Int(length)].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    /// Whether a signature (the RDATA of an RRSIG) over a set is by a key (the RDATA of a DNSKEY of the signer), whatever the
    /// time.
    ///
    /// Names in RDATA are put into canonical form, wildcards and the original TTL taken into account (RFC 4035 §5.3.2).
    /// - Complexity: O(octets), and one operation with a public key
    public static func isGood(_ set: RecordSet, signature: [UInt8], signer: DomainName, key: [UInt8]) -> Bool {
        guard signature.count > 16, let records = RecordListHandle(set),
            let signed = record(set.owner, .rrsig, signature), let authority = record(signer, dnskey, key)
        else { return false }
        // libldns takes times for signed numbers; the first second of the signature's own is always in it.
        let inception = signature[12..<16].reduce(0) { $0 << 8 | UInt32($1) }
        let time = Int(Int32(bitPattern: inception))
        return unsafe ldns_verify_rrsig_time(records.pointer, signed.pointer, authority.pointer, time)
            == LDNS_STATUS_OK
    }

    private static let dnskey = RRType(rawValue: 48)

    /// A record out of octets; nil when libldns does not read them.
    fileprivate static func record(_ owner: DomainName, _ type: RRType, _ data: [UInt8]) -> RecordHandle? {
        guard data.count <= Int(UInt16.max) else { return nil }
        let wire =
            owner.wire + [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 0, 1, 0, 0, 0, 0]
            + [UInt8(data.count >> 8), UInt8(data.count & 255)] + data
        var position = 0
        var created: UnsafeMutablePointer<ldns_rr>?
        let status = unsafe wire.withUnsafeBufferPointer {
            unsafe ldns_wire2rr(&created, $0.baseAddress, $0.count, &position, LDNS_SECTION_ANSWER)
        }
        guard status == LDNS_STATUS_OK, let created = unsafe created else { return nil }
        return unsafe RecordHandle(owning: created)
    }
}

/// Owns one `ldns_rr_list` with its records.
@safe private struct RecordListHandle: ~Copyable {
    let pointer: UnsafeMutablePointer<ldns_rr_list>

    init?(_ set: Cryptography.RecordSet) {
        guard let list = unsafe ldns_rr_list_new() else { return nil }
        for data in set.data where unsafe !Self.push(set, data, to: list) {
            unsafe ldns_rr_list_deep_free(list)
            return nil
        }
        unsafe pointer = list
    }

    private static func push(
        _ set: Cryptography.RecordSet,
        _ data: [UInt8],
        to list: UnsafeMutablePointer<ldns_rr_list>
    ) -> Bool {
        guard let record = Cryptography.record(set.owner, set.type, data),
            let copy = unsafe ldns_rr_clone(record.pointer)
        else { return false }
        if unsafe ldns_rr_list_push_rr(list, copy) != 0 { return true }
        unsafe ldns_rr_free(copy)
        return false
    }

    deinit { unsafe ldns_rr_list_deep_free(pointer) }
}
