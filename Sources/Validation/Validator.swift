public import DNS
internal import LDNS

/// Validates one answer from a trust anchor down (RFC 4035 §5). Pure: it says which answers it needs, and never does more
/// work than its budget.
///
/// ```swift
/// var validator = Validator(name, .a, message)
/// while case .fetch(let name, let type) = validator.step(&keys, anchors, at: time) {
///     validator.take(await ask(name, type), to: name, type)
/// }
/// ```
public struct Validator: Sendable {
    /// What to do next.
    public enum Step: Sendable, Equatable {
        /// Ask this, and give the answer to ``Validator/take(_:to:_:)``.
        case fetch(DomainName, RRType)
        /// Nothing.
        case done(ValidationVerdict)
    }

    struct Question: Hashable {
        var name: DomainName
        var type: RRType
    }

    let question: Question
    let message: SignedMessage
    /// Answers that came; nil for those that could not be had.
    var fetched: [Question: SignedMessage?] = [:]
    /// Sets that were verified before another answer was needed: nothing is done twice.
    private var verified: [Question: Security] = [:]
    var budget = ValidationBudget()

    /// How an answer, or a part of it, is to be believed.
    enum Security: Sendable, Equatable {
        case secure(UInt32)
        case insecure

        /// The weaker of both.
        static func & (left: Security, right: Security) -> Security {
            guard case .secure(let first) = left, case .secure(let second) = right else { return .insecure }
            return .secure(min(first, second))
        }
    }

    /// Aliases followed.
    private static let maximumAliases = 12

    /// A validator of the answer to a question.
    public init(_ name: DomainName, _ type: RRType, _ message: SignedMessage) {
        question = Question(name: name.lowercased, type: type)
        self.message = message
    }

    /// Takes an answer that was asked for; nil when it could not be had.
    public mutating func take(_ message: SignedMessage?, to name: DomainName, _ type: RRType) {
        fetched[Question(name: name, type: type)] = .some(message)
    }

    /// Goes on as far as it can, at a time in seconds since 1970.
    public mutating func step(_ keys: inout KeyStore, _ anchors: TrustAnchors, at time: Int) -> Step {
        guard !anchors.exempts(question.name) else { return .done(.insecure) }
        var walk = Walk(keys: KeyStore(capacity: 0), anchors: anchors, time: time)
        // Never two owners: nothing is copied.
        swap(&walk.keys, &keys)
        defer { swap(&walk.keys, &keys) }
        do throws(Stop) {
            switch try judge(&walk) {
            case .secure(let lifetime): return .done(.secure(lifetime: lifetime))
            case .insecure: return .done(.insecure)
            }
        } catch {
            switch error {
            case .needs(let name, let type): return .fetch(name, type)
            case .bogus(let fault): return .done(.bogus(fault))
            case .unanswered: return .done(.unanswered)
            }
        }
    }

    /// What a step works with.
    struct Walk {
        var keys: KeyStore
        let anchors: TrustAnchors
        let time: Int
    }

    // MARK: - The answer

    private mutating func judge(_ walk: inout Walk) throws(Stop) -> Security {
        var name = question.name
        var security = Security.secure(.max)
        for _ in 0..<Self.maximumAliases {
            let set = message.answer(name, question.type)
            guard set == nil, let alias = message.answer(name, .cname), let target = Self.target(alias) else {
                return security & (try end(name, set, &walk))
            }
            if alias.signatures.isEmpty, let above = delegation(above: name), Self.leads(above, name, to: target) {
                security = security & (try check(above, in: message, &walk))
            } else {
                security = security & (try check(alias, in: message, &walk))
            }
            name = target
        }
        throw .bogus(ValidationFault(.bogus, "too many aliases"))
    }

    /// Whether the end of the chain is to be believed: a set, or that there is none.
    ///
    /// Some servers leave out of an answer what they would prove if the end of the chain were asked for.
    private mutating func end(_ name: DomainName, _ set: SignedSet?, _ walk: inout Walk) throws(Stop) -> Security {
        let fault: ValidationFault
        do throws(Stop) {
            if let set { return try check(set, in: message, &walk) }
            return try deny(name, in: message, &walk)
        } catch .bogus(let found) where found.code == .denialMissing && name != question.name {
            fault = found
        }
        let other = try need(name, question.type)
        let again = other.answer(name, question.type)
        guard other.code == message.code, again.map({ Set($0.records.data) }) == set.map({ Set($0.records.data) }),
            again != nil || other.answer(name, .cname) == nil
        else { throw .bogus(fault) }
        if let again { return try check(again, in: other, &walk) }
        return try deny(name, in: other, &walk)
    }

    private static func target(_ set: SignedSet) -> DomainName? {
        guard set.records.data.count == 1 else { return nil }
        return try? DomainName(wire: set.records.data[0])
    }

    /// The DNAME set of the answer above a name.
    private func delegation(above name: DomainName) -> SignedSet? {
        message.answers.first { $0.type == .dname && $0.owner != name && name.isEqualOrBelow($0.owner) }
    }

    /// Whether a DNAME makes a name an alias of a target (RFC 6672 §3.1).
    private static func leads(_ set: SignedSet, _ name: DomainName, to target: DomainName) -> Bool {
        guard let end = self.target(set) else { return false }
        let prefix = name.wire.count - set.owner.wire.count
        return (try? DomainName(wire: Array(name.wire[..<prefix]) + end.wire)) == target
    }

    // MARK: - Sets

    /// Whether a set is to be believed.
    mutating func check(
        _ set: SignedSet,
        in message: SignedMessage,
        _ walk: inout Walk
    ) throws(Stop) -> Security {
        let place = Question(name: set.owner, type: set.type)
        if let known = verified[place] { return known }
        let security = try checkAnew(set, in: message, &walk)
        verified[place] = security
        return security
    }

    private mutating func checkAnew(
        _ set: SignedSet,
        in message: SignedMessage,
        _ walk: inout Walk
    ) throws(Stop) -> Security {
        // What stands at the top of a zone about its delegation belongs to the zone above.
        let lowest = set.type == .ds ? set.owner.parent ?? .root : set.owner
        let signatures = set.signatures.filter { lowest.isEqualOrBelow($0.signer) }
        guard let signer = signatures.first?.signer else {
            guard case .insecure = try zone(of: lowest, &walk).delegation else {
                throw .bogus(ValidationFault(.signaturesMissing, "\(set.owner) \(set.type) is not signed"))
            }
            return .insecure
        }
        let (top, delegation) = try zone(of: signer, &walk)
        guard case .secure(let keys) = delegation else { return .insecure }
        guard top == signer else {
            throw .bogus(ValidationFault(.bogus, "\(set.owner) \(set.type) is signed by \(signer), which is no zone"))
        }
        let own = signatures.filter { $0.signer == signer }
        let (signature, lifetime) = try verify(set, own, keys: keys, of: signer, at: walk.time)
        var security = Security.secure(lifetime)
        if Self.isExpanded(set, signature) {
            security = security & (try denyExact(set, signature, in: message, keys, signer, walk.time))
        }
        return security
    }

    static func isExpanded(_ set: SignedSet, _ signature: Signature) -> Bool {
        let labels = set.owner.labelCount
        return signature.labels < labels && !(set.owner.labels.first == [0x2A] && signature.labels == labels - 1)
    }

    /// What a wildcard answers for must not exist itself (RFC 4035 §5.3.4).
    private mutating func denyExact(
        _ set: SignedSet,
        _ signature: Signature,
        in message: SignedMessage,
        _ keys: [[UInt8]],
        _ zone: DomainName,
        _ time: Int
    ) throws(Stop) -> Security {
        var proofs = try self.proofs(message, keys, zone, time)
        if proofs.plain.denies(set.owner) { return .secure(.max) }
        if proofs.hashed.isBeyond { return .insecure }
        var encloser = set.owner
        while encloser.labelCount > signature.labels, let above = encloser.parent { encloser = above }
        switch try proofs.hashed.denies(below: encloser, set.owner, &budget) {
        case .proven: return .secure(.max)
        case .optedOut: return .insecure
        case .none:
            throw .bogus(
                ValidationFault(.denialMissing, "\(set.owner) may exist beside the wildcard that answers for it")
            )
        }
    }

    /// The signature that a key of the zone made over a set, and for how many seconds both are good.
    mutating func verify(
        _ set: SignedSet,
        _ signatures: [Signature],
        keys: [[UInt8]],
        of zone: DomainName,
        at time: Int
    ) throws(Stop) -> (Signature, UInt32) {
        var fault =
            signatures.isEmpty
            ? ValidationFault(.signaturesMissing, "\(set.owner) \(set.type) is not signed")
            : ValidationFault(.keyMissing, "no key of \(zone) signed \(set.owner) \(set.type)")
        for signature in signatures.prefix(ValidationBudget.signaturesOfSet)
        where signature.labels <= set.owner.labelCount {
            if let late = Self.fault(signature, set, at: time) {
                fault = late
                continue
            }
            let able = keys.filter {
                $0.count > 4 && $0[3] == signature.algorithm && Cryptography.keyTag($0) == signature.keyTag
            }
            for key in able.prefix(ValidationBudget.keysOfSignature) {
                try budget.take(\.signatures)
                if Cryptography.isGood(set.records, signature: signature.data, signer: zone, key: key) {
                    return (signature, Self.lifetime(set, signature, at: time))
                }
                fault = ValidationFault(.bogus, "the signature over \(set.owner) \(set.type) is wrong")
            }
        }
        throw .bogus(fault)
    }

    /// What is wrong with the time of a signature (RFC 4034 §3.1.5: serial arithmetic).
    private static func fault(_ signature: Signature, _ set: SignedSet, at time: Int) -> ValidationFault? {
        let now = UInt32(truncatingIfNeeded: time)
        if Int32(bitPattern: signature.expiration &- now) < 0 {
            return ValidationFault(.signatureExpired, "the signature over \(set.owner) \(set.type) has expired")
        }
        if Int32(bitPattern: now &- signature.inception) < 0 {
            return ValidationFault(.signatureEarly, "the signature over \(set.owner) \(set.type) is not valid yet")
        }
        return nil
    }

    /// Seconds for which a set is good (RFC 4035 §5.3.3).
    private static func lifetime(_ set: SignedSet, _ signature: Signature, at time: Int) -> UInt32 {
        let left = Int32(bitPattern: signature.expiration &- UInt32(truncatingIfNeeded: time))
        return min(set.ttl, signature.originalTTL, UInt32(max(left, 0)))
    }
}
