import DNS
import LDNS

/// A master file read by ``ZoneReader`` and, without the entries that it refuses, by libldns.
struct ZoneAgreement {
    let own: [ZoneRecord]
    let diagnostics: [ZoneDiagnostic]
    /// Our records beside libldns's, or nil when libldns refuses the file or reads another number of records.
    let pairs: [(own: ResourceRecord, library: ResourceRecord)]?

    init(_ text: [UInt8], origin: DomainName? = nil) {
        (own, diagnostics) = ZoneReader(origin: origin).all(in: text.span)
        var accepted = text
        for diagnostic in diagnostics {
            // Refused entries become comments; blanks would not do, see `blankLineEndsTheStatedTTL`.
            for index in diagnostic.bytes where accepted[index] != 0x0A { accepted[index] = 0x3B }
        }
        // libldns hands out the SOA first and keeps one.
        let soa = own.filter { $0.record.type == .soa }.prefix(1)
        let ordered = soa.map(\.record) + own.filter { $0.record.type != .soa }.map(\.record)
        // A second SOA makes libldns 1.8.3 read memory that it has freed.
        guard own.count(where: { $0.record.type == .soa }) <= 1,
            let library = LibraryZone.read(accepted, origin: origin), library.count == ordered.count
        else {
            pairs = nil
            return
        }
        pairs = Array(zip(ordered, library))
    }
}
