public import Catalog

/// What was asked in one stretch of time, by phase.
public struct TimelineBucket: Sendable, Equatable {
    /// Questions.
    public struct Count: Sendable, Equatable {
        /// Questions.
        public var asked: Int
        /// Those that failed.
        public var failed: Int

        /// Counts.
        public init(asked: Int = 0, failed: Int = 0) {
            self.asked = asked
            self.failed = failed
        }

        /// Adds others.
        public mutating func add(_ other: Count) {
            asked += other.asked
            failed += other.failed
        }
    }

    /// Its start, microseconds since 1970.
    public var start: Int64
    /// Microseconds that it is long.
    public var length: Int64
    /// What was asked in it.
    public var phases: [Phase: Count]

    /// A stretch of time.
    public init(start: Int64, length: Int64, phases: [Phase: Count]) {
        self.start = start
        self.length = length
        self.phases = phases
    }
}
