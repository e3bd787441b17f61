import Catalog
import Policy
import Replay
import Reports
import Settings

/// What a replay judges by: the catalog, the stack and the one that it is compared with.
struct ReplayStacks {
    let catalog: EndpointCatalog
    let loaded: LoadedStack?
    let changed: LoadedStack?
    private let context: QueryContext
    private let otherContext: QueryContext

    /// Loads everything, and says on standard error what lists were read as.
    /// - Parameter format: in which form of records faults of lists are told as well.
    init(
        _ options: StackOptions,
        _ change: StackChangeOptions,
        _ catalogOptions: CatalogOptions,
        _ format: OutputFormat
    ) throws {
        let catalog = try catalogOptions.load()
        self.catalog = catalog
        let requested = try format.reporting(catalog) {
            options.isEmpty ? Configuration.Stack(layers: []) : try options.requested()
        }
        let loaded = try format.reporting(catalog) {
            options.isEmpty ? nil : try LoadedStack.load(requested)
        }
        self.loaded = loaded
        loaded?.announce()
        context = try loaded?.narrowed(.unknown, takesClient: false) ?? .unknown
        changed = try format.reporting(catalog) {
            change.isEmpty
                ? nil : try LoadedStack.load(try change.applied(to: requested, loaded, engines: options.engines))
        }
        changed?.announce(besides: loaded)
        otherContext = try changed?.narrowed(.unknown, takesClient: false) ?? .unknown
        loaded?.announceClientRules(.unknown)
    }

    /// A replayer that has taken nothing yet.
    func replayer(_ redaction: Redaction? = nil) -> Replayer {
        Replayer(catalog: catalog, stack: loaded?.stack, context: context, redaction: redaction)
    }

    /// The stack to compare with.
    var other: (stack: CompiledStack, context: QueryContext)? { changed.map { ($0.stack, otherContext) } }

    /// What partials of such a replay depend on.
    func identity(redaction: String?) -> PartialIdentity {
        var selected = Fingerprint()
        for endpoint in catalog.endpoints {
            selected.add("\(endpoint.pattern.text) \(endpoint.service.rawValue)\n".utf8)
        }
        return PartialIdentity(catalog: "\(catalog.label), \(selected)", stack: loaded?.label, redaction: redaction)
    }

    /// Whether every rule could be evaluated.
    var isCertain: Bool {
        [loaded, changed].allSatisfy { stack in
            (stack?.unsupportedRules ?? 0) == 0 && (stack?.stack.addressRuleCount ?? 0) == 0
                && (stack?.clientRules(.unknown) ?? 0) == 0
        }
    }
}
