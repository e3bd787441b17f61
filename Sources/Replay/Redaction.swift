public import Catalog
internal import DNS
internal import QueryLogs

/// Puts pseudonyms in place of clients and internal names before anything is kept: the same for the same under one key, so
/// that parts which were redacted with it still belong together.
///
/// Update names stay, and the names that are known behind them. A pseudonym of a client is an address of 100::/64, which
/// goes nowhere (RFC 6666), one of a name a name below `redacted.invalid`. Words of the log are replaced whole, since they
/// may hold anything, unless they are known to be those of the program that wrote it.
public struct Redaction: Sendable {
    private let key: (UInt64, UInt64)
    private let known: PublicNames
    /// Tells keys apart, and nothing about them.
    public let id: String

    /// The least octets of a key.
    public static let leastKey = 16

    /// A redaction with a key that nobody knows.
    public init(_ catalog: EndpointCatalog) {
        var generator = SystemRandomNumberGenerator()
        self.init((generator.next(), generator.next()), catalog)
    }

    /// A redaction with the key that the octets make; nil when they are too few.
    public init?(_ catalog: EndpointCatalog, key octets: [UInt8]) {
        guard octets.count >= Self.leastKey else { return nil }
        self.init((SipHash(key: (0, 1)).hash(octets), SipHash(key: (2, 3)).hash(octets)), catalog)
    }

    private init(_ key: (UInt64, UInt64), _ catalog: EndpointCatalog) {
        self.key = key
        known = PublicNames(catalog)
        id = Self.hex(SipHash(key: key).hash("key".utf8))
    }

    private func hash(_ domain: UInt8, _ octets: [UInt8]) -> UInt64 { SipHash(key: key).hash([domain] + octets) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    // MARK: - Clients and addresses

    /// 100::/64.
    private static let discard: UInt64 = 0x0100 << 48

    /// The pseudonym of a client.
    func client(_ address: IPAddress) -> IPAddress { .v6(Self.discard, hash(1, address.octets)) }

    // MARK: - Names

    private static let suffix = Array("\u{8}redacted\u{7}invalid\u{0}".utf8)

    /// Whether a name is a pseudonym.
    static func isPseudonym(_ name: DomainName) -> Bool {
        name.wire.count > suffix.count && name.wire.suffix(suffix.count).elementsEqual(suffix)
    }

    /// An alias of an update name, or its pseudonym unless it is known to be one.
    func alias(_ name: DomainName) -> DomainName {
        guard !known.contains(name) else { return name }
        let label = Array("name-\(Self.hex(hash(2, name.lowercased.wire)))".utf8)
        return DomainName.root.child("invalid".utf8)?.child("redacted".utf8)?.child(label) ?? .root
    }

    // MARK: - Words

    /// What programs write themselves into their logs.
    private static let vocabulary: Set<String> = [
        "config", "gravity blocked", "regex blacklisted", "regex denied", "regex blocked", "exactly blacklisted",
        "exactly denied", "exactly blocked", "special domain", "blocked", "Blocked", "BLOCKED", "block", "drop",
        "Deny", "REJECT", "UpstreamBlocked", "UpstreamBlockedCached", "DNS policy", "DNS security policy",
        "Blocked (gravity)", "blacklisted", "denied",
    ]

    private func words(_ text: String) -> String {
        Self.vocabulary.contains(text) || text.isEmpty ? text : "words-\(Self.hex(hash(3, Array(text.utf8))))"
    }

    /// The same observation in words that tell of no client, internal name or private address.
    func observation(_ seen: Observation, of event: QueryEvent, exists: Bool) -> Observation {
        var bare = event
        bare.block = event.block.map {
            LoggedBlock(source: words($0.source), rule: $0.rule.map { words($0) }, isAlias: $0.isAlias)
        }
        bare.extendedErrors = event.extendedErrors.map { error in
            let text = String(decoding: error.text, as: UTF8.self)
            return ExtendedError(code: error.code, text: Array(words(text).utf8))
        }
        // The words alone differ; what is judged is what was there.
        var text = Observation(bare, exists: exists)?.text ?? seen.text
        let replaced = event.answers.compactMap { record -> (String, String)? in
            switch record.data {
            case .address(let address) where address.isPrivate && !address.leadsNowhere:
                ("\(address)", "\(client(address))")
            case .name(let target) where !known.contains(target): ("\(target)", "\(alias(target))")
            default: nil
            }
        }
        // One may begin with another.
        for (old, new) in replaced.sorted(by: { $0.0.utf8.count > $1.0.utf8.count }) {
            text = text.replacing(old, with: new)
        }
        return seen.saying(text)
    }
}

/// The names that are no secret: those of updates, and those that are known to stand behind them.
private struct PublicNames: Sendable {
    private let catalog: EndpointCatalog
    private var known: Set<DomainName> = []
    /// Zones of content networks, which number their hosts.
    private var parents: Set<DomainName> = []
    /// Zones in which content networks put the names of others.
    private var zones: Set<DomainName> = []

    init(_ catalog: EndpointCatalog) {
        self.catalog = catalog
        for edge in catalog.chains.edges {
            for name in [edge.owner, edge.target] {
                known.insert(name)
                var zone = name
                while zone.labelCount > 2, let parent = zone.parent {
                    zone = parent
                    if zone.labelCount >= 3, zone == name.parent { parents.insert(zone) }
                }
                zones.insert(zone)
            }
        }
    }

    func contains(_ name: DomainName) -> Bool {
        if catalog.endpoint(matching: name) != nil || catalog.knownHost(name) != nil || known.contains(name) {
            return true
        }
        return name.parent.map(parents.contains) == true || isUpdateNameInZone(name)
    }

    /// Whether it is an update name with the zone of a content network behind it.
    private func isUpdateNameInZone(_ name: DomainName) -> Bool {
        let labels = name.labels
        guard labels.count > 3, labels.count <= 24 else { return false }
        func joined(_ labels: ArraySlice<ArraySlice<UInt8>>) -> DomainName? {
            labels.reversed().reduce(DomainName.root as DomainName?) { $0?.child($1) }
        }
        guard let zone = joined(labels.suffix(2)), zones.contains(zone) else { return false }
        return (2...(labels.count - 2)).contains { length in
            joined(labels.prefix(length)).map { catalog.endpoint(matching: $0) != nil } ?? false
        }
    }
}
