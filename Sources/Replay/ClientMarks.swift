internal import Catalog
internal import DNS
public import Findings

/// What came of the questions of one client for one name and type. Nothing but what does not depend on the order in which
/// captures are read.
struct ClientMarks: Equatable {
    /// Transactions.
    var events = 0
    var hasFailed = false
    var wasServed = false
    /// Whether something was told that is neither.
    var wasTold = false
    var firstFailure = Int64.max
    var firstServed = Int64.max

    mutating func add(_ came: NameTally.Outcome, at time: Int64?) {
        events += 1
        switch came {
        case .fault:
            hasFailed = true
            firstFailure = min(firstFailure, time ?? .max)
        case .data:
            wasServed = true
            firstServed = min(firstServed, time ?? .max)
        case .noData: wasTold = true
        case .untold: break
        }
    }

    /// Takes what another part of the input tells of the same client, name and type.
    mutating func merge(_ other: ClientMarks) {
        events += other.events
        hasFailed = hasFailed || other.hasFailed
        wasServed = wasServed || other.wasServed
        wasTold = wasTold || other.wasTold
        firstFailure = min(firstFailure, other.firstFailure)
        firstServed = min(firstServed, other.firstServed)
    }

    /// The time that it took until the name worked, where it failed first.
    var wait: Int64 { firstFailure < firstServed && firstServed < .max ? firstServed - firstFailure : 0 }
}

extension Replayer {
    /// What clients are charged with of the names that are kept.
    func charges() -> [(client: IPAddress, key: TallyKey, marks: ClientMarks)] {
        let names = kept
        return book.kept.flatMap { client, page in
            page.compactMap { key, marks in names[key] == nil ? nil : (client, key, marks) }
        }
    }

    /// How each client fared with each phase, the worst off first; without those whom captures do not name.
    /// - Complexity: O(questions × clients of each)
    public func clients() -> [ClientPhases] {
        let names = kept
        var endpoints: [DomainName: Endpoint?] = [:]
        return book.kept.compactMap { client, page -> ClientPhases? in
            var phases: [Phase: ClientPhases.Entry] = [:]
            let known = page.filter { names[$0.key] != nil }
            for (name, questions) in Dictionary(grouping: known, by: \.key.name) {
                let endpoint = endpoints[name] ?? catalog.endpoint(matching: name)
                endpoints[name] = .some(endpoint)
                guard let endpoint else { continue }
                phases[endpoint.phase, default: .init(endpoint.phase)].add(name, questions.map(\.value), endpoint)
            }
            let order = Phase.allCases.compactMap { phases[$0]?.sorted }
            return order.isEmpty ? nil : ClientPhases(client: client, phases: order)
        }.sorted { left, right in
            let outcomes = (left.outcome.rawValue, right.outcome.rawValue)
            return outcomes.0 == outcomes.1 ? left.client < right.client : outcomes.0 < outcomes.1
        }
    }
}

extension ClientPhases.Entry {
    fileprivate mutating func add(_ name: DomainName, _ marks: [ClientMarks], _ endpoint: Endpoint) {
        names += 1
        longestWait = max(longestWait, marks.map(\.wait).max() ?? 0)
        let hasFailed = marks.contains(where: \.hasFailed)
        let hasWorked = marks.contains(where: \.wasServed)
        if hasFailed, !hasWorked {
            failed.append(name)
            state = max(state, endpoint.severity >= .high ? .fails : .stalls)
        } else if hasFailed {
            stalled.append(name)
            state = max(state, .stalls)
        } else if hasWorked || marks.contains(where: \.wasTold) {
            state = max(state, .works)
        }
    }

    fileprivate var sorted: Self {
        var entry = self
        entry.failed.sort()
        entry.stalled.sort()
        return entry
    }
}
