internal import Glibc

/// What lies in a folder.
public struct FolderListing: Sendable {
    /// The names of folders in it, in order of their octets; none that begins with a dot.
    public private(set) var folders: [String] = []
    /// The names of everything else but links.
    public private(set) var files: [String] = []
    /// The names of links: they are not followed, so that no folder is met twice.
    public private(set) var links: [String] = []
    /// Whether there was more than is listed.
    public private(set) var isCut = false

    /// The most names that are listed.
    static let maximumNames = 100_000

    /// Lists a folder; nil when it is none, or cannot be read.
    /// - Complexity: O(names × log names)
    public init?(_ path: String) {
        let look = { Self(now: path) }
        guard let found = InputSources.current.map({ $0.listing(path, look) }) ?? look() else { return nil }
        self = found
    }

    /// A listing that was made before.
    public init(folders: [String], files: [String], links: [String], isCut: Bool) {
        self.folders = folders
        self.files = files
        self.links = links
        self.isCut = isCut
    }

    private init?(now path: String) {
        guard let stream = unsafe opendir(path) else { return nil }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            guard names.count < Self.maximumNames else {
                isCut = true
                break
            }
            names.append(name)
        }
        for name in names.sorted() {
            var status = stat()
            guard unsafe lstat("\(path)/\(name)", &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: folders.append(name)
            case S_IFLNK: links.append(name)
            default: files.append(name)
            }
        }
    }
}
