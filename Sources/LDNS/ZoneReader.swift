public import DNS

/// Reads a master file (RFC 1035 §5.1, RFC 2308 §4, RFC 3597 §5) from octets in memory, entry by entry.
///
/// A bad entry becomes a diagnostic and reading goes on behind it. Entries are split, and owner, TTL, class and type
/// read, by our own code, because libldns knows neither where an entry stands nor how to go on after a bad one; RDATA
/// text is read by libldns. Memory is bounded by the longest entry, whatever the source holds.
///
/// The TTL of a record that states none is that of `$TTL`; without `$TTL` that of the record before when owner and
/// type are the same (RFC 2181 §5.2), else the one stated last (RFC 1035 §5.1). RRSIG and SIG take theirs from RDATA
/// (RFC 4034 §3). Neither `$INCLUDE` nor `$GENERATE` is followed; each is reported.
public struct ZoneReader: ~Copyable {
    private var scanner = EntryScanner()
    private var context: ZoneContext

    /// A reader at the start of a file.
    /// - Parameters:
    ///   - origin: completes relative names until the first `$ORIGIN`; when nil, the owner of the first SOA does, and
    ///     before it the root.
    ///   - defaultTTL: seconds, for records before any TTL is stated.
    ///   - defaultClass: the class of records that state none; all of a zone have the same (RFC 1035 §5.2).
    public init(
        origin: DomainName? = nil,
        defaultTTL: UInt32 = ResourceRecord.defaultTTL,
        defaultClass: RRClass = .in
    ) {
        context = ZoneContext(origin: origin, defaultTTL: defaultTTL, defaultClass: defaultClass)
    }

    /// The next record or diagnostic, or nil at the end; every call must be given the same source.
    /// - Complexity: O(octets of the entry); O(octets of the source) over all calls
    public mutating func next(in source: Span<UInt8>) -> ZoneEntry? {
        while let entry = scanner.next(in: source) {
            do throws(ZoneFault) {
                guard let record = try context.read(entry, text: scanner.text) else { continue }
                return .record(ZoneRecord(record: record, line: entry.line, bytes: entry.range))
            } catch {
                return .diagnostic(ZoneDiagnostic(line: entry.line, bytes: entry.range, fault: error))
            }
        }
        return nil
    }

    /// Reads the rest of the source.
    public consuming func all(in source: Span<UInt8>) -> (records: [ZoneRecord], diagnostics: [ZoneDiagnostic]) {
        var records: [ZoneRecord] = []
        var diagnostics: [ZoneDiagnostic] = []
        while let entry = next(in: source) {
            switch entry {
            case .record(let record): records.append(record)
            case .diagnostic(let diagnostic): diagnostics.append(diagnostic)
            }
        }
        return (records, diagnostics)
    }
}
