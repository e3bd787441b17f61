import DNS

/// What an address rule looks at.
public enum AddressTrigger: UInt8, Sendable, BitwiseCopyable {
    /// Addresses in the answer (RPZ `rpz-ip`, dnsmasq `bogus-nxdomain`).
    case answer
    /// The address of the client (RPZ `rpz-client-ip`).
    case client
}

/// A rule about addresses.
struct AddressRecord {
    var trigger: AddressTrigger
    var range: AddressRange
    /// The rule.
    var rule: RuleRecord
    /// Where it stands.
    var position: RulePosition

    /// Whether it states the same rule as the record in front of it: a range of addresses takes several.
    func continues(_ other: AddressRecord) -> Bool {
        trigger == other.trigger && position == other.position && rule.list == other.rule.list
    }
}

extension [AddressRecord] {
    /// How many rules the records from a position on state, of those about some addresses.
    func ruleCount(_ trigger: AddressTrigger, from start: Int = 0) -> Int {
        (start..<count).count {
            self[$0].trigger == trigger && ($0 == start || !self[$0].continues(self[$0 - 1]))
        }
    }
}

/// Finds the rule with the longest prefix that holds an address, list by list.
struct AddressIndex: Sendable {
    private struct Key: Hashable {
        var trigger: AddressTrigger
        var list: UInt16
        var length: UInt8
        var address: IPAddress
    }

    private var rules: [Key: UInt32] = [:]
    /// The next rule of the same list about the same range, plus one; 0 ends the chain.
    private var next: [UInt32]
    /// The prefix lengths of a trigger and family, longest first.
    private var lengths: [[UInt8]] = [[], [], [], []]

    private let standsForV4: [IPAddress]?
    private let standsForV6: [IPAddress]?

    /// Whether there is a rule of a trigger.
    func has(_ trigger: AddressTrigger) -> Bool {
        !lengths[Self.slot(trigger, isV4: true)].isEmpty || !lengths[Self.slot(trigger, isV4: false)].isEmpty
    }

    private static func slot(_ trigger: AddressTrigger, isV4: Bool) -> Int {
        Int(trigger.rawValue) * 2 + (isV4 ? 0 : 1)
    }

    /// An index; the rules of a list about the same range keep their order.
    init(_ records: [AddressRecord]) {
        next = Array(repeating: 0, count: records.count)
        standsForV4 = Self.stand(records, isV4: true)
        standsForV6 = Self.stand(records, isV4: false)
        var last: [Key: Int] = [:]
        for (index, record) in records.enumerated() {
            let range = record.range
            let key = Key(
                trigger: record.trigger,
                list: record.rule.list,
                length: UInt8(range.prefixLength),
                address: range.firstAddress
            )
            if let previous = last[key] { next[previous] = UInt32(index) + 1 } else { rules[key] = UInt32(index) }
            last[key] = index
            let slot = Self.slot(record.trigger, isV4: range.address.isV4)
            if !lengths[slot].contains(key.length) { lengths[slot].append(key.length) }
        }
        for slot in lengths.indices { lengths[slot].sort(by: >) }
    }

    /// The next rule of the same list about the same range.
    func following(_ rule: Int) -> Int? { next[rule] == 0 ? nil : Int(next[rule]) - 1 }

    /// Calls `body` with every rule of a list that holds an address, the longest prefix first.
    func forEachRule(_ trigger: AddressTrigger, _ address: IPAddress, list: Int, _ body: (Int) -> Void) {
        for length in lengths[Self.slot(trigger, isV4: address.isV4)] {
            guard let range = AddressRange(address, prefixLength: Int(length)) else { continue }
            let key = Key(trigger: trigger, list: UInt16(list), length: length, address: range.firstAddress)
            var rule = rules[key].map { Int($0) }
            while let found = rule {
                body(found)
                rule = following(found)
            }
        }
    }

    /// Addresses of a family that stand for all of them where a rule about answers holds whatever address there is: rules about answers
    /// treat all others like one of these. Nil where no rule is about all; empty where there are too many rules to be gone through for
    /// every name.
    func stand(forAllOf isV4: Bool) -> [IPAddress]? { isV4 ? standsForV4 : standsForV6 }

    /// How many ranges are gone through for a name.
    private static let mostRanges = 256

    /// The first address of every range and the one behind its last, between which nothing changes.
    private static func stand(_ records: [AddressRecord], isV4: Bool) -> [IPAddress]? {
        let ranges = Set(
            records.filter { $0.trigger == .answer && $0.range.address.isV4 == isV4 }.map {
                AddressRange($0.range.firstAddress, prefixLength: $0.range.prefixLength)
            }
        ).compactMap { $0 }
        guard ranges.contains(where: { $0.prefixLength == 0 }) else { return nil }
        guard ranges.count <= mostRanges else { return [] }
        let width = isV4 ? 32 : 128
        var numbers: Set<UInt128> = []
        for range in ranges {
            let first = range.firstAddress.number
            numbers.insert(first)
            guard range.prefixLength > 0 else { continue }
            let (next, isBeyond) = first.addingReportingOverflow(1 << UInt128(width - range.prefixLength))
            if !isBeyond, !isV4 || next >> 32 == 0 { numbers.insert(next) }
        }
        return numbers.sorted().map { IPAddress(number: $0, isV4: isV4) }
    }

    /// Whether there are rules about some addresses of a family in answers.
    func isAboutSome(isV4: Bool) -> Bool {
        lengths[Self.slot(.answer, isV4: isV4)].contains { $0 > 0 }
    }

    /// The position among the address rules of the first of a list that holds an address.
    /// - Complexity: O(prefix lengths in use)
    func firstRule(_ trigger: AddressTrigger, _ address: IPAddress, list: Int) -> Int? {
        var first: UInt32?
        for length in lengths[Self.slot(trigger, isV4: address.isV4)] {
            guard let range = AddressRange(address, prefixLength: Int(length)) else { continue }
            let key = Key(trigger: trigger, list: UInt16(list), length: length, address: range.firstAddress)
            if let rule = rules[key], rule < first ?? .max { first = rule }
        }
        return first.map { Int($0) }
    }

    /// The position among the address rules of the one with the longest prefix in a list.
    /// - Complexity: O(prefix lengths in use)
    func rule(_ trigger: AddressTrigger, _ address: IPAddress, list: Int) -> Int? {
        for length in lengths[Self.slot(trigger, isV4: address.isV4)] {
            guard let range = AddressRange(address, prefixLength: Int(length)) else { continue }
            let key = Key(trigger: trigger, list: UInt16(list), length: length, address: range.firstAddress)
            if let rule = rules[key] { return Int(rule) }
        }
        return nil
    }
}
