public import Catalog
import DNS
public import Policy

/// The rules of one engine that let every name of a catalog pass, whatever lists there are: a file to ship, not an answer to a list.
///
/// How far a star reaches is each engine's own matter. Policy zones take a name as it is and all below `*.NAME`; where only whole
/// subtrees can be said, the name above is opened with them. Where the nearest name decides (Unbound, dnsmasq) a list that spells out a
/// deeper name has the last word, so that every known name is spelled out here, too.
public struct PassThrough: Sendable {
    /// The engine that reads the rules.
    public let engine: Engine
    /// The rules, by name from the root.
    public let exceptions: [LayerException]
    /// Patterns with a star inside a label, which the engine cannot say: of these the known names pass and no others.
    public let unsaid: [EndpointPattern]

    /// The rules for an engine; nil for one that has no exceptions.
    /// - Complexity: O(endpoints × (endpoints + known hosts))
    public init?(_ engine: Engine, catalog: EndpointCatalog) {
        let scopes = LayerException.scopes(of: engine)
        guard let narrow = scopes.first else { return nil }
        self.engine = engine
        let wide: Scope? = scopes.first { $0 != .exact }
        let hasNearest = [.longestFirst, .localZone].contains(engine.profile.order)
        let bases = wide == nil ? [] : Self.bases(of: catalog)
        var names: Set<DomainName> = []
        var unsaid: Set<EndpointPattern> = []
        for endpoint in catalog.endpoints where !endpoint.isShared {
            let pattern = endpoint.pattern
            let isSaid = pattern.kind == .exact || bases.contains { pattern.base.isEqualOrBelow($0) }
            if !isSaid { unsaid.insert(pattern) }
            if pattern.kind == .suffixAndApex { names.insert(pattern.base.lowercased) }
            guard !isSaid || hasNearest || pattern.kind == .exact else { continue }
            for probe in catalog.probes(for: endpoint) where probe.origin != .synthesised {
                names.insert(probe.name.lowercased)
            }
        }
        self.unsaid = unsaid.sorted { $0.text < $1.text }
        let stars = bases.compactMap { base in wide.flatMap { LayerException(engine, $0, base) } }
        // A star reaches no further than the nearest name that has a rule, so none is put below one where that is so.
        let others = names.filter { name in hasNearest || !stars.contains { $0.covers(name) } }
        let rules = Set(stars + others.compactMap { LayerException(engine, narrow, $0) })
        exceptions = rules.sorted { left, right in
            left.name == right.name ? left.scope == .exact : left.name < right.name
        }
    }

    /// The fixed parts of patterns for all names below one, without those below others. Of other patterns the fixed part says nothing:
    /// that of `watson.*.microsoft.com` would open all of `microsoft.com`.
    private static func bases(of catalog: EndpointCatalog) -> [DomainName] {
        let wide = catalog.endpoints.filter { !$0.isShared && [.suffix, .suffixAndApex].contains($0.pattern.kind) }
        let bases = Set(wide.map(\.pattern.base.lowercased))
        return bases.filter { base in !bases.contains { $0 != base && base.isEqualOrBelow($0) } }
    }

    /// The rules with what has to stand around them, below comments where the format has any.
    public func text(comment: String) -> String {
        let file = ExceptionFile(engine, exceptions)
        return file.comment(comment) + file.text
    }

    /// What somebody who uses the file has to know about its engine, a line each; empty where nothing is to be said.
    public var notes: [String] {
        switch engine {
        case .bindRPZ, .unboundRPZ, .pdnsRPZ, .knotRPZ: Self.zoneNotes
        case .unbound: Self.unboundNotes
        case .dnsmasq: Self.dnsmasqNotes
        default: ExceptionFile.place(of: engine).map { ["Place: \($0)."] } ?? []
        }
    }

    private static let zoneNotes = [
        "Use it as the first policy zone, in front of those that block; with FILE for this file:",
        "  BIND      response-policy { zone \"passthru.rpz\"; zone \"blocks.rpz\"; };",
        "            zone \"passthru.rpz\" { type primary; file \"FILE\"; check-names ignore; };",
        "  Unbound   the first clause \"rpz:\" with name: passthru.rpz and zonefile: \"FILE\"; respip in module-config",
        "  PowerDNS  rpzFile('FILE', {policyName='passthru'}) in front of the others",
        "  Knot      policy.add(policy.rpz(policy.DENY, 'FILE')) in front of the others",
        "*.NAME is every name below NAME at any depth and not NAME itself. As in every zone a star reaches no further than the",
        "nearest name that has records: no other name stands below a star here, and none should be put there.",
        "The aliases of a name that is let through here are let through with it, and so are its addresses; but Unbound has answers",
        "from its cache meet the rpz-ip rules of all zones, so with Unbound zones with such rules can block names of this file.",
    ]

    private static let unboundNotes = [
        "Use it behind the lists that block, as of two zones of one name the last one counts:",
        "  include: \"FILE\"",
        "A zone is its name and every name below, at any depth, except for what a deeper zone says: a list with a zone for a",
        "name that is below one of these and does not stand here still blocks that name. always_transparent and not",
        "transparent, as transparent would go on giving the local-data of lists.",
    ]

    private static let dnsmasqNotes = [
        "Use it beside the lists that block, in any order, as the longest name that fits decides:",
        "  conf-file=FILE",
        "A line is about its name and every name below, at any depth, except for what a longer name says. It frees names from",
        "rules about names above them (address=/example.com/...) and from local=/NAME/ or address=/NAME/ of the same name, but not",
        "from address=/NAME/ADDRESS or address=/NAME/# of the same name, nor from files of hosts: take such lines out of the list.",
        "The # stands for the servers that are asked about everything else.",
    ]
}
