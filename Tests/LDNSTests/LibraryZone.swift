import CLDNS
import DNS
import Glibc
import LDNS

/// A master file as libldns's own whole-file reader sees it.
enum LibraryZone {
    /// The records in libldns's order, the SOA first; nil when it refuses the file.
    ///
    /// It must not be given a file with two SOA records: libldns 1.8.3 then reads memory that it has freed.
    static func read(_ text: [UInt8], origin: DomainName? = nil) -> [ResourceRecord]? {
        guard !text.isEmpty else { return [] }
        var text = text
        var zone: UnsafeMutablePointer<ldns_zone>?
        let status = unsafe text.withUnsafeMutableBytes { octets -> ldns_status in
            guard let file = unsafe fmemopen(octets.baseAddress, octets.count, "r") else { return LDNS_STATUS_MEM_ERR }
            defer { unsafe fclose(file) }
            let name = unsafe origin.flatMap { name in
                unsafe name.wire.withUnsafeBytes {
                    unsafe ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, $0.count, $0.baseAddress)
                }
            }
            defer { unsafe ldns_rdf_deep_free(name) }
            var line: Int32 = 0
            return unsafe ldns_zone_new_frm_fp_l(&zone, file, name, 0, LDNS_RR_CLASS_IN, &line)
        }
        guard status == LDNS_STATUS_OK, let zone = unsafe zone else { return nil }
        defer { unsafe ldns_zone_deep_free(zone) }
        var records: [ResourceRecord] = []
        if let soa = unsafe ldns_zone_soa(zone), let record = unsafe record(soa) { records.append(record) }
        let list = unsafe ldns_zone_rrs(zone)
        let count = unsafe ldns_rr_list_rr_count(list)
        for index in 0..<count {
            if let entry = unsafe ldns_rr_list_rr(list, index), let record = unsafe record(entry) {
                records.append(record)
            }
        }
        return records
    }

    private static func record(_ pointer: UnsafeMutablePointer<ldns_rr>) -> ResourceRecord? {
        guard let field = unsafe ldns_rr_owner(pointer), let owner = try? DomainName(wire: unsafe octets(field)) else {
            return nil
        }
        var data: [UInt8] = []
        let count = unsafe ldns_rr_rd_count(pointer)
        for index in 0..<count {
            if let field = unsafe ldns_rr_rdf(pointer, index) { data += unsafe octets(field) }
        }
        return unsafe ResourceRecord(
            owner: owner,
            type: RRType(rawValue: UInt16(truncatingIfNeeded: ldns_rr_get_type(pointer).rawValue)),
            class: RRClass(rawValue: UInt16(truncatingIfNeeded: ldns_rr_get_class(pointer).rawValue)),
            ttl: ldns_rr_ttl(pointer),
            data: data
        )
    }

    private static func octets(_ field: UnsafeMutablePointer<ldns_rdf>) -> [UInt8] {
        unsafe Array(UnsafeRawBufferPointer(start: ldns_rdf_data(field), count: ldns_rdf_size(field)))
    }
}
