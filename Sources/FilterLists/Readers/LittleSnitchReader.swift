import DNS
import Policy
import TextScan

/// Rule groups of Little Snitch (developer.obdev.at, "The .lsrules file format"): `denied-remote-domains` and
/// `denied-remote-hosts` of the group, and rules for any process that deny `remote-domains` or `remote-hosts`. A domain
/// covers the names below it, a host is one name.
///
/// Rules for single programs, and rules that allow, of which the more specific one wins, are counted and not evaluated: they
/// leave their names open, and one that denies whatever is asked for leaves open all that no rule names.
enum LittleSnitchReader {
    /// Whether a JSON text is a rule group.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        var scanner = JSONScanner(text)
        guard scanner.next().kind == .beginObject else { return false }
        var depth = 1
        // Its keys come early; what is behind them may be long.
        for _ in 0..<4096 {
            let token = scanner.next()
            switch token.kind {
            case .beginObject, .beginArray: depth += 1
            case .endObject, .endArray: depth -= 1
            case .key:
                let key = text.extracting(token.range)
                if depth == 1, key.hasPrefix("denied-remote-") { return true }
                if depth == 3, key.equals("remote-domains") || key.equals("remote-hosts") || key.equals("process") {
                    return true
                }
            case .end, .broken: return false
            case .string, .literal: continue
            }
        }
        return false
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var state = LittleSnitchState(sink.entry())
        var lines = LineCounter()
        var scanner = JSONScanner(text)
        while true {
            let token = scanner.next()
            let line = lines.line(of: token.range.lowerBound, text)
            sink.lines = line
            switch token.kind {
            case .end: return
            case .broken: return sink.drop(.badStatement, text, token.range, line)
            default: state.take(token, line, text, &sink)
            }
        }
    }
}

/// Counts lines up to an offset that only grows.
struct LineCounter {
    /// The next line break: documents of one long line are not searched for it again and again.
    private var feed: Int?
    private var number = 1

    mutating func line(of place: Int, _ text: Span<UInt8>) -> Int {
        var next = feed ?? text.firstIndex(of: 0x0A) ?? text.count
        while next < place {
            number += 1
            next = text.firstIndex(of: 0x0A, from: next + 1) ?? text.count
        }
        feed = next
        return number
    }
}

/// Where in a rule group the scanner is.
private struct LittleSnitchState {
    private struct Entry {
        var scope: Scope?
        var range: Range<Int>
        var line: Int
    }

    private let block: (class: RuleClass, action: ActionID)
    private var depth = 0
    /// The key of the group that is being read.
    private var section: [UInt8] = []
    /// The key of the rule that is being read.
    private var field: [UInt8] = []
    private var names: [Entry] = []
    private var denies = false
    private var isForAny = true
    private var isDisabled = false
    private var start = (offset: 0, line: 0)

    init(_ block: (class: RuleClass, action: ActionID)) { self.block = block }

    mutating func take(_ token: JSONToken, _ line: Int, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        switch token.kind {
        case .beginObject, .beginArray:
            depth += 1
            if depth == 3, token.kind == .beginObject { beginRule(token, line) }
        case .endObject, .endArray:
            if depth == 3, token.kind == .endObject { endRule(token, text, &sink) }
            depth -= 1
        case .key:
            if depth == 1 { section = text.extracting(token.range).octets }
            if depth == 3 { field = text.extracting(token.range).octets }
        case .string, .literal: value(token, line, text, &sink)
        case .end, .broken: break
        }
    }

    private mutating func value(_ token: JSONToken, _ line: Int, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        if section.elementsEqual("denied-remote-domains".utf8) {
            add(Entry(scope: .subtree, range: token.range, line: line), token.isEscaped, text, &sink)
        } else if section.elementsEqual("denied-remote-hosts".utf8) {
            add(Entry(scope: .exact, range: token.range, line: line), token.isEscaped, text, &sink)
        } else if section.elementsEqual("denied-remote-addresses".utf8) {
            sink.skip(.address, text, token.range, line)
        } else if section.elementsEqual("rules".utf8), depth >= 3 {
            ruleValue(token, line, text)
        }
    }

    private mutating func ruleValue(_ token: JSONToken, _ line: Int, _ text: Span<UInt8>) {
        let word = text.extracting(token.range)
        if field.elementsEqual("action".utf8) {
            denies = word.equals("deny")
        } else if field.elementsEqual("process".utf8) {
            isForAny = word.equals("any")
        } else if field.elementsEqual("disabled".utf8) {
            isDisabled = word.equals("true")
        } else if field.elementsEqual("remote-domains".utf8) {
            names.append(Entry(scope: token.isEscaped ? nil : .subtree, range: token.range, line: line))
        } else if field.elementsEqual("remote-hosts".utf8) {
            names.append(Entry(scope: token.isEscaped ? nil : .exact, range: token.range, line: line))
        } else if field.elementsEqual("remote-addresses".utf8) || field.elementsEqual("remote".utf8)
            || field.elementsEqual("ports".utf8) || field.elementsEqual("protocol".utf8)
        {
            if !word.equals("any") { hasOtherConditions = true }
            if field.elementsEqual("remote".utf8) { isAboutAll = word.equals("any") }
        } else if field.elementsEqual("direction".utf8) {
            isInward = word.equals("incoming")
        }
    }

    /// Whether it is about connections to wherever, and whether about those that others make.
    private var isAboutAll = false
    private var isInward = false

    private var hasOtherConditions = false

    private mutating func beginRule(_ token: JSONToken, _ line: Int) {
        names = []
        field = []
        denies = false
        isForAny = true
        isDisabled = false
        hasOtherConditions = false
        isAboutAll = false
        isInward = false
        start = (token.range.lowerBound, line)
    }

    private mutating func endRule(_ token: JSONToken, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard section.elementsEqual("rules".utf8) else { return }
        let range = start.offset..<token.range.upperBound
        if isDisabled { return sink.drop(.option, text, range, start.line) }
        if isInward { return sink.skip(.connection, text, range, start.line) }
        if names.isEmpty {
            if isAboutAll {
                sink.leaveOpen(.subtree, .root, class: block.class, rule: range, line: start.line)
            }
            return sink.skip(.address, text, range, start.line)
        }
        guard isForAny, !hasOtherConditions, denies else {
            for entry in names {
                guard let scope = entry.scope else { continue }
                sink.leaveOpen(scope, text, name: entry.range, class: .ruleAllow, rule: range, line: start.line)
            }
            return sink.skip(denies ? .connection : .specificity, text, range, start.line)
        }
        for entry in names { add(entry, entry.scope == nil, text, &sink) }
    }

    private func add(_ entry: Entry, _ isEscaped: Bool, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard !isEscaped, let scope = entry.scope, !entry.range.isEmpty else {
            return sink.drop(.notAName, text, entry.range, entry.line)
        }
        sink.add(
            scope,
            text,
            name: entry.range,
            class: block.class,
            action: block.action,
            rule: entry.range,
            line: entry.line
        )
    }
}
