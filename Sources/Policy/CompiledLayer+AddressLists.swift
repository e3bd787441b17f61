import DNS

/// Lists of addresses in answers: dnscrypt-proxy's (`plugin_{allow,block}_ip.go`) and those of packet filters.
extension CompiledLayer {
    /// What lists of addresses make of an answer.
    func decideAddressLists(_ addresses: [IPAddress], _ type: RRType, index: UInt8) -> Decision {
        func made(_ rule: Int, _ kind: VerdictKind? = nil) -> Decision {
            var made = decision(rule: rule, type: type, index: index)
            // Which records an answer to ANY holds depends on who gives it.
            if type == .any, made.kind != .pass { made.kind = .unsupported }
            if let kind { made.kind = kind }
            return made
        }
        guard engine == .packetFilter else {
            if addresses.contains(where: \.isMapped) {
                // Whether their text is that of the IPv4 address depends on the library's version.
                return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
            }
            if let rule = allowingRule(addresses, type) { return made(rule) }
            for address in addresses { if let rule = listed(address, type, allows: false) { return made(rule) } }
            return .pass(index)
        }
        let filtered = addresses.map { filteringRule($0) }
        if let open = filtered.lazy.compactMap({ $0 }).first(where: { $0.isOpen }) {
            return made(open.rule, .unsupported)
        }
        guard let first = filtered.lazy.compactMap({ $0 }).first else { return .pass(index) }
        return made(first.rule, filtered.contains { $0 == nil } ? .unsupported : nil)
    }

    /// The rule of packet filters that drops what goes to an address, or of which that is not known; nil where nothing does.
    /// Of a list the first rule counts. What lists of allowed addresses hold is never dropped; whether a list that drops an
    /// address comes before a script that accepts it is not known.
    private func filteringRule(_ address: IPAddress) -> (rule: Int, isOpen: Bool)? {
        var dropping: Int?
        var isAccepted = false
        for list in lists.indices {
            guard let offset = addressIndex.firstRule(.answer, address, list: list) else { continue }
            let rule = records.count + patternRecords.count + offset
            switch actions[Int(addressRecords[offset].rule.action)] {
            case .unsupported: return (rule, true)
            case .allow where lists[list].role == .allow || lists[list].role == .exempt: return nil
            case .allow: isAccepted = true
            default: dropping = dropping ?? rule
            }
        }
        return dropping.map { ($0, isAccepted) }
    }

    /// The rule that lets an answer with one of these addresses pass, whatever is in it: dnscrypt-proxy asks it first.
    func allowingRule(_ addresses: [IPAddress], _ type: RRType) -> Int? {
        for address in addresses { if let rule = listed(address, type, allows: true) { return rule } }
        return nil
    }

    private func listed(_ address: IPAddress, _ type: RRType, allows: Bool) -> Int? {
        for list in lists.indices where (lists[list].role == .allow || lists[list].role == .exempt) == allows {
            if let rule = addressRule(.answer, address, type, list: list) { return rule }
        }
        return nil
    }
}
