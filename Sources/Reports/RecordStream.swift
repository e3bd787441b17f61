public import TextScan

/// Writes the records of the machine contract as NDJSON or as one JSON array; `write` takes the octets.
///
/// The first record is a header, the last a summary; see ``JSONWriter`` for the encoding.
public struct RecordStream: ~Copyable {
    private let isArray: Bool
    private let write: (Span<UInt8>) -> Void
    private var json = JSONWriter(reservingCapacity: 4096)
    private var count = 0

    /// A stream in `format`; text counts as NDJSON.
    public init(_ format: OutputFormat, write: @escaping (Span<UInt8>) -> Void) {
        isArray = format == .json
        self.write = write
    }

    /// Writes one record of a kind.
    public mutating func record(_ kind: String, _ body: (inout JSONWriter) -> Void) {
        json.removeAll()
        json.object {
            $0.member("kind", kind)
            body(&$0)
        }
        if isArray { put(count == 0 ? "[\n" : ",\n") }
        write(json.bytes.span)
        if !isArray { put("\n") }
        count += 1
    }

    /// Ends the array, if it is one.
    public mutating func finish() {
        guard isArray else { return }
        put(count == 0 ? "[]\n" : "\n]\n")
    }

    private func put(_ text: String) {
        let octets = Array(text.utf8)
        write(octets.span)
    }
}
