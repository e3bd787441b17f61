import DNS
import Policy
import TextScan

/// Lists as AdGuard Home reads them (urlfilter `rules/{rule,host,network}.go`): every line is first tried as a hosts
/// rule (`address name…` or a bare name, compared as it stands), then as a network rule.
enum AdGuardReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        leaveAllOpenIfBinary(text, &sink)
        let context = AdGuardContext(&sink)
        var last = LastAddress()
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            let rule = text.trimmedAsGo(in: line.range)
            guard !rule.isEmpty, text[rule.lowerBound] != 0x21, text[rule.lowerBound] != 0x23 else { continue }
            if text.hasPrefixIgnoringCase("[adblock", at: rule.lowerBound) { continue }
            if LineShape.isCosmetic(text.extracting(rule)) {
                sink.drop(.cosmetic, text, rule, line.number)
                continue
            }
            if readHosts(text, rule, line.number, context, &last, &sink) { continue }
            AdGuardRule.read(text, rule, line.number, context, &sink)
        }
    }

    /// Leaves every name open where a rule has an octet as of a binary file: AdGuard Home does not take such a list, and keeps what
    /// it had of it before (`internal/filtering/rulelist/parser.go`).
    private static func leaveAllOpenIfBinary(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var isSuspect = false
        for index in 0..<text.count where isBinary(text[index]) { isSuspect = true }
        guard isSuspect else { return }
        var scanner = LineScanner(text, endsAtReturn: false)
        while let line = scanner.next() {
            let rule = text.trimmedAsGo(in: line.range)
            guard let first = rule.first, text[first] != 0x21, text[first] != 0x23 else { continue }
            for index in rule where isBinary(text[index]) {
                return sink.leaveAllOpen(.binary, text, rule, line.number)
            }
        }
    }

    @inline(__always)
    private static func isBinary(_ octet: UInt8) -> Bool {
        octet < 0x20 && octet != 0x09 && octet != 0x0A && octet != 0x0D || octet == 0x7F
    }

    /// Reads a hosts rule; false when the line is none.
    private static func readHosts(
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ context: AdGuardContext,
        _ last: inout LastAddress,
        _ sink: inout RuleSink
    ) -> Bool {
        var end = rule.upperBound
        // urlfilter cuts the octet before the `#` too, blank or not.
        if let hash = text.extracting(rule).firstIndex(of: 0x23), hash > 0 { end = rule.lowerBound + hash - 1 }
        var fields = FieldScanner(text.extracting(rule.lowerBound..<end))
        guard let first = fields.next() else { return false }
        let word = first.moved(by: rule.lowerBound)
        // A blank behind the only word makes urlfilter look for an address there; trimming has removed it.
        if text.trimmedRange(in: word.upperBound..<end).isEmpty {
            guard isDomainName(text, word) else { return false }
            add(text, word, rule, line, context.hostsClass, context.plainAction, &sink)
            return true
        }
        guard last.read(text.extracting(word), .blockAddress, &sink.builder), let action = last.action else {
            return false
        }
        while let field = fields.next() {
            let name = field.moved(by: rule.lowerBound)
            add(
                text,
                name,
                rule,
                line,
                context.hostsClass,
                context.answersAddress ? action : context.plainAction,
                &sink
            )
        }
        return true
    }

    private static func add(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ ruleClass: RuleClass,
        _ action: ActionID,
        _ sink: inout RuleSink
    ) {
        for index in name where text[index] &- 0x41 < 26 { return sink.drop(.upperCase, text, name, line) }
        if text[name.upperBound - 1] == 0x2E { return sink.drop(.trailingDot, text, name, line) }
        sink.add(.exact, text, name: name, class: ruleClass, action: action, rule: rule, line: line)
    }

    /// `filterutil.IsDomainName`: letters, digits and inner hyphens; a last label of two letters or more, or Punycode.
    static func isDomainName(_ text: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !name.isEmpty, name.count <= 253 else { return false }
        var length = 0
        var lettersOnly = true
        var labelStart = name.lowerBound
        for index in name {
            let octet = text[index]
            if octet == 0x2E {
                guard length > 0, text[index - 1] != 0x2D else { return false }
                length = 0
                lettersOnly = true
                labelStart = index + 1
                continue
            }
            if (octet | 0x20) &- 0x61 >= 26 {
                lettersOnly = false
                guard octet &- 0x30 < 10 || (octet == 0x2D && length > 0) else { return false }
            }
            length += 1
            guard length <= 63 else { return false }
        }
        guard length > 1 else { return false }
        return lettersOnly || (length >= 8 && text.hasPrefixIgnoringCase("xn--", at: labelStart))
    }
}

/// What AdGuard rules need for every line.
struct AdGuardContext {
    let hostsClass: RuleClass
    let plainAction: ActionID
    /// Whether the block mode answers with the address of a hosts rule.
    let answersAddress: Bool
    private let blocking: (class: RuleClass, action: ActionID)
    private let blockingImportant: (class: RuleClass, action: ActionID)
    private let allowing: (class: RuleClass, action: ActionID)
    private let allowingImportant: (class: RuleClass, action: ActionID)

    init(_ sink: inout RuleSink) {
        let plain = sink.entry()
        hostsClass = plain.class == .block ? .hosts : plain.class
        plainAction = plain.action
        answersAddress = plain.class == .block && sink.builder.blockMode == "default"
        blocking = plain
        blockingImportant = sink.entry(important: true)
        allowing = sink.entry(allows: true)
        allowingImportant = sink.entry(allows: true, important: true)
    }

    func entry(allows: Bool, important: Bool) -> (class: RuleClass, action: ActionID) {
        switch (allows, important) {
        case (false, false): blocking
        case (false, true): blockingImportant
        case (true, false): allowing
        case (true, true): allowingImportant
        }
    }
}
