public import DNS

/// A name of an update service that was really seen, with where and when.
public struct KnownHost: Sendable, Hashable {
    /// What kind of name it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// Clients ask for it.
        case host
        /// The target of a CNAME, outside the documented names.
        case alias
    }

    /// The name.
    public let name: DomainName
    /// The text of the most specific catalog pattern that covers it; nil when none does.
    public let pattern: String?
    /// Host or alias.
    public let kind: Kind
    /// Public captures, documents and lists that show it.
    public let seenIn: [String]
    /// The year; nil when the sources have no date.
    public let seenWhen: String?

    /// A known host of its parts.
    public init(name: DomainName, pattern: String?, kind: Kind, seenIn: [String], seenWhen: String?) {
        self.name = name
        self.pattern = pattern
        self.kind = kind
        self.seenIn = seenIn
        self.seenWhen = seenWhen
    }
}
