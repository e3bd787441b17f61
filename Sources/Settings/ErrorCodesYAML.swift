public import Catalog
public import TextScan
internal import Yams

/// Reads tables of client error codes in YAML, the form of `Zones/catalog/errors.yaml`.
public enum ErrorCodesYAML {
    private static let rootKeys = ["catalog", "stages", "sources", "errors"]
    private static let errorKeys = [
        "code", "symbol", "win32", "meaning", "stage", "check_first", "sources", "conflict", "note",
    ]

    /// Reads a file; every fault becomes a diagnostic with line and column, and costs only the entry that has it.
    /// - Parameter path: The name of the file in diagnostics.
    public static func parse(_ bytes: [UInt8], path: String) -> (table: ErrorTable, diagnostics: [Diagnostic]) {
        let document = YAMLDocument(bytes, path: path)
        var reader = NodeReader(path: path)
        guard let root = document.root, let entries = reader.mapping(root, "an error table", keys: rootKeys) else {
            return (ErrorTable(errors: []), document.diagnostics + reader.diagnostics)
        }
        if let node = entries["stages"], let stages = reader.mapping(node, "stages") {
            for stage in stages { let _: ClientError.Stage? = reader.word(stage.keyNode, "stage") }
        }
        let sources = entries["sources"].map { reader.sources($0) } ?? [:]
        var errors: [ClientError] = []
        var firstLines: [ErrorCode: Int] = [:]
        if let node = entries["errors"] {
            for item in reader.list(node, "errors") ?? [] {
                guard let error = read(item, &reader, sources: sources) else { continue }
                if let line = firstLines[error.code] {
                    reader.fault(item, "duplicate-code", "\(error.code) stands already in line \(line); join the two")
                    continue
                }
                firstLines[error.code] = item.mark?.line ?? 0
                errors.append(error)
            }
        } else {
            reader.fault(root, "missing-key", "key `errors` is missing")
        }
        return (ErrorTable(errors: errors, sources: sources), document.diagnostics + reader.diagnostics)
    }

    private static func read(_ item: Node, _ reader: inout NodeReader, sources: [String: Source]) -> ClientError? {
        let faults = reader.faultCount
        guard let entries = reader.mapping(item, "an error", keys: errorKeys) else { return nil }
        for key in ["code", "meaning", "stage", "check_first"] where entries[key] == nil {
            reader.fault(item, "missing-key", "an error needs `\(key)`")
        }
        guard let codeNode = entries["code"], let code = reader.code(codeNode),
            let meaning = entries["meaning"].flatMap({ reader.text($0, "meaning") }),
            let stageNode = entries["stage"], let stage: ClientError.Stage = reader.word(stageNode, "stage"),
            let checkFirst = entries["check_first"].flatMap({ reader.text($0, "check_first") })
        else { return nil }
        let error = ClientError(
            code: code,
            symbols: symbols(entries["symbol"], &reader),
            win32: win32(entries["win32"], code, &reader),
            meaning: meaning,
            stage: stage,
            checkFirst: checkFirst,
            sources: entries["sources"].map { reader.words($0, "source", of: Array(sources.keys)) } ?? [],
            conflict: entries["conflict"].flatMap { reader.text($0, "conflict") },
            note: entries["note"].flatMap { reader.text($0, "note") }
        )
        return reader.faultCount == faults ? error : nil
    }

    /// One symbol or a list of them.
    private static func symbols(_ node: Node?, _ reader: inout NodeReader) -> [String] {
        guard let node else { return [] }
        if case .scalar = node { return reader.text(node, "symbol").map { [$0] } ?? [] }
        var result: [String] = []
        for item in reader.list(node, "symbol") ?? [] {
            if let text = reader.text(item, "a symbol") { result.append(text) }
        }
        return result
    }

    private static func win32(_ node: Node?, _ code: ErrorCode, _ reader: inout NodeReader) -> UInt16? {
        guard let node, let text = reader.text(node, "win32") else { return nil }
        guard let number = UInt16(text), code.win32 == number else {
            reader.fault(node, "bad-win32", "win32 is the low half of a code that begins with 0x8007")
            return nil
        }
        return number
    }
}
