import DNS
import TextScan

extension KnotConfiguration {
    /// Leaves open the name of a host that an assignment gives an address: `hints['name'] = 'address'`, which does what
    /// `hints.set` does.
    mutating func leaveHintOpen(_ statement: Range<Int>, _ line: Int) {
        guard source.hasPrefix("hints", at: statement.lowerBound) else { return }
        var index = statement.lowerBound + 5
        skipBlanks(&index, statement.upperBound)
        guard index < statement.upperBound, source[index] == 0x5B else { return }
        index += 1
        skipBlanks(&index, statement.upperBound)
        guard index < statement.upperBound, source[index] == 0x27 || source[index] == 0x22 else { return }
        let quote = source[index]
        let start = index + 1
        index = start
        while index < statement.upperBound, source[index] != quote { index += 1 }
        guard index < statement.upperBound else { return }
        leaveOpen(host: start..<index, statement, line)
    }

    /// Leaves open the name of a host, which stands at `host`.
    mutating func leaveOpen(host: Range<Int>, _ range: Range<Int>, _ line: Int) {
        guard (try? DomainName(presentation: source.extracting(host).octets)) != nil else { return }
        let names = [LuaText(content: host, line: line, isEscaped: false)]
        leaveOpen(property(.isOne(names)), range, line, isFirst: true)
    }

    private func skipBlanks(_ index: inout Int, _ end: Int) {
        while index < end, isBlank(source[index]) { index += 1 }
    }
}
