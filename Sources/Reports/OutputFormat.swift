/// How a report is written.
public enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// One JSON array of records.
    case json
    /// One JSON record a line.
    case ndjson
}
