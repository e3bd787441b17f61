internal import Glibc

/// Which file a path leads to, however the path is written.
public struct FileIdentity: Hashable, Sendable {
    private let device: UInt64
    private let number: UInt64
    /// Whether it is a folder.
    public let isFolder: Bool
    /// Whether it is an ordinary file, which says the same whenever it is read.
    public let isRegular: Bool

    /// The file of a path, links followed; nil where there is none.
    public init?(_ path: String) {
        let look = { Self(now: path) }
        guard let found = InputSources.current.map({ $0.identity(path, look) }) ?? look() else { return nil }
        self = found
    }

    /// A file that is known by a number alone.
    public init(number: Int, isFolder: Bool, isRegular: Bool) {
        device = 0
        self.number = UInt64(number)
        self.isFolder = isFolder
        self.isRegular = isRegular
    }

    private init?(now path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }
}
