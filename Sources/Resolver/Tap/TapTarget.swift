internal import CSockets
internal import Glibc

/// Where dnstap goes.
public enum TapTarget: Sendable, Equatable, CustomStringConvertible {
    /// To a file, which is begun anew; what stood there is kept as `PATH.old`.
    case file(String)
    /// To who listens on a Unix socket.
    case unix(String)
    /// To who listens there on TCP.
    case tcp(SocketAddress)

    /// Reads `unix:PATH`, `tcp:ADDRESS:PORT` or a path.
    public init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            // The longest path that a socket's address holds (sun_path).
            guard !path.isEmpty, path.utf8.count < 108 else { return nil }
            self = .unix(path)
        } else if text.hasPrefix("tcp:") {
            guard let address = SocketAddress(text.dropFirst(4), defaultPort: 0), address.port != 0 else { return nil }
            self = .tcp(address)
        } else {
            // A scheme that is mistyped is not the name of a file; `./tpc:x` is.
            let scheme = text.prefix { $0.isLetter }
            guard !text.isEmpty, text != "-", !text.dropFirst(scheme.count).hasPrefix(":") || scheme.isEmpty else {
                return nil
            }
            self = .file(text)
        }
    }

    /// How targets are written.
    public static let hint = "write unix:/run/dnstap.sock, tcp:127.0.0.1:6000 or the path of a file"

    /// The form that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .file(let path): path
        case .unix(let path): "unix:\(path)"
        case .tcp(let address): "tcp:\(address)"
        }
    }

    /// A new file, or a connection that is being made; less than 0 with the error's number.
    func open() -> Int32 {
        switch self {
        case .file(let path):
            var status = stat()
            if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 {
                _ = unsafe rename(path, path + ".old")
            }
            let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0o640)
            return descriptor >= 0 ? descriptor : -errno
        case .unix(let path): return unsafe path.withCString { unsafe patchway_unix_connect($0) }
        case .tcp(let address):
            var peer = address.peer
            return unsafe patchway_tcp_connect(&peer)
        }
    }

    /// Whether there is nobody to talk to.
    var isFile: Bool { if case .file = self { true } else { false } }
}
