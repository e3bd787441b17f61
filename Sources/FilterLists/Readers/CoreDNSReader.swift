import DNS
import Policy
import TextScan

/// A hosts file as CoreDNS's hosts plugin reads it (`plugin/hosts/hostsfile.go`, README): names are normalised, all
/// addresses count, a name that the file has has no data of other types; `*.x` stands for one label.
enum CoreDNSReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let v4 = sink.builder.intern(TypeCoverage(only: [.a]))
        let v6 = sink.builder.intern(TypeCoverage(only: [.aaaa]))
        let nodata = sink.builder.intern(.nodata)
        var last = LastAddress()
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard let action = last.action else { return }
            let own = last.isV4 ? v4 : v6
            guard text[name.lowerBound] == 0x2A else {
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
                sink.add(.exact, text, name: name, class: .data, action: nodata, rule: line.rule, line: line.number)
                return
            }
            guard name.count > 2, text[name.lowerBound + 1] == 0x2E else {
                return sink.drop(.pattern, text, name, line.number)
            }
            var tokens: [TextPattern.Token] = [.run]
            for index in (name.lowerBound + 1)..<name.upperBound {
                tokens.append(.octet(asciiLowercased(text[index])))
            }
            if tokens.last == .octet(0x2E) { tokens.removeLast() }
            let pattern = TextPattern(start: .beginning, tokens: tokens, endsAtEnd: true)
            let position = RulePosition(line.rule, line: line.number)
            sink.builder.add(pattern: pattern, class: .nullData, action: action, at: position)
        }
    }
}
