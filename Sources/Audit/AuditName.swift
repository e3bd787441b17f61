public import Catalog
public import DNS

/// A name to audit, with what it stands for.
public struct AuditName: Sendable {
    /// The name.
    public var name: DomainName
    /// The endpoint that needs it; nil for a name from the user that the catalog does not know.
    public var endpoint: Endpoint?
    /// Where a catalog name comes from; nil for a name from the user.
    public var origin: EndpointCatalog.Probe.Origin?

    /// A name.
    public init(name: DomainName, endpoint: Endpoint?, origin: EndpointCatalog.Probe.Origin?) {
        self.name = name
        self.endpoint = endpoint
        self.origin = origin
    }

    /// Every name of a catalog: documented and known hosts, and one made-up name where a pattern has none.
    public static func all(of catalog: EndpointCatalog) -> [AuditName] {
        catalog.auditNames.map { AuditName(name: $0.name, endpoint: $0.endpoint, origin: $0.origin) }
    }
}
