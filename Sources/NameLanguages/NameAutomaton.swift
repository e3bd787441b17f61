/// An automaton that tells of a text which of many expressions it matches, each known by its number.
///
/// It reads names from their last octet to their first, as documented wildcards fix the end: nearly all rules are out of the
/// question before a star is met. It is made deterministic only as far as ``classes(of:limits:symbols:budget:)`` goes.
public struct NameAutomaton: Sendable {
    /// A state with the steps from it.
    struct Node {
        var edges: [(symbols: NameSymbols, to: Int32)] = []
        /// Steps without an octet: always, only behind the last octet of the text, only before its first.
        var free: [Int32] = []
        var atEnd: [Int32] = []
        var atStart: [Int32] = []
        /// The number of the expression that is matched here; below zero for none.
        var number: Int32 = -1
        /// The rank of its expression; 0 for what is always looked at.
        var rank: Int32 = 0
        /// Whether expressions of higher ranks no longer matter once it is reached, which then stays so.
        var settles = false

        /// Whether there is more to it than free steps.
        var counts: Bool { !edges.isEmpty || !atStart.isEmpty || number >= 0 }
    }

    private(set) var nodes: [Node] = [Node()]
    /// Where reading begins: the root of all whole names, and what else was added.
    private(set) var roots: [Int32] = [0]

    /// An automaton for nothing.
    public init() {}

    /// States so far.
    public var size: Int { nodes.count }

    /// Adds an expression that the whole text has to match.
    /// - Parameter rank: where it stands in an order in which a name settles what matters (``add(name:at:below:settling:)``);
    ///   0 where it always does.
    /// - Complexity: O(size of the expression)
    public mutating func add(_ expression: NameExpression, number: Int, rank: Int = 0) {
        let first = node()
        let last = compile(expression, from: first)
        nodes[Int(last)].number = Int32(number)
        roots.append(first)
        guard rank > 0 else { return }
        for state in Int(first)..<nodes.count { nodes[state].rank = Int32(rank) }
    }

    /// Adds a name, and what it has below it, each with a number of its own where one is given; names share what they have
    /// in common.
    /// - Parameter settling: the rank behind which expressions do not matter for what is below the name; nil where all do.
    /// - Complexity: O(octets)
    public mutating func add(name: [UInt8], at exact: Int?, below: Int?, settling: Int? = nil) {
        var current: Int32 = 0
        for octet in name.reversed() {
            let symbols = NameSymbols(octet)
            // A name with another octet is none of those that are asked about.
            guard !symbols.isEmpty else { return }
            if let known = nodes[Int(current)].edges.first(where: { $0.symbols == symbols }) {
                current = known.to
            } else {
                let next = node()
                nodes[Int(current)].edges.append((symbols, next))
                current = next
            }
        }
        if let exact { nodes[Int(step(from: current))].number = Int32(exact) }
        guard let below else { return }
        var loop = current
        if !name.isEmpty {
            loop = node()
            nodes[Int(current)].edges.append((.dot, loop))
        } else {
            loop = step(from: current)
        }
        let met = node()
        nodes[Int(loop)].edges.append((.all, met))
        nodes[Int(met)].edges.append((.all, met))
        nodes[Int(met)].number = Int32(below)
        guard let settling else { return }
        nodes[Int(met)].rank = Int32(settling)
        nodes[Int(met)].settles = true
    }

    private mutating func node() -> Int32 {
        nodes.append(Node())
        return Int32(nodes.count - 1)
    }

    private mutating func step(from node: Int32) -> Int32 {
        let next = self.node()
        nodes[Int(node)].free.append(next)
        return next
    }

    /// The state in which an expression has been read from behind.
    private mutating func compile(_ expression: NameExpression, from start: Int32) -> Int32 {
        switch expression {
        case .empty: return start
        case .symbols(let symbols):
            let next = node()
            if !symbols.isEmpty { nodes[Int(start)].edges.append((symbols, next)) }
            return next
        case .sequence(let parts):
            return parts.reversed().reduce(start) { compile($1, from: $0) }
        case .choice(let parts):
            let end = node()
            for part in parts {
                // Each on a state of its own: what leads back into one must not lead into another.
                let last = compile(part, from: step(from: start))
                nodes[Int(last)].free.append(end)
            }
            return end
        case .star(let part):
            let loop = step(from: start)
            let last = compile(part, from: step(from: loop))
            nodes[Int(last)].free.append(loop)
            return step(from: loop)
        case .end:
            let next = node()
            nodes[Int(start)].atEnd.append(next)
            return next
        case .start:
            let next = node()
            nodes[Int(start)].atStart.append(next)
            return next
        }
    }
}
