internal import DNS
internal import Policy

extension MessageBuffer {
    /// Seconds that negative policy answers may be kept by the client: short, so that a reload shows soon.
    static let policyTTL: UInt32 = 60

    /// Starts an answer that is ready for the cache: without OPT, id 0, question in lower case.
    mutating func beginAnswer(_ name: borrowing NameBuffer, _ type: RRType) {
        reset()
        append16(0)
        append16(MessageHeader.responseFlag | MessageHeader.recursionAvailableFlag)
        append16(1)
        append16(0)
        append32(0)
        append(name.span)
        append16(type.rawValue)
        append16(RRClass.in.rawValue)
    }

    /// Sets the response code.
    mutating func setCode(_ code: ResponseCode) {
        octets.put16(octets.uint16(at: 2) & ~15 | code.rawValue & 15, at: 2)
    }

    /// Appends what a policy answers: records of the name that stands at `ownerAt`, or of their owner in full.
    /// - Returns: where the target of its last alias stands; 0 without one.
    mutating func append(_ answer: PolicyAnswer?, ownerAt: Int?) -> Int {
        let code = answer?.responseCode ?? .servFail
        setCode(code)
        if answer?.isAuthoritative == true {
            octets.put16(octets.uint16(at: 2) | MessageHeader.authoritativeFlag, at: 2)
        }
        if answer?.isRecursive == false {
            octets.put16(octets.uint16(at: 2) & ~MessageHeader.recursionAvailableFlag, at: 2)
        }
        var targetAt = 0
        for record in answer?.records ?? [] {
            if let ownerAt {
                appendOwn(record.type, ttl: record.ttl ?? Self.policyTTL, data: record.data, ownerAt: ownerAt)
            } else if let answer {
                append(OwnedRecord(owner: answer.owner, record: record), countAt: 6)
            }
            if record.type == .cname { targetAt = count - record.data.count }
        }
        for entry in answer?.behind ?? [] { append(entry, countAt: 6) }
        let isNegative = code == .nxDomain || code == .noError && answer?.records.isEmpty == true
        if isNegative {
            if let own = answer?.authority.first {
                append(own, countAt: 8)
            } else {
                appendOwnSOA(ttl: Self.policyTTL, ownerAt: ownerAt ?? MessageHeader.size)
            }
        }
        return targetAt
    }

    /// Appends a record with an owner of its own to the section whose count stands at `countAt`.
    private mutating func append(_ entry: OwnedRecord, countAt: Int) {
        append(entry.owner.wire.span)
        append16(entry.record.type.rawValue)
        append16(RRClass.in.rawValue)
        append32(entry.record.ttl ?? Self.policyTTL)
        append16(UInt16(truncatingIfNeeded: entry.record.data.count))
        append(entry.record.data.span)
        octets.put16(octets.uint16(at: countAt) + 1, at: countAt)
    }
}

extension ErrorOption {
    /// What is said about a policy answer: Blocked or Forged, and the list and line (RFC 8914 §4.5, §4.16).
    init(_ decision: Decision, _ stack: CompiledStack) {
        let rule = stack.layers[Int(decision.layer)].reference(Int(decision.rule))
        let name = rule.list.split(separator: "/").last.map(String.init) ?? rule.list
        let isForged = decision.kind == .redirect
        self.init(isForged ? .forged : .blocked, "\(name):\(rule.line)")
    }
}
