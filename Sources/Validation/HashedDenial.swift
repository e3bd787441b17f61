internal import DNS
internal import LDNS

/// What NSEC3 records of a zone, validated, deny (RFC 5155 §8).
struct HashedDenial: Sendable {
    /// What is proven.
    enum Proof: Sendable {
        /// Nothing.
        case none
        /// What was asked.
        case proven
        /// That whatever is there is not signed: the gap may hold unsigned delegations.
        case optedOut
    }

    struct Record: Sendable {
        /// The hash in its owner and the next one, in base32hex letters.
        let hash: [UInt8]
        let next: [UInt8]
        let isOptOut: Bool
        let types: TypeBitmap
        /// Algorithm, iterations and salt.
        let algorithm: UInt8
        let iterations: UInt16
        let salt: [UInt8]

        init?(_ owner: DomainName, _ data: [UInt8], zone: DomainName) {
            guard owner.parent == zone, let label = owner.labels.first, data.count > 5 else { return nil }
            let saltEnd = 5 + Int(data[4])
            guard data.count > saltEnd else { return nil }
            let hashEnd = saltEnd + 1 + Int(data[saltEnd])
            guard data.count >= hashEnd else { return nil }
            hash = label.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            next = Self.letters(data[(saltEnd + 1)..<hashEnd])
            algorithm = data[0]
            isOptOut = data[1] & 1 != 0
            iterations = UInt16(data[2]) << 8 | UInt16(data[3])
            salt = Array(data[5..<saltEnd])
            types = TypeBitmap(data[hashEnd...])
        }

        /// Whether a hash is in the gap that it spans.
        func covers(_ other: [UInt8]) -> Bool {
            let isAfter = hash.lexicographicallyPrecedes(other)
            let isBefore = other.lexicographicallyPrecedes(next)
            // The last one spans the end.
            return hash.lexicographicallyPrecedes(next) ? isAfter && isBefore : isAfter || isBefore
        }

        /// Base32hex without padding (RFC 4648 §7), lower case.
        static func letters(_ octets: ArraySlice<UInt8>) -> [UInt8] {
            var letters: [UInt8] = []
            var (word, bits): (UInt32, UInt32) = (0, 0)
            for octet in octets {
                word = word << 8 | UInt32(octet)
                bits += 8
                while bits >= 5 {
                    bits -= 5
                    letters.append(letter(UInt8(word >> bits & 31)))
                }
            }
            if bits > 0 { letters.append(letter(UInt8(word << (5 - bits) & 31))) }
            return letters
        }

        private static func letter(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
    }

    private let records: [Record]
    private let zone: DomainName
    private var hashes: [DomainName: [UInt8]] = [:]

    /// Those of one zone; only such count that hash like the first one.
    init(_ records: [Record], zone: DomainName) {
        let first = records.first
        self.records = records.filter {
            $0.algorithm == first?.algorithm && $0.iterations == first?.iterations && $0.salt == first?.salt
        }
        self.zone = zone
    }

    /// Whether they hash in ways that are not followed, so that the zone counts as unsigned.
    var isBeyond: Bool {
        records.contains { $0.algorithm != 1 || Int($0.iterations) > ValidationBudget.iterations }
    }

    private mutating func hash(_ name: DomainName, _ budget: inout ValidationBudget) throws(Stop) -> [UInt8] {
        if let known = hashes[name] { return known }
        guard let first = records.first else { return [] }
        try budget.take(\.hashes)
        let hash =
            Cryptography.hash(name, algorithm: first.algorithm, iterations: first.iterations, salt: first.salt) ?? []
        hashes[name] = hash
        return hash
    }

    private mutating func match(_ name: DomainName, _ budget: inout ValidationBudget) throws(Stop) -> Record? {
        let hash = try hash(name, &budget)
        return records.first { $0.hash == hash }
    }

    private mutating func cover(_ name: DomainName, _ budget: inout ValidationBudget) throws(Stop) -> Record? {
        let hash = try hash(name, &budget)
        return records.first { $0.covers(hash) }
    }

    /// The deepest name at or above `name` that is shown to exist, and the record for the gap where the name below it would be.
    private mutating func encloser(
        of name: DomainName,
        _ budget: inout ValidationBudget
    ) throws(Stop) -> (encloser: DomainName, gap: Record)? {
        var below = name
        while below != zone, let above = below.parent {
            if let record = try match(above, &budget) {
                guard !record.types.hidesBelow, let gap = try cover(below, &budget) else { return nil }
                return (above, gap)
            }
            below = above
        }
        return nil
    }

    /// Whether neither a name nor a wildcard for it exists (RFC 5155 §8.4).
    mutating func deniesAll(_ name: DomainName, _ budget: inout ValidationBudget) throws(Stop) -> Proof {
        guard let (encloser, gap) = try encloser(of: name, &budget), let wildcard = encloser.child([0x2A]),
            try cover(wildcard, &budget) != nil
        else { return .none }
        return gap.isOptOut ? .optedOut : .proven
    }

    /// Whether a name that a wildcard at `encloser` answers for does not exist itself (RFC 5155 §8.8).
    mutating func denies(
        below encloser: DomainName,
        _ name: DomainName,
        _ budget: inout ValidationBudget
    ) throws(Stop) -> Proof {
        var next = name
        while let above = next.parent, above != encloser { next = above }
        guard let gap = try cover(next, &budget) else { return .none }
        return gap.isOptOut ? .optedOut : .proven
    }

    /// Whether a name, or the wildcard for it, has no records of a type (RFC 5155 §8.5 to §8.7).
    mutating func denies(
        _ type: RRType,
        at name: DomainName,
        _ budget: inout ValidationBudget
    ) throws(Stop) -> Proof {
        if let record = try match(name, &budget) {
            return record.types.denies(type, isRoot: name.isRoot) ? .proven : .none
        }
        guard let (encloser, gap) = try encloser(of: name, &budget) else { return .none }
        if let wildcard = encloser.child([0x2A]), let record = try match(wildcard, &budget) {
            guard record.types.denies(type, isRoot: false) else { return .none }
            return gap.isOptOut ? .optedOut : .proven
        }
        return gap.isOptOut ? .optedOut : .none
    }

    /// What they say about a delegation at a name whose DS records were asked for; nil for nothing.
    mutating func delegation(
        at name: DomainName,
        _ budget: inout ValidationBudget
    ) throws(Stop) -> Delegation? {
        if let record = try match(name, &budget) {
            if record.types.has(.ds) || record.types.has(.soa) && !name.isRoot { return nil }
            return record.types.has(.ns) ? .insecure : Delegation.none
        }
        guard let (_, gap) = try encloser(of: name, &budget) else { return nil }
        return gap.isOptOut ? .insecure : Delegation.none
    }
}
