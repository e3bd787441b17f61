public import Foundation
import TestSupport

/// The files of a suite.
public struct SuiteFolder: Sendable {
    /// Where they are.
    public let url: URL
    /// The name of the suite.
    public var name: String { url.lastPathComponent }

    /// The folder at this place.
    public init(_ url: URL) { self.url = url }

    /// The names of the files, sorted.
    public var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: url.path))?.sorted() ?? [] }

    func octets(_ file: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(file))) }

    func text(_ file: String) throws -> String { String(decoding: try octets(file), as: UTF8.self) }

    /// The rows of a tab-separated file, its heading left out.
    func rows(_ file: String) throws -> [[String]] { Array(try lines(file).dropFirst()) }

    /// The names of the columns of a tab-separated file; none where there is no such file.
    func heading(_ file: String) -> [String] { (try? lines(file).first) ?? [] }

    private func lines(_ file: String) throws -> [[String]] {
        TabSeparated.lines(try octets(file))
    }
}
