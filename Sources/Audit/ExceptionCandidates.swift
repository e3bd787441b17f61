import Catalog
import DNS
import FilterLists
import Findings
import Policy

/// The exceptions that may be made for what a layer blocks, and which of its demands each of them touches.
///
/// None is wider than what is documented: a name alone, or, where the engine can say that, everything below a name that
/// stands at or below a documented wildcard. So none opens what others use, such as the zone of a content network, let alone
/// a public suffix; aliases, which no wildcard documents, are named one by one. Where an engine cannot say a name alone, what
/// lies below it is opened with it.
struct ExceptionCandidates {
    private(set) var exceptions: [LayerException] = []
    /// The list that each is about.
    private(set) var lists: [Int] = []
    /// The demands that each may meet.
    private(set) var touched: [[Int]] = []

    private let engine: Engine
    private let catalog: EndpointCatalog
    private var places: [LayerException: Int] = [:]
    private var known: [DomainName: [LayerException]] = [:]

    init(
        _ demands: ExceptionDemands,
        _ needs: [ExceptionNeed],
        _ engine: Engine,
        _ catalog: EndpointCatalog,
        isNarrow: Bool
    ) {
        self.engine = engine
        self.catalog = catalog
        for (number, demand) in demands.demands.enumerated() {
            let need = needs[demand.need]
            var names = [need.name.name]
            for (real, shown) in zip(demand.real, demand.chain) where real != shown || real == demand.element {
                names.append(real)
            }
            var seen: Set<LayerException> = []
            for name in names {
                // Nobody asks for a name that stands for a pattern.
                let isMadeUp = name == need.name.name && need.name.origin == .synthesised
                for exception in all(for: name, isMadeUp: isMadeUp, isNarrow: isNarrow)
                where seen.insert(exception).inserted { touch(exception, number, demands.lists[number]) }
            }
        }
        // A wide one may be about more than what it was made for.
        for (place, exception) in exceptions.enumerated() where exception.scope != .exact {
            let own = Set(touched[place])
            for (number, demand) in demands.demands.enumerated() where !own.contains(number) {
                if exception.covers(needs[demand.need].name.name) || demand.real.contains(where: exception.covers) {
                    touched[place].append(number)
                }
            }
        }
    }

    private mutating func touch(_ exception: LayerException, _ demand: Int, _ list: Int) {
        let place = places[exception] ?? exceptions.count
        if place == exceptions.count {
            places[exception] = place
            exceptions.append(exception)
            lists.append(list)
            touched.append([])
        }
        touched[place].append(demand)
    }

    /// The exceptions that are about a name.
    private mutating func all(for name: DomainName, isMadeUp: Bool, isNarrow: Bool) -> [LayerException] {
        if let found = known[name] { return found }
        let scopes = LayerException.scopes(of: engine)
        var found: [LayerException] = []
        if !isMadeUp, let narrowest = scopes.first, let exception = LayerException(engine, narrowest, name) {
            found.append(exception)
        }
        if let wide = scopes.last, wide != .exact, !isNarrow || isMadeUp, let base = widestBase(name) {
            var ancestor: DomainName? = name
            while let current = ancestor, current.isEqualOrBelow(base) {
                // Below a name the name itself is not.
                if wide != .below || current != name, !isMadeUp || current != name,
                    let exception = LayerException(engine, wide, current), !found.contains(exception)
                {
                    found.append(exception)
                }
                ancestor = current.parent
            }
        }
        known[name] = found
        return found
    }

    /// The name nearest the root of which everything below is documented to belong to an update service.
    private func widestBase(_ name: DomainName) -> DomainName? {
        catalog.endpoints(matching: name)
            .filter { $0.pattern.kind == .suffix || $0.pattern.kind == .suffixAndApex }
            .map(\.pattern.base.lowercased).filter { !$0.isLikePublicSuffix }.min { $0.labelCount < $1.labelCount }
    }
}

extension DomainName {
    /// Whether it looks like a suffix under which anybody may register names, as `co.uk` does; catalogs of users may have
    /// anything.
    var isLikePublicSuffix: Bool {
        guard labelCount == 2, let first = labels.first, let last = labels.last else { return labelCount < 2 }
        let kinds = [
            "ac", "co", "com", "edu", "gob", "gov", "gv", "ltd", "mil", "ne", "net", "nom", "or", "org", "plc",
        ]
        return last.count == 2 && kinds.contains(String(decoding: Array(first), as: UTF8.self).lowercased())
    }
}
