internal import DNS
internal import LDNS

/// A signature over a set (RFC 4034 §3.1).
struct Signature: Sendable, Equatable {
    /// The type signed.
    let covered: RRType
    /// The algorithm.
    let algorithm: UInt8
    /// Labels of the owner as it stands in the zone, a leading star not counted.
    let labels: Int
    /// The TTL in the zone, seconds.
    let originalTTL: UInt32
    /// When it ends, seconds since 1970 modulo 2^32.
    let expiration: UInt32
    /// When it begins.
    let inception: UInt32
    /// The tag of the key.
    let keyTag: UInt16
    /// The zone.
    let signer: DomainName
    /// The RDATA.
    let data: [UInt8]

    init?(_ data: [UInt8]) {
        guard data.count > 19 else { return nil }
        func number(_ offset: Int, _ count: Int) -> UInt32 {
            data[offset..<(offset + count)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        var buffer = NameBuffer()
        guard let end = try? buffer.fill(data.span.extracting(18..<data.count), at: 0), end == buffer.count,
            18 + end < data.count
        else { return nil }
        covered = RRType(rawValue: UInt16(number(0, 2)))
        algorithm = data[2]
        labels = Int(data[3])
        originalTTL = number(4, 4)
        expiration = number(8, 4)
        inception = number(12, 4)
        keyTag = UInt16(number(16, 2))
        signer = buffer.name
        self.data = data
    }
}

/// Records of one owner and type with the signatures over them.
struct SignedSet: Sendable, Equatable {
    var records: Cryptography.RecordSet
    /// The lowest TTL of its records, seconds.
    var ttl: UInt32
    var signatures: [Signature] = []

    var owner: DomainName { records.owner }
    var type: RRType { records.type }
}

/// An answer as validation sees it: sets of the answer and authority sections.
public struct SignedMessage: Sendable, Equatable {
    /// The response code.
    let code: ResponseCode
    private(set) var answers: [SignedSet] = []
    private(set) var authorities: [SignedSet] = []

    /// Signatures kept for a set; more are not looked at.
    private static let maximumSignatures = 16
    /// Sets kept of a section.
    private static let maximumSets = 64

    /// Reads a message whose RDATA is uncompressed; nil when it is none.
    /// - Complexity: O(records × sets)
    public init?(_ octets: Span<UInt8>) {
        guard let view = try? MessageView(octets) else { return nil }
        code = view.responseCode
        var (answers, authorities): ([SignedSet], [SignedSet]) = ([], [])
        var signatures: [(Section, DomainName, Signature)] = []
        var isSound = true
        view.forEachRecord { record -> Bool in
            guard record.section != .additional, record.type != .opt else { return true }
            guard let owner = try? view.name(at: record.nameOffset) else {
                isSound = false
                return false
            }
            let data = octets.extracting(record.dataOffset..<record.end)
            let copy = data.indices.map { data[$0] }
            if record.type == .rrsig {
                if let signature = Signature(copy) { signatures.append((record.section, owner, signature)) }
            } else if record.section == .answer {
                Self.add(owner, record, copy, to: &answers)
            } else {
                Self.add(owner, record, copy, to: &authorities)
            }
            return true
        }
        guard isSound else { return nil }
        for (section, owner, signature) in signatures {
            if section == .answer {
                Self.add(owner, signature, to: &answers)
            } else {
                Self.add(owner, signature, to: &authorities)
            }
        }
        self.answers = answers
        self.authorities = authorities
    }

    private static func add(_ owner: DomainName, _ record: RecordView, _ data: [UInt8], to sets: inout [SignedSet]) {
        if let place = sets.firstIndex(where: { $0.type == record.type && $0.owner == owner }) {
            // Twice the same is once (RFC 2181 §5).
            if !sets[place].records.data.contains(data) { sets[place].records.data.append(data) }
            sets[place].ttl = min(sets[place].ttl, record.ttl)
        } else if sets.count < maximumSets {
            let set = Cryptography.RecordSet(owner: owner, type: record.type, data: [data])
            sets.append(SignedSet(records: set, ttl: record.ttl))
        }
    }

    private static func add(_ owner: DomainName, _ signature: Signature, to sets: inout [SignedSet]) {
        guard let place = sets.firstIndex(where: { $0.type == signature.covered && $0.owner == owner }),
            sets[place].signatures.count < maximumSignatures
        else { return }
        sets[place].signatures.append(signature)
    }

    /// The set of an owner and type in the answer section.
    func answer(_ owner: DomainName, _ type: RRType) -> SignedSet? {
        answers.first { $0.type == type && $0.owner == owner }
    }
}

extension RRType {
    /// Public keys (RFC 4034 §2).
    static let dnskey = RRType(rawValue: 48)
}
