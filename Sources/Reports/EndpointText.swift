public import Catalog
public import DNS
public import TextScan

/// Catalog entries for people.
public enum EndpointText {
    /// What the catalog knows about a name.
    public static func about(_ name: DomainName, catalog: EndpointCatalog, style: TextStyle) -> String {
        let endpoints = catalog.endpoints(matching: name, includingShared: true)
        var text = style.bold(name.description) + "\n"
        guard !endpoints.isEmpty else { return style.fit(text + "  not a name of the catalog\n") }
        for endpoint in endpoints { text += one(endpoint, catalog: catalog) }
        if let host = catalog.knownHost(name) {
            text +=
                "  seen in: \(escaped(host.seenIn.joined(separator: "; ")))"
                + (host.seenWhen.map { " (\(escaped($0)))" } ?? "")
                + "\n"
        }
        for chain in catalog.chains.chains(from: name).prefix(8) {
            text += "  chain: " + ([name] + chain.aliases).map(\.description).joined(separator: " → ")
            text +=
                " (\(chain.basis.rawValue)" + (chain.edges.lastSeen.map { ", last seen \(escaped($0))" } ?? "") + ")\n"
        }
        return style.fit(text)
    }

    /// One line of `catalog list`.
    public static func row(_ endpoint: Endpoint, style: TextStyle) -> String {
        let severity = style.severity(endpoint.severity)
        let phase = padded(endpoint.phase.rawValue, 12)
        let service = padded(escaped(endpoint.service.rawValue), 22)
        return
            "\(severity) \(phase) \(service) \(escaped(endpoint.pattern.text))\(endpoint.isShared ? "  (shared)" : "")\n"
    }

    private static func one(_ endpoint: Endpoint, catalog: EndpointCatalog) -> String {
        var text =
            "  \(escaped(endpoint.pattern.text)) (\(endpoint.pattern.kind.rawValue)\(endpoint.isShared ? ", shared space" : ""))\n"
        text += "    service \(escaped(endpoint.service.rawValue)), phase \(endpoint.phase.rawValue), "
        text += "severity \(endpoint.severity.rawValue), pinned \(endpoint.pinning.rawValue)\n"
        if !endpoint.transports.isEmpty {
            text += "    transport " + endpoint.transports.map(\.description).joined(separator: ", ") + "\n"
        }
        if let breaks = endpoint.breaks { text += "    breaks: \(escaped(breaks))\n" }
        if !endpoint.profiles.isEmpty {
            text += "    profiles: " + endpoint.profiles.map { escaped($0.rawValue) }.joined(separator: ", ") + "\n"
        }
        if let note = endpoint.note { text += "    note: \(escaped(note))\n" }
        for id in endpoint.sources { text += "    source: " + escaped(catalog.sources[id]?.label ?? id) + "\n" }
        return text
    }

    /// A catalog may be the user's own file, and YAML can spell any octet.
    private static func escaped(_ text: String) -> String { TerminalText.escaped(text) }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

extension Endpoint {
    /// Writes the members of an `endpoint` record; `sources` are those of its catalog.
    public func write(to json: inout JSONWriter, sources known: [String: Source]) {
        json.member("pattern", pattern.text)
        json.member("match", pattern.kind.rawValue)
        json.member("shared", isShared)
        json.member("service", service.rawValue)
        json.member("phase", phase.rawValue)
        json.member("transport", transports.map(\.description))
        json.member("pinned", pinning.rawValue)
        json.member("severity", severity.rawValue)
        json.member("breaks", ifKnown: breaks)
        json.member("errors", errors.map(\.description))
        json.member("profiles", profiles.map(\.rawValue))
        json.member("sources", sources.map { known[$0]?.label ?? $0 })
        json.member("note", ifKnown: note)
    }
}
