import TextScan

/// The clauses of unbound.conf (compared with 1.17.1).
enum UnboundClause: String {
    case server, view, rpz, python, dynlib, cachedb, dnscrypt, ipset, dnstap
    case forward = "forward-zone"
    case stub = "stub-zone"
    case authority = "auth-zone"
    case remote = "remote-control"

    /// The clause that a key begins; nil for any other key.
    init?(_ key: Span<UInt8>) {
        for (name, clause) in Self.names where key.equals(name) {
            self = clause
            return
        }
        return nil
    }

    private static let names: [(StaticString, UnboundClause)] = [
        ("server", .server), ("view", .view), ("forward-zone", .forward), ("stub-zone", .stub),
        ("auth-zone", .authority), ("rpz", .rpz), ("remote-control", .remote), ("python", .python),
        ("dynlib", .dynlib), ("cachedb", .cachedb), ("dnscrypt", .dnscrypt), ("ipset", .ipset), ("dnstap", .dnstap),
    ]
}

/// What Unbound wants of the names of clauses (compared with 1.17.1): routes and views need one, none has two, and no two
/// views have the same.
struct UnboundClauseNames {
    private var clause = UnboundClause.server
    private var place: (rule: Range<Int>, line: Int) = (0..<0, 1)
    private var isNamed = true
    private var views: Set<[UInt8]> = []

    /// Begins a clause, and refuses the one before that has no name but needs one.
    mutating func begin(
        _ clause: UnboundClause,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        finish(text, &sink)
        self.clause = clause
        place = (rule, line)
        isNamed = false
    }

    /// Takes the name of the clause begun last; false where Unbound refuses it.
    mutating func take(_ name: Span<UInt8>) -> Bool {
        if isNamed { return false }
        isNamed = true
        switch clause {
        case .view: return views.insert(name.octets).inserted
        case .forward, .stub: return UnboundValue.name.accepts(name)
        case .rpz, .authority: return UnboundValue.nameOrNothing.accepts(name)
        default: return true
        }
    }

    /// Ends the last clause.
    mutating func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        guard !isNamed, clause == .view || clause == .forward || clause == .stub else { return }
        sink.drop(.badStatement, text, place.rule, place.line)
        isNamed = true
    }
}
