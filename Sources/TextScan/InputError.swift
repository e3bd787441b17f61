/// Why an input could not be read at all.
public struct InputError: Error, Sendable, Equatable {
    /// The kind of failure.
    public enum Reason: Sendable, Equatable {
        /// There is no such file.
        case notFound
        /// The file may not be read by this user.
        case permissionDenied
        /// It is a directory.
        case isDirectory
        /// It is a directory with nothing in it.
        case isEmptyDirectory
        /// It holds no octets.
        case empty
        /// It is standard input, which another argument has read.
        case readBefore
        /// It yields more octets than the limit given here.
        case tooLarge(limit: Int)
        /// It yields more octets per octet than the limit given here: a decompression bomb.
        case ratioTooHigh(limit: Int)
        /// The compressed data is damaged; the text is libarchive's.
        case corruptArchive(String)
        /// The archive holds no member that can be read.
        case noMembers
        /// A pipe or device said nothing for so many milliseconds.
        case timedOut(milliseconds: Int)
        /// Reading ended before the input did (``InputInterruption``).
        case interrupted
        /// A system call failed with this `errno`.
        case system(code: Int32, text: String)
    }

    /// The input as the user named it.
    public let path: String
    /// What happened.
    public let reason: Reason

    /// An error about `path`.
    public init(path: String, reason: Reason) {
        self.path = path
        self.reason = reason
    }

    /// The stable id for counting.
    public var id: String {
        switch reason {
        case .notFound: "not-found"
        case .permissionDenied: "permission-denied"
        case .isDirectory: "is-directory"
        case .isEmptyDirectory: "empty-directory"
        case .empty: "empty-input"
        case .readBefore: "standard-input-twice"
        case .tooLarge: "input-too-large"
        case .ratioTooHigh: "compression-ratio"
        case .corruptArchive: "corrupt-archive"
        case .noMembers: "archive-without-members"
        case .timedOut: "input-timeout"
        case .interrupted: "interrupted"
        case .system: "read-error"
        }
    }

    /// What happened and what to do about it, safe to print.
    public var text: String {
        switch reason {
        case .notFound where path.contains("://"):
            "is the address of a list; nothing is fetched here: save it, and give the file"
        case .notFound: "no such file; check the spelling and the current folder"
        case .permissionDenied: "permission denied; check the owner and mode of the file and its folders"
        case .isDirectory:
            "is a directory; name the files in it, as DIR/*; only folders of categories, with a file `domains`, are read whole"
        case .isEmptyDirectory: "is an empty directory: there is nothing in it to read"
        case .empty: "holds no octets; was the download or copy cut short?"
        case .readBefore: "standard input was read already; it can be given once"
        case .tooLarge(let limit):
            "yields more than \(limit) octets, the most that is read; split it, and give the parts"
        case .ratioTooHigh(let limit):
            "expands to more than \(limit) times its size, as decompression bombs do; unpack it by hand if it can be trusted"
        case .corruptArchive(let text) where Self.wantsPassword(text):
            "is locked with a password; unpack it by hand, and give the files in it"
        case .corruptArchive(let text): "damaged compressed data: \(TerminalText.escaped(text)); fetch it again"
        case .noMembers: "the archive holds no file that can be read"
        case .timedOut(let milliseconds): "nothing arrived for \(milliseconds) ms"
        case .interrupted: "was not read to its end"
        case .system(_, let text): text
        }
    }

    /// Whether libarchive says that data are encrypted.
    private static func wantsPassword(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.contains("passphrase") || text.contains("encrypt") || text.contains("password")
    }

    /// The same as a diagnostic.
    public var diagnostic: Diagnostic { Diagnostic(path: path, reason: id, text: text) }
}

extension InputError: CustomStringConvertible {
    /// `path: text [id]`.
    public var description: String { diagnostic.description }
}
