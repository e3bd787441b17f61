import DNS
import Policy
import TextScan

/// Cloaking rules of dnscrypt-proxy (`plugin_cloak.go`): a pattern and an address or a name to resolve in its place. The
/// lines of one pattern make one rule; with an address among them, names do not count.
enum CloakingReader {
    private struct Rule {
        var pattern: Range<Int>
        var rule: Range<Int>
        var line: Int
        var addresses: [IPAddress] = []
        var target: DomainName?
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var rules: [Rule] = []
        var places: [[UInt8]: Int] = [:]
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            var fields = FieldScanner(text.extracting(rule))
            guard let first = fields.next(), let second = fields.next(), fields.next() == nil else {
                sink.drop(.notAnEntry, text, rule, line.number)
                continue
            }
            let pattern = first.moved(by: rule.lowerBound)
            let target = text.extracting(rule).extracting(second).octets
            let address = IPAddress(text: target)
            let name = address == nil ? try? DomainName(presentation: target) : nil
            guard address != nil || name != nil else {
                sink.drop(.badTarget, text, rule, line.number)
                continue
            }
            let key = text.extracting(pattern).octets.map(asciiLowercased)
            let place = places[key] ?? rules.count
            if place == rules.count {
                places[key] = place
                rules.append(Rule(pattern: pattern, rule: rule, line: line.number))
            }
            if let address { rules[place].addresses.append(unmapped(address)) } else { rules[place].target = name }
            // The engine names the last line.
            (rules[place].pattern, rules[place].rule, rules[place].line) = (pattern, rule, line.number)
        }
        for rule in rules {
            let action: RuleAction =
                if rule.addresses.isEmpty, let target = rule.target {
                    .redirect(target)
                } else {
                    .records(rule.addresses.map { LocalRecord($0) })
                }
            DNSCryptPattern(text: rule.pattern, rule: rule.rule, line: rule.line).add(
                text,
                (.data, sink.builder.intern(action)),
                .none,
                &sink
            )
        }
    }

    private static func unmapped(_ address: IPAddress) -> IPAddress {
        if case .v6(0, let low) = address, low >> 32 == 0xFFFF { return .v4(UInt32(truncatingIfNeeded: low)) }
        return address
    }
}

/// Forwarding rules of dnscrypt-proxy (`plugin_forward.go`): a name with everything below it and its servers; the first
/// that matches counts.
enum ForwardingReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            read(text, rule, line.number, &sink)
        }
    }

    private static func read(_ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        var fields = FieldScanner(text.extracting(rule))
        guard let first = fields.next(), !fields.rest.isEmpty else { return sink.drop(.badStatement, text, rule, line) }
        let servers = text.extracting(rule).extracting(fields.rest).string
        var name = first.moved(by: rule.lowerBound)
        if text.hasPrefix("*.", at: name.lowerBound) { name = (name.lowerBound + 2)..<name.upperBound }
        guard !name.isEmpty, text.extracting(name).firstIndex(of: 0x2A) == nil else {
            return sink.drop(.badStatement, text, rule, line)
        }
        guard hasServer(servers) else { return sink.skip(.server, text, rule, line) }
        let isRoot = text.extracting(name).equals(".")
        // Query names come without their root dot.
        guard isRoot || text[name.upperBound - 1] != 0x2E else { return sink.drop(.pattern, text, rule, line) }
        let action = sink.builder.intern(.route(servers))
        if isRoot {
            let place = RulePosition(rule, line: line)
            sink.builder.add(.subtree, name: .root, class: .open, action: action, at: place)
        } else {
            sink.add(.subtree, text, name: name, class: .open, action: action, rule: rule, line: line)
        }
    }

    /// Whether one of the servers counts: an address, perhaps with a port, or a keyword.
    private static func hasServer(_ text: String) -> Bool {
        let list = text.hasPrefix("$PROXY:") ? text.dropFirst(7) : text[...]
        return list.split(separator: ",").contains { item in
            let server = item.drop { $0 == " " }
            if server == "$BOOTSTRAP" || server == "$DHCP" || server.hasPrefix("$RESOLVCONF:") { return true }
            if IPAddress(server) != nil { return true }
            guard let colon = server.lastIndex(of: ":") else { return false }
            let host = server[..<colon].drop { $0 == "[" }
            return IPAddress(host.hasSuffix("]") ? host.dropLast() : host) != nil
        }
    }
}
