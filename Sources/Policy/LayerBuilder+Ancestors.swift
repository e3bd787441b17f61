public import DNS

extension LayerBuilder {
    /// Notes that the rule added last stands for those about name servers.
    public mutating func noteNameServerRule() { nameServerRule = nameServerRule ?? store.count - 1 }

    /// Whether a rule is about a name below another, which itself does not count.
    /// - Parameter countsStar: whether one about all names below it counts, too.
    /// - Complexity: O(rules)
    public func hasRule(below name: DomainName, countsStar: Bool = false) -> Bool {
        store.indices.contains { rule in
            let own = store.wireName(rule)
            let isStar = countsStar && store[rule].scope == .below
            return own.count > name.wire.count - (isStar ? 1 : 0)
                && (try? DomainName(wire: own))?.isEqualOrBelow(name) == true
        }
    }

    /// Adds a node for every ancestor of a name that owns data, list by list (RFC 4592 §2.2.2); in local zones up to the
    /// apex of the zone that the data belongs to. The names concerned are all in the arena.
    mutating func addEmptyNonTerminals(only ruleClass: RuleClass? = nil) {
        actions.append(.none)
        let action = UInt32(actions.count - 1)
        // BIND answers for the star of a node that only has names below it; its parent has to know.
        let knowsStars = ruleClass == nil && profile.order == .policyZone(.closestEncloser)
        if knowsStars { actions.append(.nodata) }
        let arena = store.arena
        var known = NameSet()
        var apexes = NameSet()
        for rule in store.indices
        where ruleClass == nil && store[rule].scope == .subtree && store[rule].ruleClass == .zone {
            let at = Int(store.packed[rule].at)
            let hash = NameHashing.hash(wire: arena.span, at: at).hash
            _ = apexes.insert(at, hash: hash, list: tree(store[rule]), arena)
        }
        // Of one name and those above it, found in one walk: names of many labels have many.
        var suffixes: [UInt64] = []
        for rule in store.indices {
            let record = store[rule]
            guard record.scope != .subtree, record.ruleClass != .special, policyZones[Int(record.list)] == nil,
                ruleClass.map({ record.ruleClass == $0 }) ?? true
            else { continue }
            var position = Int(store.packed[rule].at)
            let tree = tree(record)
            NameHashing.hashes(wire: arena.span, at: position, &suffixes)
            var index = 0
            if record.scope == .exact {
                // Nothing stands above the root.
                if suffixes.isEmpty || apexes.contains(position, hash: suffixes[0], list: tree, arena) { continue }
                position += Int(arena[position]) + 1
                index = 1
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
            while index < suffixes.count {
                let hash = suffixes[index]
                let list = profile.order == .localZone ? tree : record.list
                guard known.insert(position, hash: hash, list: list, arena) else { break }
                addNode(at: position, shape: shape, list: record.list, (hash, suffixes.count - index))
                if knowsStars, arena[position] == 1, arena[position + 1] == 0x2A {
                    addEmptyStar(at: position, in: arena, of: rule)
                }
                if apexes.contains(position, hash: hash, list: tree, arena) { break }
                position += Int(arena[position]) + 1
                index += 1
            }
            // The root, too, exists in a local zone of it because of what is below (compared with 1.17.1).
            guard profile.order == .localZone, index == suffixes.count else { continue }
            let (hash, _) = NameHashing.hash(wire: arena.span, at: position)
            if known.insert(position, hash: hash, list: tree, arena) {
                addNode(at: position, shape: shape, list: record.list, (hash, 0))
            }
        }
    }

    /// What the names above a rule exist for: the rules of one of Unbound's views, which know nothing of others.
    private func tree(_ record: RuleRecord) -> UInt16 { profile.order == .localZone ? record.guardID : 0 }

    /// Notes at its parent that a star exists without data, by the place of the rule for which it does.
    private mutating func addEmptyStar(at position: Int, in arena: [UInt8], of rule: Int) {
        let (record, place) = (store[rule], store.position(rule))
        let shape = intern(
            RuleShape(
                action: UInt32(actions.count - 1),
                coverage: record.coverage,
                scope: .node,
                ruleClass: record.ruleClass,
                rank: record.rank,
                guardID: 0
            )
        )
        var end = position + 2
        while arena[end] != 0 { end += Int(arena[end]) + 1 }
        let parent = store.store(place) { $0.append(contentsOf: arena[(position + 2)...end]) }
        let key = NameHashing.hash(wire: store.arena.span, at: parent)
        addNode(at: parent, shape: shape, list: record.list, key)
    }

    private mutating func addNode(at position: Int, shape: UInt32, list: UInt16, _ key: (hash: UInt64, labels: Int)) {
        store.packed.append(
            RuleStore.Packed(
                at: UInt32(truncatingIfNeeded: position),
                shape: shape,
                list: list,
                nameLength: 0,
                back: 0
            )
        )
        hashes.append(key.hash)
        depths.insert(key.labels)
    }
}
