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

extension OutputFormat {
    /// Does what may fail because of a list or a stack file: a reader of records is told so in records, too.
    func reporting<Value>(_ catalog: EndpointCatalog, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as Failure where isRecords && !failure.diagnostics.isEmpty {
            var records = RecordStream(self, write: StandardOutput.write)
            records.begin(catalog)
            for diagnostic in failure.diagnostics { records.whole { diagnostic.write(to: &$0) } }
            let reasons = failure.diagnostics.reduce(into: [:]) { $0[$1.reason, default: 0] += 1 }
            records.end {
                $0.member("faults", counts: reasons)
                if failure.status == .interrupted { $0.member("interrupted", true) }
            }
            throw failure
        }
    }
}
