internal import DNS
internal import LDNS

/// Zones, from the trust anchor down: their keys, and where the signed part of the tree ends.
extension Validator {
    /// The deepest zone at or above a name that is known to be one, and its keys; or the unsigned one that the name is in.
    mutating func zone(
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
    mutating func need(_ name: DomainName, _ type: RRType) throws(Stop) -> SignedMessage {
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
