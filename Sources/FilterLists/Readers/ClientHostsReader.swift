import DNS
import Policy
import TextScan

/// The client's own hosts file (compared with glibc 2.36, `nss/nss_files`): all addresses of a name count, letters of any
/// case are equal, `#` ends the line wherever it stands; a name with a dot at its end is never looked up. A name that the
/// file has is not asked for in DNS, for neither family.
enum ClientHostsReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let v4 = sink.builder.intern(TypeCoverage(only: [.a]))
        let v6 = sink.builder.intern(TypeCoverage(only: [.aaaa]))
        let nodata = sink.builder.intern(.nodata)
        var last = LastAddress()
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard text[name.upperBound - 1] != 0x2E else {
                return sink.drop(.hostsTrailingDot, text, name, line.number)
            }
            guard let action = last.action else { return }
            let own = last.isV4 ? v4 : v6
            let other = last.isV4 ? v6 : v4
            sink.add(
                .exact,
                text,
                name: name,
                class: .hosts,
                action: action,
                coverage: own,
                rule: line.rule,
                line: line.number
            )
            sink.add(
                .exact,
                text,
                name: name,
                class: .nullData,
                action: nodata,
                coverage: other,
                rule: line.rule,
                line: line.number
            )
        }
    }
}

/// The lines of a hosts file, name by name, for readers that take `#` for a comment wherever it stands.
enum HostsLines {
    /// A line without its comment.
    struct HostsLine {
        let rule: Range<Int>
        let number: Int
    }

    static func read(
        _ text: Span<UInt8>,
        _ sink: inout RuleSink,
        _ last: inout LastAddress,
        _ add: (HostsLine, Range<Int>, LastAddress, inout RuleSink) -> Void
    ) {
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedRange(in: line.range, before: 0x23)
            guard !rule.isEmpty else { continue }
            var fields = FieldScanner(text.extracting(rule))
            guard let first = fields.next() else { continue }
            guard last.read(text.extracting(rule).extracting(first), .records, &sink.builder) else {
                sink.drop(.noAddress, text, rule, line.number)
                continue
            }
            while let field = fields.next() {
                let name = field.moved(by: rule.lowerBound)
                add(HostsLine(rule: rule, number: line.number), name, last, &sink)
            }
        }
    }
}
