import DNS
import Policy
import TextScan

/// Names that the hints module answers, behind the rules of policy and views, and whatever those let pass (Knot Resolver
/// 5.6, run).
extension KnotConfiguration {
    /// Leaves open the name of a host that an assignment gives an address: `hints['name'] = 'address'`, which does what
    /// `hints.set` does; false when it is none.
    mutating func leaveHintOpen(_ statement: Range<Int>, _ line: Int) -> Bool {
        guard source.hasPrefix("hints", at: statement.lowerBound) else { return false }
        var index = statement.lowerBound + 5
        skipBlanks(&index, statement.upperBound)
        guard index < statement.upperBound, source[index] == 0x5B else { return false }
        index += 1
        guard let host = quoted(&index, statement.upperBound) else { return false }
        while index < statement.upperBound, source[index] != 0x3D { index += 1 }
        index += 1
        guard let address = quoted(&index, statement.upperBound) else { return false }
        leaveOpen(host: host, statement, line)
        leaveOpen(reverseOf: address, statement, line)
        return true
    }

    /// Whether a statement is `hints['name'] = 'address'` and nothing more.
    func isHint(_ statement: Range<Int>) -> Bool {
        guard source.hasPrefix("hints", at: statement.lowerBound) else { return false }
        var index = statement.lowerBound + 5
        skipBlanks(&index, statement.upperBound)
        guard index < statement.upperBound, source[index] == 0x5B else { return false }
        index += 1
        guard quoted(&index, statement.upperBound) != nil else { return false }
        for mark in [0x5D, 0x3D] as [UInt8] {
            skipBlanks(&index, statement.upperBound)
            guard index < statement.upperBound, source[index] == mark else { return false }
            index += 1
        }
        return quoted(&index, statement.upperBound) != nil && index == statement.upperBound
    }

    /// Leaves open the name of a host, which stands at `host`.
    mutating func leaveOpen(host: Range<Int>, _ range: Range<Int>, _ line: Int) {
        guard (try? DomainName(presentation: source.extracting(host).octets)) != nil else {
            return rules.leaveOpen(.behind, range, line)
        }
        let names = [LuaText(content: host, line: line, isEscaped: false)]
        rules.leaveOpen(.behind, range, line, property(.isOne(names)))
    }

    /// Leaves open the name of an address, which the module answers with the host.
    mutating func leaveOpen(reverseOf address: Range<Int>, _ range: Range<Int>, _ line: Int) {
        guard let address = IPAddress(text: source.extracting(address).trimmed.octets),
            let own = AddressRange(address, prefixLength: address.isV4 ? 32 : 128)
        else { return rules.leaveOpen(.behind, range, line) }
        rules.leaveOpen(.behind, range, line, property(.isOneName(own.reverseZones)))
    }

    /// The text in quotes at a place.
    private func quoted(_ index: inout Int, _ end: Int) -> Range<Int>? {
        skipBlanks(&index, end)
        guard index < end, source[index] == 0x27 || source[index] == 0x22 else { return nil }
        let quote = source[index]
        let start = index + 1
        index = start
        while index < end, source[index] != quote { index += 1 }
        guard index < end else { return nil }
        index += 1
        return start..<(index - 1)
    }

    private func skipBlanks(_ index: inout Int, _ end: Int) {
        while index < end, isBlank(source[index]) { index += 1 }
    }
}
