import DNS
import LDNS
import Policy
import TextScan

/// Unbound configuration: `local-zone:` and `local-data:` of the server clause, and where names are sent (unbound.conf(5),
/// compared with Unbound 1.17.1). Views count for clients that are named; tags leave the names open that they are about.
enum UnboundReader {
    /// Where a statement stands.
    private enum Clause {
        case server
        case view
        /// Says where queries go.
        case routing
        /// Has a zone of its own.
        case authority
        case rpz
        /// Says nothing about names.
        case other
    }

    private struct State {
        /// Block lists are included inside the server clause and often leave its head out.
        var clause = Clause.server
        var open = UnboundOpenNames()
        var access = UnboundAccess()
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
                    state.open.endClause()
                    state.clause = clause(text.extracting(name))
                    if state.clause == .view { state.open.beginView() }
                    if state.clause == .rpz {
                        sink.skip(.include, text, key, line.number)
                        state.open.beginPolicyZone(key, line.number)
                    }
                    continue
                }
                statement(text, name, &words, line, &state, &sink)
            }
        }
        state.open.finish(&sink)
        state.access.finish(&sink)
    }

    private static func clause(_ name: Span<UInt8>) -> Clause {
        if name.equals("server") { return .server }
        if name.equals("view") { return .view }
        if name.equals("rpz") { return .rpz }
        if name.equals("auth-zone") { return .authority }
        return name.equals("forward-zone") || name.equals("stub-zone") ? .routing : .other
    }

    private static func statement(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ words: inout UnboundWords,
        _ line: Line,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        let key = text.extracting(name)
        guard let value = words.next() else {
            return sink.drop(.badStatement, text, name, line.number)
        }
        let isZone = key.equals("local-zone")
        let second = isZone ? words.next() : nil
        let rule = name.lowerBound..<words.end
        switch state.clause {
        case .view where isZone:
            guard let second else { return sink.drop(.badStatement, text, rule, line.number) }
            return state.open.viewZone(text, value, second, rule, line.number, &sink)
        case .view: return state.open.view(text, key, value, rule, line.number, &sink)
        case .routing, .authority: return route(text, key, value, rule, line.number, &state, &sink)
        case .other, .rpz: return sink.drop(.option, text, rule, line.number)
        case .server: break
        }
        if isZone {
            zone(text, value, second, rule, line.number, &sink)
        } else if key.equals("local-data") {
            data(text, value, rule, line.number, &sink)
        } else if key.equals("local-data-ptr") {
            guard let record = pointer(text.extracting(value)) else {
                return sink.drop(.badRecord, text, rule, line.number)
            }
            add(record, rule, line.number, &sink)
        } else if key.equals("access-control") || key.equals("access-control-view") {
            let view = words.next().map { text.extracting($0).string }
            let rule = name.lowerBound..<words.end
            let range = AddressRange(text.extracting(value).string)
            guard let range else { return sink.drop(.badStatement, text, rule, line.number) }
            if key.equals("access-control") {
                guard let word = view, state.access.note(range, word, rule, line.number) else {
                    return sink.drop(.badStatement, text, rule, line.number)
                }
                state.open.access(range, rule, line.number)
            } else {
                state.access.noteOther(range)
                state.open.access(range, view: view, rule, line.number)
            }
            sink.drop(.option, text, rule, line.number)
        } else if let reason = UnboundStatement.unsupported(key) {
            // These take more words than one.
            var others: [Range<Int>] = []
            while let word = words.next() { others.append(word) }
            let rule = name.lowerBound..<words.end
            sink.skip(reason, text, rule, line.number)
            leaveOpen(text, key, value, others, rule, line.number, &state, &sink)
        } else {
            while words.next() != nil {}
            if key.equals("interface-action") { state.access.isOpen = true }
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
            case "noview", "ipset", "block_a":
                sink.skip(.zoneType, text, rule, line)
                return sink.leaveOpen(.subtree, text, name: name, class: .zone, rule: rule, line: line)
            default: return sink.drop(.badStatement, text, rule, line)
            }
        }
        let action = sink.builder.intern(.localZone(zoneType))
        sink.add(.subtree, text, name: name, class: .zone, action: action, rule: rule, line: line)
    }

    private static func data(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let record = record(text.extracting(value).octets) else {
            return sink.drop(.badRecord, text, rule, line)
        }
        guard record.recordClass == .in else { return sink.drop(.option, text, rule, line) }
        add(record, rule, line, &sink)
    }

    private static func add(_ record: ResourceRecord, _ rule: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        let local = LocalRecord(type: record.type, ttl: record.ttl, data: record.data)
        sink.builder.add(
            .exact,
            name: record.owner,
            class: .data,
            action: sink.builder.intern(.records([local])),
            at: RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        )
    }

    /// `name [ttl] [IN] type data`.
    static func record(_ octets: [UInt8]) -> ResourceRecord? {
        try? ResourceRecord(presentation: octets, origin: .root, defaultTTL: 3600)
    }

    /// `address [ttl] name`: the pointer record of the address.
    static func pointer(_ text: Span<UInt8>) -> ResourceRecord? {
        var fields = FieldScanner(text)
        guard let first = fields.next(), let owner = IPAddress(text: text.extracting(first).octets)?.reverseName else {
            return nil
        }
        let words = text.extracting(fields.rest).string.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count == 1 || words.count == 2, let name = words.last else { return nil }
        let lifetime = words.count == 2 ? "\(words[0]) " : ""
        return record(Array("\(owner). \(lifetime)PTR \(name)".utf8))
    }

    // MARK: - Other clauses

    /// A statement of a clause that says where the names below one are asked for, or holds them.
    private static func route(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        if state.clause == .routing, key.string.hasSuffix("-addr") || key.string.hasSuffix("-host") {
            state.open.server(text.extracting(value).string)
        }
        // The root is only where everything goes; another name is a route.
        let isRoot = value.count == 1 && text[value.lowerBound] == 0x2E
        guard key.equals("name"), !isRoot else { return sink.drop(.option, text, rule, line) }
        guard let name = try? DomainName(presentation: text.extracting(value).octets) else {
            return sink.drop(.notAName, text, rule, line)
        }
        guard state.clause == .authority else { return state.open.beginRoute(name, rule, line) }
        sink.skip(.forward, text, rule, line)
        sink.leaveOpen(.subtree, name, class: .open, rule: rule, line: line)
    }

    /// Leaves open what a statement that is not evaluated is about.
    private static func leaveOpen(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ others: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        func range(_ word: Range<Int>) -> AddressRange? { AddressRange(text.extracting(word).string) }
        switch key.string {
        case "interface-view":
            state.open.access(nil, view: others.first.map { text.extracting($0).string }, rule, line)
        case "access-control-tag", "access-control-tag-action", "access-control-tag-data":
            guard let range = range(value) else { return }
            state.access.noteOther(range)
            state.open.access(range, rule, line)
        case "include", "include-toplevel": state.access.isOpen = true
        case "local-zone-tag": sink.leaveOpen(.subtree, text, name: value, class: .zone, rule: rule, line: line)
        case "local-zone-override":
            guard let name = try? DomainName(presentation: text.extracting(value).octets) else { return }
            let clients = others.first.flatMap { range($0) }
            let limit = clients.map { RuleGuard(clients: [ClientCondition(anyOf: [.range($0)])]) } ?? .none
            let own = sink.builder.intern(limit)
            sink.leaveOpen(.subtree, name, class: .zone, guard: own, rule: rule, line: line)
        case "private-address", "response-ip":
            guard let range = range(value) else { return }
            let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
            sink.builder.add(.answer, range, class: .data, action: sink.builder.intern(.unsupported), at: position)
        case "deny-any" where text.extracting(value).equals("yes"):
            sink.leaveOpen(.subtree, .root, class: .special, types: [.any], rule: rule, line: line)
        default: break
        }
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
