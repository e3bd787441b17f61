import DNS

/// What came of the questions of each client for each name and type, of as many as there is room for: the lowest clients, of
/// each the lowest names, whatever came first.
struct ClientBook {
    private(set) var pages: [IPAddress: [TallyKey: ClientMarks]] = [:]
    private var count = 0
    private let limits: ReplayLimits
    /// Clients above it are not kept any more.
    private var bound: IPAddress?

    init(_ limits: ReplayLimits) { self.limits = limits }

    mutating func add(_ came: NameTally.Outcome, of client: IPAddress, _ key: TallyKey, at time: Int64?) {
        var marks = ClientMarks()
        marks.add(came, at: time)
        merge(marks, of: client, key)
    }

    mutating func merge(_ other: ClientBook) {
        for (client, page) in other.pages {
            for (key, marks) in page { merge(marks, of: client, key) }
        }
    }

    mutating func merge(_ marks: ClientMarks, of client: IPAddress, _ key: TallyKey) {
        if let bound, bound < client { return }
        let before = pages[client]?.count ?? 0
        let after = Self.merge(marks, key, into: &pages[client, default: [:]], limits.chargesOfAClient)
        count += after - before
        if count > limits.charges + limits.charges / 4 + 16 { prune() }
    }

    /// Adds to a page; how many entries it has then.
    private static func merge(
        _ marks: ClientMarks,
        _ key: TallyKey,
        into page: inout [TallyKey: ClientMarks],
        _ limit: Int
    ) -> Int {
        page[key, default: ClientMarks()].merge(marks)
        if page.count > limit + limit / 4 + 16 { page = lowest(limit, of: page) }
        return page.count
    }

    private static func lowest(_ limit: Int, of page: [TallyKey: ClientMarks]) -> [TallyKey: ClientMarks] {
        guard page.count > limit else { return page }
        let keys = TallyKey.lowest(limit, of: page.keys)
        return Dictionary(uniqueKeysWithValues: keys.compactMap { key in page[key].map { (key, $0) } })
    }

    private mutating func prune() {
        pages = kept
        count = pages.values.reduce(0) { $0 + $1.count }
        bound = count >= limits.charges ? pages.keys.max() : nil
    }

    /// What there is room for.
    var kept: [IPAddress: [TallyKey: ClientMarks]] {
        guard count > limits.charges || pages.values.contains(where: { $0.count > limits.chargesOfAClient }) else {
            return pages
        }
        var kept: [IPAddress: [TallyKey: ClientMarks]] = [:]
        var room = limits.charges
        for (client, page) in pages.sorted(by: { $0.key < $1.key }) where room > 0 {
            let lowest = Self.lowest(min(room, limits.chargesOfAClient), of: page)
            room -= lowest.count
            kept[client] = lowest
        }
        return kept
    }
}
