/// What is known of a file: which one it is, and how long.
public struct FileStatus: Sendable, Equatable {
    /// Device and inode.
    public var identity: [UInt64]
    /// Octets.
    public var size: Int

    /// A status.
    public init(identity: [UInt64], size: Int) {
        self.identity = identity
        self.size = size
    }
}

/// Follows a log through rotation: pure, told what is there and saying what to do.
///
/// A log that was renamed is read to its end, and left when its successor has something in it and nothing more came for a
/// turn: programs go on writing to the old one until they are told. One that became shorter is read from its start.
public struct FollowState: Sendable {
    /// What to do next.
    public enum Step: Sendable, Equatable {
        /// Read what was added.
        case read
        /// The file became shorter: read it from its start.
        case restart
        /// Another file has its name: close this one and open that.
        case reopen
        /// Look again later.
        case wait
    }

    /// Octets read of the open file.
    public private(set) var position = 0
    /// Whether the open file had nothing more to read the last time, and had been succeeded.
    private var wasLeft = false

    /// At the start of a file.
    public init() {}

    /// Notes that so many octets were read.
    public mutating func didRead(_ count: Int) {
        position += count
        wasLeft = false
    }

    /// What to do, given the open file and what has its name now; nil where nothing has it.
    public mutating func step(open: FileStatus, named: FileStatus?) -> Step {
        if open.size < position {
            position = 0
            wasLeft = false
            return .restart
        }
        if open.size > position { return .read }
        guard let named, named.identity != open.identity, named.size > 0 else {
            wasLeft = false
            return .wait
        }
        guard wasLeft else {
            wasLeft = true
            return .wait
        }
        position = 0
        wasLeft = false
        return .reopen
    }
}
