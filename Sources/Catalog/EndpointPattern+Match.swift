public import DNS

extension EndpointPattern {
    /// Whether `name` is one of the names of this pattern.
    /// - Complexity: O(octets of the name), for globs times the stars in a label
    public func matches(_ name: DomainName) -> Bool {
        switch kind {
        case .exact: name == base
        case .suffixAndApex: name.isEqualOrBelow(base)
        case .suffix: name.wire.count > base.wire.count && name.isEqualOrBelow(base)
        case .glob: name.isEqualOrBelow(base) && globMatches(name)
        }
    }

    private func globMatches(_ name: DomainName) -> Bool {
        let labels = name.labels
        guard labels.count == globLabels.count else { return false }
        for (pattern, label) in zip(globLabels, labels) where !Self.globMatches(pattern, label) { return false }
        return true
    }

    /// Greedy matching with one step back to the latest star: linear memory, no recursion.
    private static func globMatches(_ pattern: [UInt8], _ label: ArraySlice<UInt8>) -> Bool {
        var at = 0
        var position = label.startIndex
        var retry: (pattern: Int, label: Int)?
        while position < label.endIndex {
            let octet = label[position]
            if at < pattern.count, pattern[at] == star {
                retry = (at + 1, position)
                at += 1
            } else if at < pattern.count, pattern[at] == questionMark || pattern[at] == lower(octet) {
                at += 1
                position += 1
            } else if let back = retry {
                retry = (back.pattern, back.label + 1)
                at = back.pattern
                position = back.label + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == star }
    }

    private static func lower(_ octet: UInt8) -> UInt8 {
        (0x41...0x5A).contains(octet) ? octet | 0x20 : octet
    }

    /// Whether every name of `other` is also one of this pattern. May say no for two globs that do cover each other.
    public func covers(_ other: EndpointPattern) -> Bool {
        switch (kind, other.kind) {
        case (_, .exact): matches(other.base)
        case (.suffix, .suffix), (.suffixAndApex, .suffix), (.suffixAndApex, .suffixAndApex):
            other.base.isEqualOrBelow(base)
        case (.suffix, .suffixAndApex): other.base != base && other.base.isEqualOrBelow(base)
        case (.suffix, .glob), (.suffixAndApex, .glob): other.base.isEqualOrBelow(base)
        case (.glob, .glob): self == other
        case (.exact, _), (.glob, _): false
        }
    }

    /// Whether this pattern says more about a name than `other`, when both match it: exact names first, then the longer
    /// fixed part, then globs before suffixes.
    func isMoreSpecific(than other: EndpointPattern) -> Bool {
        let left = (kind == .exact ? 0 : 1, -base.labelCount, kind == .glob ? 0 : 1)
        let right = (other.kind == .exact ? 0 : 1, -other.base.labelCount, other.kind == .glob ? 0 : 1)
        if left != right { return left < right }
        return text.utf8.count > other.text.utf8.count
    }
}
