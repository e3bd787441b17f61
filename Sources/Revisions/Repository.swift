internal import CGit
internal import Glibc

/// A local repository of git, for files of other versions. Objects are read; nothing that a repository configures is run.
@safe public final class Repository {
    /// Why something cannot be read.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// The reason in words; not safe to print.
        public let description: String
    }

    /// A version of a file, made by a commit.
    public struct Version: Sendable, Equatable {
        /// The commit, 40 hexadecimal digits.
        public var commit: String
        /// When it was committed, microseconds since 1970.
        public var time: Int64
        /// The start of its message; not safe to print.
        public var summary: String
        /// The blob; nil where the commit removes the file.
        public var blob: String?
        /// Whether it is a file, or gone; false where something else stands in its place, or that is not known.
        public var isFile = true
    }

    private let handle: OpaquePointer

    /// Opens the repository in a folder or above it, or a bare one.
    public init(_ path: String) throws(Fault) {
        var message = Self.message
        guard let handle = unsafe patchway_repository_open(path, &message, message.count) else {
            throw Fault(message)
        }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe patchway_repository_close(handle) }

    /// The octets of a file in a revision, such as `v1.2`, `HEAD~3` or a commit; nil where it has no such file.
    public func octets(_ revision: String, path: String, limit: Int) throws(Fault) -> [UInt8]? {
        try read(revision, path, limit)
    }

    /// The octets of a blob.
    public func octets(blob: String, limit: Int) throws(Fault) -> [UInt8] { try read(blob, nil, limit) ?? [] }

    private func read(_ revision: String, _ path: String?, _ limit: Int) throws(Fault) -> [UInt8]? {
        var message = Self.message
        var length = 0
        var isMissing = false
        guard
            let octets = unsafe patchway_repository_read(
                handle,
                revision,
                path,
                limit,
                &length,
                &isMissing,
                &message,
                message.count
            )
        else {
            if isMissing { return nil }
            throw Fault(message)
        }
        defer { unsafe free(octets) }
        return unsafe Array(UnsafeBufferPointer(start: octets, count: length))
    }

    /// The versions of a file among the first parents of a revision, the oldest first.
    /// - Returns: at most `most`, the newest ones, and whether there are older ones that are not among them or not known.
    /// - Complexity: O(commits), a look into the tree for each
    public func versions(
        of path: String,
        from revision: String = "HEAD",
        most: Int = 100_000
    ) throws(Fault) -> (versions: [Version], isCut: Bool) {
        var message = Self.message
        var count = 0
        var isCut = false
        guard
            let found = unsafe patchway_repository_versions(
                handle,
                revision,
                path,
                most,
                &count,
                &isCut,
                &message,
                message.count
            )
        else { throw Fault(message) }
        defer { unsafe free(found) }
        return unsafe (UnsafeBufferPointer(start: found, count: count).reversed().map(Version.init), isCut)
    }

    private static var message: [CChar] { Array(repeating: 0, count: 256) }
}

extension Repository.Fault {
    fileprivate init(_ message: [CChar]) {
        let words = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // What build servers check out ends at one commit unless they are told otherwise.
        let isAbsent = words.hasPrefix("object not found")
        description = words + (isAbsent ? "; of a shallow clone fetch more of the history (git fetch --unshallow)" : "")
    }
}

extension Repository.Version {
    fileprivate init(_ found: patchway_version) {
        var found = found
        func text(_ field: UnsafeRawBufferPointer) -> String {
            unsafe String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
        }
        commit = unsafe withUnsafeBytes(of: &found.commit) { unsafe text($0) }
        let id = unsafe withUnsafeBytes(of: &found.blob) { unsafe text($0) }
        blob = id.isEmpty ? nil : id
        summary = unsafe withUnsafeBytes(of: &found.summary) { unsafe text($0) }
        // Commits may state any time; these are those of four digits of a year.
        time = min(max(found.seconds, 0), 253_402_300_799) * 1_000_000
        isFile = found.is_file
    }
}
