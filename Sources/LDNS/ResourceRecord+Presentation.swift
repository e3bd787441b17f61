public import DNS

extension ResourceRecord {
    /// Reads one record in presentation form (RFC 1035 §5.1): `owner [TTL] [class] type RDATA`.
    ///
    /// Relative names are completed by `origin`, the root when nil. RDATA text is read by libldns, the generic form
    /// `\# length hex` (RFC 3597 §5) for any type.
    public init(
        presentation text: some Collection<UInt8>,
        origin: DomainName? = nil,
        defaultTTL: UInt32 = ResourceRecord.defaultTTL
    ) throws(RecordError) {
        let source = Array(text)
        var reader = ZoneReader(origin: origin, defaultTTL: defaultTTL)
        guard let first = reader.next(in: source.span) else { throw .notOneRecord }
        switch first {
        case .record(let found):
            guard reader.next(in: source.span) == nil else { throw .notOneRecord }
            self = found.record
        case .diagnostic(let diagnostic):
            guard case .record(let error) = diagnostic.fault else { throw .notOneRecord }
            throw error
        }
    }

    /// Reads one record in presentation form; see ``init(presentation:origin:defaultTTL:)``.
    public init(_ text: String, origin: DomainName? = nil) throws(RecordError) {
        try self.init(presentation: text.utf8, origin: origin)
    }

    /// RDATA in presentation form with absolute names; always printable ASCII that reads back as the same octets.
    ///
    /// RDATA without the layout of its type, or of a type that libldns has no text for, is printed in generic form.
    public static func presentation(type: RRType, data: [UInt8]) -> String {
        String(decoding: DataText.print(data, type: type), as: UTF8.self)
    }
}

extension ResourceRecord: CustomStringConvertible {
    /// The record in presentation form on one line, with an absolute owner: `www.example. 300 IN A 192.0.2.1`.
    public var description: String {
        let dot = owner.isRoot ? "" : "."
        return "\(owner)\(dot) \(ttl) \(recordClass) \(type) \(Self.presentation(type: type, data: data))"
    }
}
