import DNS
import Policy
import TextScan

/// dnsmasq configuration as dnsmasq 2.90 reads it (`src/option.c`; dnsmasq(8)), compared with the running engine.
///
/// A rule covers the types it has an answer for: `address=/d/` and `local=/d/` all, `…/#` A and AAAA, an address its own
/// family. `server=/d/#` opens a name again. `*.d` is everything below d, `*d` any name whose text ends with d.
enum DnsmasqReader {
    private struct Actions {
        let nxdomain: ActionID
        let open: ActionID
        let null: ActionID
        let nullTypes: CoverageID
        let v4: CoverageID
        let v6: CoverageID

        init(_ builder: inout LayerBuilder) {
            nxdomain = builder.intern(.nxdomain)
            open = builder.intern(.allow)
            null = builder.intern(.records([LocalRecord(.v4(0)), LocalRecord(.v6(0, 0))]))
            nullTypes = builder.intern(TypeCoverage(only: [.a, .aaaa, .any]))
            v4 = builder.intern(TypeCoverage(only: [.a, .any]))
            v6 = builder.intern(TypeCoverage(only: [.aaaa, .any]))
        }
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let actions = Actions(&sink.builder)
        var scanner = LineScanner(text)
        var addresses = DnsmasqAddresses()
        var hosts = DnsmasqHostOptions()
        var authority = Authority()
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            guard let statement = statement(text, line.range) else { continue }
            authority.note(text, statement, line.number)
            read(text, statement, line.number, actions, &addresses, &hosts, &sink)
        }
        addresses.finish(&sink)
        hosts.finish(text, &sink)
        if let zone = authority.refused { sink.drop(.badStatement, text, zone.range, zone.line) }
        sink.leaveOpenIfRefused(text)
    }

    /// Zones that are answered with authority, with which dnsmasq does not start unless `auth-server` is said somewhere.
    private struct Authority {
        private var zone: (range: Range<Int>, line: Int)?
        private var hasServer = false

        /// The first zone, where there is no server.
        var refused: (range: Range<Int>, line: Int)? { hasServer ? nil : zone }

        mutating func note(_ text: Span<UInt8>, _ statement: Range<Int>, _ line: Int) {
            let words = text.extracting(statement)
            guard words.count > 9, words[0] == 0x61, words[1] == 0x75, words[4] == 0x2D else { return }
            if words.extracting(first: 9).equals("auth-zone"), zone == nil { zone = (statement, line) }
            if words.count > 11, words.extracting(first: 11).equals("auth-server") { hasServer = true }
        }
    }

    /// The statement of a line without its comment; nil where there is none.
    static func statement(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        let range = withoutComment(text, line)
        return range.isEmpty ? nil : range
    }

    /// Cuts a comment: `#` at the start or behind a blank, outside of quotes.
    private static func withoutComment(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int> {
        guard let first = text.extracting(line).firstIndex(of: 0x23) else { return text.trimmedRange(in: line) }
        var quoted = false
        var white = true
        var index = line.lowerBound
        if text.extracting(line).firstIndex(of: 0x22) == nil { index += max(0, first - 1) }
        if index > line.lowerBound { white = false }
        while index < line.upperBound {
            let octet = text[index]
            if octet == 0x22 { quoted.toggle() }
            if octet == 0x23, white, !quoted { return text.trimmedRange(in: line.lowerBound..<index) }
            white = isBlank(octet)
            index += 1
        }
        return text.trimmedRange(in: line)
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ actions: Actions,
        _ addresses: inout DnsmasqAddresses,
        _ hosts: inout DnsmasqHostOptions,
        _ sink: inout RuleSink
    ) {
        let statement = text.extracting(rule)
        let equals = statement.firstIndex(of: 0x3D).map { rule.lowerBound + $0 }
        let key = text.extracting(text.trimmedRange(in: rule.lowerBound..<(equals ?? rule.upperBound)))
        let value = equals.map { text.trimmedRange(in: ($0 + 1)..<rule.upperBound) }
        if hosts.read(text, key, value, rule, line, &sink) { return }
        if let value, !value.isEmpty {
            if key.equals("address") { return domains(text, rule, value, line, .address, actions, &sink) }
            if key.equals("server") || key.equals("local") {
                return domains(text, rule, value, line, .server, actions, &sink)
            }
            if key.equals("host-record") { return hostRecord(text, rule, value, line, &sink) }
            let name = key.string
            if DnsmasqRecords.options.contains(name) {
                return DnsmasqRecords.read(text, name, value, rule, line, &sink)
            }
            if name == "local-ttl", let seconds = text.extracting(value).decimal, seconds <= Int32.max {
                return sink.builder.noteLocalTTL(UInt32(seconds))
            }
            if name == "rev-server", reverseServer(text, rule, value, line, &sink) { return }
        }
        if addresses.read(text, key, value, rule, line, &sink) { return }
        switch DnsmasqStatement.options[key.string] {
        case .unsupported where DnsmasqStatement.namesFile(key) && sink.isGiven(text.extracting(value ?? 0..<0)):
            sink.drop(.option, text, rule, line)
        case .unsupported(let reason):
            sink.skip(reason, text, rule, line)
            DnsmasqOpenNames.note(text, key.string, value, rule, line, &sink)
        case .option: sink.drop(.option, text, rule, line)
        case .rule: sink.drop(.badStatement, text, rule, line)
        case nil: sink.drop(.unknownStatement, text, rule, line)
        }
    }

    private enum Kind { case address, server }

    /// `/d1/d2/…/value`.
    private static func domains(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ value: Range<Int>,
        _ line: Int,
        _ kind: Kind,
        _ actions: Actions,
        _ sink: inout RuleSink
    ) {
        guard text[value.lowerBound] == 0x2F else {
            // A server for everything says nothing about single names.
            return sink.drop(kind == .server ? .option : .badStatement, text, rule, line)
        }
        var last = value.upperBound - 1
        while text[last] != 0x2F { last -= 1 }
        let target = text.trimmedRange(in: (last + 1)..<value.upperBound)
        guard last > value.lowerBound || kind == .server else { return sink.drop(.badStatement, text, rule, line) }
        guard let (ruleClass, action, coverage) = meaning(text, target, kind, actions, &sink) else {
            return sink.drop(.badStatement, text, rule, line)
        }
        var start = value.lowerBound + 1
        while start <= last {
            var end = start
            while text[end] != 0x2F { end += 1 }
            add(text, start..<end, ruleClass, action, coverage, rule, line, &sink)
            start = end + 1
        }
    }

    private static func meaning(
        _ text: Span<UInt8>,
        _ target: Range<Int>,
        _ kind: Kind,
        _ actions: Actions,
        _ sink: inout RuleSink
    ) -> (RuleClass, ActionID, CoverageID)? {
        if target.isEmpty { return (.zone, actions.nxdomain, .all) }
        let isHash = target.count == 1 && text[target.lowerBound] == 0x23
        switch kind {
        case .address:
            if isHash { return (.nullData, actions.null, actions.nullTypes) }
            guard let address = IPAddress(text: text.extracting(target).octets) else { return nil }
            let action = sink.builder.intern(.records([LocalRecord(address)]))
            return (.data, action, address.isV4 ? actions.v4 : actions.v6)
        case .server:
            if isHash { return (.open, actions.open, .all) }
            return (.open, sink.builder.intern(.route(text.extracting(target).string)), .all)
        }
    }

    private static func add(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ coverage: CoverageID,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        var name = name
        guard !name.isEmpty else {
            // `server=//IP` is about names without a dot.
            sink.skip(.answerOption, text, rule, line)
            return DnsmasqOpenNames.leaveSingleLabelsOpen(nil, rule, line, &sink)
        }
        let position = RulePosition(rule, line: line)
        if name.count == 1, text[name.lowerBound] == 0x23 {
            // `#` stands for every name.
            return sink.builder.add(
                .subtree,
                name: .root,
                class: ruleClass,
                action: action,
                coverage: coverage,
                at: position
            )
        }
        var scope = Scope.subtree
        if text[name.lowerBound] == 0x2A {
            if name.count > 2, text[name.lowerBound + 1] == 0x2E {
                scope = .below
                name = (name.lowerBound + 2)..<name.upperBound
            } else {
                let tail = (name.lowerBound + 1)..<name.upperBound
                var tokens: [TextPattern.Token] = []
                for index in tail { tokens.append(.octet(asciiLowercased(text[index]))) }
                return sink.builder.add(
                    pattern: TextPattern(start: .anywhere, tokens: tokens, endsAtEnd: true),
                    class: ruleClass,
                    action: action,
                    coverage: coverage,
                    at: position
                )
            }
        } else if text[name.lowerBound] == 0x2E {
            name = (name.lowerBound + 1)..<name.upperBound
        }
        sink.add(
            scope,
            text,
            name: name,
            class: ruleClass,
            action: action,
            coverage: coverage,
            rule: rule,
            line: line
        )
    }

    /// `rev-server=address/length[,server]`: where the names of a range's addresses are asked for.
    private static func reverseServer(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ value: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        let comma = text.extracting(value).firstIndex(of: 0x2C) ?? value.count
        guard let range = AddressRange(text.extracting(value).extracting(0..<comma).trimmed.string),
            range.prefixLength > 0
        else { return false }
        let server = text.extracting(min(value.lowerBound + comma + 1, value.upperBound)..<value.upperBound).string
        let action = sink.builder.intern(server.isEmpty ? .nxdomain : .route(server))
        guard sink.take(range.reverseZoneCount) else {
            sink.skip(.tooManyParts, text, rule, line)
            sink.leaveOpen(.subtree, DnsmasqOpenNames.reverseTree, class: .special, rule: rule, line: line)
            return true
        }
        for zone in range.reverseZones {
            sink.builder.add(
                .subtree,
                name: zone,
                class: server.isEmpty ? .zone : .open,
                action: action,
                at: RulePosition(rule, line: line)
            )
        }
        return true
    }

    /// `host-record=name[,name…][,address…][,ttl]`: like a hosts line, but of several addresses of a family the last counts
    /// (compared with 2.90).
    private static func hostRecord(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ value: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        var names: [Range<Int>] = []
        var v4: IPAddress?
        var v6: IPAddress?
        var lifetime: UInt32?
        var fields = FieldScanner(text.extracting(value), separator: 0x2C)
        while let field = fields.next() {
            let range = text.trimmedRange(
                in: field.moved(by: value.lowerBound)
            )
            let word = text.extracting(range)
            if let address = IPAddress(text: word.octets) {
                if address.isV4 { v4 = address } else { v6 = address }
            } else if let number = word.decimal, !names.isEmpty {
                lifetime = UInt32(clamping: number)
            } else {
                names.append(range)
            }
        }
        guard !names.isEmpty else { return sink.drop(.badStatement, text, rule, line) }
        for name in names {
            for case let address? in [v4, v6] {
                let action = sink.builder.intern(.records([LocalRecord(address, ttl: lifetime)]))
                let coverage = sink.builder.intern(TypeCoverage(only: [address.recordType, .any]))
                sink.add(
                    .exact,
                    text,
                    name: name,
                    class: .hosts,
                    action: action,
                    coverage: coverage,
                    rule: rule,
                    line: line
                )
            }
        }
    }
}
