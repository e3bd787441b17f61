import DNS
import LDNS
import Policy
import TextScan

/// Unbound configuration: `local-zone:` and `local-data:` of the server clause, and where names are sent (unbound.conf(5),
/// compared with Unbound 1.17.1). Views and tags count for clients that are named.
enum UnboundReader {
    struct State {
        /// Block lists are included inside the server clause and often leave its head out.
        var clause = UnboundClause.server
        /// Whether a clause has begun; before the first a part of any may stand.
        var hasClause = false
        /// The last `include` that lists of the layer stand for, before statements about names.
        var included: (rule: Range<Int>, line: Int)?
        var open = UnboundOpenNames()
        var clients = UnboundClients()
        var access = UnboundAccess()
        var answers = UnboundAnswers()
        var modules = UnboundModules()
        var policyZones = UnboundPolicyZones()
        var zoneFiles = UnboundZoneFiles()
        var redirects = UnboundRedirects()
        var names = UnboundClauseNames()
        /// Whether there are data that belong to the zone above.
        var hasDelegations = false
        /// Statements of later versions, and the first of them.
        var later: (count: Int, rule: Range<Int>, line: Int)?
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
            if let clause = UnboundClause(text.extracting(name)) {
                begin(clause, text, key.range, line, &state, &sink)
                continue
            }
            // The statements of long lists are looked up nowhere.
            if !text.hasPrefix("local-", at: name.lowerBound), UnboundOptions.isLater(text.extracting(name)),
                UnboundStatement.unsupported(text.extracting(name)) == nil
            {
                words.skipLine()
                state.later = ((state.later?.count ?? 0) + 1, state.later?.rule ?? name, state.later?.line ?? line)
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
        sink.leaveAllOpenIfNUL(text)
        finish(text, &state, &sink)
    }

    static func begin(
        _ clause: UnboundClause,
        _ text: Span<UInt8>,
        _ key: Range<Int>,
        _ line: Int,
        _ state: inout State,
        _ sink: inout RuleSink
    ) {
        state.open.endClause()
        // What is behind it in the list that includes this one would belong to it; and policy zones count in their order.
        let isInside = sink.builder.included.continued.contains(sink.path)
        if clause != .server, isInside || clause == .rpz && state.included != nil {
            misplace(text, key, line, &sink)
        }
        state.names.begin(clause, text, key, line, &sink)
        (state.clause, state.hasClause) = (clause, true)
        state.zoneFiles.begin(clause, key, line)
        if clause == .view { state.open.beginView() }
        if clause == .rpz { state.policyZones.begin(key, line) }
    }

    /// Adds what counts wherever it stands. Of a configuration that Unbound does not start with nothing is known.
    private static func finish(_ text: Span<UInt8>, _ state: inout State, _ sink: inout RuleSink) {
        if !state.access.hasIncludes { state.names.finish(text, &sink) }
        let isOpen = state.policyZones.finish(text, &sink)
        state.zoneFiles.finish(text, &sink)
        state.open.finish(state.clients, hasPolicyZones: isOpen, text, &sink)
        let own =
            sink.builder.unblocksLocalNetworks ? UnboundRedirects.ownZonesBeyondNetworks : UnboundRedirects.ownZones
        state.redirects.finish(own: own, addsTurnedOff: false, text, &sink)
        if !state.access.hasIncludes { checkZones(text, &state, &sink) }
        state.clients.finish(
            state.open,
            forAnswers: state.answers.hasTags,
            forPolicyZones: !state.policyZones.isEmpty,
            text,
            &sink
        )
        state.answers.finish(text, &sink)
        state.modules.finish(
            hasResponses: !state.answers.isEmpty || !state.policyZones.isEmpty,
            text,
            &sink
        )
        if !sink.leaveOpenIfRefused(text) {
            state.access.finish(hasOpenZones: isOpen, &sink)
            if let later = state.later { note(later.count, later.rule, later.line, text, &sink) }
        }
    }

    /// Finds statements that speak of a zone where there is none.
    private static func checkZones(_ text: Span<UInt8>, _ state: inout State, _ sink: inout RuleSink) {
        guard !sink.isPart, state.clients.speaksOfZones || state.hasDelegations || state.open.hasDelegations else {
            return
        }
        let withoutOwn = state.open.isReallyFirst.indices.filter { state.open.isReallyFirst[$0] }
        let known = LocalZoneNames(sink.builder, viewsWithoutOwn: Set(withoutOwn))
        state.clients.check(known, text, &sink)
        for position in known.homeless {
            sink.drop(.badStatement, text, position.offset..<(position.offset + position.length), position.line)
        }
    }

    /// Says that a file is for later versions only: verdicts are theirs.
    private static func note(
        _ count: Int,
        _ rule: Range<Int>,
        _ line: Int,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        let key = text.extracting(rule).string
        let rest = count > 1 ? " and \(count - 1) more statements" : ""
        let said = "'\(key)'\(rest): Unbound 1.17.1 refuses the file; verdicts are those of a version that knows it"
        sink.note("later-version", said, text, rule, line)
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
        if let include = state.included, state.clause == .server,
            isZone || key.equals("local-data") || key.equals("local-data-ptr")
        {
            state.included = nil
            misplace(text, include.rule, include.line, before: line, &sink)
        }
        let isUsual = (isZone || key.equals("local-data")) && (state.clause == .server || state.clause == .view)
        if !isUsual, let fault = fault(text, key, values, rule, line, &state) {
            return sink.drop(fault, text, rule, line)
        }
        if !isUsual { state.zoneFiles.take(key, text.extracting(value), in: state.clause, rule, line) }
        if key.equals("name"), state.hasClause, !state.names.take(text.extracting(value)) {
            return sink.drop(.badStatement, text, rule, line)
        }
        switch state.clause {
        case .view where isZone: return state.open.viewZone(text, value, values[1], rule, line, &sink)
        case .view where UnboundStatement.isAboutResponses(key):
            return response(text, key, values, rule, line, &state, &sink)
        case .view: return state.open.view(text, key, value, rule, line, &sink)
        case .forward, .stub, .authority: return route(text, key, value, rule, line, &state, &sink)
        case .rpz:
            let isTaken = state.policyZones.take(key, text.extracting(value).string, line, state.clients)
            return isTaken ? () : sink.drop(.badStatement, text, rule, line)
        case .server: break
        default: return sink.drop(.option, text, rule, line)
        }
        if isZone {
            zone(text, value, values[1], rule, line, &state, &sink)
        } else if key.equals("local-data") {
            data(text, value, rule, line, &state, &sink)
        } else if key.equals("local-data-ptr") {
            guard let record = pointer(text.extracting(value)) else { return sink.drop(.badRecord, text, rule, line) }
            state.redirects.pointer(text, value, record, rule: rule, line: line)
            add(record, rule, line, &sink)
        } else {
            option(text, key, values, rule, line, &state, &sink)
        }
    }

    /// Why Unbound refuses a statement, if it does; nil for what is checked where it is read.
    private static func fault(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ values: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int,
        _ state: inout State
    ) -> DropReason? {
        guard UnboundOptions.isKnown(key) else { return .unknownStatement }
        if state.hasClause, !UnboundOptions.stands(key, in: state.clause) { return .badStatement }
        if UnboundOptions.accepts(text, values, for: key) { return nil }
        guard let module = UnboundOptions.module(key) else { return .badStatement }
        state.modules.noteFault(module, rule, line)
        return nil
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
        if key.equals("unblock-lan-zones") { return sink.turnOffNetworks(text, values[0], rule, line) }
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
            state.redirects.zone(name, nil, line: line)
            return sink.turnOff(zone.lowercased, text, rule, line)
        }
        guard let zoneType = zoneType(word) else {
            guard isOtherType(word) else { return sink.drop(.badStatement, text, rule, line) }
            sink.skip(.zoneType, text, rule, line)
            return sink.leaveOpen(.subtree, text, name: name, class: .zone, rule: rule, line: line)
        }
        state.redirects.zone(name, zoneType, line: line)
        let action = sink.builder.intern(.localZone(zoneType))
        sink.add(.subtree, text, name: name, class: .zone, action: action, rule: rule, line: line)
    }

    /// Whether a word is a type of zones that other builds or versions have.
    static func isOtherType(_ word: String) -> Bool { word == "ipset" || word == "block_a" }

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
        // A parenthesis before the owner is part of it, and the daemon does not start (compared with 1.17.1).
        let octets = text.extracting(value).octets
        if let owner = ownerWithoutData(octets) { return addWithoutData(owner, text, rule, line, &sink) }
        guard value.isEmpty || text[value.lowerBound] != 0x28, let record = record(octets) else {
            return sink.drop(.badRecord, text, rule, line)
        }
        state.redirects.data(text, value, record, rule: rule, line: line)
        if record.type == .ds { state.hasDelegations = true }
        guard record.recordClass == .in else { return sink.drop(.option, text, rule, line) }
        add(record, rule, line, &sink)
        guard unquoted(text.extracting(value).octets).isOdd else { return }
        sink.skip(.oddEntry, text, rule, line)
        sink.leaveOpen(.exact, record.owner, class: .special, rule: rule, line: line)
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
        if state.clause != .authority, key.string.hasSuffix("-addr") || key.string.hasSuffix("-host") {
            state.open.server(text.extracting(value).string)
        }
        // The root is only where everything goes; another name is a route.
        let isRoot = value.count == 1 && text[value.lowerBound] == 0x2E
        guard key.equals("name"), !isRoot else { return sink.drop(.option, text, rule, line) }
        guard let name = try? DomainName(presentation: text.extracting(value).octets) else {
            // One without a name is skipped.
            return sink.drop(value.isEmpty && state.clause == .authority ? .option : .notAName, text, rule, line)
        }
        guard state.clause == .authority else { return state.open.beginRoute(name, rule, line) }
        state.policyZones.noteAuthority(text.extracting(value).string)
        sink.skip(.forward, text, rule, line)
        sink.leaveOpen(.subtree, name, class: .open, rule: rule, line: line)
    }
}
