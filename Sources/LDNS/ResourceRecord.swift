public import DNS

/// One resource record that owns its octets (RFC 1035 §3.2.1).
public struct ResourceRecord: Hashable, Sendable {
    /// The owner name.
    public let owner: DomainName
    /// The type.
    public let type: RRType
    /// The class.
    public let recordClass: RRClass
    /// The time to live, seconds.
    public let ttl: UInt32
    /// RDATA in uncompressed wire form: 0 to 65,535 octets.
    public let data: [UInt8]

    /// A record from its parts; RDATA is taken as it is.
    public init(owner: DomainName, type: RRType, class recordClass: RRClass = .in, ttl: UInt32, data: [UInt8]) {
        self.owner = owner
        self.type = type
        self.recordClass = recordClass
        self.ttl = ttl
        self.data = data
    }

    /// The TTL of a record that states none and inherits none, seconds; libldns uses the same.
    public static let defaultTTL: UInt32 = 3600
}
