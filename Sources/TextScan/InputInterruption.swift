internal import Synchronization

/// Ends the reading of inputs that wait for more, such as standard input and pipes.
public enum InputInterruption {
    private static let flag = Atomic(false)

    /// Ends it; whether that was asked for before. Nothing but an atomic, for signal handlers, once
    /// ``isRequested`` was read outside of them.
    public static func request() -> Bool { flag.exchange(true, ordering: .relaxed) }

    /// Whether reading is to end.
    public static var isRequested: Bool { flag.load(ordering: .relaxed) }
}
