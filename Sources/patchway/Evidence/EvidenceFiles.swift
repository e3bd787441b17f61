import Foundation
import LDNS
import TextScan

/// The files of a bundle that anybody may have made: a folder, of which no link is followed, or a zip archive.
struct EvidenceFiles {
    /// The most octets of all files together.
    static let maximumSize = 1 << 30
    /// The most octets of a manifest.
    static let maximumManifest = 64 << 20
    /// The most files.
    static let maximumFiles = 20_000

    /// Octets by the name in the bundle, `inputs/HASH` and the like.
    private(set) var files: [String: InputBytes] = [:]
    /// What is no file of a bundle, with the reason.
    private(set) var faults: [String] = []
    private let path: String
    private var size = 0

    /// Reads all files.
    init(_ path: String) throws {
        self.path = path
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw refusal("no such file or folder") }
        if status.st_mode & S_IFMT == S_IFDIR {
            try readFolder()
        } else {
            try readArchive()
        }
        guard let manifest = files[EvidenceRun.manifestName] else {
            throw refusal("is no bundle: there is no `\(EvidenceRun.manifestName)` in it")
        }
        guard manifest.count <= Self.maximumManifest else {
            throw refusal("its manifest has more than \(Self.maximumManifest >> 20) MiB")
        }
    }

    private func refusal(_ reason: String) -> Failure { .usage("\(TerminalText.escaped(path)): \(reason)") }

    // MARK: - Folders

    private mutating func readFolder() throws {
        let base = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard base >= 0 else { throw refusal(unsafe String(cString: strerror(errno))) }
        defer { close(base) }
        for name in try names(in: path) where name != EvidenceRun.inputsName { try read(name, as: name, in: base) }
        let inputs = unsafe openat(base, EvidenceRun.inputsName, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard inputs >= 0 else {
            if errno != ENOENT { faults.append("\(EvidenceRun.inputsName): is no folder") }
            return
        }
        defer { close(inputs) }
        for name in try names(in: path + "/" + EvidenceRun.inputsName) {
            try read(name, as: "\(EvidenceRun.inputsName)/\(name)", in: inputs)
        }
    }

    private func names(in folder: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw refusal("cannot be listed")
        }
        guard names.count <= Self.maximumFiles else { throw refusal("holds more than \(Self.maximumFiles) files") }
        return names.sorted()
    }

    private mutating func read(_ name: String, as place: String, in folder: Int32) throws {
        let file = unsafe openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else {
            let reason =
                errno == ELOOP ? "is a link, and links are not followed" : unsafe String(cString: strerror(errno))
            return faults.append("\(TerminalText.escaped(place)): \(reason)")
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return faults.append("\(TerminalText.escaped(place)): is no file")
        }
        let left = Self.maximumSize - size
        guard status.st_size <= left else { throw refusal("holds more than \(Self.maximumSize >> 20) MiB") }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while octets.count <= left {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            octets += buffer[..<count]
        }
        try add(octets, as: place)
    }

    private mutating func add(_ octets: [UInt8], as place: String) throws {
        size += octets.count
        guard size <= Self.maximumSize else { throw refusal("holds more than \(Self.maximumSize >> 20) MiB") }
        files[place] = InputBytes(octets)
    }

    // MARK: - Archives

    private mutating func readArchive() throws {
        var limits = InputLimits()
        (limits.maximumExpandedSize, limits.maximumMembers) = (Self.maximumSize, Self.maximumFiles)
        do throws(InputError) {
            let set = try InputFile.read(path: path, limits: limits)
            guard set.inputs.first?.compression == .zip else { throw InputError(path: path, reason: .noMembers) }
            // An empty file is as good as none, and missed where it should hold something.
            faults += set.diagnostics.filter { $0.reason != "empty-input" }.map(\.description)
            let names = set.inputs.map { String($0.path.dropFirst(path.count + 1)) }
            // An archive may hold the folder or what is in it.
            let prefix = names.first {
                $0.hasSuffix("/" + EvidenceRun.manifestName) && $0.split(separator: "/").count == 2
            }
            .map { String($0.dropLast(EvidenceRun.manifestName.count)) }
            for (name, input) in zip(names, set.inputs) {
                let place = prefix.flatMap { name.hasPrefix($0) ? String(name.dropFirst($0.count)) : nil } ?? name
                if files.updateValue(input.bytes, forKey: place) != nil {
                    faults.append("\(TerminalText.escaped(place)): is there twice")
                }
            }
        } catch {
            if error.reason == .noMembers {
                throw refusal("is neither the folder of a bundle nor a zip archive of one")
            }
            throw Failure.usage(error.description)
        }
    }

    // MARK: - What they hold

    /// The manifest.
    func manifest() throws -> EvidenceManifest {
        guard let octets = files[EvidenceRun.manifestName] else { throw refusal("has no manifest") }
        return try EvidenceManifest(octets.span, path: "\(path)/\(EvidenceRun.manifestName)")
    }

    /// The octets of a file; none where it is not there, as archives leave out empty ones.
    func octets(_ name: String) -> [UInt8]? { files[name].map { bytes in bytes.withSpan { $0.octets } } }

    /// Where the files are not what the manifest says.
    func differences(_ manifest: EvidenceManifest) -> (inputs: [String], others: [String]) {
        var (inputs, others) = ([String](), [String]())
        var expected: Set<String> = [EvidenceRun.manifestName, EvidenceRun.reportName, EvidenceRun.messagesName]
        for (path, reading) in manifest.inputs.sorted(by: { $0.key < $1.key }) {
            guard case .copy(let copy) = reading else { continue }
            let place = "\(EvidenceRun.inputsName)/\(copy.sha256)"
            expected.insert(place)
            if let fault = fault(place, copy) { inputs.append("\(TerminalText.escaped(path)) (\(place)): \(fault)") }
        }
        for (name, copy) in [(EvidenceRun.reportName, manifest.report), (EvidenceRun.messagesName, manifest.messages)] {
            if let fault = fault(name, copy) { others.append("\(name): \(fault)") }
        }
        for name in files.keys.sorted() where !expected.contains(name) {
            others.append("\(TerminalText.escaped(name)): is not in the manifest")
        }
        return (inputs, others + faults)
    }

    private func fault(_ name: String, _ copy: EvidenceManifest.Copy) -> String? {
        guard let octets = files[name] else { return copy.bytes == 0 ? nil : "is missing" }
        let hash = Cryptography.sha256(octets.span)
        guard hash != copy.sha256 else {
            return octets.count == copy.bytes ? nil : "has \(octets.count) octets, \(copy.bytes) in the manifest"
        }
        return "has SHA-256 \(hash), \(copy.sha256) in the manifest"
    }
}
