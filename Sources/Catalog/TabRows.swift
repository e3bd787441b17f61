internal import TextScan

/// The rows of a small tab-separated file: `#` begins a comment line, empty lines are skipped.
enum TabRows {
    /// One row: its line number and its fields.
    struct Row {
        let line: Int
        let fields: [String]
        /// The column, in octets from 1, at which each field begins.
        let columns: [Int]
    }

    /// Calls `body` with each row that has `fieldCount` fields; others become diagnostics.
    static func read(
        _ bytes: [UInt8],
        path: String,
        fields fieldCount: Int,
        diagnostics: inout [Diagnostic],
        _ body: (Row) -> Diagnostic?
    ) {
        let text = bytes.span
        var collector = DiagnosticCollector()
        var lines = LineScanner(text)
        while let line = lines.next() {
            let content = text.extracting(line.range)
            if content.count == 0 || content[0] == 0x23 { continue }
            var values: [String] = []
            var columns: [Int] = []
            var scanner = FieldScanner(content, separator: 0x09)
            while values.count <= fieldCount, let field = scanner.next() {
                values.append(content.extracting(field).string)
                columns.append(field.lowerBound + 1)
            }
            guard values.count == fieldCount, !line.isOverlong else {
                collector.add("column-count") {
                    Diagnostic(
                        path: path,
                        line: line.number,
                        column: 1,
                        reason: "column-count",
                        text: "a row has \(fieldCount) columns split by tabs; write - for what is not known"
                    )
                }
                continue
            }
            if let diagnostic = body(Row(line: line.number, fields: values, columns: columns)) {
                collector.add(diagnostic)
            }
        }
        diagnostics += collector.diagnostics
    }
}
