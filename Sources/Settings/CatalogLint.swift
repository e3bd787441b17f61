public import Catalog
internal import DNS
public import TextScan

/// Warnings about a catalog that can be read but may not say what its author means.
public enum CatalogLint {
    /// The warnings for the endpoints of a file, in file order. Faults come from ``CatalogYAML/parse(_:path:)``.
    ///
    /// - `no-known-host`: a suffix or glob below which no name was ever seen, so audits have to make one up.
    /// - `shadowed`: a pattern that another pattern of the same service, phase and severity covers wholly.
    /// - `unmarked-cdn`: a wildcard over CDN or cloud space that is not marked `scope: shared`.
    /// - `no-source`: an entry that says nowhere where it comes from.
    /// - Complexity: O(endpoints² + endpoints × hosts)
    public static func warnings(_ parts: CatalogYAML.Parts, catalog: EndpointCatalog, path: String) -> [Diagnostic] {
        var warnings: [Diagnostic] = []
        for (index, endpoint) in parts.endpoints.enumerated() {
            func warn(_ reason: String, _ text: String) {
                let place = parts.places[index]
                warnings.append(
                    Diagnostic(path: path, line: place.line, column: place.column, reason: reason, text: text)
                )
            }
            let pattern = endpoint.pattern
            if endpoint.sources.isEmpty { warn("no-source", "`\(pattern.text)` names no source") }
            if !endpoint.isShared, catalog.probes(for: endpoint).contains(where: { $0.origin == .synthesised }) {
                warn("no-known-host", "no name is known below `\(pattern.text)`; audits make one up")
            }
            if !endpoint.isShared, pattern.kind != .exact, let network = sharedNetwork(of: pattern) {
                warn(
                    "unmarked-cdn",
                    "`\(pattern.text)` takes in space of \(network) that others use; add `scope: shared`"
                )
            }
            if let other = shadow(of: endpoint, at: index, in: parts.endpoints) {
                warn("shadowed", "`\(pattern.text)` adds nothing to `\(other.pattern.text)`, which covers it")
            }
        }
        return warnings
    }

    private static func shadow(of endpoint: Endpoint, at index: Int, in endpoints: [Endpoint]) -> Endpoint? {
        for (number, other) in endpoints.enumerated()
        where number != index && other.pattern.covers(endpoint.pattern)
            && other.service == endpoint.service && other.phase == endpoint.phase && other.severity == endpoint.severity
            && other.isShared == endpoint.isShared && Set(other.profiles).isSuperset(of: endpoint.profiles)
        {
            return other
        }
        return nil
    }

    /// Domains below which networks put the hosts of all their customers. A pattern that fixes at least one label that
    /// only its service has (a customer's own part) is not shared; two labels below the domain are taken as that.
    private static let networks = [
        "akamai.net", "akamaiedge.net", "akamaitechnologies.com", "akadns.net", "edgesuite.net", "edgekey.net",
        "azureedge.net", "azurefd.net", "blob.core.windows.net", "cloudapp.net", "trafficmanager.net", "cloudfront.net",
        "fastly.net", "footprint.net", "llnwi.net", "llnwd.net", "hwcdn.net", "edgecastcdn.net", "edgecastdns.net",
        "phicdn.net", "v0cdn.net", "nsatc.net", "amazonaws.com", "azurecr.io",
    ]

    private static func sharedNetwork(of pattern: EndpointPattern) -> String? {
        let base = pattern.base.description
        if pattern.kind == .glob {
            // `payload*.network` names what its owner named; `*.network` does not.
            let wild = pattern.text.split(separator: ".").last { $0.contains("*") || $0.contains("?") } ?? ""
            guard wild.filter({ $0 != "*" && $0 != "?" }).count < 3 else { return nil }
        }
        return networks.first { network in
            guard base == network || base.hasSuffix("." + network) else { return false }
            return base.split(separator: ".").count < network.split(separator: ".").count + 2
        }
    }
}
