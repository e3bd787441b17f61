public import Foundation

/// Test data that is not part of the package: the folder `shared` beside the package root, or `PATCHWAY_SHARED`.
public enum SharedSuites {
    /// The folder, or nil when there is none on this machine.
    public static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["PATCHWAY_SHARED"].map { URL(fileURLWithPath: $0) }
        let beside = Fixtures.packageRoot.deletingLastPathComponent().appendingPathComponent("shared")
        let folder = named ?? beside
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    /// Why a test that needs the folder is skipped.
    public static let absence = "no ../shared beside the package and PATCHWAY_SHARED is not set"

    /// The octets of a file below the folder.
    public static func octets(_ path: String) throws -> [UInt8] {
        guard let root else { return [] }
        return Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    /// The rows of a tab-separated file below the folder, its heading left out.
    public static func rows(_ path: String) throws -> [[String]] {
        Array(TabSeparated.lines(try octets(path)).dropFirst())
    }

    /// The names of the files in a folder below the folder, sorted.
    public static func files(in path: String) throws -> [String] {
        guard let root else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(path).path).sorted()
    }
}
