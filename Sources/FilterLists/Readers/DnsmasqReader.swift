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
        /// Whether the list has quotes, and names that are not read as they stand.
        let hasQuotes: Bool
        let hasOddNames: Bool
        let hasNUL: Bool

        init(_ text: Span<UInt8>, _ builder: inout LayerBuilder) {
            hasQuotes = text.firstIndex(of: 0x22) != nil
            hasNUL = text.firstIndex(of: 0) != nil
            hasOddNames = DnsmasqName.hasOddOnes(text)
            nxdomain = builder.intern(.nxdomain)
            open = builder.intern(.allow)
            null = builder.intern(.records([LocalRecord(.v4(0)), LocalRecord(.v6(0, 0))]))
            nullTypes = builder.intern(TypeCoverage(only: [.a, .aaaa, .any]))
            v4 = builder.intern(TypeCoverage(only: [.a, .any]))
            v6 = builder.intern(TypeCoverage(only: [.aaaa, .any]))
        }
    }

    /// Octets after which dnsmasq's `fgets` begins another line, in the middle of a comment, too.
    static let longestLine = 1_024

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let actions = Actions(text, &sink.builder)
        var scanner = LineScanner(text)
        var state = DnsmasqState(after: sink.otherOptions?.before)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            var rest = line.range
            repeat {
                let whole = rest.prefix(longestLine)
                rest = whole.upperBound..<rest.upperBound
                // A NUL ends what C reads of it.
                let length = actions.hasNUL ? text.extracting(whole).firstIndex(of: 0) : nil
                let part = whole.prefix(length ?? whole.count)
                guard let statement = statement(text, part, actions) else {
                    sink.drop(.badStatement, text, part, line.number)
                    continue
                }
                guard !statement.isEmpty else { continue }
                state.authority.note(text, statement, line.number)
                read(text, statement, line.number, actions, &state, &sink)
            } while !rest.isEmpty
        }
        state.finish(text, &sink)
    }

    /// The statement of a line without its comment; nil where there is none that dnsmasq reads.
    static func statement(_ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
        guard let range = DnsmasqQuotes.statement(text, line), !range.isEmpty else { return nil }
        return range
    }

    /// A line without its comment; nil where a quote is not closed.
    private static func statement(_ text: Span<UInt8>, _ line: Range<Int>, _ actions: Actions) -> Range<Int>? {
        let octets = text.extracting(line)
        if actions.hasQuotes, octets.firstIndex(of: 0x22) != nil { return DnsmasqQuotes.statement(text, line) }
        var index = octets.firstIndex(of: 0x23)
        while let found = index, found > 0, !isBlank(octets[found - 1]) {
            index = octets.firstIndex(of: 0x23, from: found + 1)
        }
        return text.trimmedRange(in: line.lowerBound..<(index.map { line.lowerBound + $0 } ?? line.upperBound))
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ actions: Actions,
        _ state: inout DnsmasqState,
        _ sink: inout RuleSink
    ) {
        let statement = text.extracting(rule)
        let equals = statement.firstIndex(of: 0x3D).map { rule.lowerBound + $0 }
        let key = text.extracting(text.trimmedRange(in: rule.lowerBound..<(equals ?? rule.upperBound)))
        let value = equals.map { text.trimmedRange(in: ($0 + 1)..<rule.upperBound) }
        if let value, !value.isEmpty {
            if key.equals("address") { return domains(text, rule, value, line, .address, actions, &state, &sink) }
            if key.equals("server") || key.equals("local") {
                return domains(text, rule, value, line, .server, actions, &state, &sink)
            }
        }
        // Without anything it is about every name, as `/#/` is.
        if value?.isEmpty == true, key.equals("address") || key.equals("server") || key.equals("local") {
            return state.catchAll.add(rule, line)
        }
        let name = key.string
        let words = value.map { DnsmasqQuotes.words(text.extracting($0)) }
        let option = DnsmasqOption(name: name, words: words, rule: rule, line: line)
        if name != "host-record", !state.start.note(option) { return sink.drop(.badStatement, text, rule, line) }
        if let value, !value.isEmpty {
            if name == "host-record" { return DnsmasqHostOptions.hostRecord(text, option, &sink) }
            if name == "local-ttl", let seconds = option.number, seconds <= Int32.max {
                return sink.builder.noteLocalTTL(UInt32(seconds))
            }
        }
        if name == "rev-server" { return DnsmasqServer.reverse(text, option, &sink) }
        if option.hasQuotedComma, !DnsmasqRecords.options.contains(name) {
            sink.skip(.answerOption, text, rule, line)
            return sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
        }
        if state.hosts.read(text, option, &sink) || state.addresses.read(text, option, &sink) { return }
        if name == "no-resolv" { state.catchAll.noteNoOthers(option) }
        if name == "enable-dbus" || name == "enable-ubus" { state.catchAll.noteUncertain() }
        if DnsmasqRecords.options.contains(name), value?.isEmpty == false {
            return DnsmasqRecords.read(text, option, &sink)
        }
        if value?.isEmpty == true, DnsmasqRecords.readEmpty(text, option, &sink) { return }
        switch DnsmasqStatement.options[name] {
        case .unsupported where DnsmasqStatement.includes.contains(name) && value?.isEmpty ?? (name == "conf-file"),
            .rule where name == "local-ttl" && value?.isEmpty == true:
            // No file, and no other TTL than there is.
            sink.drop(.option, text, rule, line)
        case .unsupported where DnsmasqStatement.includes.contains(name):
            guard let reason = sink.missing(DnsmasqStatement.files(option)) else {
                return sink.drop(.option, text, rule, line)
            }
            sink.skip(reason, text, rule, line)
            DnsmasqOpenNames.note(option, &sink)
        case .unsupported(let reason):
            sink.skip(reason, text, rule, line)
            DnsmasqOpenNames.note(option, &sink)
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
        _ state: inout DnsmasqState,
        _ sink: inout RuleSink
    ) {
        guard !actions.hasQuotes || text.extracting(value).firstIndex(of: 0x22) == nil else {
            let plain = DnsmasqQuotes.plain(text.extracting(value))
            return domains(plain.span, 0..<plain.count, kind, actions, text, rule, line, &state, &sink)
        }
        domains(text, value, kind, actions, text, rule, line, &state, &sink)
    }

    /// The same for a value that stands in the list, or is what one there is without its quotes.
    private static func domains(
        _ source: Span<UInt8>,
        _ value: Range<Int>,
        _ kind: Kind,
        _ actions: Actions,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout DnsmasqState,
        _ sink: inout RuleSink
    ) {
        guard !value.isEmpty, source[value.lowerBound] == 0x2F else {
            if kind == .server { state.catchAll.noteServer() }
            // A server for everything says nothing about single names.
            let isServer = kind == .server && (value.isEmpty || !DnsmasqServer.isRefused(source.extracting(value)))
            if isServer, DnsmasqServer.leaveOpen(source.extracting(value), text, rule, line, &sink) { return }
            return sink.drop(isServer ? .option : .badStatement, text, rule, line)
        }
        var last = value.upperBound - 1
        while source[last] != 0x2F { last -= 1 }
        let target = source.trimmedRange(in: (last + 1)..<value.upperBound)
        guard last > value.lowerBound || kind == .server else { return sink.drop(.badStatement, text, rule, line) }
        guard let (ruleClass, action, coverage) = meaning(source, target, kind, actions, &sink) else {
            return sink.drop(.badStatement, text, rule, line)
        }
        let isCopy = value.lowerBound <= rule.lowerBound
        let isOpen = kind == .server && DnsmasqServer.hasNoPort(source.extracting(target))
        if isOpen { sink.skip(.serverPort, text, rule, line) }
        if ruleClass == .open, action == actions.open { state.catchAll.noteUncertain() }
        let server = source.extracting(target)
        if kind == .server, DnsmasqServer.leaveOpen(server, opensPortless: false, text, rule, line, &sink) { return }
        var start = value.lowerBound + 1
        while start <= last {
            var end = start
            while source[end] != 0x2F { end += 1 }
            let isOdd = isCopy || actions.hasOddNames
            let meant = Target(ruleClass: ruleClass, action: action, coverage: coverage, rule: rule, line: line)
            let name = trimmed(source, start..<end)
            if isAboutSingleLabels(source, start..<end, isLast: end == last) {
                leaveSingleLabelsOpen(meant, text, &sink)
            }
            if isOpen { sink.noteOpenRules(1) }
            let isPlain = isBehindDot(source, name, start)
            if isPlain || !isCatchAll(source, name) {
                add(source, name, isOdd: isOdd, isPlain: isPlain, meant, text, &sink)
            } else if ruleClass == .zone {
                state.catchAll.add(rule, line)
            } else if kind == .server, target.count == 1, source[target.lowerBound] == 0x23 {
                DnsmasqCatchAll.openAll(text, rule, line, &sink)
            } else {
                if kind == .server { state.catchAll.noteServer() }
                add(.subtree, .name(.root), meant, text, &sink)
            }
            start = end + 1
        }
    }

    /// Whether a name stands for every one.
    private static func isCatchAll(_ source: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard name.count == 1 else { return false }
        return source[name.lowerBound] == 0x23 || source[name.lowerBound] == 0x2E || source[name.lowerBound] == 0x2A
    }

    /// A name without the blanks behind it and the dots in front.
    private static func trimmed(_ source: Span<UInt8>, _ whole: Range<Int>) -> Range<Int> {
        var name = withoutBlanks(source, whole)
        while name.count > 1, source[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<name.upperBound }
        return name
    }

    /// Whether a name stands behind a dot, where `*` and `#` are no wildcards.
    private static func isBehindDot(_ source: Span<UInt8>, _ name: Range<Int>, _ start: Int) -> Bool {
        name.lowerBound > start && !name.isEmpty && source[name.lowerBound] != 0x2E
    }

    private static func withoutBlanks(_ source: Span<UInt8>, _ whole: Range<Int>) -> Range<Int> {
        var end = whole.upperBound
        while end > whole.lowerBound, isSpace(source[end - 1]) { end -= 1 }
        return whole.lowerBound..<end
    }

    /// Whether a name makes its statement one about names of one label, too: one that ends with a dot or a blank and is not
    /// the last does (compared with 2.90); of one that ends with both it is not known.
    private static func isAboutSingleLabels(_ source: Span<UInt8>, _ whole: Range<Int>, isLast: Bool) -> Bool {
        let name = withoutBlanks(source, whole)
        let isCut = name.upperBound < whole.upperBound
        let hasDot = name.count > 1 && source[name.upperBound - 1] == 0x2E
        return !name.isEmpty && (isLast ? isCut && hasDot : isCut || hasDot)
    }

    /// With `server=…/#` dnsmasq even falls silent at the first query.
    private static func leaveSingleLabelsOpen(_ target: Target, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        sink.skip(.answerOption, text, target.rule, target.line)
        guard target.ruleClass == .open else {
            return DnsmasqOpenNames.leaveSingleLabelsOpen(target.rule, target.line, &sink)
        }
        sink.leaveOpen(.subtree, .root, class: .special, rule: target.rule, line: target.line)
    }

    /// White space as C has it.
    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || octet &- 0x09 < 5 }

    /// What becomes of the names of a statement.
    private struct Target {
        let ruleClass: RuleClass
        let action: ActionID
        let coverage: CoverageID
        let rule: Range<Int>
        let line: Int

        var position: RulePosition { RulePosition(rule, line: line) }
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
            guard !DnsmasqServer.isRefused(text.extracting(target)) else { return nil }
            if DnsmasqServer.hasNoPort(text.extracting(target)) {
                return (.open, sink.builder.intern(.unsupported), .all)
            }
            return (.open, sink.builder.intern(.route(text.extracting(target).string)), .all)
        }
    }

    private static func add(
        _ source: Span<UInt8>,
        _ name: Range<Int>,
        isOdd: Bool,
        isPlain: Bool,
        _ target: Target,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        guard !name.isEmpty else {
            // `server=//IP` is about names without a dot.
            sink.skip(.answerOption, text, target.rule, target.line)
            return DnsmasqOpenNames.leaveSingleLabelsOpen(target.rule, target.line, &sink)
        }
        var name = name
        var scope = Scope.subtree
        if !isPlain, source[name.lowerBound] == 0x2A {
            guard name.count > 2, source[name.lowerBound + 1] == 0x2E else {
                let tail = source.extracting((name.lowerBound + 1)..<name.upperBound).octets
                return addTail(tail, target, text, &sink)
            }
            scope = .below
            name = (name.lowerBound + 2)..<name.upperBound
        }
        guard !isOdd else { return add(scope, DnsmasqName(source.extracting(name).octets), target, text, &sink) }
        do throws(NameError) {
            try sink.builder.add(
                scope,
                in: text,
                name: name,
                rule: target.rule,
                line: target.line,
                class: target.ruleClass,
                action: target.action,
                coverage: target.coverage
            )
        } catch {
            add(scope, DnsmasqName(source.extracting(name).octets), target, text, &sink)
        }
    }

    private static func add(
        _ scope: Scope,
        _ name: DnsmasqName,
        _ target: Target,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        sink.add(
            scope,
            name,
            class: target.ruleClass,
            action: target.action,
            coverage: target.coverage,
            text,
            rule: target.rule,
            line: target.line
        )
    }

    /// Names whose text ends so.
    private static func addTail(
        _ tail: [UInt8],
        _ target: Target,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        guard case .ascii(let ending) = DnsmasqName.text(tail) else {
            return add(.subtree, DnsmasqName(tail), target, text, &sink)
        }
        sink.builder.add(
            pattern: TextPattern(
                start: .anywhere,
                tokens: ending.map { .octet(asciiLowercased($0)) },
                endsAtEnd: true
            ),
            class: target.ruleClass,
            action: target.action,
            coverage: target.coverage,
            at: target.position
        )
    }
}
