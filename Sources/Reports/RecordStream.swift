public import TextScan

/// Writes the records of the machine contract as NDJSON or as one JSON array; `write` takes the octets.
///
/// The first record is a header, the last a summary; see ``JSONWriter`` for the encoding.
public struct RecordStream: ~Copyable {
    private let isArray: Bool
    private let write: (Span<UInt8>) -> Void
    private var json = JSONWriter(reservingCapacity: 4096)
    private var count = 0
    /// Whether records are kept until they are handed out together.
    private var gathers = false

    /// A stream in `format`; text counts as NDJSON.
    public init(_ format: OutputFormat, write: @escaping (Span<UInt8>) -> Void) {
        isArray = format == .json
        self.write = write
    }

    /// Writes one record of a kind, whose other members `body` writes.
    public mutating func record(_ kind: String, _ body: (inout JSONWriter) -> Void) {
        whole { json in
            json.object {
                $0.member("kind", kind)
                body(&$0)
            }
        }
    }

    /// Writes one record that `body` writes as a whole object, kind included.
    public mutating func whole(_ body: (inout JSONWriter) -> Void) {
        if !gathers { json.removeAll() }
        body(&json)
        json.endRecord()
        count += 1
        guard !gathers else { return }
        // Every record ends its line; in an array the next one begins with what separates them.
        if isArray { put(count == 1 ? "[\n" : ",") }
        write(json.bytes.span)
    }

    /// Keeps the records that follow until ``handOut()``, which costs less than to write each; those of an array are written.
    public mutating func gather() {
        guard !isArray, !gathers else { return }
        json.removeAll()
        gathers = true
    }

    /// Writes what was gathered.
    public mutating func handOut() {
        guard gathers else { return }
        gathers = false
        write(json.bytes.span)
    }

    /// Ends the array, if it is one.
    public mutating func finish() {
        guard isArray else { return }
        put(count == 0 ? "[]\n" : "]\n")
    }

    private func put(_ text: String) {
        let octets = Array(text.utf8)
        write(octets.span)
    }
}
