internal import DNS
internal import Synchronization

/// What was heard of a question.
enum Heard: Sendable, Equatable {
    /// This message.
    case message([UInt8])
    /// No answer in time.
    case nothing
    /// What is known not to come from who was asked: sockets and messages that failed.
    case failure
}

/// An answer and what references answered.
struct FinishedComparison: Sendable {
    /// The question name.
    var name: DomainName
    /// The type asked for.
    var type: RRType
    /// When the answer came, nanoseconds since 1970.
    var time: UInt64
    /// The upstream that gave it.
    var upstream: String
    /// The answer.
    var answer: Heard
    /// Who was asked beside it, and what came.
    var references: [(server: String, heard: Heard)]
    /// Whether the upstream answers other questions.
    var isHealthy: Bool
    /// The policy in force.
    var policy: ActivePolicy
}

/// Comparisons between workers and the thread that judges them: bounded, and a worker never waits.
final class ComparisonQueue: Sendable {
    private let waiting = Mutex<[FinishedComparison]>([])
    private static let capacity = 256

    /// Appends a comparison; false when there are too many, or somebody else is at it.
    func push(_ comparison: FinishedComparison) -> Bool {
        waiting.withLockIfAvailable { waiting in
            guard waiting.count < Self.capacity else { return false }
            waiting.append(comparison)
            return true
        } ?? false
    }

    /// Takes all that wait.
    func takeAll() -> [FinishedComparison] {
        waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}
