/// How the upstreams of a server do, by number, each in its group. Pure; the clock is the caller's.
struct UpstreamGroups {
    private var groups: [UpstreamGroup]
    /// The group of each upstream, and whether those for everything else are asked when a group does not answer.
    private let groupOf: [Int]
    private let fallsBack: [Bool]
    private var failedLately = UpstreamSet()
    /// Nanoseconds that an answer may take.
    let patience: UInt64
    /// Whose turn is first.
    let start: Int

    /// Groups of which nothing is known; the first one is for everything that has no route.
    init(_ groups: [ForwardingTable.Group], patience: UInt64, start: Int) {
        self.groups = groups.map {
            UpstreamGroup(first: $0.upstreams.lowerBound, count: $0.upstreams.count, $0.asking, start: start)
        }
        groupOf = groups.enumerated().flatMap { number, group in group.upstreams.map { _ in number } }
        fallsBack = groups.map(\.fallsBack)
        self.patience = patience
        self.start = start
    }

    /// A group.
    subscript(number: Int) -> UpstreamGroup {
        get { groups[number] }
        _modify { yield &groups[number] }
    }

    /// The number of an upstream's group.
    func group(of upstream: Int) -> Int { groupOf[upstream] }
    /// Whether those for everything else are asked when a group does not answer.
    func fallsBack(_ group: Int) -> Bool { fallsBack[group] }

    /// An upstream answered what was sent to it at `sentAt`, whether anybody waited for it or not.
    ///
    /// One that takes longer than a try may take does not count as one that answers.
    mutating func heard(_ upstream: Int, sentAt: UInt64?, now: UInt64) {
        guard let sentAt else { return groups[groupOf[upstream]].succeeded(upstream) }
        let time = now &- sentAt
        if time <= patience {
            groups[groupOf[upstream]].succeeded(upstream, roundTrip: time)
        } else {
            groups[groupOf[upstream]].measured(upstream, time)
        }
    }

    /// An upstream gave nothing for what was sent to it at `sentAt`.
    mutating func failed(_ upstream: Int, sentAt: UInt64, now: UInt64) {
        failedLately.insert(upstream)
        groups[groupOf[upstream]].failed(upstream, sentAt: sentAt, now: now)
    }

    /// The upstreams that have failed since this was asked last.
    mutating func takeFailed() -> UpstreamSet {
        defer { failedLately.removeAll() }
        return failedLately
    }
}
