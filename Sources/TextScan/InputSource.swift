internal import Synchronization

/// What stands between the inputs of a command and the file system: everything that is looked up passes here, so that it can be
/// noted, and answered again without the files.
public protocol InputSource: AnyObject, Sendable {
    /// The octets of a path; `read` reads them now.
    func octets(_ path: String, _ read: () throws(InputError) -> InputBytes) throws(InputError) -> InputBytes
    /// Which file a path leads to; `look` looks now.
    func identity(_ path: String, _ look: () -> FileIdentity?) -> FileIdentity?
    /// What lies in a folder; `look` looks now.
    func listing(_ path: String, _ look: () -> FolderListing?) -> FolderListing?
}

/// The source that inputs come from.
public enum InputSources {
    private static let installed = Mutex<(any InputSource)?>(nil)

    /// From here on inputs come from `source`; nil is the file system.
    public static func install(_ source: (any InputSource)?) { installed.withLock { $0 = source } }

    /// Whether inputs come from elsewhere than the file system.
    public static var areInstalled: Bool { current != nil }

    static var current: (any InputSource)? { installed.withLock { $0 } }
}
