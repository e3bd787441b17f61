import DNS

extension CompiledLayer {
    /// Lowers `best` to the key of the strongest pattern that matches a name and covers a type.
    func considerPatterns(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ choice: inout Choice
    ) {
        guard strongestPattern < choice.best else { return }
        let octets = hashes.text.span
        let named = profile.order == .longestFirst ? namedSuffixes(name, hashes) : 0
        patternIndex.forEachCandidate(octets) { considerPattern($0, name, octets, type, context, named, &choice) }
        regexIndex.forEachCandidate(octets) { considerPattern($0, name, octets, type, context, named, &choice) }
    }

    @inline(__always)
    private func considerPattern(
        _ offset: Int,
        _ name: borrowing NameBuffer,
        _ text: Span<UInt8>,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ named: UInt128,
        _ choice: inout Choice
    ) {
        let record = patternRecords[offset]
        let key = order(pattern: offset)
        if key < choice.best, patternMatches(offset, text, type),
            !isHidden(pattern: offset, name, named)
        {
            let truth = guards[Int(record.rule.guardID)].holds(name, context)
            choice.consider(key, truth, action: record.rule.effect)
        }
    }

    /// Whether any pattern may match a name.
    func mayMatchPatterns(_ name: borrowing NameBuffer) -> Bool {
        guard !patternRecords.isEmpty, regexIndex.isEmpty else { return !patternRecords.isEmpty }
        let text = NameText(name)
        var found = false
        patternIndex.forEachCandidate(text.span) { _ in found = true }
        return found
    }

    /// The place of a matching pattern in the engine's order: the lowest wins.
    ///
    /// In engines that let the longest name win, a pattern counts by its labels, behind every rule about a name of as many,
    /// and among those by the length of its text (dnsmasq sorts `*d` behind `d`, and `*d` behind `*cd`; compared with 2.90).
    @inline(__always)
    func order(pattern offset: Int) -> UInt64 {
        Self.order(patternRecords[offset], rule: records.count + offset, longestFirst: profile.order == .longestFirst)
    }

    /// The same for a pattern with the number of its rule.
    @inline(__always)
    static func order(_ record: PatternRecord, rule: Int, longestFirst: Bool) -> UInt64 {
        let rank = UInt64(record.rule.rank)
        let rule = UInt64(rule)
        guard longestFirst else { return rank << 40 | 127 << 32 | rule }
        if record.rule.ruleClass == .special { return rule }
        return (UInt64(127 - record.labels) << 1 | 1) << 48 | UInt64(256 - record.length) << 40 | rank << 32 | rule
    }

    /// Bit n: there is a rule about the last n labels of a name, whatever types it covers.
    func namedSuffixes(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> UInt128 {
        var named: UInt128 = 0
        table.forEachSuffix(name, hashes, records) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if record.scope == .subtree, record.ruleClass != .special { named |= 1 << UInt128(labels) }
                next = Int(record.next) - 1
            }
        }
        return named
    }

    /// Whether `*d` begins where a label does: then a rule about `d` hides it, even from types that the rule does not
    /// cover (compared with dnsmasq 2.90).
    func isHidden(pattern offset: Int, _ name: borrowing NameBuffer, _ named: UInt128) -> Bool {
        let labels = patternRecords[offset].labels
        return named >> UInt128(labels) & 1 == 1 && isSuffix(patterns[offset], name, labels)
    }

    private func isSuffix(_ pattern: NamePattern, _ name: borrowing NameBuffer, _ labels: Int) -> Bool {
        guard case .text(let text) = pattern else { return false }
        return text.tokens.count == name.count - name.suffixStart(labels) - 2
    }

    @inline(__always)
    private func patternMatches(
        _ offset: Int,
        _ text: Span<UInt8>,
        _ type: RRType
    ) -> Bool {
        let record = patternRecords[offset].rule
        return covers(record, type) && patternIndex.matches(offset, text) ?? patterns[offset].matches(text)
    }

    /// The positions of all patterns that match a name of these octets and cover a type, in order.
    func matchingPatterns(
        _ name: borrowing NameBuffer,
        _ octets: Span<UInt8>,
        _ type: RRType,
        _ context: borrowing QueryContext
    ) -> [Int] {
        guard !patternRecords.isEmpty else { return [] }
        // Most names match none, and then nothing is allocated.
        var found: [Int] = []
        forEachMatchingPattern(octets, type) { found.append($0) }
        guard !found.isEmpty else { return [] }
        return Set(found).sorted().filter { guards[Int(patternRecords[$0].rule.guardID)].holds(name, context) != .no }
    }

    /// Calls `visit` with the position of every pattern that matches a name of these octets and covers a type, in no order, with some
    /// more than once.
    @inline(__always)
    func forEachMatchingPattern(_ octets: Span<UInt8>, _ type: RRType, _ visit: (Int) -> Void) {
        patternIndex.forEachCandidate(octets) { if patternMatches($0, octets, type) { visit($0) } }
        regexIndex.forEachCandidate(octets) { if patternMatches($0, octets, type) { visit($0) } }
    }
}
