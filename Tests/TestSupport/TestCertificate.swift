public import Foundation

/// A certificate with its key, made by the `openssl` program for one test run.
public struct TestCertificate: Sendable {
    /// The certificate, PEM; it is its own authority.
    public let certificate: String
    /// The key, PEM.
    public let key: String

    /// A folder that goes with the test process's temporary files.
    public static let folder: URL = {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("patchway-tls-\(getpid())")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }()

    /// Makes a certificate for names and addresses, such as `DNS:dns.example,IP:127.0.0.1`.
    /// - Throws: when there is no `openssl`, or it fails.
    public init(for names: String, phrase: String? = nil, isExpired: Bool = false) throws {
        let stem = Self.folder.appendingPathComponent(UUID().uuidString).path
        certificate = stem + ".crt"
        key = stem + ".key"
        try Self.openssl(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2",
                "-subj",
                "/CN=test", "-addext", "subjectAltName=\(names)", "-keyout", key, "-out", certificate,
            ] + (phrase.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"])
        )
        guard isExpired else { return }
        // Only what signs a request takes a time that is over.
        let request = stem + ".csr"
        let extensions = ["-addext", "subjectAltName=\(names)"]
        try Self.openssl(["req", "-new", "-key", key, "-subj", "/CN=test", "-out", request] + extensions)
        try Self.openssl(
            [
                "x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-copy_extensions", "copy", "-out",
                certificate,
            ]
        )
    }

    /// One for `dns.example` and 127.0.0.1 that tests share.
    public static let shared = Result { try TestCertificate(for: "DNS:dns.example,IP:127.0.0.1") }

    /// Runs `openssl`; gives what it writes.
    @discardableResult
    public static func openssl(_ arguments: [String], input: String = "") throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let (inward, outward) = (Pipe(), Pipe())
        process.standardInput = inward
        process.standardOutput = outward
        process.standardError = FileHandle.nullDevice
        try process.run()
        try? inward.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? inward.fileHandleForWriting.close()
        let output = outward.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
