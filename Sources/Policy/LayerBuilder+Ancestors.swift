extension LayerBuilder {
    /// Adds a node for every ancestor of a name that owns data, list by list (RFC 4592 §2.2.2); in local zones up to the
    /// apex of the zone that the data belongs to. The names concerned are all in the arena.
    mutating func addEmptyNonTerminals(only ruleClass: RuleClass? = nil) {
        actions.append(.none)
        let action = UInt32(actions.count - 1)
        let arena = store.arena
        var known = NameSet()
        var apexes = NameSet()
        for rule in store.indices
        where ruleClass == nil && store[rule].scope == .subtree && store[rule].ruleClass == .zone {
            _ = apexes.insert(Int(store.packed[rule].at), list: tree(store[rule]), arena)
        }
        for rule in store.indices {
            let record = store[rule]
            guard record.scope != .subtree, record.ruleClass != .special,
                ruleClass.map({ record.ruleClass == $0 }) ?? true
            else { continue }
            var position = Int(store.packed[rule].at)
            let tree = tree(record)
            if record.scope == .exact {
                // Nothing stands above the root.
                if arena[position] == 0 || apexes.contains(position, list: tree, arena) { continue }
                position += Int(arena[position]) + 1
            }
            let shape = intern(
                RuleShape(
                    action: action,
                    coverage: record.coverage,
                    scope: .node,
                    ruleClass: record.ruleClass,
                    rank: record.rank,
                    guardID: tree
                )
            )
            // The node of `*.x` is x itself; of x its parent. Stop at the first ancestor that is known.
            while position < arena.count, arena[position] != 0 {
                guard known.insert(position, list: profile.order == .localZone ? tree : record.list, arena) else {
                    break
                }
                addNode(at: position, shape: shape, list: record.list)
                if apexes.contains(position, list: tree, arena) { break }
                position += Int(arena[position]) + 1
            }
        }
    }

    /// What the names above a rule exist for: the rules of one of Unbound's views, which know nothing of others.
    private func tree(_ record: RuleRecord) -> UInt16 { profile.order == .localZone ? record.guardID : 0 }

    private mutating func addNode(at position: Int, shape: UInt32, list: UInt16) {
        store.packed.append(
            RuleStore.Packed(
                at: UInt32(truncatingIfNeeded: position),
                shape: shape,
                list: list,
                nameLength: 0,
                back: 0
            )
        )
        let key = NameHashing.hash(wire: store.arena.span, at: position)
        hashes.append(key.hash)
        depths.insert(key.labels)
    }
}
