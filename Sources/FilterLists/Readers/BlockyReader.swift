import DNS
import Policy
import TextScan

/// Lists as Blocky reads them (`lists/parsers/{lines,hosts}.go`, `cache/stringcache/string_caches.go`): a line is one
/// name (`||` before and `^` behind it are cut off), a hosts line, `/expression/`, or `*.name` for the name and everything
/// below. Behind more lines that are none of these than it bears with it reads no further, and keeps what it has
/// (`lists/parsers/filtererrors.go`, `lists/list_cache.go`).
enum BlockyReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        text.withPlainBlanks { readLines($0, &sink) }
    }

    private static func readLines(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let entry = sink.entry()
        var scanner = LineScanner(text, endsAtReturn: false)
        // Faults for certain, and what may be faults for Blocky.
        var (faults, doubts) = (0, 0)
        var undecided: UndecidedMark?
        let limit = sink.maximumErrors ?? .max
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let whole = text.trimmedRange(in: line.range)
            guard !whole.isEmpty, text[whole.lowerBound] != 0x21, text[whole.lowerBound] != 0x23 else { continue }
            if line.number == 1, text.hasPrefix("[Adblock", at: whole.lowerBound) { continue }
            guard faults <= limit else {
                sink.drop(.behindErrors, text, whole, line.number)
                continue
            }
            let (dropped, skipped) = (sink.dropCount, sink.skipCount)
            let rule = text.trimmedRange(in: whole, before: 0x23)
            read(text, rule, line.number, entry, &sink)
            // A name that ends with a dot is dropped without being a fault.
            if sink.dropCount > dropped, !hasFinalDot(text, rule) {
                faults += 1
            } else if sink.dropCount > dropped || sink.skipCount > skipped {
                doubts += 1
            }
            if undecided == nil, faults <= limit, faults + doubts > limit { undecided = sink.builder.beginUndecided() }
        }
        if let undecided { sink.noteOpenRules(sink.builder.endUndecided(undecided)) }
    }

    private static func read(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        var fields = FieldScanner(text.extracting(rule))
        guard let first = fields.next() else { return }
        let word = first.moved(by: rule.lowerBound)
        if word.upperBound < rule.upperBound { return hosts(text, rule, word, line, entry, &sink) }
        if text[word.lowerBound] == 0x2A { return wildcard(text, rule, word, line, entry, &sink) }
        if word.count > 1, text[word.lowerBound] == 0x2F, text[word.upperBound - 1] == 0x2F {
            return regex(text, rule, word, line, entry, &sink)
        }
        var name = word
        if text.hasPrefix("||", at: name.lowerBound) { name = (name.lowerBound + 2)..<name.upperBound }
        if !name.isEmpty, text[name.upperBound - 1] == 0x5E { name = name.lowerBound..<(name.upperBound - 1) }
        if name != word, name.count > 1, text[name.lowerBound] == 0x2F, text[name.upperBound - 1] == 0x2F {
            return regex(text, rule, name, line, entry, &sink)
        }
        if IPAddress(text: text.extracting(name).octets) != nil {
            // Addresses in answers are looked up as they are written, like names.
            sink.add(.exact, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
            return
        }
        if isNonASCII(text, name) { return international(text, rule, name, line, entry.class, &sink) }
        guard isName(text, name) else { return sink.drop(.notAName, text, rule, line) }
        add(text, rule, name, line, entry, &sink)
    }

    /// Adds a name, unless it ends with a dot: names are looked up without one, and kept as they are.
    private static func add(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ name: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        guard text[name.upperBound - 1] != 0x2E else { return sink.drop(.entryTrailingDot, text, rule, line) }
        sink.add(.exact, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    /// Whether a name in a line ends with a dot.
    private static func hasFinalDot(_ text: Span<UInt8>, _ rule: Range<Int>) -> Bool {
        for index in rule where text[index] == 0x2E {
            if index + 1 == rule.upperBound || text[index + 1] == 0x5E || text[index + 1] <= 0x20 { return true }
        }
        return false
    }

    /// A name that Blocky converts to Punycode: what it becomes is left open, or all that it may become.
    private static func international(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ name: Range<Int>,
        _ line: Int,
        _ ruleClass: RuleClass,
        _ sink: inout RuleSink
    ) {
        sink.skip(.idna, text, rule, line)
        switch InternationalName.convert(text.extracting(name).octets) {
        case .ascii(let converted):
            guard let name = try? DomainName(presentation: converted) else { return }
            sink.leaveOpen(.exact, name, class: ruleClass, rule: rule, line: line)
        case .unknown(let suffix):
            guard let name = suffix.isEmpty ? .root : try? DomainName(presentation: suffix) else { return }
            sink.leaveOpen(.subtree, name, class: ruleClass, rule: rule, line: line)
        case .refused: break
        }
    }

    private static func hosts(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ address: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        let word = text.extracting(address)
        let bare = word.extracting(0..<(word.firstIndex(of: 0x25) ?? word.count))
        guard IPAddress(text: bare.octets) != nil else {
            return text[address.lowerBound] == 0x2A
                ? wildcard(text, rule, address, line, entry, &sink) : sink.drop(.noAddress, text, rule, line)
        }
        var fields = FieldScanner(text.extracting(address.upperBound..<rule.upperBound))
        var names: [Range<Int>] = []
        while let field = fields.next() {
            let name = field.moved(by: address.upperBound)
            // One bad name makes Blocky refuse the line.
            guard isName(text, name) else { return sink.drop(.notAName, text, rule, line) }
            names.append(name)
        }
        for name in names { add(text, rule, name, line, entry, &sink) }
    }

    private static func wildcard(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ word: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        guard word.count > 2, text[word.lowerBound + 1] == 0x2E,
            text.extracting((word.lowerBound + 1)..<word.upperBound).firstIndex(of: 0x2A) == nil
        else { return sink.drop(.pattern, text, rule, line) }
        var name = (word.lowerBound + 2)..<word.upperBound
        while !name.isEmpty, text[name.lowerBound] == 0x2E { name = (name.lowerBound + 1)..<name.upperBound }
        while !name.isEmpty, text[name.upperBound - 1] == 0x2E { name = name.lowerBound..<(name.upperBound - 1) }
        sink.add(.subtree, text, name: name, class: entry.class, action: entry.action, rule: rule, line: line)
    }

    /// `/expression/` is searched for in the lower-case name.
    private static func regex(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ word: Range<Int>,
        _ line: Int,
        _ entry: (class: RuleClass, action: ActionID),
        _ sink: inout RuleSink
    ) {
        sink.add(
            text.extracting((word.lowerBound + 1)..<(word.upperBound - 1)),
            .re2(ignoresCase: false),
            class: entry.class,
            action: entry.action,
            text,
            rule: rule,
            line: line
        )
    }

    private static func isNonASCII(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        for index in name where text[index] >= 0x80 { return true }
        return false
    }

    /// Plain labels, one more dot at the end or not.
    private static func isName(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !name.isEmpty, name.count <= 255 else { return false }
        return PlainLabels.are(text, name)
    }
}
