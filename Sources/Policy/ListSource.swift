/// What a list is for in its engine.
public enum ListRole: String, Sendable, CaseIterable {
    /// A subscribed list of names to block.
    case block
    /// A subscribed list of names to allow (Pi-hole antigravity, AdGuard Home allow lists, dnscrypt-proxy allowed-names).
    case allow
    /// The owner's own deny names (Pi-hole domain deny list).
    case deny
    /// The owner's own allow names (Pi-hole domain allow list).
    case exempt
}

/// The identity of a list and the octets that its rules' texts are cut from.
public struct ListSource: Sendable {
    /// The path as the user gave it; `archive.zip:member` inside an archive.
    public var path: String
    /// The list format it was read as.
    public var format: String
    /// What it is for.
    public var role: ListRole
    /// Whether it holds what the engine has of its own, and no list of anybody.
    public var isOfEngine = false
    /// The start of authority of a policy zone, when its owner is known.
    public var startOfAuthority: OwnedRecord?
    /// The decoded octets of the list.
    public let octets: ListOctets

    /// A list.
    public init(path: String, format: String, role: ListRole = .block, octets: ListOctets) {
        self.path = path
        self.format = format
        self.role = role
        self.octets = octets
    }

    /// A list with a copy of its octets.
    public init(path: String, format: String, role: ListRole = .block, isOfEngine: Bool = false, octets: [UInt8]) {
        self.isOfEngine = isOfEngine
        self.path = path
        self.format = format
        self.role = role
        self.octets = ListOctets(octets.span)
    }
}
