internal import DNS
internal import Resolver
internal import Yams

/// The keys of a configuration that say where `serve` forwards to.
enum ForwardingYAML {
    static let keys = [
        "upstreams", "bootstrap", "upstream-strategy", "parallel", "fail-over-on", "routes", "compare", "probe",
    ]
    private static let routeKeys = ["upstreams", "strategy", "parallel", "fail-over-on", "fall-back"]

    static func read(_ entries: [String: Node], into configuration: inout Configuration, _ reader: inout NodeReader) {
        if let node = entries["bootstrap"] {
            configuration.bootstrap = items(node, "bootstrap", &reader).compactMap {
                reader.endpoint($0, "a bootstrap resolver", port: 53)
            }
        }
        let hasBootstrap = entries["bootstrap"] != nil
        if let node = entries["upstreams"] { configuration.upstreams = upstreams(node, hasBootstrap, &reader) }
        if let node = entries["probe"] { configuration.probeInterval = reader.number(node, "probe", 0...86_400) }
        if let node = entries["compare"] { configuration.references = upstreams(node, hasBootstrap, &reader) }
        configuration.asking = asking(entries, "upstream-strategy", &reader)
        if let node = entries["routes"] { configuration.routes = routes(node, hasBootstrap, &reader) }
    }

    private static func items(_ node: Node, _ what: String, _ reader: inout NodeReader) -> [Node] {
        if case .scalar = node { return [node] }
        return reader.list(node, what) ?? []
    }

    private static func upstreams(
        _ node: Node,
        _ hasBootstrap: Bool,
        _ reader: inout NodeReader
    ) -> [Configuration.Upstream] {
        items(node, "an upstream", &reader).compactMap { item in
            guard let text = reader.text(item, "an upstream") else { return nil }
            guard let upstream = Configuration.Upstream(text) else {
                reader.fault(
                    item,
                    "bad-address",
                    "`\(NodeReader.shortened(text))` is no upstream; \(Configuration.Upstream.hint)"
                )
                return nil
            }
            if upstream.isNamed, !hasBootstrap {
                reader.fault(
                    item,
                    "missing-key",
                    "`\(NodeReader.shortened(text))` is a host name, whose address nobody is asked for; add bootstrap: [ADDRESS] "
                        + "with a resolver that knows it, or write tls://ADDRESS#NAME"
                )
            }
            return upstream
        }
    }

    private static func asking(
        _ entries: [String: Node],
        _ strategyKey: String,
        _ reader: inout NodeReader
    ) -> Configuration.Asking {
        var asking = Configuration.Asking()
        if let node = entries[strategyKey] { asking.strategy = reader.word(node, strategyKey) }
        if let node = entries["parallel"] { asking.width = reader.number(node, "parallel", 2...8) }
        if let node = entries["parallel"], let strategy = asking.strategy, strategy != .parallel {
            reader.fault(
                node,
                "wrong-key",
                "parallel says how many are asked at once; it needs \(strategyKey): parallel"
            )
        }
        if let node = entries["fail-over-on"] {
            let known = Configuration.failOverCodes.keys.sorted()
            asking.failOverCodes = items(node, "fail-over-on", &reader).compactMap { item in
                reader.word(item, "a response code", of: known).flatMap { Configuration.failOverCodes[$0] }
            }
        }
        return asking
    }

    /// Names, each with its servers, or with a mapping that says more.
    private static func routes(_ node: Node, _ hasBootstrap: Bool, _ reader: inout NodeReader) -> [Configuration.Route]
    {
        var known: Set<DomainName> = []
        return (reader.mapping(node, "routes") ?? []).compactMap { key, keyNode, value in
            guard let name = try? DomainName(key) else {
                reader.fault(
                    keyNode,
                    "bad-name",
                    "`\(NodeReader.shortened(key))` is no domain name; write corp.example, which covers the names below it"
                )
                return nil
            }
            guard known.insert(name.lowercased).inserted else {
                reader.fault(keyNode, "repeated-name", "a second route for \(NodeReader.shortened(key))")
                return nil
            }
            return route(name, value, hasBootstrap, &reader)
        }
    }

    private static func route(
        _ name: DomainName,
        _ node: Node,
        _ hasBootstrap: Bool,
        _ reader: inout NodeReader
    ) -> Configuration.Route? {
        guard case .mapping = node else {
            if case .scalar(let scalar) = node, scalar.string == Configuration.Route.everythingElse {
                return Configuration.Route(name, to: [])
            }
            return route(name, to: node, hasBootstrap, &reader)
        }
        guard let fields = reader.mapping(node, "a route", keys: routeKeys) else { return nil }
        guard let servers = fields["upstreams"] else {
            reader.fault(node, "missing-key", "a route needs `upstreams`, such as upstreams: [10.0.0.53]")
            return nil
        }
        guard var route = route(name, to: servers, hasBootstrap, &reader) else { return nil }
        route.asking = asking(fields, "strategy", &reader)
        if let node = fields["fall-back"] { route.fallsBack = reader.flag(node, "fall-back") ?? false }
        return route
    }

    /// Without servers it would go where it must not.
    private static func route(
        _ name: DomainName,
        to node: Node,
        _ hasBootstrap: Bool,
        _ reader: inout NodeReader
    ) -> Configuration.Route? {
        let known = reader.faultCount
        let servers = upstreams(node, hasBootstrap, &reader)
        guard !servers.isEmpty else {
            if reader.faultCount == known {
                reader.fault(
                    node,
                    "empty",
                    "a route needs a server; write `default` for those that are asked for everything else"
                )
            }
            return nil
        }
        return Configuration.Route(name, to: servers)
    }
}
