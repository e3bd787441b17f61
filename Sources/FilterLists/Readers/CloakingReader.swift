import DNS
import Policy
import TextScan

/// Cloaking rules of dnscrypt-proxy (`plugin_cloak.go`): a pattern and an address or a name to resolve in its place. The
/// lines of one pattern make one rule; with an address among them, names do not count. With a pattern that is none, and with targets
/// that lead round, the engine does not start.
enum CloakingReader {
    private struct Rule {
        var pattern: Range<Int>
        var rule: Range<Int>
        var line: Int
        var addresses: [IPAddress] = []
        /// The name that is looked up in its place, as it is written.
        var target: [UInt8] = []
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var rules: [Rule] = []
        var places: [[UInt8]: Int] = [:]
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            let words = words(text, rule)
            guard words.count == 2 else {
                sink.drop(.notAnEntry, text, rule, line.number)
                continue
            }
            let pattern = words[0]
            let target = text.extracting(words[1]).octets
            let key = text.extracting(pattern).octets.map(asciiLowercased)
            let place = places[key] ?? rules.count
            if place == rules.count {
                places[key] = place
                rules.append(Rule(pattern: pattern, rule: rule, line: line.number))
            }
            if let address = IPAddress(text: target) {
                rules[place].addresses.append(address.unmapped)
            } else {
                rules[place].target = target
            }
            // The engine names the last line.
            (rules[place].pattern, rules[place].rule, rules[place].line) = (pattern, rule, line.number)
        }
        var loops = CloakingLoops()
        for rule in rules { add(rule, text, &loops, &sink) }
        if sink.leaveOpenIfRefused(text) { return }
        let (round, isComplete) = loops.first()
        guard let place = round ?? (isComplete ? nil : 0) else { return }
        let rule = rules[place]
        sink.leaveAllOpen(isComplete ? .cloakingLoop : .tooManyParts, text, rule.rule, rule.line)
    }

    /// The first three words of a line, between blanks of any kind (`strings.FieldsFunc`).
    private static func words(_ text: Span<UInt8>, _ rule: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        text.extracting(rule).withPlainBlanks { line in
            var fields = FieldScanner(line)
            while words.count < 3, let word = fields.next() { words.append(word.moved(by: rule.lowerBound)) }
        }
        return words
    }

    private static func add(_ rule: Rule, _ text: Span<UInt8>, _ loops: inout CloakingLoops, _ sink: inout RuleSink) {
        let pattern = DNSCryptPattern(text: rule.pattern, rule: rule.rule, line: rule.line)
        guard let kind = pattern.kind(text) else { return sink.drop(.badStatement, text, rule.rule, rule.line) }
        loops.add(kind, text, target: rule.addresses.isEmpty ? rule.target.map(asciiLowercased) : nil)
        var action = RuleAction.records(rule.addresses.map { LocalRecord($0) })
        let before = sink.builder.ruleCount
        if rule.addresses.isEmpty {
            guard let target = try? DomainName(presentation: rule.target) else {
                sink.skip(.cloakingTarget, text, rule.rule, rule.line)
                pattern.add(text, (.data, sink.builder.intern(.unsupported)), .none, &sink)
                return sink.noteOpenRules(sink.builder.ruleCount - before)
            }
            action = .redirect(target)
        }
        pattern.add(text, (.data, sink.builder.intern(action)), .none, &sink)
    }
}

/// Forwarding rules of dnscrypt-proxy (`plugin_forward.go`): a name with everything below it and its servers; the first
/// that matches counts. The engine does not start with a line that is none.
enum ForwardingReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = DNSCryptReader.content(text, line.range)
            guard !rule.isEmpty else { continue }
            read(text, rule, line.number, &sink)
        }
        sink.leaveOpenIfRefused(text)
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
        let isRoot = text.extracting(name).equals(".")
        guard hasServer(servers) else {
            sink.skip(.server, text, rule, line)
            guard let name = isRoot ? .root : try? DomainName(presentation: text.extracting(name).octets) else {
                return
            }
            return sink.leaveOpen(.subtree, name, class: .open, rule: rule, line: line)
        }
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
