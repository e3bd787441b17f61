import DNS
import Policy
import TextScan

/// The client's own hosts file (compared with glibc 2.36, `nss/nss_files`): all addresses of a name count, letters of any
/// case are equal, `#` ends the line wherever it stands; a name with a dot at its end is never looked up. A name that the
/// file has is not asked for in DNS, for neither family. Asked as getaddrinfo asks for one family without AI_V4MAPPED.
enum ClientHostsReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let v4 = sink.builder.intern(TypeCoverage(only: [.a]))
        let v6 = sink.builder.intern(TypeCoverage(only: [.aaaa]))
        let nodata = sink.builder.intern(.nodata)
        let loopback = sink.builder.intern(.records([LocalRecord(.v4(0x7F00_0001))]))
        var last = LastAddress()
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard text[name.upperBound - 1] != 0x2E else {
                return sink.drop(.hostsTrailingDot, text, name, line.number)
            }
            guard let action = last.action else { return }
            var first: ActionID? = last.isV4 ? action : nil
            if let other = other(last.address) {
                first = other == .v4(0x7F00_0001) ? loopback : sink.builder.intern(.records([LocalRecord(other)]))
            }
            let second: ActionID? = last.isV4 ? nil : action
            for (answer, coverage) in [(first, v4), (second, v6)] {
                sink.add(
                    .exact,
                    text,
                    name: name,
                    class: answer == nil ? .nullData : .hosts,
                    action: answer ?? nodata,
                    coverage: coverage,
                    rule: line.rule,
                    line: line.number
                )
            }
        }
    }

    /// The IPv4 address that an IPv6 address is to those who ask for IPv4 alone: the one mapped into it, 127.0.0.1 for ::1.
    private static func other(_ address: IPAddress) -> IPAddress? {
        if address.isMapped { return address.unmapped }
        return address == .v6(0, 1) ? .v4(0x7F00_0001) : nil
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
        // Both read strings of C: the C library lines, dnsmasq words (compared with glibc 2.36 and dnsmasq 2.90).
        let use: LastAddress.Use = sink.engine == .coreDNS ? .recordsOfCoreDNS : .records
        let hasNUL = sink.engine != .coreDNS && text.firstIndex(of: 0) != nil
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            var rule = text.trimmedRange(in: line.range, before: 0x23)
            if hasNUL, sink.engine == .hostsFile { rule = text.trimmedRange(in: text.upToNUL(rule)) }
            guard !rule.isEmpty else { continue }
            var fields = FieldScanner(text.extracting(rule))
            guard var first = fields.next() else { continue }
            if hasNUL { first = text.extracting(rule).upToNUL(first) }
            guard last.read(text.extracting(rule).extracting(first), use, &sink.builder) else {
                sink.drop(.noAddress, text, rule, line.number)
                continue
            }
            while let field = fields.next() {
                var name = field.moved(by: rule.lowerBound)
                if hasNUL { name = text.upToNUL(name) }
                guard !name.isEmpty else {
                    sink.drop(.notAName, text, rule, line.number)
                    continue
                }
                add(HostsLine(rule: rule, number: line.number), name, last, &sink)
            }
        }
    }
}

extension Span<UInt8> {
    /// The part of a range before its first NUL.
    fileprivate func upToNUL(_ range: Range<Int>) -> Range<Int> {
        extracting(range).firstIndex(of: 0).map { range.lowerBound..<(range.lowerBound + $0) } ?? range
    }
}
