import Synchronization

/// What a run depends on beside its inputs, and what it leaves in a report that hangs on the machine: fixed where a run is repeated.
struct RunConditions: Equatable {
    /// What text is written for.
    var isColoured: Bool
    /// Columns.
    var width: Int
    /// Whether lines are fitted to them.
    var isFitted: Bool
    /// What the run cost, as its report says.
    var elapsedMilliseconds: Int
    /// Octets of memory, as its report says.
    var peakMemoryBytes: Int

    private static let repeated = Mutex<RunConditions?>(nil)

    /// Those that hold in place of the machine's.
    static var fixed: RunConditions? { repeated.withLock { $0 } }

    /// From here on these hold.
    static func fix(_ conditions: RunConditions) { repeated.withLock { $0 = conditions } }

    /// From here on what the machine says now holds, the cost as it is first asked for.
    static func fixAtFirstUse() { isFirstUseFixed.withLock { $0 = true } }
    private static let isFirstUseFixed = Mutex(false)
    private static let firstUse = Mutex<(elapsed: Int?, memory: Int?)>((nil, nil))

    /// The milliseconds that are said.
    static func elapsed(_ now: Int) -> Int {
        if let fixed { return fixed.elapsedMilliseconds }
        guard isFirstUseFixed.withLock({ $0 }) else { return now }
        return firstUse.withLock { said in
            said.elapsed = said.elapsed ?? now
            return said.elapsed ?? now
        }
    }

    /// The octets that are said.
    static func memory(_ now: Int) -> Int {
        if let fixed { return fixed.peakMemoryBytes }
        guard isFirstUseFixed.withLock({ $0 }) else { return now }
        return firstUse.withLock { said in
            said.memory = said.memory ?? now
            return said.memory ?? now
        }
    }
}

/// The versions of what a run used, as labels: of the catalog, and of every stack.
enum RunVersions {
    private static let noted = Mutex<[String]?>(nil)

    /// From here on they are noted.
    static func begin() { noted.withLock { $0 = [] } }

    /// Notes one; `label` is asked for where notes are taken.
    static func note(_ what: String, _ label: @autoclosure () -> String) {
        guard noted.withLock({ $0 != nil }) else { return }
        let line = "\(what): \(label())"
        noted.withLock { if $0?.contains(line) == false { $0?.append(line) } }
    }

    /// What was noted.
    static var all: [String] { noted.withLock { $0 ?? [] } }
}
