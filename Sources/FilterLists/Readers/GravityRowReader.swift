import DNS
import Policy
import TextScan

/// Rows of `gravity`, `antigravity` and of the exact names in `domainlist`, one a line. FTL looks a lower-case name up in
/// them as it stands, and `||name^` (`@@||name^` to allow) for it and what is above it (`database/gravity-db.c`).
enum GravityRowReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        let isDomainList = sink.role == .deny || sink.role == .exempt
        let prefix: StaticString = sink.role == .allow ? "@@||" : "||"
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text), !line.range.isEmpty else { continue }
            let row = line.range
            if let capital = row.first(where: { text[$0] &- 0x41 < 26 }) {
                sink.drop(.upperCaseRow, text, capital..<row.upperBound, line.number)
            } else if !isDomainList, text.hasPrefix(prefix, at: row.lowerBound), text[row.upperBound - 1] == 0x5E {
                let name = (row.lowerBound + prefix.utf8CodeUnitCount)..<(row.upperBound - 1)
                add(.subtree, text, name, row, line.number, entry, &sink)
            } else {
                add(.exact, text, row, row, line.number, entry, &sink)
            }
        }
    }

    private static func add(
        _ scope: Scope,
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ row: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        // Names in questions come without their root dot.
        guard !name.isEmpty, text[name.upperBound - 1] != 0x2E, isPlain(text, name) else {
            return sink.drop(.notAName, text, row, line)
        }
        sink.add(
            scope,
            text,
            name: name,
            class: entry.class,
            action: entry.action,
            guard: sink.guardOfLine(line),
            rule: row,
            line: line
        )
    }

    private static func isPlain(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        for index in name where text[index] <= 0x20 || text[index] == 0x5C || text[index] >= 0x7F { return false }
        return true
    }
}
