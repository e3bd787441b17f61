import DNS

/// Technitium's answers for blocked names that its mode alone does not tell (DnsServer `BlockListZoneManager.cs`, `Query`).
extension CompiledLayer {
    /// What a type that is not asked for an address gets: a text that names the list, or records of a zone that the server
    /// makes up for the blocked name.
    func decideTechnitium(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        var decision = decision(
            strongestRule(name, hashes, type: type, context: context, index: index),
            type: type,
            index: index
        )
        guard decision.kind != .pass, decision.kind != .unsupported else { return decision }
        switch type {
        case .txt: decision.kind = .redirect
        case .a, .aaaa:
            // A family without addresses has no data.
            if blockAnswer.isCustom, blockAnswer.addresses(type).isEmpty { decision.kind = .nodata }
        case .soa where decision.kind == .nodata: decision.kind = .redirect
        case .ns where decision.kind == .nodata:
            let owner = self.name(Int(decision.rule))
            if owner == name.name.lowercased { decision.kind = .redirect }
        default: break
        }
        return decision
    }

    /// Whether an answer of Technitium holds what only its configuration tells: addresses of lists and its own name.
    func isOwnReport(_ decision: Decision, type: RRType) -> Bool {
        engine == .technitium && decision.kind == .redirect && type != .a && type != .aaaa
    }
}
