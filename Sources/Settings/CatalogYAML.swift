public import Catalog
public import TextScan
internal import Yams

/// Reads endpoint catalogs in YAML, the form of `Zones/catalog/windows-update.yaml`, whose header explains it.
public enum CatalogYAML {
    /// What one file holds. Endpoints that have a fault are not among them.
    public struct Parts: Sendable {
        /// The word of the catalog, `windows-update`.
        public internal(set) var name = ""
        /// What each service is.
        public internal(set) var services: [Service: String] = [:]
        /// Who each profile is.
        public internal(set) var profiles: [Profile: String] = [:]
        /// The sources by id.
        public internal(set) var sources: [String: Source] = [:]
        /// The endpoints, in file order.
        public internal(set) var endpoints: [Endpoint] = []
        /// The line and column of each endpoint's pattern, by index.
        public internal(set) var places: [(line: Int, column: Int)] = []
        /// Needs of the service that are not names, one sentence each.
        public internal(set) var notNames: [String] = []
    }

    /// Reads a file; every fault becomes a diagnostic with line and column, and costs only the entry that has it.
    /// - Parameter path: The name of the file in diagnostics.
    public static func parse(_ bytes: [UInt8], path: String) -> (parts: Parts, diagnostics: [Diagnostic]) {
        let document = YAMLDocument(bytes, path: path)
        guard let root = document.root else { return (Parts(), document.diagnostics + emptyFault(document, path)) }
        var builder = CatalogBuilder(path: path)
        builder.read(root)
        return (builder.parts, document.diagnostics + builder.reader.diagnostics)
    }

    private static func emptyFault(_ document: YAMLDocument, _ path: String) -> [Diagnostic] {
        guard document.diagnostics.isEmpty else { return [] }
        return [Diagnostic(path: path, line: 1, column: 1, reason: "empty", text: "the file holds nothing")]
    }
}

/// Builds the parts of a catalog from its root node.
struct CatalogBuilder {
    private(set) var parts = CatalogYAML.Parts()
    var reader: NodeReader
    private var firstLines: [String: Int] = [:]

    init(path: String) { reader = NodeReader(path: path) }

    private static let rootKeys = ["catalog", "services", "phases", "profiles", "sources", "endpoints", "not_names"]
    private static let endpointKeys = [
        "pattern", "kind", "scope", "service", "phase", "transport", "pinned", "severity", "breaks", "errors",
        "profiles",
        "sources", "note",
    ]

    mutating func read(_ root: Node) {
        guard let entries = reader.mapping(root, "a catalog", keys: Self.rootKeys) else { return }
        if let node = entries["catalog"] {
            parts.name = reader.text(node, "catalog") ?? ""
        } else {
            reader.fault(root, "missing-key", "key `catalog` is missing; give the catalog a word, such as `my-service`")
        }
        for (word, text) in words(entries["services"], "services") { parts.services[Service(rawValue: word)] = text }
        for (word, text) in words(entries["profiles"], "profiles") { parts.profiles[Profile(rawValue: word)] = text }
        if let node = entries["phases"], let phases = reader.mapping(node, "phases") {
            for phase in phases { let _: Phase? = reader.word(phase.keyNode, "phase") }
        }
        if let node = entries["sources"] { parts.sources = reader.sources(node) }
        if let node = entries["not_names"] { readNotNames(node) }
        guard let node = entries["endpoints"] else {
            reader.fault(root, "missing-key", "key `endpoints` is missing; a catalog is a list of endpoints")
            return
        }
        for item in reader.list(node, "endpoints") ?? [] { readEndpoint(item) }
    }

    /// A section that explains words.
    private mutating func words(_ node: Node?, _ what: String) -> [(String, String)] {
        guard let node, let entries = reader.mapping(node, what) else { return [] }
        var result: [(String, String)] = []
        for entry in entries {
            if let text = reader.text(entry.value, "the explanation of `\(NodeReader.shortened(entry.key))`") {
                result.append((entry.key, text))
            }
        }
        return result
    }

    private mutating func readNotNames(_ node: Node) {
        for item in reader.list(node, "not_names") ?? [] {
            let keys = ["what", "service", "transport", "profiles", "sources", "note"]
            guard let entries = reader.mapping(item, "an entry of not_names", keys: keys), let what = entries["what"],
                let text = reader.text(what, "what")
            else { continue }
            parts.notNames.append(text)
        }
    }

    private mutating func readEndpoint(_ item: Node) {
        let faults = reader.faultCount
        guard let entries = reader.mapping(item, "an endpoint", keys: Self.endpointKeys) else { return }
        for key in ["pattern", "kind", "service", "phase", "severity"] where entries[key] == nil {
            reader.fault(item, "missing-key", "an endpoint needs `\(key)`")
        }
        guard let patternNode = entries["pattern"], let kindNode = entries["kind"],
            let serviceNode = entries["service"], let phaseNode = entries["phase"],
            let severityNode = entries["severity"],
            let pattern = readPattern(patternNode, kindNode),
            let service = reader.word(serviceNode, "service", of: parts.services.keys.map(\.rawValue)),
            let phase: Phase = reader.word(phaseNode, "phase"),
            let severity: Severity = reader.word(severityNode, "severity")
        else { return }
        var endpoint = Endpoint(
            pattern: pattern,
            service: Service(rawValue: service),
            phase: phase,
            severity: severity
        )
        if let node = entries["scope"] {
            endpoint.isShared = reader.word(node, "scope", of: ["service", "shared"]) == "shared"
        }
        if let node = entries["pinned"] { endpoint.pinning = reader.word(node, "pinned") ?? .unknown }
        if let node = entries["breaks"] { endpoint.breaks = reader.text(node, "breaks") }
        if let node = entries["note"] { endpoint.note = reader.text(node, "note") }
        if let node = entries["transport"] { endpoint.transports = readTransports(node) }
        if let node = entries["errors"] { endpoint.errors = reader.codes(node) }
        if let node = entries["profiles"] {
            endpoint.profiles = reader.words(node, "profile", of: parts.profiles.keys.map(\.rawValue))
                .map(Profile.init(rawValue:))
        }
        if let node = entries["sources"] {
            endpoint.sources = reader.words(node, "source", of: Array(parts.sources.keys))
        }
        guard reader.faultCount == faults, isFirst(pattern, patternNode) else { return }
        parts.endpoints.append(endpoint)
        parts.places.append((patternNode.mark?.line ?? 0, patternNode.mark?.column ?? 0))
    }

    private mutating func readPattern(_ node: Node, _ kindNode: Node) -> EndpointPattern? {
        guard let text = reader.text(node, "pattern"),
            let kind: EndpointPattern.Kind = reader.word(kindNode, "kind")
        else { return nil }
        do {
            return try EndpointPattern(text, kind: kind)
        } catch {
            reader.fault(node, "bad-pattern", "pattern `\(NodeReader.shortened(text))`: \(error)")
            return nil
        }
    }

    private mutating func isFirst(_ pattern: EndpointPattern, _ node: Node) -> Bool {
        let key = pattern.kind.rawValue + " " + pattern.text
        if let line = firstLines[key] {
            reader.fault(
                node,
                "duplicate-pattern",
                "pattern `\(pattern.text)` stands already in line \(line); join the two"
            )
            return false
        }
        firstLines[key] = node.mark?.line ?? 0
        return true
    }

    private mutating func readTransports(_ node: Node) -> [Endpoint.Transport] {
        var result: [Endpoint.Transport] = []
        for item in reader.list(node, "transport") ?? [] {
            guard let text = reader.text(item, "a transport") else { continue }
            guard let transport = Endpoint.Transport(text) else {
                reader.fault(item, "bad-transport", "a transport is scheme/port, such as https/443, udp/123 or dns/53")
                continue
            }
            result.append(transport)
        }
        return result
    }
}
