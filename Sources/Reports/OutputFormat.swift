/// How a report is written.
public enum OutputFormat: String, Sendable, CaseIterable {
    /// For people.
    case text
    /// One JSON array of records.
    case json
    /// One JSON record a line.
    case ndjson
    /// One row a verdict (``VerdictTable``) or finding (``ReportTable``).
    case csv
    /// Markdown with tables.
    case markdown = "md"
    /// One page that needs nothing else.
    case html

    /// Whether it is the records of the machine contract.
    public var isRecords: Bool { self == .json || self == .ndjson }
}
