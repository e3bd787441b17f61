import DNS
import Policy

/// A server block of a Corefile, and the names that are its: those whose longest key is one of the block's.
struct CorefileServer {
    /// Names at and below one, but for those of longer keys.
    struct Region {
        var name: DomainName
        /// The longer keys.
        var excluded: [DomainName]

        /// What a rule about these names asks.
        var limit: RuleGuard { RuleGuard(excluded: excluded, otherModifiers: 1) }

        /// Those of them that are in a zone.
        func within(_ zone: DomainName) -> Region? {
            if name.isEqualOrBelow(zone) { return self }
            guard zone.isEqualOrBelow(name), !excluded.contains(where: zone.isEqualOrBelow) else { return nil }
            return Region(name: zone, excluded: excluded.filter { $0.isEqualOrBelow(zone) })
        }
    }

    /// The names of each key.
    let regions: [Region]
    /// Whether one of the keys stands elsewhere too.
    let isShared: Bool
    /// Names and longer keys in all.
    let size: Int
    /// The directives, with those of snippets.
    var directives: [CorefileDirective] = []
    /// Whether there were more directives than are read.
    var isCut = false
    /// The classes of which all further rules are open.
    var open: Set<RuleClass> = []
    private var interned: [GuardID]?

    /// - Complexity: O(own keys × all keys)
    init(_ own: [DomainName], among keys: [DomainName]) {
        var isShared = false
        regions = own.map { key in
            var longer: [DomainName] = []
            var same = 0
            for other in keys where other.isEqualOrBelow(key) {
                if other == key { same += 1 } else { longer.append(other) }
            }
            if same > 1 { isShared = true }
            return Region(name: key, excluded: longer)
        }
        self.isShared = isShared
        size = regions.reduce(0) { $0 + 1 + $1.excluded.count }
    }

    /// What rules about the names of each key ask.
    mutating func guards(_ sink: inout RuleSink) -> [GuardID] {
        if let interned { return interned }
        let new = regions.map { sink.builder.intern($0.limit) }
        interned = new
        return new
    }

    /// The addresses that the server answers at, as they are written.
    var bound: [[[UInt8]]] {
        directives.filter { $0.name.equals("bind") }.map { bind in
            (bind.arguments + bind.lines.joined()).map(\.text)
        }
    }
}
