import TextScan

extension EvidenceManifest {
    /// The most records; a stack has far fewer files.
    static let maximumRecords = 200_000

    /// Reads a manifest that anybody may have written.
    /// - Throws: ``Failure`` with file, line and column.
    init(_ octets: Span<UInt8>, path: String) throws {
        var (line, start) = (1, 0)
        var kinds: Set<String> = []
        while start < octets.count {
            var end = start
            while end < octets.count, octets[end] != 0x0A { end += 1 }
            let record = octets.extracting(start..<end)
            do throws(JSONFault) {
                guard line <= Self.maximumRecords else {
                    throw JSONFault(offset: 0, reason: "too-many", text: "more than \(Self.maximumRecords) records")
                }
                let fields = try JSONFields(try JSONValue.parse(record))
                try take(fields, isFirst: line == 1, &kinds)
            } catch {
                throw Failure.usage(error.diagnostic(path, in: record, line: line).description)
            }
            (line, start) = (line + 1, end + 1)
        }
        for kind in ["bundle", "versions", "report", "messages"] where !kinds.contains(kind) {
            throw Failure.usage("\(TerminalText.escaped(path)): no record of kind `\(kind)`; was it cut short?")
        }
    }

    private mutating func take(_ fields: JSONFields, isFirst: Bool, _ kinds: inout Set<String>) throws(JSONFault) {
        let kind = try fields.text("kind")
        guard isFirst == (kind == "bundle") else {
            throw fields.fault("kind", "the first record, and no other, is one of kind `bundle`")
        }
        if ["versions", "report", "messages"].contains(kind), kinds.contains(kind) {
            throw fields.fault("kind", "`\(kind)` is there twice")
        }
        kinds.insert(kind)
        switch kind {
        case "bundle": try takeRun(fields)
        case "versions": versions = try fields.texts("labels")
        case "data":
            let path = try fields.text("path")
            guard data.updateValue(try Self.hash(fields), forKey: path) == nil else { throw Self.twice(fields) }
        case "input":
            let path = try fields.text("path")
            guard inputs.updateValue(try Self.reading(fields), forKey: path) == nil else { throw Self.twice(fields) }
        case "file":
            let path = try fields.text("path")
            let file = File(
                number: try fields.optionalCount("number"),
                isFolder: try fields.flag("folder"),
                isRegular: try fields.flag("regular")
            )
            guard files.updateValue(file, forKey: path) == nil else { throw Self.twice(fields) }
        case "folder":
            let path = try fields.text("path")
            let listing =
                fields.has("files")
                ? FolderListing(
                    folders: try fields.texts("folders"),
                    files: try fields.texts("files"),
                    links: try fields.texts("links"),
                    isCut: try fields.flag("cut")
                ) : nil
            guard folders.updateValue(listing, forKey: path) == nil else { throw Self.twice(fields) }
        case "report": report = try Self.copy(fields)
        case "messages": messages = try Self.copy(fields)
        default: throw fields.fault("kind", "no kind of record of a bundle")
        }
    }

    private static func twice(_ fields: JSONFields) -> JSONFault { fields.fault("path", "is there twice") }

    private mutating func takeRun(_ fields: JSONFields) throws(JSONFault) {
        guard try fields.count("form") == Self.form else {
            throw fields.fault("form", "only bundles of form \(Self.form) are understood")
        }
        version = try fields.text("version")
        arguments = try fields.texts("arguments")
        status = Int32(clamping: try fields.count("status"))
        let width = try fields.count("width")
        guard (1...10_000).contains(width) else { throw fields.fault("width", "is none from 1 to 10000") }
        conditions = RunConditions(
            isColoured: try fields.flag("coloured"),
            width: width,
            isFitted: try fields.flag("fitted"),
            elapsedMilliseconds: try fields.count("elapsed_ms"),
            peakMemoryBytes: try fields.count("peak_rss_bytes")
        )
    }

    private static func hash(_ fields: JSONFields) throws(JSONFault) -> String {
        let hash = try fields.text("sha256")
        // It is the name of a file, too.
        guard hash.utf8.count == 64, hash.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw fields.fault("sha256", "is not 64 hexadecimal digits in small letters") }
        return hash
    }

    private static func copy(_ fields: JSONFields) throws(JSONFault) -> Copy {
        Copy(bytes: try fields.count("bytes"), sha256: try hash(fields))
    }

    private static func reading(_ fields: JSONFields) throws(JSONFault) -> Reading {
        guard let failure = try fields.optionalText("failure") else { return .copy(try copy(fields)) }
        let simple: [InputError.Reason] = [
            .notFound, .permissionDenied, .isDirectory, .isEmptyDirectory, .empty, .readBefore, .noMembers,
        ]
        if let reason = simple.first(where: { InputError(path: "", reason: $0).id == failure }) {
            return .failure(reason)
        }
        switch failure {
        case "input-too-large": return .failure(.tooLarge(limit: try fields.count("number")))
        case "input-timeout": return .failure(.timedOut(milliseconds: try fields.count("number")))
        case "read-error":
            let code = Int32(clamping: try fields.count("number"))
            return .failure(.system(code: code, text: TerminalText.escaped(try fields.text("text"), limit: 200)))
        default: throw fields.fault("failure", "there is no such")
        }
    }
}
