import Foundation
import Glibc
import TestSupport
import Testing

/// Files that tests read, and folders that they write to.
enum Fixture {
    /// The path of a file under Tests/Fixtures/textscan.
    static func path(_ name: String) -> String {
        Fixtures.folder("textscan").path + "/" + name
    }

    /// The path of a fresh temporary folder.
    static func temporaryFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }

    /// Writes `octets` to `path`.
    static func write(_ octets: [UInt8], to path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let written = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        try #require(written == octets.count)
    }

    /// Makes a file of `size` octets that begins with `octets`; the rest are zeros that take no room.
    static func writeSparse(_ octets: [UInt8], size: Int, to path: String) throws {
        try write(octets, to: path)
        let result = unsafe truncate(path, size)
        try #require(result == 0)
    }

    /// Makes a named pipe in a fresh folder.
    static func pipe() throws -> String {
        let path = try temporaryFolder() + "/pipe"
        let result = unsafe mkfifo(path, 0o600)
        try #require(result == 0)
        return path
    }

    /// A descriptor from which a pipe that holds `octets` and has no writer any more can be read.
    static func closedPipe(holding octets: [UInt8]) throws -> Int32 {
        let path = try pipe()
        let writer = unsafe open(path, O_RDWR)
        let written = unsafe Glibc.write(writer, octets, octets.count)
        try #require(written == octets.count)
        let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
        close(writer)
        return reader
    }
}
