internal import DNS
internal import LDNS

/// What is signed to say that something does not exist.
extension Validator {
    /// Proofs in an answer that a zone signed.
    mutating func proofs(
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
    mutating func deny(
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
}
