import Foundation
import TestSupport

/// The built program, run as users run it.
enum Patchway {
    /// What a run gave.
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// The executable beside the test bundle.
    static let executable: URL = {
        let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let beside = bundle.appendingPathComponent("patchway")
        if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
        return Fixtures.packageRoot.appendingPathComponent(".build/debug/patchway")
    }()

    /// A folder for the files of this test run.
    static let scratch: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-tests-\(getpid())")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }()

    /// Writes a file into the scratch folder and gives its path.
    static func file(_ name: String, _ octets: some Sequence<UInt8>) throws -> String {
        let place = scratch.appendingPathComponent(name)
        // Several tests write the same file; none may read half of it.
        try Data(octets).write(to: place, options: .atomic)
        return place.path
    }

    /// A process that has not been started, its output going to files.
    static func process(
        _ executable: URL,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> (process: Process, output: URL, errors: URL) {
        let id = UUID().uuidString
        let places = ["out", "err"].map { scratch.appendingPathComponent("\(id).\($0)") }
        for place in places { try Data().write(to: place) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = Fixtures.packageRoot
        var variables = ProcessInfo.processInfo.environment
        variables["NO_COLOR"] = nil
        variables["COLUMNS"] = nil
        process.environment = variables.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: places[0])
        process.standardError = try FileHandle(forWritingTo: places[1])
        return (process, places[0], places[1])
    }

    /// Runs the program in the package's folder.
    static func run(
        _ arguments: [String],
        input: [UInt8]? = nil,
        environment: [String: String] = [:]
    ) throws -> Result {
        let (process, output, errors) = try process(executable, arguments, environment: environment)
        if let input {
            process.standardInput = try FileHandle(
                forReadingFrom: URL(fileURLWithPath: try file(UUID().uuidString, input))
            )
        }
        try process.run()
        process.waitUntilExit()
        return try result(of: process, output, errors)
    }

    /// Runs a shell command in which `patchway` is the program.
    static func shell(_ command: String, environment: [String: String] = [:]) throws -> Result {
        let folder = executable.deletingLastPathComponent().path
        let path = "\(folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        let (process, output, errors) = try process(
            URL(fileURLWithPath: "/bin/bash"),
            ["-c", "set -o pipefail; " + command],
            environment: environment.merging(["PATH": path]) { $1 }
        )
        try process.run()
        process.waitUntilExit()
        return try result(of: process, output, errors)
    }

    /// What a process that has ended gave.
    static func result(of process: Process, _ output: URL, _ errors: URL) throws -> Result {
        Result(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        )
    }
}
