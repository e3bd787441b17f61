import DNS
import LDNS
import Policy
import TextScan

/// Unbound configuration: `local-zone:` and `local-data:` of the server clause, and where names are sent (unbound.conf(5),
/// compared with Unbound 1.17.1). Views and tags count for clients that are named.
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
        var clients = UnboundClients()
        var access = UnboundAccess()
        var answers = UnboundAnswers()
        var modules = UnboundModules()
        var policyZones = UnboundPolicyZones()
        var redirects = UnboundRedirects()
        /// The key of the clause; nil before the first, where a part of a server clause may stand.
        var head: Range<Int>?
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var state = State()
        var words = UnboundWords(text)
        while let key = words.keyword(&sink) {
            let line = words.line
            guard key.isKeyword else {
                sink.drop(.badStatement, text, key.range, line)
                words.skipLine()
                continue
            }
            let name = key.range.lowerBound..<(key.range.upperBound - 1)
            if UnboundStatement.isClause(text.extracting(name)) {
                state.head = name
                begin(clause(text.extracting(name)), text, key.range, line, &state, &sink)
                continue
            }
            // The statements of long lists are looked up nowhere.
            if !text.hasPrefix("local-", at: name.lowerBound), UnboundOptions.isLater(text.extracting(name)),
                UnboundStatement.unsupported(text.extracting(name)) == nil
            {
                words.skipLine()
                sink.drop(.option, text, name.lowerBound..<words.end, line)
                continue
            }
            var values: [Range<Int>] = []
            let count = UnboundStatement.valueCount(text.extracting(name))
            while values.count < count, let value = words.value(&sink) { values.append(value) }
            // Of a statement of many lines the beginning is shown.
            let rule = name.lowerBound..<min(words.end, name.lowerBound + LineScanner.defaultMaximumLength)
            guard values.count == count else {
                sink.drop(.badStatement, text, rule, line)
                words.skipLine()
                continue
            }
            statement(text, name, values, rule, line, &state, &sink)
        }
        finish(text, &state, &sink)
    }

    private static func begin(
        _ clause: Clause,
        _ text: Span<UInt8>,
        _ key: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        state.open.endClause()
        state.clause = clause
        if clause == .view { state.open.beginView() }
        if clause == .rpz { state.policyZones.begin(key, line) }
    }

    /// Adds what counts wherever it stands. Of a configuration that Unbound does not start with nothing is known.
    private static func finish(_ text: Span<UInt8>, _ state: inout State, _ sink: inout RuleSink) {
        let isOpen = state.policyZones.finish(state.clients, text, &sink)
        state.open.finish(state.clients, hasPolicyZones: isOpen, text, &sink)
        state.redirects.finish(text, &sink)
        state.clients.finish(state.open, forAnswers: state.answers.hasTags, text, &sink)
        state.answers.finish(text, &sink)
        state.modules.finish(
            hasResponses: !state.answers.isEmpty || !state.policyZones.isEmpty,
            text,
            &sink
        )
        if !sink.leaveOpenIfRefused(text) { state.access.finish(&sink) }
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
        _ values: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        let key = text.extracting(name)
        let value = values[0]
        if key.equals("include") || key.equals("include-toplevel") {
            return include(text, key, value, rule, line, &state, &sink)
        }
        let isZone = key.equals("local-zone")
        if !isZone, !key.equals("local-data"), let fault = fault(text, key, value, state.head) {
            return sink.drop(fault, text, rule, line)
        }
        switch state.clause {
        case .view where isZone: return state.open.viewZone(text, value, values[1], rule, line, &sink)
        case .view where UnboundStatement.isAboutResponses(key):
            return response(text, key, values, rule, line, &state, &sink)
        case .view: return state.open.view(text, key, value, rule, line, &sink)
        case .routing, .authority: return route(text, key, value, rule, line, &state, &sink)
        case .rpz:
            let isTaken = state.policyZones.take(key, text.extracting(value).string, state.clients)
            return isTaken ? () : sink.drop(.badStatement, text, rule, line)
        case .other: return sink.drop(.option, text, rule, line)
        case .server: break
        }
        if isZone {
            zone(text, value, values[1], rule, line, &state, &sink)
        } else if key.equals("local-data") {
            data(text, value, rule, line, &state, &sink)
        } else if key.equals("local-data-ptr") {
            guard let record = pointer(text.extracting(value)) else { return sink.drop(.badRecord, text, rule, line) }
            add(record, rule, line, &sink)
        } else {
            option(text, key, values, rule, line, &state, &sink)
        }
    }

    /// Why Unbound refuses a statement, if it does; nil for what is checked where it is read.
    private static func fault(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ head: Range<Int>?
    ) -> DropReason? {
        guard UnboundOptions.isKnown(key) else { return .unknownStatement }
        if let head, UnboundOptions.stands(key, in: text.extracting(head)) == false { return .badStatement }
        return UnboundOptions.accepts(text.extracting(value), for: key) ? nil : .badStatement
    }

    /// A file that is not followed may hold anything, unless it is given as a list of its own.
    private static func include(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        state.access.hasIncludes = true
        if key.equals("include-toplevel") { begin(.server, text, rule, line, &state, &sink) }
        if state.clause == .server, sink.isGiven(text.extracting(value)) { return sink.drop(.option, text, rule, line) }
        sink.skip(.include, text, rule, line)
        sink.leaveOpen(.subtree, .root, class: .special, rule: rule, line: line)
    }

    /// A statement of the server clause that is about no name, or about some clients.
    private static func option(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ values: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        if UnboundStatement.isAboutClients(key) {
            guard clients(text, key, values, rule, line, &state) else {
                return sink.drop(.badStatement, text, rule, line)
            }
            return sink.drop(.option, text, rule, line)
        }
        if UnboundStatement.isAboutResponses(key) { return response(text, key, values, rule, line, &state, &sink) }
        if key.equals("private-address") {
            guard let range = AddressRange(text.extracting(values[0]).string) else {
                return sink.drop(.badStatement, text, rule, line)
            }
            return UnboundAnswers.notePrivate(range, rule, line, &sink)
        }
        if key.equals("private-domain") {
            guard let name = try? DomainName(presentation: text.extracting(values[0]).octets) else {
                return sink.drop(.badStatement, text, rule, line)
            }
            sink.builder.changeLocalAnswers { $0.privateDomains.insert(name.lowercased) }
        }
        if key.equals("module-config") { state.modules.note(text.extracting(values[0]).string, rule, line) }
        if key.equals("unblock-lan-zones") {
            sink.builder.unblocksLocalNetworks = text.extracting(values[0]).equals("yes")
        }
        guard let reason = UnboundStatement.unsupported(key) else { return sink.drop(.option, text, rule, line) }
        sink.skip(reason, text, rule, line)
        if key.equals("deny-any"), text.extracting(values[0]).equals("yes") {
            sink.leaveOpen(.subtree, .root, class: .special, types: [.any], rule: rule, line: line)
        }
    }

    /// A statement about addresses in answers; it may be one of a view.
    private static func response(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ values: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        let view = state.clause == .view ? state.open.current : nil
        let clients = state.clients
        guard state.answers.take(key.string, text, values, view: view, tags: { clients.tags($0) }, rule, line) else {
            return sink.drop(.badStatement, text, rule, line)
        }
    }

    /// A statement about the clients in a range, or those of a zone; false when Unbound would refuse it.
    private static func clients(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ values: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State
    ) -> Bool {
        let range = AddressRange(text.extracting(values[0]).string)
        let second = values.count > 1 ? text.extracting(values[1]).string : nil
        switch key.string {
        case "access-control":
            guard let range, let second, state.access.note(range, second, rule, line) else { return false }
            state.clients.note(range)
        case "access-control-view":
            guard let range, let second else { return false }
            state.access.noteOther(range)
            state.clients.note(range, view: second)
            state.open.use(second, rule, line)
        case "interface-action": state.access.isOpen = true
        default:
            guard state.clients.take(key.string, text, values, rule, line) else { return false }
            if key.string.hasPrefix("access-control-tag"), let range { state.access.noteOther(range) }
            if key.equals("interface-view"), let second { state.open.use(second, rule, line) }
        }
        return true
    }

    private static func zone(
        _ text: Span<UInt8>,
        _ name: Range<Int>,
        _ type: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        let word = text.extracting(type).string
        if word == "nodefault", let zone = try? DomainName(presentation: text.extracting(name).octets) {
            sink.builder.zonesTurnedOff.insert(zone.lowercased)
            return sink.drop(.option, text, rule, line)
        }
        guard let zoneType = zoneType(word) else {
            switch word {
            case "ipset", "block_a":
                sink.skip(.zoneType, text, rule, line)
                return sink.leaveOpen(.subtree, text, name: name, class: .zone, rule: rule, line: line)
            default: return sink.drop(.badStatement, text, rule, line)
            }
        }
        state.redirects.zone(name, zoneType)
        let action = sink.builder.intern(.localZone(zoneType))
        sink.add(.subtree, text, name: name, class: .zone, action: action, rule: rule, line: line)
    }

    /// The type of a zone, or one that it has for some clients.
    static func zoneType(_ word: String, forClients: Bool = false) -> LocalZoneType? {
        if forClients, word == "nodefault" { return .transparent }
        let type = LocalZoneType(rawValue: word)
        return type == .truncate && !forClients ? nil : type
    }

    private static func data(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        guard let record = record(text.extracting(value).octets) else {
            return sink.drop(.badRecord, text, rule, line)
        }
        guard record.recordClass == .in else { return sink.drop(.option, text, rule, line) }
        var fields = FieldScanner(text.extracting(value))
        if let first = fields.next() {
            let owner = (value.lowerBound + first.lowerBound)..<(value.lowerBound + first.upperBound)
            let isAlias = record.type == .cname
            guard state.redirects.data(text, owner: owner, isAlias: isAlias, rule: rule, line: line) else {
                return sink.drop(.notInRedirect, text, rule, line)
            }
        }
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

    /// `name [ttl] [IN] type data`; Unbound takes no seconds to live behind the class.
    static func record(_ octets: [UInt8]) -> ResourceRecord? {
        let words = octets.split(maxSplits: 3, whereSeparator: isBlank)
        if words.count > 2, RRClass(String(decoding: words[1], as: UTF8.self).uppercased()) != nil,
            let first = words[2].first, first &- 0x30 < 10
        {
            return nil
        }
        return try? ResourceRecord(presentation: octets, origin: .root, defaultTTL: 3600)
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
}
