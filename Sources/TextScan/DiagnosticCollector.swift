/// Keeps the first diagnostics of every reason and counts all of them, in bounded memory.
public struct DiagnosticCollector: Sendable {
    /// Diagnostics kept per reason.
    public let keptPerReason: Int
    /// Different reasons counted apart; later ones are counted under `other`.
    public static let maximumReasons = 1000

    /// The kept diagnostics, in the order in which they came.
    public private(set) var diagnostics: [Diagnostic] = []
    /// How often each reason occurred, kept or not.
    public private(set) var counts: [String: Int] = [:]

    /// An empty collector that keeps `keptPerReason` diagnostics of each reason.
    public init(keptPerReason: Int = 100) {
        self.keptPerReason = keptPerReason
    }

    /// All diagnostics seen, kept or not.
    public var total: Int { counts.values.reduce(0, +) }

    /// Counts a diagnostic and keeps it if its reason has room.
    public mutating func add(_ diagnostic: Diagnostic) {
        if count(diagnostic.reason) { diagnostics.append(diagnostic) }
    }

    /// Counts `reason`, and builds the diagnostic only if it will be kept: for faults that may come by the million.
    /// - Parameter times: how often; all of them have the one diagnostic.
    public mutating func add(_ reason: String, count times: Int = 1, _ make: () -> Diagnostic) {
        if count(reason, times) { diagnostics.append(make()) }
    }

    /// Takes back one that was counted, which turned out to be another kind of fault.
    public mutating func remove(_ reason: String, where isMeant: (Diagnostic) -> Bool) {
        let slot = slot(reason)
        guard let count = counts[slot] else { return }
        counts[slot] = count == 1 ? nil : count - 1
        if let index = diagnostics.firstIndex(where: { $0.reason == reason && isMeant($0) }) {
            diagnostics.remove(at: index)
        }
    }

    /// Adds everything that `other` kept and counted.
    public mutating func merge(_ other: DiagnosticCollector) {
        for diagnostic in other.diagnostics where (counts[diagnostic.reason] ?? 0) < keptPerReason {
            diagnostics.append(diagnostic)
        }
        for (reason, count) in other.counts { counts[slot(reason), default: 0] += count }
    }

    /// Counts occurrences; says whether their diagnostic is to be kept.
    private mutating func count(_ reason: String, _ times: Int = 1) -> Bool {
        let slot = slot(reason)
        let seen = counts[slot] ?? 0
        counts[slot] = seen + times
        return seen < keptPerReason
    }

    private func slot(_ reason: String) -> String {
        counts[reason] != nil || counts.count < Self.maximumReasons ? reason : "other"
    }
}
