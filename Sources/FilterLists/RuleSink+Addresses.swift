import DNS
import Policy
import TextScan

/// Rules of packet filters: about prefixes of addresses, of which the first that holds an address counts.
extension RuleSink {
    /// Every address of a family.
    static func all(isV4: Bool) -> [AddressRange] {
        AddressRange(isV4 ? .v4(0) : .v6(0, 0), prefixLength: 0).map { [$0] } ?? []
    }

    /// Adds what a rule does with addresses; where the list has used its room up, the rule is counted, and from there on
    /// the addresses that no rule in front is about are open.
    mutating func add(
        _ ranges: [AddressRange],
        _ entry: (class: RuleClass, action: ActionID),
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int
    ) {
        // A range takes up to 254 prefixes.
        guard firstOpenRule == nil, take(ranges.count) else {
            firstOpenRule = firstOpenRule ?? RulePosition(rule, line: line)
            return skip(.tooManyParts, text, rule, line)
        }
        let position = RulePosition(rule, line: line)
        for range in ranges {
            builder.add(.answer, range, class: entry.class, action: entry.action, at: position)
        }
    }

    /// Leaves open what becomes of addresses that no rule in front is about; the rule is counted as not evaluated.
    mutating func leaveOpen(
        _ ranges: [AddressRange],
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int
    ) {
        skip(reason, text, rule, line)
        guard firstOpenRule == nil, take(ranges.count) else {
            firstOpenRule = firstOpenRule ?? RulePosition(rule, line: line)
            return
        }
        leaveOpen(ranges, at: RulePosition(rule, line: line))
    }

    /// Leaves all other addresses open, where there was no room for rules.
    mutating func closeAddresses() {
        guard let position = firstOpenRule else { return }
        leaveOpen(Self.all(isV4: true) + Self.all(isV4: false), at: position)
    }

    /// Leaves addresses open, where the rule is counted already.
    mutating func leaveOpen(_ ranges: [AddressRange], at position: RulePosition) {
        let action = builder.intern(.unsupported)
        let entry = entry()
        for range in ranges {
            builder.add(.answer, range, class: entry.class, action: action, at: position)
        }
    }
}
