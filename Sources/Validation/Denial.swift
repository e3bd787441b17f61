internal import DNS

/// What NSEC records of a zone, validated, deny (RFC 4035 §5.4, RFC 6840 §4).
struct Denial: Sendable {
    struct Record: Sendable {
        let owner: DomainName
        let next: DomainName
        let types: TypeBitmap
        private let key: [UInt8]
        private let nextKey: [UInt8]
        private let isLast: Bool

        init?(_ owner: DomainName, _ data: [UInt8], zone: DomainName) {
            var buffer = NameBuffer()
            guard let end = try? buffer.fill(data.span, at: 0), end == buffer.count, owner.isEqualOrBelow(zone) else {
                return nil
            }
            self.owner = owner
            next = buffer.name
            types = TypeBitmap(data[end...])
            key = owner.rootFirstKey
            nextKey = next.rootFirstKey
            isLast = next == zone
        }

        /// Whether a name is in the gap that it spans and it may say so.
        func covers(_ name: DomainName) -> Bool {
            let other = name.rootFirstKey
            guard key.lexicographicallyPrecedes(other), isLast || other.lexicographicallyPrecedes(nextKey) else {
                return false
            }
            return !(types.hidesBelow && name.isEqualOrBelow(owner))
        }

        /// The deepest name above another one that it shows to exist.
        func encloser(of name: DomainName) -> DomainName {
            var current = name.parent ?? .root
            while !owner.isEqualOrBelow(current), !next.isEqualOrBelow(current) { current = current.parent ?? .root }
            return current
        }
    }

    private let records: [Record]

    init(_ records: [Record]) { self.records = records }

    /// Whether a name does not exist.
    func denies(_ name: DomainName) -> Bool {
        records.contains { $0.covers(name) && !$0.next.isEqualOrBelow(name) }
    }

    /// Whether neither a name nor a wildcard for it exists.
    func deniesAll(_ name: DomainName) -> Bool {
        guard let record = records.first(where: { $0.covers(name) && !$0.next.isEqualOrBelow(name) }),
            let wildcard = record.encloser(of: name).child([0x2A])
        else { return false }
        return denies(wildcard)
    }

    /// Whether a name, or the wildcard for it, has no records of a type.
    func denies(_ type: RRType, at name: DomainName) -> Bool {
        if let record = records.first(where: { $0.owner == name }) {
            return record.types.denies(type, isRoot: name.isRoot)
        }
        guard let record = records.first(where: { $0.covers(name) }) else { return false }
        // A name that only has others below it has no records.
        if record.next.isEqualOrBelow(name) { return true }
        guard let wildcard = record.encloser(of: name).child([0x2A]) else { return false }
        return records.contains { $0.owner == wildcard && $0.types.denies(type, isRoot: false) }
    }

    /// What its records say about a delegation at a name whose DS records were asked for; nil for nothing.
    func delegation(at name: DomainName) -> Delegation? {
        if let record = records.first(where: { $0.owner == name }) {
            if record.types.has(.ds) || record.types.has(.soa) && !name.isRoot { return nil }
            return record.types.has(.ns) ? .insecure : Delegation.none
        }
        return records.contains { $0.covers(name) } ? Delegation.none : nil
    }
}
