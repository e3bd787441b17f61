internal import DNS
public import TextScan

/// Reads `chains.tsv`: owner, target, basis, where, when, note. Shorter rows of owner and target alone are allowed in
/// files that users give.
public enum ChainsFile {
    /// The steps of a file, and what is wrong with it; a bad row loses only itself.
    /// - Parameter path: The name of the file in diagnostics.
    public static func parse(_ bytes: [UInt8], path: String) -> (edges: [ChainEdge], diagnostics: [Diagnostic]) {
        var edges: [ChainEdge] = []
        var diagnostics: [Diagnostic] = []
        let isShort = hasTwoColumns(bytes)
        TabRows.read(bytes, path: path, fields: isShort ? 2 : 6, diagnostics: &diagnostics) { row in
            func fault(_ column: Int, _ reason: String, _ text: String) -> Diagnostic {
                Diagnostic(path: path, line: row.line, column: row.columns[column], reason: reason, text: text)
            }
            guard let owner = try? DomainName(row.fields[0]) else { return fault(0, "bad-name", "not a domain name") }
            guard let target = try? DomainName(row.fields[1]) else { return fault(1, "bad-name", "not a domain name") }
            let basis: ChainEdge.Basis
            let sighting: ChainEdge.Sighting
            if isShort {
                basis = .observed
                sighting = ChainEdge.Sighting(place: path, when: nil, note: nil)
            } else {
                guard let word = ChainEdge.Basis(rawValue: row.fields[2]) else {
                    return fault(2, "bad-basis", "the basis is `observed` or `inferred`")
                }
                basis = word
                func known(_ field: String) -> String? { field == "-" ? nil : field }
                sighting = ChainEdge.Sighting(
                    place: row.fields[3],
                    when: known(row.fields[4]),
                    note: known(row.fields[5])
                )
            }
            edges.append(
                ChainEdge(owner: owner.lowercased, target: target.lowercased, basis: basis, sightings: [sighting])
            )
            return nil
        }
        return (edges, diagnostics)
    }

    /// Whether the first row has two columns.
    private static func hasTwoColumns(_ bytes: [UInt8]) -> Bool {
        let text = bytes.span
        var lines = LineScanner(text)
        while let line = lines.next() {
            let content = text.extracting(line.range)
            if content.count == 0 || content[0] == 0x23 { continue }
            var tabs = 0
            for index in 0..<content.count where content[index] == 0x09 { tabs += 1 }
            return tabs == 1
        }
        return false
    }
}
