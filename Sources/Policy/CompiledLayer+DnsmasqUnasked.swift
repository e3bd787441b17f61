import DNS

/// Names that dnsmasq asks nobody for, whatever its rules about domains say (`answer_request` in `rfc1035.c`, `forward.c`).
struct UnaskedNames: Sendable {
    /// The rule by which names of one label have the addresses that are known here or none (`domain-needed`).
    let undottedRule: Int?
    /// The rule by which the pointers of private addresses are known here or nowhere (`bogus-priv`).
    let privateRule: Int?
    /// Whether it has texts about itself (`version.bind`), whose names exist then.
    let areOwnThere: Bool

    init(_ hosts: DnsmasqHosts) {
        undottedRule = hosts.undottedRule
        privateRule = hosts.privateRule
        areOwnThere = !hosts.hidesItself
    }

    /// Whether some names are decided that no rule is about.
    var knowsNames: Bool { areOwnThere || undottedRule != nil || privateRule != nil }

    /// `private_net` and `private_net6`; of IPv4 addresses in mapped form, too.
    static let privateRanges = [
        "127.0.0.0/8", "0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24", "255.255.255.255/32", "fe80::/10", "fec0::/10", "fd00::/8",
        "2001:db8::/32", "::1/128", "::/128",
    ].compactMap { AddressRange($0) }

    /// Whether dnsmasq takes an address for a private one.
    static func isPrivate(_ address: IPAddress) -> Bool {
        if case .v6(0, let low) = address, low >> 32 == 0xFFFF {
            return isPrivate(.v4(UInt32(truncatingIfNeeded: low)))
        }
        return privateRanges.contains { $0.contains(address) }
    }

    /// The address that dnsmasq reads out of a name: of what stands in front the last four numbers, each as far as it fits, or
    /// half octets; what is missing is zero (`in_arpa_name_2_addr`, compared with 2.90).
    enum Pointer {
        case none
        case address(IPAddress)
        /// More half octets than an address has: some are taken.
        case tooLong
    }

    static func pointer(_ name: borrowing NameBuffer) -> Pointer {
        guard name.labelCount > 2 else { return .none }
        let labels = name.name.labels.map { Array($0) }
        let tree = labels.suffix(2).map { String(decoding: $0, as: UTF8.self) }
        switch (tree[0], tree[1]) {
        case ("in-addr", "arpa"): return v4(labels.dropLast(2))
        case ("ip6", "arpa"), ("ip6", "int"): return v6(labels.dropLast(2))
        default: return .none
        }
    }

    private static func v4(_ labels: ArraySlice<[UInt8]>) -> Pointer {
        var address: UInt32 = 0
        for label in labels {
            var number = 0
            for octet in label {
                guard let digit = asciiDigit(octet) else { return .none }
                let (tens, isTooMuch) = number.multipliedReportingOverflow(by: 10)
                let (sum, isMore) = tens.addingReportingOverflow(Int(digit))
                number = isTooMuch || isMore ? .max : sum
            }
            address = address >> 8 | UInt32(number & 0xFF) << 24
        }
        return .address(.v4(address))
    }

    private static func v6(_ labels: ArraySlice<[UInt8]>) -> Pointer {
        var address: UInt128 = 0
        for label in labels {
            guard label.count == 1, let digit = hexadecimal(label[0]) else { return .none }
            address = address >> 4 | UInt128(digit) << 124
        }
        return labels.count > 32
            ? .tooLong
            : .address(.v6(UInt64(truncatingIfNeeded: address >> 64), UInt64(truncatingIfNeeded: address)))
    }

    private static func hexadecimal(_ octet: UInt8) -> UInt8? {
        octet &- 0x61 < 6 ? octet - 0x57 : asciiDigit(octet).map { UInt8($0) }
    }
}

extension CompiledLayer {
    /// The rule that decides instead of a server, or where there is none: about a name of one label (compared with 2.90).
    func undottedRule(_ name: borrowing NameBuffer, _ type: RRType, _ decision: Decision) -> Int? {
        guard let rule = unaskedNames.undottedRule, name.labelCount == 1, [.a, .aaaa, .any].contains(type) else {
            return nil
        }
        let isLeft = decision.hasRule && record(Int(decision.rule)).ruleClass == .implied
        return decision.kind.isPass || isLeft ? rule : nil
    }

    /// Whether a name has one label and those are decided.
    @inline(__always)
    func isUndotted(_ name: borrowing NameBuffer) -> Bool { unaskedNames.undottedRule != nil && name.labelCount == 1 }

    /// What becomes of the pointer of a private address: without one of its own, and a server for its domain, there is none
    /// (compared with 2.90).
    func decidePointer(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ type: RRType,
        _ strongest: Int?,
        _ index: UInt8
    ) -> Decision? {
        guard let rule = unaskedNames.privateRule, type == .ptr || type == .any else { return nil }
        let isOpen: Bool
        switch UnaskedNames.pointer(name) {
        case .none: return nil
        case .tooLong: isOpen = true
        case .address(let address):
            guard UnaskedNames.isPrivate(address) else { return nil }
            isOpen = false
        }
        if let strongest, [.hosts, .ownRewrite].contains(record(strongest).ruleClass) {
            // Of ANY the code is this one, whatever other records it gives.
            return type == .ptr ? nil : Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
        }
        switch hasServer(name, hashes) {
        case true: return nil
        case false where !isOpen: return decision(rule: rule, type: type, index: index)
        default: return Decision(kind: .unsupported, layer: index, rule: UInt32(rule))
        }
    }

    /// Whether of the servers for domains of a name the nearest has an address of its own; nil where that is not known.
    private func hasServer(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Bool? {
        var found: (key: Int, actions: [RuleAction]) = (-1, [])
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if labels > 0, record.ruleClass == .open, applies(record, labels, name.labelCount) {
                    let key = labels * 2 + (record.scope == .below ? 1 : 0)
                    if key > found.key { found = (key, []) }
                    if key == found.key { found.actions.append(actions[Int(record.action)]) }
                }
                next = Int(record.next) - 1
            }
        }
        for record in patternRecords
        where record.rule.ruleClass == .open && patterns[record.pattern].matches(hashes.text.span) { return nil }
        let routes = found.actions.count { if case .route = $0 { true } else { false } }
        if found.actions.contains(.unsupported) || routes > 0 && routes < found.actions.count { return nil }
        return routes > 0
    }

    /// Whether a name is one of those whose texts dnsmasq has about itself, or above them: it exists for all types, though they
    /// are given to those alone who ask in another class (`main` in `dnsmasq.c`, as Debian builds 2.90).
    func isOwn(_ name: borrowing NameBuffer) -> Bool {
        guard unaskedNames.areOwnThere, name.labelCount == 1 || name.labelCount == 2 else { return false }
        let last = name.suffixStart(1)
        guard name.count - last == 6, name[last + 1] == 0x62, name[last + 2] == 0x69, name[last + 3] == 0x6E,
            name[last + 4] == 0x64
        else { return false }
        guard name.labelCount == 2, let label = name.name.labels.first else { return true }
        return Self.ownLabels.contains(String(decoding: label, as: UTF8.self))
    }

    private static let ownLabels: Set<String> = [
        "version", "authors", "copyright", "cachesize", "insertions", "evictions", "misses", "hits", "auth", "servers",
    ]
}
