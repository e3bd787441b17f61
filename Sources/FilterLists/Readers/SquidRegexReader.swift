import DNS
import Policy
import TextScan

/// Files of squid's `dstdom_regex` ACLs (squid 5.7, `ACLRegexData`; compared with the running proxy): one expression a
/// line; `-i` and `+i` on lines of their own turn the regard to case off and on. Whether the `acl` line said `-i` is not
/// known, so expressions with capitals are not evaluated unless the file says it.
enum SquidRegexReader {
    /// Octets of an expression that squid takes.
    private static let limit = 8191

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let (ruleClass, action) = sink.entry()
        var regardsCase: Bool?
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text), let value = SquidReader.value(text, line, &sink) else { continue }
            let expression = text.extracting(value)
            if expression.equals("-i") || expression.equals("+i") {
                regardsCase = expression.equals("+i")
                sink.drop(.option, text, value, line.number)
                continue
            }
            let hasCapitals = expression.contains { $0 &- 0x41 < 26 }
            // Hosts are in lower case.
            let plain = regardsCase == true ? PosixExpression.aboutLowerCase(expression.octets) : nil
            let isOpen = hasCapitals && regardsCase != false && plain == nil
            if isOpen || !PosixExpression.isPortable(expression) {
                sink.skip(isOpen ? .aclOption : .regexDialect, text, value, line.number)
                sink.undecided(
                    PosixExpression.widened(expression, regardsCase: isOpen),
                    class: ruleClass,
                    action: action,
                    at: RulePosition(value, line: line.number)
                )
            } else {
                let octets = plain ?? expression.octets
                sink.add(
                    octets.span,
                    .tre,
                    class: ruleClass,
                    action: action,
                    text,
                    rule: value,
                    line: line.number
                )
            }
        }
        SquidReader.leaveAddressesOpen(&sink)
    }
}

extension Span where Element == UInt8 {
    fileprivate func contains(_ condition: (UInt8) -> Bool) -> Bool {
        for index in 0..<count where condition(self[index]) { return true }
        return false
    }
}
