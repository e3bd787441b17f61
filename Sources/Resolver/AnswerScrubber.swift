internal import DNS

/// Why an upstream message is not used.
enum ReplyFault: Equatable {
    /// Not a response to the question asked: ignored, the true one may still come (A2, A3).
    case mismatch
    /// A response to it that is malformed, loops or exceeds a limit.
    case malformed
    /// Truncated: to be asked over TCP.
    case truncated
    /// A delegation in place of an answer: the server does not recurse, and what it leads to was not asked.
    case referral
    /// The server could or would not answer.
    case refusal(ResponseCode)
}

/// Rebuilds upstream answers from what the question justifies and nothing else.
///
/// Kept: the CNAME and DNAME chain from the question name, the RRset of the type asked for at its end, with DO their
/// RRSIGs; for negative answers the SOA of an enclosing zone, with DO the proofs of the authority section. Dropped:
/// everything else, OPT included. Owners point to where their ends stand already; the result is uncompressed but for that, id
/// 0, question in lower case.
struct AnswerScrubber: ~Copyable {
    /// The rebuilt message.
    var message = MessageBuffer(capacity: 65_535)
    /// Offsets of the TTLs in it, 16 bits each in network order.
    var ttls = MessageBuffer(capacity: 2 * maximumRecords)
    /// Where the targets of its aliases stand, in chain order.
    private(set) var aliases: InlineArray<12, UInt16> = InlineArray(repeating: 0)
    /// The number of aliases.
    private(set) var aliasCount = 0
    /// Seconds that the answer may be kept; 0: not at all.
    private(set) var lifetime: UInt32 = 0
    /// Whether the upstream set AD, or, where answers are validated, signatures prove it.
    var isAuthentic = false
    /// Seconds that records may be kept at most, whatever their TTL.
    var limit = UInt32.max
    /// EDNS options that go with the answer, because it was replaced.
    private(set) var options: [UInt8] = []
    /// Whether ``raw`` is kept.
    let keepsRaw: Bool
    /// The last response to a question as it came, where that is kept.
    private(set) var raw: [UInt8] = []
    /// The response code, NOERROR, NXDOMAIN or YXDOMAIN; SERVFAIL where the answer was replaced.
    private(set) var code = ResponseCode.noError

    /// Records looked at in one message.
    static let maximumRecords = 512
    /// Records of one RRset (CVE-2024-1737).
    static let maximumSet = 100
    /// Aliases followed.
    static let maximumAliases = 11

    private let maximumTTL: UInt32
    private let maximumNegativeTTL: UInt32
    private var records: [RecordView] = []
    private var current = NameBuffer()
    private var other = NameBuffer()
    /// Where the name that the current hop is about stands in the rebuilt message, in full.
    private var ownerOffset = 0
    /// Where owners stand in it that are more than a pointer.
    private var owners: [Int] = []
    private static let maximumOwners = 16
    private var (answers, authorities) = (UInt16(0), UInt16(0))
    /// Whether the chain ended in records of the type asked for.
    private var hasData = false

    /// A scrubber with the caps of a configuration.
    init(maximumTTL: UInt32, maximumNegativeTTL: UInt32, keepsRaw: Bool = false) {
        self.keepsRaw = keepsRaw
        self.maximumTTL = maximumTTL
        self.maximumNegativeTTL = maximumNegativeTTL
        records.reserveCapacity(Self.maximumRecords)
    }

    /// Scrubs the first `count` octets of a buffer; see the span form.
    mutating func scrub(
        _ buffer: borrowing OctetBuffer,
        count: Int,
        id: UInt16,
        name: borrowing NameBuffer,
        key: AnswerKey
    ) -> ReplyFault? {
        scrub(buffer.span(0, count), id: id, name: name, key: key)
    }

    /// Checks that a message answers the question that was asked with `id`, and rebuilds it.
    /// - Complexity: O(records × aliases)
    mutating func scrub(
        _ reply: Span<UInt8>,
        id: UInt16,
        name: borrowing NameBuffer,
        key: AnswerKey
    ) -> ReplyFault? {
        let type = RRType(rawValue: key.type)
        guard Self.answersQuestion(reply, id: id, name: name, type: type) else { return .mismatch }
        let bits = reply.uint16(at: 2)
        if bits & MessageHeader.truncatedFlag != 0 { return .truncated }
        if keepsRaw { raw = unsafe reply.withUnsafeBytes { unsafe Array($0) } }
        guard let view = try? MessageView(reply, allowTrailing: true) else { return .malformed }
        switch view.responseCode {
        case .noError, .nxDomain, .yxDomain: break
        default: return .refusal(view.responseCode)
        }
        guard view.recordCount <= Self.maximumRecords else { return .malformed }
        records.removeAll(keepingCapacity: true)
        view.forEachRecord { record -> Bool in
            records.append(record)
            return true
        }
        guard records.allSatisfy({ hasOwner($0, reply) }) else { return .malformed }
        begin(name, type, bits)
        guard walkAnswers(reply, type, key.dnssecOK), walkAuthority(reply, type, key.dnssecOK) else {
            return .malformed
        }
        message.octets.put16(answers, at: 6)
        message.octets.put16(authorities, at: 8)
        if message.overflowed || ttls.overflowed { return .malformed }
        return isReferral(reply, bits) ? .referral : nil
    }

    /// Whether it says no more than who would know (RFC 2308 §2.2.1), which passed on would deny the data.
    private mutating func isReferral(_ reply: Span<UInt8>, _ bits: UInt16) -> Bool {
        guard code == .noError, !hasData, bits & MessageHeader.authoritativeFlag == 0 else { return false }
        var refers = false
        for record in records where record.section == .authority && record.recordClass == .in {
            guard record.type == .soa || record.type == .ns, isAtOrAboveCurrent(reply, record) else { continue }
            if record.type == .soa { return false }
            refers = true
        }
        return refers
    }

    /// Whether a message is a response to the question asked (RFC 5452 §9.1).
    static func answersQuestion(_ reply: Span<UInt8>, id: UInt16, name: borrowing NameBuffer, type: RRType) -> Bool {
        let end = MessageHeader.size + name.count
        return reply.count >= end + 4 && reply.uint16(at: 0) == id && reply.uint16(at: 2) & 0xF800 == 0x8000
            && reply.uint16(at: 4) == 1 && nameMatches(reply, at: MessageHeader.size, name)
            && reply.uint16(at: end) == type.rawValue && reply.uint16(at: end + 2) == RRClass.in.rawValue
    }

    private mutating func begin(_ name: borrowing NameBuffer, _ type: RRType, _ bits: UInt16) {
        message.reset()
        ttls.reset()
        aliasCount = 0
        (answers, authorities) = (0, 0)
        hasData = false
        if !options.isEmpty { options = [] }
        lifetime = min(maximumTTL, limit)
        code = ResponseCode(rawValue: bits & 15)
        isAuthentic = bits & MessageHeader.authenticDataFlag != 0
        message.append16(0)
        message.append16(MessageHeader.responseFlag | MessageHeader.recursionAvailableFlag | code.rawValue)
        message.append16(1)
        message.append16(0)
        message.append32(0)
        message.append(name.span)
        message.append16(type.rawValue)
        message.append16(RRClass.in.rawValue)
        ownerOffset = MessageHeader.size
        owners.removeAll(keepingCapacity: true)
        _ = current.fill(from: message, at: MessageHeader.size)
    }

    /// Replaces the answer by one without data.
    mutating func withhold(_ name: borrowing NameBuffer, _ key: AnswerKey) {
        replace(name, key, .noError, RebindingGuard.error, lifetime: MessageBuffer.policyTTL)
        message.appendOwnSOA(ttl: MessageBuffer.policyTTL)
    }

    /// Makes NODATA of NXDOMAIN, as an engine says it that knows the name.
    mutating func turnDenial() {
        (code, isAuthentic) = (.noError, false)
        message.setCode(code)
        message.octets.put16(message.octets.uint16(at: 2) | MessageHeader.authoritativeFlag, at: 2)
    }

    /// Replaces the answer by one without records.
    mutating func replace(
        _ name: borrowing NameBuffer,
        _ key: AnswerKey,
        _ code: ResponseCode,
        _ error: ErrorOption,
        lifetime: UInt32
    ) {
        message.beginAnswer(name, RRType(rawValue: key.type))
        message.setCode(code)
        ttls.reset()
        aliasCount = 0
        self.lifetime = lifetime
        isAuthentic = false
        options = error.octets
        self.code = code
    }

    // MARK: - Answer section

    /// Follows the chain; false when it loops, forks or is malformed.
    private mutating func walkAnswers(_ reply: Span<UInt8>, _ type: RRType, _ dnssecOK: Bool) -> Bool {
        while true {
            var data = 0
            var alias: RecordView?
            var aliasAt = 0
            var delegation: RecordView?
            for record in records where record.section == .answer && record.recordClass == .in {
                if record.type == .dname, type != .dname || !nameMatches(reply, at: record.nameOffset, current) {
                    guard isAboveCurrent(reply, record) else { continue }
                    guard delegation == nil, keep(record, reply, expandOwner: true) else { return false }
                    delegation = record
                    continue
                }
                guard nameMatches(reply, at: record.nameOffset, current) else {
                    if dnssecOK, covers(record, reply, .dname), isAboveCurrent(reply, record) {
                        guard keep(record, reply, expandOwner: true) else { return false }
                    }
                    continue
                }
                if record.type == type {
                    data += 1
                } else if record.type == .cname {
                    // One alias a name (RFC 2181 §10.1).
                    guard alias == nil else { return false }
                    alias = record
                    aliasAt = message.count + 12
                } else if !(dnssecOK && (covers(record, reply, type) || covers(record, reply, .cname))) {
                    continue
                }
                guard data <= Self.maximumSet, keep(record, reply, expandOwner: false) else { return false }
            }
            if data > 0 {
                hasData = true
                return alias == nil
            }
            if let alias {
                guard follow(reply, at: alias.dataOffset, written: aliasAt) else { return false }
            } else if let delegation, code != .yxDomain {
                guard synthesize(delegation, reply) else { return false }
            } else {
                return true
            }
        }
    }

    /// Whether the owner of a record is a name; nearly all are a pointer to the question's.
    private mutating func hasOwner(_ record: RecordView, _ reply: Span<UInt8>) -> Bool {
        reply.uint16(at: record.nameOffset) == 0xC000 | UInt16(MessageHeader.size)
            || (try? other.fill(reply, at: record.nameOffset)) != nil
    }

    /// Whether an RRSIG covers a type.
    private func covers(_ record: RecordView, _ reply: Span<UInt8>, _ type: RRType) -> Bool {
        record.type == .rrsig && record.dataLength >= 18 && reply.uint16(at: record.dataOffset) == type.rawValue
    }

    /// Whether the owner of a record is a proper ancestor of the current name; leaves the owner in `other`.
    private mutating func isAboveCurrent(_ reply: Span<UInt8>, _ record: RecordView) -> Bool {
        guard (try? other.fill(reply, at: record.nameOffset)) != nil, other.labelCount < current.labelCount else {
            return false
        }
        let start = current.suffixStart(other.labelCount)
        return octetsEqual(current.span.extracting(start..<current.count), other.span)
    }

    /// Makes the target of an alias the name that the next hop is about; false when there are too many.
    private mutating func follow(_ octets: Span<UInt8>, at offset: Int, written: Int) -> Bool {
        guard aliasCount < Self.maximumAliases, written < 0x4000, (try? current.fill(octets, at: offset)) != nil else {
            return false
        }
        aliases[aliasCount] = UInt16(written)
        aliasCount += 1
        ownerOffset = written
        return true
    }

    /// Adds the CNAME that a DNAME stands for (RFC 6672 §3.1), which some servers leave out.
    private mutating func synthesize(_ delegation: RecordView, _ reply: Span<UInt8>) -> Bool {
        guard isAboveCurrent(reply, delegation) else { return false }
        let prefix = current.suffixStart(other.labelCount)
        guard (try? other.fill(reply, at: delegation.dataOffset)) != nil else { return false }
        guard prefix + other.count <= DomainName.maximumWireLength else { return false }
        message.append16(0xC000 | UInt16(ownerOffset))
        appendFixed(.cname, min(cleared(delegation.ttl), maximumTTL), .answer)
        message.append16(UInt16(prefix + other.count))
        let written = message.count
        message.append(current.span.extracting(0..<prefix))
        message.append(other.span)
        guard !message.overflowed, aliasCount < Self.maximumAliases, written < 0x4000 else { return false }
        aliases[aliasCount] = UInt16(written)
        aliasCount += 1
        ownerOffset = written
        return current.fill(from: message, at: written)
    }

    // MARK: - Records

    /// A TTL with the top bit set counts as 0 (RFC 2181 §8).
    private func cleared(_ ttl: UInt32) -> UInt32 { ttl >> 31 == 0 ? ttl : 0 }

    /// Appends a record about the current name, or about its own owner when `expandOwner`; false when it is malformed.
    private mutating func keep(
        _ record: RecordView,
        _ reply: Span<UInt8>,
        expandOwner: Bool,
        ttl: UInt32? = nil
    ) -> Bool {
        let ttl = min(ttl ?? min(cleared(record.ttl), maximumTTL), limit)
        if expandOwner {
            guard appendOwner(reply, at: record.nameOffset) else { return false }
        } else {
            message.append16(0xC000 | UInt16(ownerOffset))
        }
        appendFixed(record.type, ttl, record.section)
        return message.appendData(record, of: reply)
    }

    /// Appends an owner, as far as it stands in the message already as a pointer to there.
    private mutating func appendOwner(_ reply: Span<UInt8>, at offset: Int) -> Bool {
        guard (try? other.fill(reply, at: offset)) != nil else { return false }
        let start = message.count
        guard message.appendName(reply, at: offset) != nil else { return false }
        for labels in stride(from: other.labelCount, to: 0, by: -1) {
            let prefix = other.suffixStart(labels)
            guard let place = place(ofOther: prefix) else { continue }
            message.truncate(to: start + prefix)
            message.append16(0xC000 | UInt16(place))
            if prefix > 0 { note(owner: start) }
            return true
        }
        note(owner: start)
        return true
    }

    private mutating func note(owner start: Int) {
        if owners.count < Self.maximumOwners { owners.append(start) }
    }

    /// Where the end of the name in `other` stands.
    private func place(ofOther start: Int) -> Int? {
        if let place = message.place(of: other, from: start, behind: MessageHeader.size) { return place }
        for index in 0..<aliasCount {
            if let place = message.place(of: other, from: start, behind: Int(aliases[index])) { return place }
        }
        for known in owners {
            if let place = message.place(of: other, from: start, behind: known) { return place }
        }
        return nil
    }

    private mutating func appendFixed(_ type: RRType, _ ttl: UInt32, _ section: Section) {
        message.append16(type.rawValue)
        message.append16(RRClass.in.rawValue)
        ttls.append16(UInt16(truncatingIfNeeded: message.count))
        message.append32(ttl)
        lifetime = min(lifetime, ttl)
        if section == .answer { answers += 1 } else { authorities += 1 }
    }

    // MARK: - Authority section

    /// Keeps what denies the name or type, and sets how long the answer may be kept.
    private mutating func walkAuthority(_ reply: Span<UInt8>, _ type: RRType, _ dnssecOK: Bool) -> Bool {
        let isNegative = code != .noError || !hasData
        var hasAuthority = false
        var zone = 0
        if isNegative {
            for record in records where record.section == .authority && record.type == .soa {
                guard record.recordClass == .in, !hasAuthority, isAtOrAboveCurrent(reply, record),
                    let minimum = soaMinimum(record, reply)
                else { continue }
                let ttl = min(cleared(record.ttl), minimum, maximumNegativeTTL)
                guard keep(record, reply, expandOwner: true, ttl: ttl) else { return false }
                hasAuthority = true
                zone = other.labelCount
            }
            // RFC 2308 §5: without an SOA there is no time to keep it for.
            if !hasAuthority { lifetime = 0 }
        }
        guard dnssecOK else { return true }
        for record in records where record.section == .authority && record.recordClass == .in {
            let proves =
                record.type == .nsec || record.type == .nsec3
                || [.nsec, .nsec3].contains { covers(record, reply, $0) }
                || hasAuthority && covers(record, reply, .soa)
            guard proves, (try? other.fill(reply, at: record.nameOffset)) != nil, other.labelCount >= zone else {
                continue
            }
            guard keep(record, reply, expandOwner: true) else { return false }
        }
        return true
    }

    private mutating func isAtOrAboveCurrent(_ reply: Span<UInt8>, _ record: RecordView) -> Bool {
        isAboveCurrent(reply, record) || nameMatches(reply, at: record.nameOffset, current)
    }

    /// The MINIMUM field of an SOA record.
    private func soaMinimum(_ record: RecordView, _ reply: Span<UInt8>) -> UInt32? {
        record.dataLength >= 22 ? cleared(reply.uint32(at: record.end - 4)) : nil
    }
}
