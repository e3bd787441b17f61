import DNS
import LDNS
import Policy
import TextScan

/// Unbound configuration: `local-zone:` and `local-data:` of the server clause (unbound.conf(5), compared with Unbound
/// 1.17.1). Views, tags and other clauses are counted as unsupported.
enum UnboundReader {
    /// Where a statement stands.
    private enum Clause {
        case server
        case view
        /// Says where queries go.
        case routing
        case rpz
        /// Says nothing about names.
        case other
    }

    private struct State {
        /// Block lists are included inside the server clause and often leave its head out.
        var clause = Clause.server
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var state = State()
        var scanner = LineScanner(text)
        while let line = scanner.next() {
            guard sink.accepts(line, text) else { continue }
            var words = UnboundWords(text, line.range)
            while let key = words.next() {
                guard key.count > 1, text[key.upperBound - 1] == 0x3A else {
                    sink.drop(.badStatement, text, key.lowerBound..<line.range.upperBound, line.number)
                    break
                }
                let name = key.lowerBound..<(key.upperBound - 1)
                if UnboundStatement.isClause(text.extracting(name)) {
                    state.clause = clause(text.extracting(name))
                    if state.clause == .rpz { sink.skip(.include, text, key, line.number) }
                    continue
                }
                statement(text, name, &words, line, state.clause, &sink)
            }
        }
    }

    private static func clause(_ name: Span<UInt8>) -> Clause {
        if name.equals("server") { return .server }
        if name.equals("view") { return .view }
        if name.equals("rpz") { return .rpz }
        return name.equals("forward-zone") || name.equals("stub-zone") || name.equals("auth-zone") ? .routing : .other
    }

    private static func statement(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ words: inout UnboundWords,
        _ line: Line,
        _ clause: Clause,
        _ sink: inout RuleSink
    ) {
        let key = text.extracting(name)
        guard let value = words.next() else {
            return sink.drop(.badStatement, text, name, line.number)
        }
        let isZone = key.equals("local-zone")
        let second = isZone ? words.next() : nil
        let rule = name.lowerBound..<words.end
        switch clause {
        case .view: return sink.skip(.view, text, rule, line.number)
        case .routing:
            // The root is only where everything goes; another name is a route.
            let isRoot = value.count == 1 && text[value.lowerBound] == 0x2E
            guard key.equals("name"), !isRoot else { return sink.drop(.option, text, rule, line.number) }
            return sink.skip(.forward, text, rule, line.number)
        case .other, .rpz: return sink.drop(.option, text, rule, line.number)
        case .server: break
        }
        if isZone {
            zone(text, value, second, rule, line.number, &sink)
        } else if key.equals("local-data") {
            data(text, value, rule, line.number, &sink)
        } else if let reason = UnboundStatement.unsupported(key) {
            // These take more words than one.
            while words.next() != nil {}
            sink.skip(reason, text, name.lowerBound..<words.end, line.number)
        } else {
            while words.next() != nil {}
            sink.drop(.option, text, name.lowerBound..<words.end, line.number)
        }
    }

    private static func zone(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ type: Range<Int>?,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let type else { return sink.drop(.badStatement, text, rule, line) }
        let word = text.extracting(type).string
        // `nodefault` turns a zone of Unbound's own off, so that its names are resolved.
        guard let zoneType = word == "nodefault" ? .transparent : LocalZoneType(rawValue: word) else {
            switch word {
            case "inform_redirect", "ipset", "noview", "block_a": return sink.skip(.zoneType, text, rule, line)
            default: return sink.drop(.badStatement, text, rule, line)
            }
        }
        let action = sink.builder.intern(.localZone(zoneType))
        sink.add(.subtree, text, name: name, class: .zone, action: action, rule: rule, line: line)
    }

    /// `name [ttl] [IN] type data`.
    private static func data(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let record: ResourceRecord
        do throws(RecordError) {
            record = try ResourceRecord(
                presentation: text.extracting(value).octets,
                origin: .root,
                defaultTTL: 3600
            )
        } catch {
            return sink.drop(.badRecord, text, rule, line)
        }
        guard record.recordClass == .in else { return sink.drop(.option, text, rule, line) }
        let local = LocalRecord(type: record.type, ttl: record.ttl, data: record.data)
        sink.builder.add(
            .exact,
            name: record.owner,
            class: .data,
            action: sink.builder.intern(.records([local])),
            at: RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        )
    }
}

/// The words of a line of unbound.conf: blanks separate, `"…"` and `'…'` hold together, `#` begins a comment.
struct UnboundWords: ~Escapable {
    private let text: Span<UInt8>
    private var position: Int
    private let limit: Int
    /// Where the last word ends, its closing quote included.
    private(set) var end: Int

    @_lifetime(copy text)
    init(_ text: Span<UInt8>, _ line: Range<Int>) {
        self.text = text
        position = line.lowerBound
        limit = line.upperBound
        end = position
    }

    /// The next word without its quotes.
    @_lifetime(self: copy self)
    mutating func next() -> Range<Int>? {
        while position < limit, isBlank(text[position]) { position += 1 }
        guard position < limit, text[position] != 0x23 else {
            position = limit
            return nil
        }
        let first = text[position]
        if first == 0x22 || first == 0x27 {
            let start = position + 1
            position = start
            while position < limit, text[position] != first { position += 1 }
            let word = start..<position
            position = min(position + 1, limit)
            end = position
            return word
        }
        let start = position
        while position < limit, !isBlank(text[position]) {
            position += 1
            // `local-zone:"name"` needs no blank.
            if text[position - 1] == 0x3A, position < limit, text[position] == 0x22 || text[position] == 0x27 { break }
        }
        end = position
        return start..<position
    }
}
