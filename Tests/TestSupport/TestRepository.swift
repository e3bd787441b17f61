public import Foundation

/// Repositories of git, for tests about versions.
public enum TestRepository {
    /// Seconds since 1970 of the first commit.
    public static let start = 1_600_000_000

    /// Makes a repository in which each entry is a commit that writes its files, nil removing them; `days` lie between two commits.
    /// - Returns: its folder
    public static func make(_ commits: [[String: String?]], days: Int = 1) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("repository-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try git(["init", "-q", "-b", "main"], in: folder)
        for (index, files) in commits.enumerated() {
            for (path, text) in files {
                let place = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                if let text {
                    try Data(text.utf8).write(to: place)
                } else {
                    try FileManager.default.removeItem(at: place)
                }
            }
            try commit("commit \(index)", in: folder, day: index * days)
        }
        return folder
    }

    /// Commits whatever stands in a folder.
    public static func commit(_ message: String, in folder: URL, day: Int = 0) throws {
        try git(["add", "-A"], in: folder)
        try git(["commit", "-q", "-m", message], in: folder, day: day)
    }

    private static func git(_ arguments: [String], in folder: URL, day: Int = 0) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/git")
        process.arguments = ["-C", folder.path, "-c", "user.name=x", "-c", "user.email=x@example.com"] + arguments
        let date = "@\(start + day * 86_400) +0000"
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date, "GIT_CONFIG_GLOBAL": "/dev/null"],
            uniquingKeysWith: { $1 }
        )
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableRuntimeMismatch) }
    }
}
