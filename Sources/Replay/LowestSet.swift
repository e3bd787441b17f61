/// The lowest elements of all that were put in, at most so many.
///
/// Unlike the first ones they depend neither on the order nor on how the input was split: what is among the lowest of all is
/// among the lowest of every part that it is in.
struct LowestSet<Element: Hashable & Comparable & Sendable>: Sendable {
    private var elements: Set<Element> = []
    /// Nothing above it is among the lowest any more.
    private var bound: Element?
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// How many there are, at most the limit.
    var count: Int { min(elements.count, limit) }
    var isEmpty: Bool { elements.isEmpty }

    /// Them, in order.
    var sorted: [Element] { Array(elements.sorted().prefix(limit)) }

    func contains(_ element: Element) -> Bool {
        guard elements.contains(element) else { return false }
        return elements.count <= limit || elements.count { $0 < element } < limit
    }

    mutating func insert(_ element: Element) {
        if let bound, bound < element { return }
        elements.insert(element)
        // Pruned at once in many, so that each costs little.
        if elements.count > limit + limit / 4 + 16 { prune() }
    }

    mutating func formUnion(_ other: LowestSet) {
        if elements.isEmpty {
            elements = other.elements
            bound = other.bound
        } else {
            for element in other.elements { insert(element) }
        }
    }

    private mutating func prune() {
        let kept = sorted
        bound = kept.last
        elements = Set(kept)
    }
}
