public import Foundation

/// Test data of the package.
public enum Fixtures {
    /// The package's folder.
    public static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// A folder below `Tests/Fixtures`.
    public static func folder(_ area: String) -> URL {
        packageRoot.appendingPathComponent("Tests/Fixtures").appendingPathComponent(area)
    }

    /// The files of an area with this extension, sorted by name.
    public static func files(_ area: String, ending suffix: String) -> [URL] {
        let all = try? FileManager.default.contentsOfDirectory(at: folder(area), includingPropertiesForKeys: nil)
        return (all ?? []).filter { $0.pathExtension == suffix }.sorted { $0.path < $1.path }
    }
}
