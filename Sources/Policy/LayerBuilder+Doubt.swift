/// How many rules of each kind a builder has.
public struct RuleMark: Sendable {
    let named: Int
    let patterns: Int
    let addresses: Int
}

extension LayerBuilder {
    /// Where the rules added from here on begin.
    public var mark: RuleMark {
        RuleMark(named: store.count, patterns: patternRecords.count, addresses: addressRecords.count)
    }

    /// Leaves open what the rules of a line say that were added behind a mark.
    /// - Returns: how many rules those are.
    /// - Complexity: O(rules behind the mark)
    public mutating func leaveOpen(line: Int, since mark: RuleMark) -> Int {
        let action = intern(.unsupported)
        var count = 0
        for rule in mark.named..<store.count where store.position(rule).line == line {
            let record = store[rule]
            store.packed[rule].shape = intern(
                RuleShape(
                    action: action.index,
                    coverage: record.coverage,
                    scope: record.scope,
                    ruleClass: record.ruleClass,
                    rank: record.rank,
                    guardID: record.guardID
                )
            )
            count += 1
        }
        for index in mark.patterns..<patternRecords.count where patternRecords[index].position.line == line {
            patternRecords[index].rule.action = action.index
            count += 1
        }
        for index in mark.addresses..<addressRecords.count where addressRecords[index].position.line == line {
            addressRecords[index].rule.action = action.index
            count += 1
        }
        return count
    }
}
