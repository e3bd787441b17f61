public import DNS

/// Who asks, as far as rules tell clients apart.
public struct Client: Hashable, Sendable {
    /// The address that the query comes from; nil when it is not known.
    public var address: IPAddress?
    /// The names and identifiers that the engine knows the client by, hardware addresses (`aa:bb:cc:dd:ee:ff`) among them.
    public var names: [String]
    /// The tags that the engine's owner gave the client (AdGuard Home `$ctag`).
    public var tags: [String]
    /// Whether it may have names and tags that are not given here.
    public var isKnownByAddressAlone: Bool

    /// A client; names and tags that are not given are none, unless it is known by its address alone.
    public init(
        address: IPAddress?,
        names: [String] = [],
        tags: [String] = [],
        isKnownByAddressAlone: Bool = false
    ) {
        self.isKnownByAddressAlone = isKnownByAddressAlone
        self.address = address
        self.names = names
        self.tags = tags
    }
}

extension Client {
    /// Whether the lower-case text of a name matches a pattern.
    func isNamed(_ pattern: TextPattern) -> Bool {
        names.contains { name in
            let text = Array(name.lowercased().utf8)
            return pattern.matches(text.span)
        }
    }
}

/// What a verdict depends on besides the question: the client and the time.
public struct QueryContext: Hashable, Sendable {
    /// The client; nil when nobody said who asks.
    public var client: Client?
    /// Minutes since Monday 00:00 in the engine's time zone, below 10,080; nil when nobody said when.
    public var minuteOfWeek: Int?
    /// Bit n: the query passes layer n of the stack.
    public var layers = ~UInt64(0)

    /// A context.
    public init(client: Client? = nil, minuteOfWeek: Int? = nil) {
        self.client = client
        self.minuteOfWeek = minuteOfWeek
    }

    /// Nothing is known: a rule that depends on the client or the time makes a verdict unsupported where it could decide.
    public static let unknown = QueryContext()
}
