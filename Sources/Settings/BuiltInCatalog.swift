public import Catalog
public import TextScan

/// The catalog and the error table that are part of the program.
public enum BuiltInCatalog {
    /// The built-in endpoints with known hosts and chains, and what is wrong with the files (nothing, in a release).
    /// - Parameter includingOthers: Whether update services other than Windows Update are part of it.
    /// - Complexity: reads about 100 KB of YAML; keep the result
    public static func load(includingOthers: Bool = false) -> (catalog: EndpointCatalog, diagnostics: [Diagnostic]) {
        var parts: [CatalogYAML.Parts] = []
        var files: [[UInt8]] = []
        var diagnostics: [Diagnostic] = []
        for path in [EmbeddedData.windowsUpdate] + (includingOthers ? [EmbeddedData.others] : []) {
            let bytes = EmbeddedData.file(path) ?? []
            let (part, faults) = CatalogYAML.parse(bytes, path: path)
            parts.append(part)
            files.append(bytes)
            diagnostics += faults
        }
        let (catalog, faults) = assemble(parts, fingerprinting: files)
        return (catalog, diagnostics + faults)
    }

    /// A catalog of the endpoints in `endpoints` with the built-in hosts and chains; for `--catalog FILE`.
    /// - Parameter path: The name of the file in diagnostics.
    public static func load(endpoints: [UInt8], path: String) -> (catalog: EndpointCatalog, diagnostics: [Diagnostic]) {
        let (parts, diagnostics) = CatalogYAML.parse(endpoints, path: path)
        let (catalog, others) = assemble([parts], fingerprinting: [endpoints])
        return (catalog, diagnostics + others)
    }

    /// A catalog of the parts of several files, first ones first, with the built-in hosts and chains.
    /// - Parameter files: The octets of the files, for the fingerprint.
    public static func assemble(
        _ parts: [CatalogYAML.Parts],
        fingerprinting files: [[UInt8]]
    ) -> (catalog: EndpointCatalog, diagnostics: [Diagnostic]) {
        let hostBytes = EmbeddedData.file(EmbeddedData.knownHosts) ?? []
        let chainBytes = EmbeddedData.file(EmbeddedData.chains) ?? []
        let (hosts, hostFaults) = KnownHostsFile.parse(hostBytes, path: EmbeddedData.knownHosts)
        let (edges, chainFaults) = ChainsFile.parse(chainBytes, path: EmbeddedData.chains)
        var fingerprint = Fingerprint()
        for file in files + [hostBytes, chainBytes] { fingerprint.add(file) }
        let catalog = EndpointCatalog(
            endpoints: parts.flatMap(\.endpoints),
            sources: merged(parts.map(\.sources)),
            services: merged(parts.map(\.services)),
            profiles: merged(parts.map(\.profiles)),
            knownHosts: hosts,
            chains: ChainGraph(edges),
            fingerprint: fingerprint
        )
        return (catalog, hostFaults + chainFaults)
    }

    /// The built-in error table and what is wrong with its file.
    public static func errors() -> (table: ErrorTable, diagnostics: [Diagnostic]) {
        ErrorCodesYAML.parse(EmbeddedData.file(EmbeddedData.errors) ?? [], path: EmbeddedData.errors)
    }

    private static func merged<Key: Hashable, Value>(_ all: [[Key: Value]]) -> [Key: Value] {
        all.reduce(into: [:]) { result, part in result.merge(part) { first, _ in first } }
    }
}
