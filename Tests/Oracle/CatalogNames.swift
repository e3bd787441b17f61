import Catalog
import DNS

/// The names of the embedded catalog, and the aliases behind them.
enum CatalogNames {
    /// Names that were seen, those of chains included.
    static let hosts: [String] = {
        var names = KnownHostsFile.parse(EmbeddedData.file(EmbeddedData.knownHosts) ?? [], path: "known-hosts").hosts
            .map(\.name)
        names += graph.edges.flatMap { [$0.owner, $0.target] }
        var seen: Set<DomainName> = []
        return names.filter { seen.insert($0).inserted }.map(\.description)
    }()

    /// The names of chains alone.
    static var elements: [String] { Array(Set(graph.edges.flatMap { [$0.owner.description, $0.target.description] })) }

    /// One alias for every name that has some, without cycles; chains are short enough for every engine.
    static let aliases: [String: String] = {
        var aliases: [DomainName: DomainName] = [:]
        for owner in graph.owners {
            guard let chain = graph.chains(from: owner).first(where: { $0.aliases.count < 7 }) else { continue }
            var name = owner
            for target in chain.aliases {
                // The rest is as an earlier chain has it.
                if aliases[name] != nil || leads(target, to: name, aliases) { break }
                aliases[name] = target
                name = target
            }
        }
        return Dictionary(uniqueKeysWithValues: aliases.map { ($0.key.description, $0.value.description) })
    }()

    /// The chains that these aliases make.
    static let singleChains = ChainGraph(
        graph.edges.filter { aliases[$0.owner.description] == $0.target.description }
    )

    private static let graph = ChainGraph(
        ChainsFile.parse(EmbeddedData.file(EmbeddedData.chains) ?? [], path: "chains").edges
    )

    private static func leads(_ name: DomainName, to other: DomainName, _ aliases: [DomainName: DomainName]) -> Bool {
        var name = name
        while name != other {
            guard let next = aliases[name] else { return false }
            name = next
        }
        return true
    }
}
