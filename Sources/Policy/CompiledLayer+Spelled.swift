public import DNS

/// The names that lists spell out, without making strings of them.
extension CompiledLayer {
    /// Calls `body` with every name that a rule of a list spells out, each once: in the order of the first rules about them.
    ///
    /// The hashes are good for every layer and stack. Text patterns and regular expressions spell out none.
    /// - Returns: whether `body` wanted all of them.
    /// - Complexity: O(rules) lookups
    @discardableResult
    public func forEachSpelledName(
        _ body: (_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes, _ rule: Int) -> Bool
    ) -> Bool {
        var name = NameBuffer()
        var hashes = SuffixHashes()
        var wire: [UInt8] = []
        for rule in records.indices where isSpelled(rule) {
            records.copyName(rule, to: &wire)
            name.fill(trustedWire: wire.span, at: 0)
            hashes.fill(name) { _ in }
            guard firstSpelledRule(name, hashes) == rule else { continue }
            guard body(name, hashes, rule) else { return false }
        }
        return true
    }

    /// The first rule of a list that spells out a name; nil where none does.
    /// - Complexity: O(1)
    public func firstSpelledRule(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> Int? {
        var next = table.firstRule(name, hashes, records)
        while let rule = next, !isSpelled(rule) {
            let behind = Int(records[rule].next)
            next = behind > 0 ? behind - 1 : nil
        }
        return next
    }

    private func isSpelled(_ rule: Int) -> Bool {
        let record = records[rule]
        return record.scope != .node && !records.lists[Int(record.list)].isOfEngine
    }

    /// The rules of lists about the text of names: an example of what each is about, with `label` for its stars; nil where it
    /// has none.
    public func patternExamples(_ label: [UInt8]) -> [(rule: Int, example: DomainName?)] {
        patternRecords.indices.compactMap { offset in
            let record = patternRecords[offset]
            guard !lists[Int(record.rule.list)].isOfEngine else { return nil }
            guard case .text(let pattern) = patterns[record.pattern] else { return (records.count + offset, nil) }
            return (records.count + offset, pattern.example(label))
        }
    }

    /// The name that a rule is about; nil where it is about the text of names or addresses, or stands for a node alone.
    public func spelledName(_ rule: Int) -> DomainName? {
        guard rule < records.count, records[rule].scope != .node else { return nil }
        return DomainName(trustedWire: records.wireName(rule))
    }
}
