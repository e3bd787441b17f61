internal import DNS

/// The comparisons of one worker that are under way.
struct Comparisons {
    /// One of which not all references have answered.
    struct Pending {
        /// What has come so far.
        var comparison: FinishedComparison
        /// The question's key and its hash, by which references' flights are told apart.
        var key: AnswerKey
        /// References that have not answered.
        var missing: Int
    }

    /// Where a reference's flight belongs.
    struct Place {
        /// The number of the comparison.
        var comparison: Int
        /// The number of the reference.
        var reference: Int
    }

    /// What may be compared.
    var schedule: ComparisonSchedule
    /// By number.
    var pending: [Int: Pending] = [:]
    /// By flight.
    var places: [Int: Place] = [:]
    /// The last refusals that upstreams sent for the flights of protected names.
    var refusals: [Int: [UInt8]] = [:]
    /// When each group of upstreams answered last, nanoseconds.
    var heardAt: [UInt64]
    /// Where those that are whole go.
    let queue: ComparisonQueue
    private var lastNumber = 0

    /// Comparisons under way at a time, a worker.
    static let capacity = 64
    /// Nanoseconds for which a group of upstreams that has answered counts as one that answers.
    static let health: UInt64 = 10_000_000_000

    /// None yet.
    init(rate: Int, groups: Int, _ queue: ComparisonQueue) {
        schedule = ComparisonSchedule(rate: rate, capacity: Self.capacity)
        heardAt = Array(repeating: 0, count: groups)
        self.queue = queue
    }

    /// A number for another comparison.
    mutating func number() -> Int {
        lastNumber += 1
        return lastNumber
    }

    /// Whether a group answers.
    func isHealthy(_ group: Int, now: UInt64) -> Bool {
        heardAt[group] != 0 && now &- heardAt[group] < Self.health
    }
}

extension AnswerKey {
    /// The key of a question that a reference is asked, which shares a flight with nothing else.
    static func reference(_ type: UInt16, _ reference: Int) -> AnswerKey {
        var key = AnswerKey(type: type, dnssecOK: false, checkingDisabled: false).real
        key.client = UInt32(reference)
        key.flags |= 8
        return key
    }

    /// Whether it is one.
    var isReference: Bool { flags & 8 != 0 }
}
