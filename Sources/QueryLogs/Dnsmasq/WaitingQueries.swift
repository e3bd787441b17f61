import DNS

/// The open queries for one name that have no answer, by type and in the order in which they came.
struct WaitingQueries {
    private struct OfType {
        let type: RRType
        /// Their numbers; what lies before `head` has left.
        var numbers: [Int]
        var head = 0

        var live: ArraySlice<Int> { numbers[head...] }
    }

    /// The only query, as long as there was no other: most names wait alone, and need no list.
    private var only: (number: Int, type: RRType)?
    private var types: [OfType] = []

    /// Whether none is left.
    var isEmpty: Bool { only == nil && types.isEmpty }

    /// One of them.
    var any: Int? { only?.number ?? types.first?.live.first }

    /// Adds a query.
    /// - Complexity: O(types)
    mutating func append(_ number: Int, _ type: RRType) {
        if isEmpty {
            only = (number, type)
            return
        }
        if let first = only {
            types = [OfType(type: first.type, numbers: [first.number])]
            only = nil
        }
        if let index = types.firstIndex(where: { $0.type == type }) {
            types[index].numbers.append(number)
        } else {
            types.append(OfType(type: type, numbers: [number]))
        }
    }

    /// Takes out a query, if it is there.
    /// - Complexity: O(types) for the oldest and the youngest of its type, O(queries) for others
    mutating func remove(_ number: Int, _ type: RRType) {
        if only?.number == number { only = nil }
        guard let index = types.firstIndex(where: { $0.type == type }) else { return }
        if types[index].live.first == number {
            types[index].head += 1
        } else if types[index].live.last == number {
            types[index].numbers.removeLast()
        } else {
            types[index].numbers.removeAll { $0 == number }
        }
        if types[index].live.isEmpty {
            types.remove(at: index)
        } else if types[index].head > 64, types[index].head * 2 > types[index].numbers.count {
            types[index].numbers.removeFirst(types[index].head)
            types[index].head = 0
        }
    }

    /// Takes out all queries of a type.
    mutating func removeAll(_ type: RRType) {
        if only?.type == type { only = nil }
        types.removeAll { $0.type == type }
    }

    /// The queries of a type, the oldest first.
    func all(_ type: RRType) -> [Int] {
        if let only { return only.type == type ? [only.number] : [] }
        return types.first { $0.type == type }.map { Array($0.live) } ?? []
    }

    /// The youngest query of any type.
    var youngest: Int? { youngest { _ in true } }

    /// The youngest query whose type is wanted.
    func youngest(_ isWanted: (RRType) -> Bool) -> Int? {
        if let only { return isWanted(only.type) ? only.number : nil }
        return types.filter { isWanted($0.type) }.compactMap(\.live.last).max()
    }

    /// The type of the oldest query whose type is wanted, and whether others of other types are wanted, too.
    func oldest(_ isWanted: (RRType) -> Bool) -> (type: RRType, hasOthers: Bool)? {
        if let only { return isWanted(only.type) ? (only.type, false) : nil }
        let wanted = types.filter { isWanted($0.type) }
        let first = wanted.min { ($0.live.first ?? .max) < ($1.live.first ?? .max) }
        return first.map { ($0.type, wanted.count > 1) }
    }
}
