import Catalog
import Reports
import TextScan

extension RecordStream {
    /// Writes the `header` record.
    mutating func begin(_ catalog: EndpointCatalog, stack: String? = nil) {
        let header = RunHeader(version: Version.text, catalog: catalog.label, stack: stack)
        record("header") { header.write(to: &$0) }
    }

    /// Writes a `summary` record of what the run cost, with what `body` adds in front, and ends the stream.
    mutating func end(_ body: (inout JSONWriter) -> Void = { _ in }) {
        record("summary") {
            body(&$0)
            $0.member("elapsed_ms", RunCost.elapsedMilliseconds)
            $0.member("peak_rss_bytes", RunCost.peakMemoryBytes)
        }
        finish()
    }
}
