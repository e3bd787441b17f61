import Audit
import Catalog
import DNS
import TextScan

extension AuditName {
    /// The names of a file, or those of the catalog where none is given, and what could not be read.
    static func requested(_ file: String?, _ catalog: EndpointCatalog) throws -> ([AuditName], faults: [Diagnostic]) {
        guard let file else {
            let names = AuditName.all(of: catalog)
            guard !names.isEmpty else { throw Failure.usage("no endpoint of the catalog is left to ask about") }
            return (names, [])
        }
        var input = NameInput()
        try input.read(file)
        guard !input.items.isEmpty else {
            for diagnostic in input.diagnostics { StandardError.line(diagnostic.description) }
            throw Failure.usage("\(TerminalText.escaped(file)): no names in it")
        }
        var seen: Set<DomainName> = []
        let names = input.items.filter { seen.insert($0.name).inserted }.map {
            AuditName(
                name: $0.name,
                endpoint: catalog.endpoint(matching: $0.name),
                origin: catalog.knownHost($0.name) == nil ? nil : .known
            )
        }
        return (names, input.diagnostics)
    }
}
