/// Which names Blocky answers itself, mostly with NXDOMAIN, where neither its lists nor its configuration say anything
/// (`specialUseDomains`, `resolver/sudn_resolver.go`).
public enum BlockySpecialNames: Sendable, Equatable {
    /// All: the default.
    case all
    /// All but those of RFC 6762 appendix G.
    case withoutPrivate
    /// None.
    case none
}
