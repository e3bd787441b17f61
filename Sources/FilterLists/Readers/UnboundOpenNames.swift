import DNS
import LDNS
import Policy
import TextScan

/// What a configuration of Unbound says about names that is not evaluated (views and tags), and where names are sent: it
/// counts wherever it stands, so it is kept until the file has been read.
struct UnboundOpenNames {
    /// A view: the names of its zones and data, and for whom it counts.
    private struct View {
        var names: [(scope: Scope, name: DomainName, rule: Range<Int>, line: Int)] = []
        var isFirst = false
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
    private var clients: [String: [AddressRange]] = [:]
    /// Where a view is given to clients.
    private var uses: [String: (rule: Range<Int>, line: Int)] = [:]
    private var route: Route?

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
        case "local-zone":
            guard let name = try? DomainName(presentation: word.octets) else { break }
            views[last].names.append((.subtree, name, rule, line))
        case "local-data":
            guard let name = UnboundReader.record(word.octets)?.owner else { break }
            views[last].names.append((.exact, name, rule, line))
        case "local-data-ptr":
            guard let name = UnboundReader.pointer(word)?.owner else { break }
            views[last].names.append((.exact, name, rule, line))
        default: break
        }
        sink.skip(.view, text, rule, line)
    }

    /// `access-control-view: RANGE VIEW`.
    mutating func use(_ range: AddressRange?, _ view: String, _ rule: Range<Int>, _ line: Int) {
        uses[view] = (rule, line)
        if let range { clients[view, default: []].append(range) }
    }

    /// Begins a clause about where the names below one are asked for.
    mutating func beginRoute(_ name: DomainName, _ rule: Range<Int>, _ line: Int) {
        route = Route(name: name, rule: rule, line: line)
    }

    /// Notes a server of the clause begun last.
    mutating func server(_ text: String) {
        guard let server = route?.server else { return }
        route?.server = server.isEmpty ? text : server + " " + text
    }

    /// Adds the route of the clause that ends.
    mutating func endClause(_ sink: inout RuleSink) {
        guard let ended = route else { return }
        route = nil
        sink.builder.add(
            .subtree,
            name: ended.name,
            class: .open,
            action: sink.builder.intern(.route(ended.server)),
            at: RulePosition(line: ended.line, offset: ended.rule.lowerBound, length: ended.rule.count)
        )
    }

    /// Leaves the names of views open, and for their clients those of the server clause that a view may hide.
    mutating func finish(_ sink: inout RuleSink) {
        endClause(&sink)
        for (name, index) in viewNames.sorted(by: { $0.value < $1.value }) {
            let view = views[index]
            let traits = (clients[name] ?? []).map { ClientTrait.range($0) }
            let limit =
                traits.isEmpty || traits.count > 1000
                ? GuardID.none : sink.builder.intern(RuleGuard(clients: [ClientCondition(anyOf: traits)]))
            for entry in view.names {
                sink.leaveOpen(
                    entry.scope,
                    entry.name,
                    class: .special,
                    guard: limit,
                    rule: entry.rule,
                    line: entry.line
                )
            }
            guard !view.isFirst, !view.names.isEmpty, let use = uses[name] else { continue }
            sink.leaveOpen(.below, .root, class: .special, guard: limit, rule: use.rule, line: use.line)
        }
    }
}
