import Catalog
import Foundation
import LDNS
import Synchronization
import TextScan

/// Notes what a run reads.
final class EvidenceRecorder: InputSource {
    private struct State {
        var inputs: [String: EvidenceManifest.Reading] = [:]
        var files: [String: EvidenceManifest.File] = [:]
        var folders: [String: FolderListing?] = [:]
        var numbers: [FileIdentity: Int] = [:]
        /// What cannot be read again.
        var kept: [String: InputBytes] = [:]
        /// What was not the same when it was read again.
        var changed: [String] = []
    }

    private let state = Mutex(State())

    func octets(_ path: String, _ read: () throws(InputError) -> InputBytes) throws(InputError) -> InputBytes {
        do throws(InputError) {
            let octets = try read()
            let copy = EvidenceManifest.Copy(bytes: octets.count, sha256: Cryptography.sha256(octets.span))
            let isFile = Self.isRegular(path)
            state.withLock { state in
                if case .copy(let known)? = state.inputs[path], known != copy { state.changed.append(path) }
                state.inputs[path] = .copy(copy)
                if !isFile { state.kept[path] = octets }
            }
            return octets
        } catch {
            state.withLock { state in
                // What was read once may be refused later: standard input, and with smaller limits.
                if state.inputs[path] == nil { state.inputs[path] = .failure(error.reason) }
            }
            throw error
        }
    }

    private static func isRegular(_ path: String) -> Bool {
        var status = stat()
        guard path != InputFile.standardInput, unsafe stat(path, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFREG
    }

    func identity(_ path: String, _ look: () -> FileIdentity?) -> FileIdentity? {
        let found = look()
        state.withLock { state in
            guard let found else { return state.files[path] = EvidenceManifest.File() }
            let number = state.numbers[found] ?? state.numbers.count + 1
            state.numbers[found] = number
            state.files[path] = EvidenceManifest.File(
                number: number,
                isFolder: found.isFolder,
                isRegular: found.isRegular
            )
        }
        return found
    }

    func listing(_ path: String, _ look: () -> FolderListing?) -> FolderListing? {
        let found = look()
        state.withLock { $0.folders[path] = .some(found) }
        return found
    }

    /// Everything that was read, for a manifest.
    func fill(_ manifest: inout EvidenceManifest) {
        state.withLock { state in
            manifest.inputs = state.inputs
            manifest.files = state.files
            manifest.folders = state.folders
        }
        for path in EvidenceManifest.dataFiles {
            let octets = EmbeddedData.file(path) ?? []
            manifest.data[path] = Cryptography.sha256(octets.span)
        }
    }

    /// The octets that a path had; throws where it has others by now.
    func octets(of path: String, _ copy: EvidenceManifest.Copy) throws -> Data {
        let (kept, isChanged) = state.withLock { ($0.kept[path], $0.changed.contains(path)) }
        let own = kept.map { bytes in Data(bytes.withSpan { $0.octets }) }
        let data = own ?? FileManager.default.contents(atPath: path)
        let now = data.map(Array.init) ?? []
        guard let data, !isChanged, Cryptography.sha256(now.span) == copy.sha256 else {
            throw Failure.undecided(
                "\(TerminalText.escaped(path)): has changed while it was read; no bundle is written, run it again"
            )
        }
        return data
    }
}

/// Answers what a run reads from a bundle, and from nothing else.
final class EvidencePlayer: InputSource {
    private let manifest: EvidenceManifest
    private let copies: [String: InputBytes]
    private let missing = Mutex<Set<String>>([])
    private let isInputSpent = Mutex(false)

    init(_ manifest: EvidenceManifest, copies: [String: InputBytes]) {
        self.manifest = manifest
        self.copies = copies
    }

    /// Paths that were asked for and are not in the bundle.
    var asked: [String] { missing.withLock { $0.sorted() } }

    func octets(_ path: String, _ read: () throws(InputError) -> InputBytes) throws(InputError) -> InputBytes {
        switch manifest.inputs[path] {
        case .copy(let copy):
            if path == InputFile.standardInput {
                let wasSpent = isInputSpent.withLock { isSpent in
                    defer { isSpent = true }
                    return isSpent
                }
                guard !wasSpent else { throw InputError(path: path, reason: .readBefore) }
            }
            if let octets = copies[copy.sha256] { return octets }
        case .failure(let reason): throw InputError(path: path, reason: reason)
        case nil: break
        }
        missing.withLock { _ = $0.insert(path) }
        throw InputError(path: path, reason: .system(code: 0, text: "is not in the bundle"))
    }

    func identity(_ path: String, _ look: () -> FileIdentity?) -> FileIdentity? {
        guard let file = manifest.files[path] else {
            missing.withLock { _ = $0.insert(path) }
            return nil
        }
        return file.number.map { FileIdentity(number: $0, isFolder: file.isFolder, isRegular: file.isRegular) }
    }

    func listing(_ path: String, _ look: () -> FolderListing?) -> FolderListing? {
        guard let listing = manifest.folders[path] else {
            missing.withLock { _ = $0.insert(path) }
            return nil
        }
        return listing
    }
}
