internal import DNS
public import TextScan

/// Reads `known-hosts.tsv`: host, pattern, kind, where, when.
public enum KnownHostsFile {
    /// The hosts of a file, and what is wrong with it; a bad row loses only itself.
    /// - Parameter path: The name of the file in diagnostics.
    public static func parse(_ bytes: [UInt8], path: String) -> (hosts: [KnownHost], diagnostics: [Diagnostic]) {
        var hosts: [KnownHost] = []
        var diagnostics: [Diagnostic] = []
        TabRows.read(bytes, path: path, fields: 5, diagnostics: &diagnostics) { row in
            func fault(_ column: Int, _ reason: String, _ text: String) -> Diagnostic {
                Diagnostic(path: path, line: row.line, column: row.columns[column], reason: reason, text: text)
            }
            guard let name = try? DomainName(row.fields[0]) else {
                return fault(0, "bad-name", "not a domain name")
            }
            guard let kind = KnownHost.Kind(rawValue: row.fields[2]) else {
                return fault(2, "bad-kind", "the kind is `host` or `alias`")
            }
            hosts.append(
                KnownHost(
                    name: name.lowercased,
                    pattern: row.fields[1] == "-" ? nil : row.fields[1],
                    kind: kind,
                    seenIn: row.fields[3].split(separator: "; ").map(String.init),
                    seenWhen: row.fields[4] == "-" ? nil : row.fields[4]
                )
            )
            return nil
        }
        return (hosts, diagnostics)
    }
}
