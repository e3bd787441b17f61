public import Catalog
public import DNS
import FilterLists
public import Policy

/// Short ways to make the values that findings are made of.
public enum Samples {
    /// A name; a text that is none is a mistake in the test.
    public static func name(_ text: String) throws -> DomainName { try DomainName(text) }

    /// A layer that reads one list, given as text, in the semantics of an engine.
    public static func layer(_ engine: Engine, _ list: String, path: String = "list.txt") throws -> CompiledLayer {
        try LayerLoader.load([ListInput(path: path, octets: Array(list.utf8))], engine: engine).layer
    }

    /// A stack of one layer.
    public static func stack(_ engine: Engine, _ list: String, path: String = "list.txt") throws -> CompiledStack {
        CompiledStack(layers: [try layer(engine, list, path: path)])
    }

    /// An endpoint; patterns with `*` are suffixes.
    public static func endpoint(
        _ pattern: String,
        severity: Severity = .high,
        phase: Phase = .scan,
        breaks: String? = nil,
        errors: [UInt32] = []
    ) throws -> Endpoint {
        Endpoint(
            pattern: try EndpointPattern(pattern, kind: pattern.hasPrefix("*") ? .suffix : .exact),
            service: Service(rawValue: "windows-update"),
            phase: phase,
            severity: severity,
            breaks: breaks,
            errors: errors.map(ErrorCode.init(rawValue:))
        )
    }

    /// A step of a chain, written `owner>target`, or `owner?target` when it is inferred.
    public static func edge(_ text: String, seen: String? = "2024") throws -> ChainEdge {
        let isObserved = text.contains(">")
        let parts = text.split { $0 == ">" || $0 == "?" }.map(String.init)
        return ChainEdge(
            owner: try DomainName(parts[0]),
            target: try DomainName(parts[1]),
            basis: isObserved ? .observed : .inferred,
            sightings: [ChainEdge.Sighting(place: "a capture", when: seen, note: nil)]
        )
    }

    /// A catalog of endpoints, known hosts and chain steps.
    public static func catalog(
        _ endpoints: [Endpoint],
        hosts: [String] = [],
        edges: [String] = []
    ) throws -> EndpointCatalog {
        EndpointCatalog(
            endpoints: endpoints,
            knownHosts: try hosts.map {
                KnownHost(name: try DomainName($0), pattern: nil, kind: .host, seenIn: ["a capture"], seenWhen: "2024")
            },
            chains: ChainGraph(try edges.map { try edge($0) })
        )
    }
}
