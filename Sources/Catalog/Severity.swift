/// How bad it is for an update when an endpoint cannot be reached, as far as the sources say.
public enum Severity: String, Sendable, CaseIterable, Codable {
    /// Not an update matter.
    case none
    /// Reporting and legacy names.
    case low
    /// Nobody says. Never counted as fine, so it ranks above ``low``.
    case unknown
    /// Slower or degraded.
    case medium
    /// A whole class of updates, or trust, stops.
    case high
    /// Scan or download stops.
    case critical
}

extension Severity: Comparable {
    /// Orders by how bad it is: none, low, unknown, medium, high, critical.
    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .none: 0
        case .low: 1
        case .unknown: 2
        case .medium: 3
        case .high: 4
        case .critical: 5
        }
    }
}
