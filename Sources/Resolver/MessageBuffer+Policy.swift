internal import DNS
internal import Policy

extension MessageBuffer {
    /// Seconds that negative policy answers may be kept by the client: short, so that a reload shows soon.
    static let policyTTL: UInt32 = 60

    /// Writes the answer that a decision stands for, without OPT, id 0 and question in lower case: ready for the cache.
    mutating func writePolicyAnswer(
        _ decision: Decision,
        _ stack: CompiledStack,
        _ name: borrowing NameBuffer,
        _ type: RRType,
        _ context: QueryContext
    ) {
        let layer = stack.layers[Int(decision.layer)]
        let answer = layer.answer(decision, name: name.name, type: type, context: context)
        let code = answer?.responseCode ?? .servFail
        reset()
        append16(0)
        var bits = MessageHeader.responseFlag | MessageHeader.recursionAvailableFlag | code.rawValue & 15
        if answer?.isAuthoritative == true { bits |= MessageHeader.authoritativeFlag }
        append16(bits)
        append16(1)
        append16(0)
        append32(0)
        append(name.span)
        append16(type.rawValue)
        append16(RRClass.in.rawValue)
        for record in answer?.records ?? [] {
            appendOwn(record.type, ttl: record.ttl ?? Self.policyTTL, data: record.data)
        }
        for entry in answer?.behind ?? [] { append(entry) }
        let isNegative = code == .nxDomain || code == .noError && answer?.records.isEmpty == true
        if isNegative { appendOwnSOA(ttl: Self.policyTTL) }
    }
}

extension MessageBuffer {
    /// Appends an answer record with an owner of its own.
    private mutating func append(_ entry: OwnedRecord) {
        append(entry.owner.wire.span)
        append16(entry.record.type.rawValue)
        append16(RRClass.in.rawValue)
        append32(entry.record.ttl ?? Self.policyTTL)
        append16(UInt16(truncatingIfNeeded: entry.record.data.count))
        append(entry.record.data.span)
        octets.put16(octets.uint16(at: 6) + 1, at: 6)
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
