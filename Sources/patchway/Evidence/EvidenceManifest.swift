import Catalog
import Reports
import TextScan

/// What a bundle says of a run: everything that it depended on, and what came of it. One record a line.
struct EvidenceManifest {
    /// The version of the form.
    static let form = 1

    /// A file of the bundle, by its content.
    struct Copy: Equatable {
        var bytes: Int
        var sha256: String
    }

    /// What came of reading a path.
    enum Reading {
        case copy(Copy)
        case failure(InputError.Reason)
    }

    /// What a path led to.
    struct File {
        /// Paths that led to the same file have the same number; nil where there was none.
        var number: Int?
        var isFolder = false
        var isRegular = false
    }

    /// The files that are part of the program and that verdicts and reports hang on.
    static let dataFiles = [
        EmbeddedData.windowsUpdate, EmbeddedData.knownHosts, EmbeddedData.chains, EmbeddedData.errors,
    ]

    var version = Version.text
    var arguments: [String] = []
    var status: Int32 = 0
    var conditions = RunConditions(
        isColoured: false,
        width: 100,
        isFitted: false,
        elapsedMilliseconds: 0,
        peakMemoryBytes: 0
    )
    /// The labels of what was used.
    var versions: [String] = []
    /// What is part of the program, by path.
    var data: [String: String] = [:]
    var inputs: [String: Reading] = [:]
    var files: [String: File] = [:]
    /// What lay in folders; nil where there was none.
    var folders: [String: FolderListing?] = [:]
    var report = Copy(bytes: 0, sha256: "")
    var messages = Copy(bytes: 0, sha256: "")

    /// All copies of inputs, each content once.
    var copies: [Copy] {
        var seen: Set<String> = []
        return inputs.sorted { $0.key < $1.key }.compactMap { _, reading in
            guard case .copy(let copy) = reading, seen.insert(copy.sha256).inserted else { return nil }
            return copy
        }
    }

    /// The records.
    func octets() -> [UInt8] {
        var octets: [UInt8] = []
        var records = RecordStream(.ndjson) { span in for index in span.indices { octets.append(span[index]) } }
        records.record("bundle") { json in
            json.member("form", Self.form)
            json.member("tool", "patchway")
            json.member("version", version)
            json.member("arguments", arguments)
            json.member("status", Int(status))
            json.member("coloured", conditions.isColoured)
            json.member("width", conditions.width)
            json.member("fitted", conditions.isFitted)
            json.member("elapsed_ms", conditions.elapsedMilliseconds)
            json.member("peak_rss_bytes", conditions.peakMemoryBytes)
        }
        records.record("versions") { $0.member("labels", versions) }
        for (path, hash) in data.sorted(by: { $0.key < $1.key }) {
            records.record("data") { json in
                json.member("path", path)
                json.member("sha256", hash)
            }
        }
        for (path, reading) in inputs.sorted(by: { $0.key < $1.key }) {
            records.record("input") { json in
                json.member("path", path)
                Self.write(reading, to: &json)
            }
        }
        for (path, file) in files.sorted(by: { $0.key < $1.key }) {
            records.record("file") { json in
                json.member("path", path)
                json.member("number", ifKnown: file.number)
                if file.isFolder { json.member("folder", true) }
                if file.isRegular { json.member("regular", true) }
            }
        }
        for (path, listing) in folders.sorted(by: { $0.key < $1.key }) {
            records.record("folder") { json in
                json.member("path", path)
                guard let listing else { return }
                json.member("folders", listing.folders)
                json.member("files", listing.files)
                json.member("links", listing.links)
                if listing.isCut { json.member("cut", true) }
            }
        }
        for (kind, copy) in [("report", report), ("messages", messages)] {
            records.record(kind) { Self.write(copy, to: &$0) }
        }
        records.finish()
        return octets
    }

    private static func write(_ copy: Copy, to json: inout JSONWriter) {
        json.member("bytes", copy.bytes)
        json.member("sha256", copy.sha256)
    }

    private static func write(_ reading: Reading, to json: inout JSONWriter) {
        switch reading {
        case .copy(let copy): write(copy, to: &json)
        case .failure(let reason):
            json.member("failure", InputError(path: "", reason: reason).id)
            switch reason {
            case .tooLarge(let limit): json.member("number", limit)
            case .timedOut(let milliseconds): json.member("number", milliseconds)
            case .system(let code, let text):
                json.member("number", Int(code))
                json.member("text", text)
            default: break
            }
        }
    }
}
