/// How many rules of each kind a builder has.
public struct RuleMark: Sendable, Equatable {
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

    /// From here on rules are added of which nobody can say whether they count, until ``endUndecided(_:)``; nil
    /// where that is so already.
    public mutating func beginUndecided() -> UndecidedMark? {
        guard !guards[Int(listGuard.index)].isUndecided else { return nil }
        let mark = UndecidedMark(rules: ruleCount, guardOfList: listGuard)
        listGuard = intern(guards[Int(listGuard.index)].and(.undecided))
        return mark
    }

    /// Ends what began at a mark.
    /// - Returns: how many rules were added.
    public mutating func endUndecided(_ mark: UndecidedMark) -> Int {
        listGuard = mark.guardOfList
        return ruleCount - mark.rules
    }
}

/// Where rules begin of which nobody can say whether they count.
public struct UndecidedMark: Sendable {
    let rules: Int
    let guardOfList: GuardID
}
