internal import Catalog
internal import DNS
public import Findings

/// What came of the questions of one client for one name and type. Nothing but what does not depend on the order in which
/// captures are read.
struct ClientMarks {
    var hasFailed = false
    var wasServed = false
    /// Whether something was told that is neither.
    var wasTold = false
    var firstFailure = Int64.max
    var firstServed = Int64.max

    mutating func add(_ came: NameTally.Outcome, at time: Int64?) {
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

    /// The time that it took until the name worked, where it failed first.
    var wait: Int64 { firstFailure < firstServed && firstServed < .max ? firstServed - firstFailure : 0 }
}

extension Replayer {
    /// How each client fared with each phase, the worst off first; without those whom captures do not name.
    /// - Complexity: O(questions × clients of each)
    public func clients() -> [ClientPhases] {
        var found: [IPAddress: [Phase: ClientPhases.Entry]] = [:]
        for (name, tallies) in Dictionary(grouping: tallies.values, by: \.name) {
            guard let endpoint = catalog.endpoint(matching: name) else { continue }
            for client in Set(tallies.flatMap(\.clients.keys)) {
                let marks = tallies.compactMap { $0.clients[client] }
                found[client, default: [:]][endpoint.phase, default: .init(endpoint.phase)].add(name, marks, endpoint)
            }
        }
        return found.map { client, phases in
            let order = Phase.allCases.compactMap { phases[$0]?.sorted }
            return ClientPhases(client: client, phases: order)
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
