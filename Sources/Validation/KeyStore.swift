internal import DNS

/// What is known of a name that could be the top of a zone.
enum Delegation: Sendable, Equatable {
    /// A zone with these keys: the RDATA of its DNSKEY records.
    case secure([[UInt8]])
    /// A zone that is proven to be unsigned, or signed in ways that are not understood.
    case insecure
    /// No zone begins here.
    case none
    /// A zone whose keys cannot be believed.
    case bogus(ValidationFault)
}

/// Keys and delegations that were validated: a fixed number of them, each for its time. The clock, in seconds, is the
/// caller's.
public struct KeyStore: Sendable {
    private struct Entry {
        var delegation: Delegation
        var expiresAt: Int
    }

    private var entries: [DomainName: Entry] = [:]
    private var order: [DomainName] = []
    private var oldest = 0
    private let capacity: Int

    /// Seconds for which something is kept at most, and what is bogus at most.
    private static let maximumLifetime = 3_600
    private static let bogusLifetime = 60

    /// Nothing known; at most `capacity` names will be.
    public init(capacity: Int = 8_192) { self.capacity = max(capacity, 16) }

    /// Names known.
    public var count: Int { entries.count }

    func delegation(_ name: DomainName, at time: Int) -> Delegation? {
        guard let entry = entries[name], entry.expiresAt > time else { return nil }
        return entry.delegation
    }

    /// - Complexity: O(1) amortised
    mutating func keep(_ delegation: Delegation, of name: DomainName, lifetime: UInt32, at time: Int) {
        var longest = Self.maximumLifetime
        if case .bogus = delegation { longest = Self.bogusLifetime }
        let entry = Entry(delegation: delegation, expiresAt: time + min(Int(lifetime), longest))
        if entries.updateValue(entry, forKey: name) == nil {
            if order.count < capacity {
                order.append(name)
            } else {
                entries[order[oldest]] = nil
                order[oldest] = name
                oldest = (oldest + 1) % capacity
            }
        }
    }
}
