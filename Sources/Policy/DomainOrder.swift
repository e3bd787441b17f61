import DNS

/// The keys of squidGuard's domain databases, list by list, in the order of its `domainCompare`: from the end of the
/// text, a dot before everything else, the shorter first.
struct DomainOrder {
    /// The texts, one after another.
    private var octets: [UInt8] = []
    /// Where each key stands, which list it is from, and its rule plus one; 0 for a key that is no rule.
    private var keys: [Key] = []
    /// The sorted keys of each list.
    private var lists: [Range<Int>] = []

    private struct Key: BitwiseCopyable {
        var start: UInt32
        var rule: UInt32
        var list: UInt16
        var count: UInt16
    }

    /// Adds a key in lower case.
    mutating func add(_ key: [UInt8], rule: Int?, list: Int) {
        keys.append(
            Key(
                start: UInt32(clamping: octets.count),
                rule: UInt32(clamping: rule.map { $0 + 1 } ?? 0),
                list: UInt16(clamping: list),
                count: UInt16(clamping: key.count)
            )
        )
        octets += key
    }

    /// Sorts the keys; they are found from here on.
    /// - Complexity: O(keys × log keys)
    mutating func sort() {
        var sorted = keys
        keys = []
        let texts = octets
        let span = texts.span
        sorted.sort { left, right in
            if left.list != right.list { return left.list < right.list }
            let order = Self.compare(span, left, span, Int(right.start), Int(right.count))
            return order == 0 ? left.start < right.start : order < 0
        }
        var start = 0
        for index in sorted.indices.dropFirst() where sorted[index].list != sorted[start].list {
            lists.append(start..<index)
            start = index
        }
        if !sorted.isEmpty { lists.append(start..<sorted.count) }
        keys = sorted
    }

    /// The first rule that squidGuard finds for a name, list by list.
    ///
    /// It looks at the first key that is not before the name, and at the one before that, and at no other: a key below a
    /// listed name hides the listed name from what comes behind it (`sgDb.c`, `defined`).
    /// - Complexity: O(lists × log keys × octets)
    func rule(of name: Span<UInt8>) -> Int? {
        for list in lists {
            var low = list.lowerBound
            var high = list.upperBound
            while low < high {
                let middle = (low + high) / 2
                if Self.compare(octets.span, keys[middle], name, 0, name.count) < 0 {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            if low < list.upperBound, begins(name, with: keys[low]) {
                if let rule = rule(keys[low]) { return rule }
            } else if low > list.lowerBound, ends(name, with: keys[low - 1]), let rule = rule(keys[low - 1]) {
                return rule
            }
        }
        return nil
    }

    private func rule(_ key: Key) -> Int? { key.rule == 0 ? nil : Int(key.rule) - 1 }

    private static func compare(
        _ octets: Span<UInt8>,
        _ key: Key,
        _ text: Span<UInt8>,
        _ start: Int,
        _ count: Int
    ) -> Int {
        var (one, other) = (Int(key.count) - 1, count - 1)
        while one >= 0, other >= 0 {
            let (left, right) = (octets[Int(key.start) + one], text[start + other])
            if left != right { return (left == 0x2E ? 1 : Int(left)) - (right == 0x2E ? 1 : Int(right)) }
            one -= 1
            other -= 1
        }
        return Int(key.count) - count
    }

    private func begins(_ name: Span<UInt8>, with key: Key) -> Bool {
        guard Int(key.count) <= name.count else { return false }
        for index in 0..<Int(key.count) where octets[Int(key.start) + index] != name[index] { return false }
        return true
    }

    private func ends(_ name: Span<UInt8>, with key: Key) -> Bool {
        let start = name.count - Int(key.count)
        guard start == 0 || start > 0 && name[start - 1] == 0x2E else { return false }
        for index in 0..<Int(key.count) where octets[Int(key.start) + index] != name[start + index] { return false }
        return true
    }
}

extension LayerBuilder {
    /// Adds a key of squidGuard's database of the list begun last.
    /// - Parameters:
    ///   - key: the text in lower case.
    ///   - isRule: whether it is the name of the rule added last; keys that are no names still stand in the order.
    public mutating func addKey(_ key: [UInt8], isRule: Bool) {
        domainOrder.add(key, rule: isRule ? store.count - 1 : nil, list: lists.count - 1)
    }
}

extension CompiledLayer {
    /// squidGuard's choice among the keys of its databases.
    func decideDomainOrder(_ name: borrowing NameBuffer, type: RRType, index: UInt8) -> Decision {
        guard !Self.hasEscapes(name) else {
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        let text = NameText(name)
        return decision(rule: domainOrder.rule(of: text.span), type: type, index: index)
    }
}
