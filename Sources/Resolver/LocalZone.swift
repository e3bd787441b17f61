public import DNS

/// A zone answered from memory, before policy and upstreams: a simulated service, or names of one's own.
///
/// Aliases are followed inside the zone and wildcards are expanded (RFC 1034 §4.3.2, RFC 4592); there are no delegations
/// and no signatures.
public struct LocalZone: Sendable {
    /// One record.
    public struct Record: Sendable, Equatable {
        /// The owner name.
        public var owner: DomainName
        /// The type.
        public var type: RRType
        /// Seconds to live.
        public var ttl: UInt32
        /// RDATA, uncompressed.
        public var data: [UInt8]

        /// A record.
        public init(owner: DomainName, type: RRType, ttl: UInt32, data: [UInt8]) {
            self.owner = owner
            self.type = type
            self.ttl = ttl
            self.data = data
        }
    }

    /// What the zone says to a question.
    struct Answer: Equatable {
        var code: ResponseCode
        var answer: [Record] = []
        var authority: [Record] = []
    }

    /// The name of the zone: the owner of its SOA record.
    public let apex: DomainName
    private let soa: Record
    private var nodes: [DomainName: [Record]] = [:]

    /// Aliases followed for one question.
    private static let maximumAliases = 16

    /// A zone; nil without exactly one SOA record, or with names outside of it.
    public init?(_ records: [Record]) {
        let starts = records.filter { $0.type == .soa }
        guard starts.count == 1, let soa = starts.first, records.allSatisfy({ $0.owner.isEqualOrBelow(soa.owner) })
        else {
            return nil
        }
        self.soa = soa
        apex = soa.owner
        for record in records {
            nodes[record.owner, default: []].append(record)
            // Names that only lie between others exist too (RFC 4592 §2.2.2).
            var name = record.owner
            while name != apex, let parent = name.parent, nodes[parent] == nil {
                nodes[parent] = []
                name = parent
            }
        }
    }

    /// The answer to a question, or nil for names outside of the zone.
    func answer(_ name: DomainName, type: RRType) -> Answer? {
        guard name.isEqualOrBelow(apex) else { return nil }
        var answer = Answer(code: .noError)
        var current = name
        for _ in 0..<Self.maximumAliases {
            guard let records = records(at: current) else {
                answer.code = .nxDomain
                break
            }
            let wanted = records.filter { $0.type == type }
            if !wanted.isEmpty {
                answer.answer += wanted
                return answer
            }
            guard let alias = records.first(where: { $0.type == .cname }),
                let target = try? DomainName(wire: alias.data)
            else { break }
            answer.answer.append(alias)
            guard target.isEqualOrBelow(apex) else { return answer }
            current = target
        }
        var negative = soa
        negative.ttl = min(soa.ttl, minimumOfStartOfAuthority(soa.data))
        answer.authority = [negative]
        return answer
    }

    /// The records of a name, made from the closest encloser's wildcard where there is one; nil when it does not exist.
    private func records(at name: DomainName) -> [Record]? {
        if let own = nodes[name] { return own }
        var ancestor = name.parent
        while let encloser = ancestor {
            if nodes[encloser] != nil {
                guard let wildcard = encloser.child([0x2A]), let made = nodes[wildcard] else { return nil }
                return made.map { Record(owner: name, type: $0.type, ttl: $0.ttl, data: $0.data) }
            }
            ancestor = encloser.parent
        }
        return nil
    }
}

extension MessageBuffer {
    /// Writes the reply that a local zone gives, cut to TC where it does not fit.
    mutating func writeLocal(_ answer: LocalZone.Answer, _ query: ClientQuery, message: Span<UInt8>) {
        beginReply(query, answer.code, message: message)
        octets.put16(octets.uint16(at: 2) | MessageHeader.authoritativeFlag, at: 2)
        for (records, countAt) in [(answer.answer, 6), (answer.authority, 8)] {
            for record in records {
                guard count + record.owner.wire.count + 10 + record.data.count + Self.optSize <= Int(query.limit) else {
                    return replaceByTruncated(query)
                }
                append(record.owner.wire.span)
                append16(record.type.rawValue)
                append16(RRClass.in.rawValue)
                append32(record.ttl)
                append16(UInt16(truncatingIfNeeded: record.data.count))
                append(record.data.span)
                octets.put16(octets.uint16(at: countAt) + 1, at: countAt)
            }
        }
        let none: [UInt8] = []
        appendOPT(query, answer.code, options: none.span)
    }
}
