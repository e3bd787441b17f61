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

    private struct Question: Hashable {
        var name: DomainName
        var type: RRType
    }

    private let question: Question
    private let message: SignedMessage
    /// Answers that came; nil for those that could not be had.
    private var fetched: [Question: SignedMessage?] = [:]
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
    private mutating func check(
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

    private static func isExpanded(_ set: SignedSet, _ signature: Signature) -> Bool {
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
    private mutating func verify(
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

    // MARK: - What does not exist

    /// Proofs in an answer that a zone signed.
    private mutating func proofs(
        _ message: SignedMessage,
        _ keys: [[UInt8]],
        _ zone: DomainName,
        _ time: Int
    ) throws(Stop) -> (plain: Denial, hashed: HashedDenial, lifetime: UInt32) {
        var (plain, hashed): ([Denial.Record], [HashedDenial.Record]) = ([], [])
        var lifetime = UInt32.max
        for set in message.authorities where set.type == .nsec || set.type == .nsec3 {
            let own = set.signatures.filter { $0.signer == zone }
            guard !own.isEmpty, set.records.data.count == 1, set.owner.isEqualOrBelow(zone) else { continue }
            let (signature, good) = try verify(set, own, keys: keys, of: zone, at: time)
            // A wildcard's own record says nothing about the names that it answers for.
            guard !Self.isExpanded(set, signature) else { continue }
            lifetime = min(lifetime, good)
            let data = set.records.data[0]
            if set.type == .nsec {
                if let record = Denial.Record(set.owner, data, zone: zone) { plain.append(record) }
            } else if let record = HashedDenial.Record(set.owner, data, zone: zone) {
                hashed.append(record)
            }
        }
        return (Denial(plain), HashedDenial(hashed, zone: zone), lifetime)
    }

    /// The zone that signed the proofs of an answer about a name.
    private static func prover(_ message: SignedMessage, _ name: DomainName) -> DomainName? {
        for set in message.authorities where set.type == .nsec || set.type == .nsec3 {
            for signature in set.signatures where name.isEqualOrBelow(signature.signer) { return signature.signer }
        }
        return nil
    }

    /// Whether the end of the chain is denied as it should be.
    private mutating func deny(
        _ name: DomainName,
        in message: SignedMessage,
        _ walk: inout Walk
    ) throws(Stop) -> Security {
        let lowest = question.type == .ds ? name.parent ?? .root : name
        guard let zone = Self.prover(message, lowest) else {
            guard case .insecure = try self.zone(of: lowest, &walk).delegation else {
                throw .bogus(ValidationFault(.denialMissing, "no proof that \(name) \(question.type) does not exist"))
            }
            return .insecure
        }
        let (top, delegation) = try self.zone(of: zone, &walk)
        guard case .secure(let keys) = delegation else { return .insecure }
        guard top == zone else {
            throw .bogus(ValidationFault(.bogus, "what denies \(name) is signed by \(zone), which is no zone"))
        }
        var proofs = try proofs(message, keys, zone, walk.time)
        var security = Security.secure(proofs.lifetime)
        for set in message.authorities where set.type == .soa {
            security = security & (try check(set, in: message, &walk))
        }
        let isMissing = message.code == .nxDomain
        if isMissing ? proofs.plain.deniesAll(name) : proofs.plain.denies(question.type, at: name) { return security }
        if proofs.hashed.isBeyond { return .insecure }
        let proof =
            isMissing
            ? try proofs.hashed.deniesAll(name, &budget) : try proofs.hashed.denies(question.type, at: name, &budget)
        switch proof {
        case .proven: return security
        case .optedOut: return .insecure
        case .none:
            throw .bogus(ValidationFault(.denialMissing, "what is signed does not deny \(name) \(question.type)"))
        }
    }

    // MARK: - Zones

    /// The deepest zone at or above a name that is known to be one, and its keys; or the unsigned one that the name is in.
    private mutating func zone(
        of name: DomainName,
        _ walk: inout Walk
    ) throws(Stop) -> (top: DomainName, delegation: Delegation) {
        guard !walk.anchors.exempts(name), let anchor = walk.anchors.zone(above: name) else { return (name, .insecure) }
        var top = anchor
        var current = try anchored(anchor, &walk)
        let labels = name.labels
        for count in stride(from: anchor.labelCount + 1, through: labels.count, by: 1) {
            guard case .secure(let keys) = current else { break }
            let start = name.wire.count - 1 - labels.suffix(count).reduce(0) { $0 + $1.count + 1 }
            guard let below = try? DomainName(wire: Array(name.wire[start...])) else { break }
            switch try self.delegation(below, under: top, keys, &walk) {
            case .none: continue
            case .bogus(let fault): throw .bogus(fault)
            case let found: (top, current) = (below, found)
            }
        }
        if case .bogus(let fault) = current { throw .bogus(fault) }
        return (top, current)
    }

    private func answer(_ name: DomainName, _ type: RRType) throws(Stop) -> SignedMessage {
        guard let known = fetched[Question(name: name, type: type)] else { throw .needs(name, type) }
        guard let message = known else { throw .unanswered }
        return message
    }

    /// Asks for an answer, unless too many have been asked for.
    private mutating func need(_ name: DomainName, _ type: RRType) throws(Stop) -> SignedMessage {
        if fetched[Question(name: name, type: type)] == nil { try budget.take(\.fetches) }
        return try answer(name, type)
    }

    /// The keys of a zone with trust anchors.
    private mutating func anchored(_ zone: DomainName, _ walk: inout Walk) throws(Stop) -> Delegation {
        if let known = walk.keys.delegation(zone, at: walk.time) { return known }
        guard let anchor = walk.anchors.anchors[zone] else { return .insecure }
        return try keys(of: zone, digests: anchor.digests, keys: anchor.keys, &walk)
    }

    /// What is at a name below a zone whose keys are known.
    private mutating func delegation(
        _ name: DomainName,
        under zone: DomainName,
        _ keys: [[UInt8]],
        _ walk: inout Walk
    ) throws(Stop) -> Delegation {
        if let known = walk.keys.delegation(name, at: walk.time) { return known }
        let message = try need(name, .ds)
        if let set = message.answer(name, .ds) {
            let own = set.signatures.filter { $0.signer == zone }
            let (_, lifetime) = try verify(set, own, keys: keys, of: zone, at: walk.time)
            let digests = Self.understood(set.records.data)
            guard !digests.isEmpty else { return keep(.insecure, name, lifetime, &walk) }
            return try self.keys(of: name, digests: digests, keys: [], &walk)
        }
        if let alias = message.answer(name, .cname) {
            let own = alias.signatures.filter { $0.signer == zone }
            let (_, lifetime) = try verify(alias, own, keys: keys, of: zone, at: walk.time)
            return keep(.none, name, lifetime, &walk)
        }
        var proofs = try proofs(message, keys, zone, walk.time)
        if let found = proofs.plain.delegation(at: name) { return keep(found, name, proofs.lifetime, &walk) }
        if proofs.hashed.isBeyond { return keep(.insecure, name, proofs.lifetime, &walk) }
        if let found = try proofs.hashed.delegation(at: name, &budget) {
            return keep(found, name, proofs.lifetime, &walk)
        }
        throw .bogus(ValidationFault(.denialMissing, "no proof that \(name) has no DS records"))
    }

    private func keep(
        _ delegation: Delegation,
        _ name: DomainName,
        _ lifetime: UInt32,
        _ walk: inout Walk
    ) -> Delegation {
        walk.keys.keep(delegation, of: name, lifetime: max(lifetime, 1), at: walk.time)
        return delegation
    }

    /// Digests whose type and algorithm are understood; of those with SHA-1 none where there are others (RFC 4509 §3).
    private static func understood(_ digests: [[UInt8]]) -> [[UInt8]] {
        let known = digests.filter { $0.count > 4 && isUnderstood($0[2]) && Cryptography.digestTypes.contains($0[3]) }
        let better = known.filter { $0[3] != 1 }
        return better.isEmpty ? known : better
    }

    /// RSA with SHA-1, SHA-256 and SHA-512, ECDSA, Ed25519 and Ed448 (RFC 8624 §3.1).
    private static func isUnderstood(_ algorithm: UInt8) -> Bool { [5, 7, 8, 10, 13, 14, 15, 16].contains(algorithm) }

    /// Validates the keys of a zone by digests, or such keys themselves, that are believed.
    private mutating func keys(
        of zone: DomainName,
        digests: [[UInt8]],
        keys believed: [[UInt8]],
        _ walk: inout Walk
    ) throws(Stop) -> Delegation {
        let message = try need(zone, .dnskey)
        guard let set = message.answer(zone, .dnskey) else {
            return keep(.bogus(ValidationFault(.keyMissing, "\(zone) has no DNSKEY records")), zone, 60, &walk)
        }
        // Of the zone, for DNSSEC, and not revoked (RFC 4034 §2.1, RFC 5011 §3).
        let keys = set.records.data.filter { $0.count > 4 && $0[0] & 1 != 0 && $0[1] & 0x80 == 0 && $0[2] == 3 }
        let entry = keys.filter { key in
            believed.contains(key)
                || digests.contains { digest in
                    digest[2] == key[3] && UInt16(digest[0]) << 8 | UInt16(digest[1]) == Cryptography.keyTag(key)
                        && Cryptography.digest(key, of: zone, type: digest[3]) == Array(digest[4...])
                }
        }
        guard !entry.isEmpty else {
            return keep(
                .bogus(ValidationFault(.keyMissing, "no key of \(zone) is the one in its DS records")),
                zone,
                60,
                &walk
            )
        }
        let own = set.signatures.filter { $0.signer == zone }
        do throws(Stop) {
            let (_, lifetime) = try verify(set, own, keys: entry, of: zone, at: walk.time)
            return keep(.secure(keys), zone, lifetime, &walk)
        } catch .bogus(let fault) {
            return keep(.bogus(fault), zone, 60, &walk)
        }
    }
}
