import DNS
import Policy

/// A set of names, or another property of the text of names, that conditions are made of.
enum NameProperty {
    /// These names and all below them.
    case below([LuaText])
    /// These names.
    case isOne([LuaText])
    /// The same, of names that do not stand in the list or are read already.
    case belowNames([DomainName], at: Places = Places())
    case isOneName([DomainName], at: Places = Places())
    case regex([UInt8], NameRegex.Dialect, at: ListEntry? = nil)
    /// RE2, over the wire form.
    case wireRegex([UInt8])
    /// What is not evaluated and holds at most where a condition does.
    case undecided(NameCondition, UnsupportedReason)
    /// Hosts spelled as addresses: whether the names of these are meant is not known, and not counted.
    case namesOfAddresses
    case labelsOutside(ClosedRange<Int>)
    case octetsOutside(ClosedRange<Int>)

    /// Where names stand, if that is not where the rule does.
    struct Places {
        var paths: [String] = []
        var places: [NameTextSet.Place] = []

        /// The place of a line.
        mutating func place(_ path: String, _ line: Int, isWord: Bool) -> NameTextSet.Place {
            if paths.last != path { paths.append(path) }
            return NameTextSet.Place(path: paths.count - 1, line: line, isWord: isWord)
        }
    }
}

/// A condition on queries: properties of the name and types, combined.
indirect enum QueryCondition: Equatable {
    case constant(Bool)
    /// A property, by its number.
    case property(Int)
    case type(UInt16)
    /// A set of client addresses, by its number.
    case client(Int)
    case not(QueryCondition)
    case all([QueryCondition])
    case any([QueryCondition])

    /// The types that it tells apart.
    var types: Set<UInt16> {
        switch self {
        case .constant, .property, .client: []
        case .type(let type): [type]
        case .not(let condition): condition.types
        case .all(let conditions), .any(let conditions): conditions.reduce(into: []) { $0.formUnion($1.types) }
        }
    }

    /// The sets of client addresses that it tells apart.
    var clients: Set<Int> {
        switch self {
        case .constant, .property, .type: []
        case .client(let set): [set]
        case .not(let condition): condition.clients
        case .all(let conditions), .any(let conditions): conditions.reduce(into: []) { $0.formUnion($1.clients) }
        }
    }

    /// How many parts it has.
    var size: Int {
        switch self {
        case .constant, .property, .type, .client: 1
        case .not(let condition): condition.size + 1
        case .all(let conditions), .any(let conditions): conditions.reduce(1) { $0 + $1.size }
        }
    }

    /// What is left for queries of this type; nil stands for every type that the condition does not tell apart.
    func resolved(_ queryType: UInt16?) -> QueryCondition {
        resolved { part in
            if case .type(let type) = part { type == queryType } else { nil }
        }
    }

    /// What is left when some of its types or clients are known to hold or not.
    func resolved(_ truth: (QueryCondition) -> Bool?) -> QueryCondition {
        switch self {
        case .constant, .property: return self
        case .type, .client: return truth(self).map { .constant($0) } ?? self
        case .not(let condition):
            switch condition.resolved(truth) {
            case .constant(let value): return .constant(!value)
            case .not(let inner): return inner
            case let other: return .not(other)
            }
        case .all(let conditions): return Self.combined(conditions, truth, identity: true) { .all($0) }
        case .any(let conditions): return Self.combined(conditions, truth, identity: false) { .any($0) }
        }
    }

    private static func combined(
        _ conditions: [QueryCondition],
        _ truth: (QueryCondition) -> Bool?,
        identity: Bool,
        _ make: ([QueryCondition]) -> QueryCondition
    ) -> QueryCondition {
        var parts: [QueryCondition] = []
        for condition in conditions {
            let part = condition.resolved(truth)
            if part == .constant(!identity) { return part }
            if part != .constant(identity) { parts.append(part) }
        }
        return parts.isEmpty ? .constant(identity) : parts.count == 1 ? parts[0] : make(parts)
    }

    /// The conditions that it comes to when it is known which of its sets of clients hold.
    func byClient() -> [(condition: QueryCondition, holds: [Int: Bool])] {
        let sets = clients.sorted()
        return (0..<(1 << sets.count)).map { bits in
            let holds = Dictionary(uniqueKeysWithValues: sets.enumerated().map { ($1, bits >> $0 & 1 == 1) })
            let condition = resolved { part in
                if case .client(let set) = part { holds[set] } else { nil }
            }
            return (condition, holds)
        }
    }

    /// The conditions on names alone that it comes to, each with the types for which it does.
    func byType() -> [(condition: QueryCondition, coverage: TypeCoverage)] {
        let types = types.sorted()
        var groups: [(condition: QueryCondition, types: [UInt16])] = []
        for type in types {
            let part = resolved(type)
            if let same = groups.firstIndex(where: { $0.condition == part }) {
                groups[same].types.append(type)
            } else {
                groups.append((part, [type]))
            }
        }
        let rest = resolved(nil)
        // Types that come to the same as all others need no rule of their own.
        let apart = groups.filter { $0.condition != rest }
        return apart.map { ($0.condition, TypeCoverage(only: $0.types.map { RRType(rawValue: $0) })) }
            + [(rest, TypeCoverage(except: apart.flatMap(\.types).map { RRType(rawValue: $0) }))]
    }
}
