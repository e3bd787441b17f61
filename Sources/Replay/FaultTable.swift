import QueryLogs

/// What was wrong with the transactions of one name and type, told apart as far as there is room.
///
/// The words of an observation may come from the capture, so there may be as many as it has events. Of each kind of them
/// those with the lowest words are kept; the rest is counted together, whatever came first.
struct FaultTable {
    /// Observations of one kind that are told apart.
    static let maximumOfAKind = 32

    private(set) var spans: [Observation: NameTally.Span] = [:]
    /// How many of each kind are told apart.
    private var kinds: [Observation: Int] = [:]
    /// The highest words of the kinds that are full.
    private var bounds: [Observation: String] = [:]

    var isEmpty: Bool { spans.isEmpty }
    var count: Int { spans.count }

    /// Observations in the order of reports.
    var sorted: [(fault: Observation, span: NameTally.Span)] {
        spans.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    mutating func add(_ event: QueryEvent, to fault: Observation) {
        let place = place(for: fault)
        spans[place, default: NameTally.Span()].add(event)
    }

    mutating func merge(_ other: FaultTable) {
        for (fault, span) in other.spans { merge(span, into: fault) }
    }

    mutating func merge(_ span: NameTally.Span, into fault: Observation) {
        let place = place(for: fault)
        spans[place, default: NameTally.Span()].merge(span)
    }

    /// Where an observation is counted: under its own words or, where others have lower ones, with the rest of its kind.
    private mutating func place(for fault: Observation) -> Observation {
        let kind = fault.generic
        guard spans[fault] == nil, fault != kind else { return fault }
        let count = kinds[kind] ?? 0
        if count < Self.maximumOfAKind {
            kinds[kind] = count + 1
            return fault
        }
        let highest = bounds[kind] ?? highestWords(of: kind)
        guard fault.text.precedes(highest) else {
            bounds[kind] = highest
            return kind
        }
        let moved = kind.saying(highest)
        if let span = spans.removeValue(forKey: moved) { spans[kind, default: NameTally.Span()].merge(span) }
        // The new one is not there yet.
        let rest = highestWords(of: kind)
        bounds[kind] = rest.precedes(fault.text) ? fault.text : rest
        return fault
    }

    private func highestWords(of kind: Observation) -> String {
        spans.keys.filter { $0.generic == kind && $0 != kind }.map(\.text).max { $0.precedes($1) } ?? ""
    }
}
