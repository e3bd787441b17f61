import DNS

extension CompiledLayer {
    /// The first rule in the order of the lists that matches a name and covers a type (dnsdist, Knot Resolver's policy).
    ///
    /// A name with octets that the engines write as escapes is not compared with patterns: then a layer that has some
    /// decides nothing for certain.
    func decideFirstMatch(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        context: borrowing QueryContext,
        index: UInt8
    ) -> Decision {
        // What stands in a later list may keep the engine from starting, whatever an earlier one says.
        if let refusal { return Decision(kind: .unsupported, layer: index, rule: UInt32(refusal)) }
        if engine != .dnsdist, Self.hasEscapes(name) {
            // Knot Resolver looks for octets, and may find them anywhere in such a name; squid hardly takes it for a host.
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        var choice = Choice()
        let total = name.labelCount
        table.forEachSuffix(name, hashes, records, layer: index) { labels, head in
            var next = head
            while next >= 0 {
                let record = records[next]
                if applies(record, labels, total), covers(record, type) {
                    let truth = guards[Int(record.guardID)].holds(name, context)
                    choice.consider(placeInOrder(next), truth, action: UInt64(record.action))
                    // Chains are in rule order.
                    if truth == .yes { break }
                }
                next = Int(record.next) - 1
            }
        }
        if !patternRecords.isEmpty {
            guard !Self.hasEscapes(name) else { return uncertain(choice, type, index) }
            let octets = hashes.text.span
            patternIndex.forEachCandidate(octets) { consider($0, name, octets, type, context, &choice) }
            regexIndex.forEachCandidate(octets) { consider($0, name, octets, type, context, &choice) }
        }
        if engine == .knotPolicy, choice.isEmpty, Self.isSpecial(name) {
            // The resolver has rules of its own there; what they answer is not modelled.
            return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
        }
        // What lets pass what nothing else stops changes nothing, whether it counts or not.
        if let doubt = choice.loneDoubt, actions[Int(record(doubt).action)] == .allow { return .pass(index) }
        // Nor does it where the next one may stop it: that one is at fault.
        if let doubt = choice.doubtfulRule, actions[Int(record(doubt).action)] == .allow,
            let rival = choice.rivalOfDoubt
        {
            return Decision(kind: .unsupported, layer: index, rule: UInt32(rival))
        }
        return decision(choice, type: type, index: index)
    }

    private static func isSpecial(_ name: borrowing NameBuffer) -> Bool {
        guard name.labelCount > 0 else { return false }
        let start = name.suffixStart(1)
        let length = Int(name[start])
        // Such names are rare, so the set is only asked about labels of the right length.
        guard length == 4 || length == 5 || length == 7 || length == 9 else { return false }
        return EngineProfile.knotSpecialNames.contains((1...length).map { name[start + $0] })
    }

    @inline(__always)
    private func consider(
        _ offset: Int,
        _ name: borrowing NameBuffer,
        _ text: Span<UInt8>,
        _ type: RRType,
        _ context: borrowing QueryContext,
        _ choice: inout Choice
    ) {
        let place = placeInOrder(records.count + offset)
        let record = patternRecords[offset].rule
        guard place < choice.best, covers(record, type),
            patternIndex.matches(offset, text) ?? patterns[offset].matches(text)
        else { return }
        choice.consider(place, guards[Int(record.guardID)].holds(name, context), action: UInt64(record.action))
    }

    /// The place of a rule among all, named or not, in the order in which they were added; the low half is the rule.
    @inline(__always)
    func placeInOrder(_ rule: Int) -> UInt64 {
        guard rule >= records.count else { return UInt64(rule + 1) << 32 | UInt64(rule) }
        return UInt64(patternRecords[rule - records.count].rulesBefore) << 32 | UInt64(rule)
    }

    /// A rule about the name itself still decides when no pattern comes before it.
    private func uncertain(_ choice: Choice, _ type: RRType, _ index: UInt8) -> Decision {
        let first = patternRecords.indices.first { covers(patternRecords[$0].rule, type) }
        guard let first, placeInOrder(records.count + first) < choice.best else {
            return decision(choice, type: type, index: index)
        }
        // Which of the patterns would match nobody knows.
        return Decision(kind: .unsupported, layer: index, rule: Decision.noRule)
    }

    /// Whether a label holds an octet that is not written as it is: dots, backslashes, blanks, controls, beyond ASCII.
    static func hasEscapes(_ name: borrowing NameBuffer) -> Bool {
        var position = 0
        while name[position] != 0 {
            let end = position + Int(name[position])
            for index in (position + 1)..<(end + 1) {
                switch name[index] {
                case 0x2E, 0x5C, 0...0x20, 0x7F...0xFF: return true
                default: continue
                }
            }
            position = end + 1
        }
        return false
    }
}
