import DNS
import LDNS
import Policy
import TextScan

/// What a configuration of Unbound says to some clients alone (views), and where names are sent: it counts wherever it
/// stands, so it is kept until the file has been read.
struct UnboundOpenNames {
    /// A view: the names of its zones and data, and for whom it counts.
    private struct View {
        struct Entry {
            var scope: Scope
            var name: DomainName
            /// Nil for what is not evaluated.
            var action: RuleAction?
            var rule: Range<Int>
            var line: Int
        }

        var rules: [Entry] = []
        var isFirst = false
        var redirects = UnboundRedirects()
    }

    /// A clause that sends the names below one somewhere else.
    private struct Route {
        var name: DomainName
        var server = ""
        var rule: Range<Int>
        var line: Int
    }

    private var views: [View] = []
    private var viewNames: [String: Int] = [:]
    /// Where a view is given to clients.
    private var uses: [String: (rule: Range<Int>, line: Int)] = [:]
    private var route: Route?
    private var routes: [Route] = []
    /// Whether a view has data that belong to the zone above.
    private(set) var hasDelegations = false

    /// Begins a view.
    mutating func beginView() { views.append(View()) }

    /// Takes a statement of a view.
    mutating func view(
        _ text: Span<UInt8>,
        _ key: Span<UInt8>,
        _ value: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let last = views.indices.last else { return }
        let word = text.extracting(value)
        switch key.string {
        case "name": viewNames[word.string] = last
        case "view-first": views[last].isFirst = word.equals("yes")
        case "local-zone": sink.drop(.badStatement, text, rule, line)
        case "local-data":
            guard let record = UnboundReader.record(word.octets) else { return sink.drop(.badRecord, text, rule, line) }
            views[last].redirects.data(text, value, record, rule: rule, line: line)
            if record.type == .ds { hasDelegations = true }
            guard record.recordClass == .in else { return sink.drop(.option, text, rule, line) }
            views[last].rules.append(Self.entry(record, rule, line))
            guard UnboundReader.unquoted(word.octets).isOdd else { return }
            sink.skip(.oddEntry, text, rule, line)
            views[last].rules.append(
                View.Entry(scope: .subtree, name: record.owner, action: nil, rule: rule, line: line)
            )
        case "local-data-ptr":
            guard let record = UnboundReader.pointer(word) else { return sink.drop(.badRecord, text, rule, line) }
            views[last].redirects.pointer(text, value, record, rule: rule, line: line)
            views[last].rules.append(Self.entry(record, rule, line))
        default: sink.drop(.option, text, rule, line)
        }
    }

    /// Takes a `local-zone` of a view.
    mutating func viewZone(
        _ text: Span<UInt8>,
        _ value: Range<Int>,
        _ type: Range<Int>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        guard let last = views.indices.last, let name = try? DomainName(presentation: text.extracting(value).octets)
        else { return sink.drop(.notAName, text, rule, line) }
        let word = text.extracting(type).string
        let kind = UnboundReader.zoneType(word)
        if kind == nil, word != "nodefault", !UnboundReader.isOtherType(word) {
            return sink.drop(.badStatement, text, rule, line)
        }
        views[last].redirects.zone(value, kind, line: line)
        if word == "nodefault" { return sink.drop(.option, text, rule, line) }
        if kind == nil { sink.skip(.zoneType, text, rule, line) }
        views[last].rules.append(
            View.Entry(scope: .subtree, name: name, action: kind.map { .localZone($0) }, rule: rule, line: line)
        )
    }

    private static func entry(_ record: ResourceRecord, _ rule: Range<Int>, _ line: Int) -> View.Entry {
        let local = LocalRecord(type: record.type, ttl: record.ttl, data: record.data)
        return View.Entry(scope: .exact, name: record.owner, action: .records([local]), rule: rule, line: line)
    }

    /// A statement that gives a view to clients.
    mutating func use(_ view: String, _ rule: Range<Int>, _ line: Int) { uses[view] = (rule, line) }

    /// Begins a clause about where the names below one are asked for.
    mutating func beginRoute(_ name: DomainName, _ rule: Range<Int>, _ line: Int) {
        route = Route(name: name, rule: rule, line: line)
    }

    /// Notes a server of the clause begun last.
    mutating func server(_ text: String) {
        guard let server = route?.server else { return }
        route?.server = server.isEmpty ? text : server + " " + text
    }

    /// Ends a clause.
    mutating func endClause() {
        if let route { routes.append(route) }
        route = nil
    }

    private func addRoutes(_ sink: inout RuleSink) {
        for route in routes {
            sink.builder.add(
                .subtree,
                name: route.name,
                class: .open,
                action: sink.builder.intern(.route(route.server)),
                at: RulePosition(line: route.line, offset: route.rule.lowerBound, length: route.rule.count)
            )
        }
    }

    /// The number of the view that a statement is in.
    var current: Int { views.count - 1 }

    /// By number: whether a view says so itself.
    var isReallyFirst: [Bool] { views.map(\.isFirst) }

    /// The numbers of the views.
    var numbers: [String: Int] { viewNames }

    /// By number: whether the rules of the server clause count where a view has none; a view without rules is as good as
    /// none.
    var isFirst: [Bool] { views.map { $0.isFirst || $0.rules.isEmpty } }

    /// Adds the rules of views for their clients; for clients that nobody named they leave their names open, and those of
    /// the server clause that a view may hide.
    mutating func finish(
        _ clients: UnboundClients,
        hasPolicyZones: Bool,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        endClause()
        if !sink.isPart {
            // Unbound does not start with a view that nobody states.
            for use in uses.filter({ viewNames[$0.key] == nil }).values.sorted(by: { $0.line < $1.line }) {
                sink.drop(.badStatement, text, use.rule, use.line)
            }
        }
        for view in views {
            let own = view.isFirst ? [] : UnboundRedirects.ownZones
            view.redirects.finish(own: own, addsTurnedOff: view.isFirst, text, &sink)
        }
        // Policy zones come in between, and leave all names open that routes are about.
        if !hasPolicyZones { addRoutes(&sink) }
        let ranges = clients.rangesOfViews
        for (name, index) in viewNames.sorted(by: { $0.value < $1.value }) {
            let view = views[index]
            let traits = (ranges[name] ?? []).prefix(1000).map { ClientTrait.range($0) }
            var limit = RuleGuard(clients: traits.isEmpty ? [] : [ClientCondition(anyOf: traits)])
            limit.isForUnknownClients = true
            let unknown = sink.builder.intern(limit)
            limit.isForUnknownClients = false
            limit.view = index
            let own = sink.builder.intern(limit)
            for entry in view.rules {
                add(entry, own, &sink)
                sink.leaveOpen(
                    entry.scope,
                    entry.name,
                    class: .special,
                    guard: unknown,
                    rule: entry.rule,
                    line: entry.line
                )
            }
            guard !view.isFirst, !view.rules.isEmpty, let use = uses[name] else { continue }
            sink.leaveOpen(.below, .root, class: .special, guard: unknown, rule: use.rule, line: use.line)
        }
    }

    private func add(_ entry: View.Entry, _ own: GuardID, _ sink: inout RuleSink) {
        guard let action = entry.action else {
            return sink.leaveOpen(.subtree, entry.name, class: .zone, guard: own, rule: entry.rule, line: entry.line)
        }
        sink.builder.add(
            entry.scope,
            name: entry.name,
            class: entry.scope == .exact ? .data : .zone,
            action: sink.builder.intern(action),
            guard: own,
            at: RulePosition(line: entry.line, offset: entry.rule.lowerBound, length: entry.rule.count)
        )
    }
}
