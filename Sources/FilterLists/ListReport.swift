public import Policy
public import TextScan

/// What reading one list gave: enough to say what was and what was not understood.
public struct ListReport: Sendable {
    /// The path as given; `archive.zip:member` inside an archive.
    public var path: String
    /// The format it was read as.
    public var format: ListFormat
    /// The engine whose reading applies.
    public var engine: Engine
    /// What the list is for.
    public var role: ListRole
    /// How format and engine were found, in one sentence for people.
    public var detection: String
    /// Octets of the decoded list.
    public var octets: Int
    /// Lines, comments and blank ones included.
    public var lines: Int
    /// Rules that were compiled; one line may hold several.
    public var rules: Int
    /// Those of them that are about addresses in answers, so that only the real answer shows what they do.
    public var answerRules: Int
    /// Those of them that are about the client's address.
    public var clientRules: Int
    /// Lines or words that the engine drops, by reason id.
    public var ignored: [String: Int]
    /// Rules that Patchway cannot evaluate yet, by reason id. The layer's verdicts are incomplete by as many.
    public var unsupported: [String: Int]
    /// The first rules that are not evaluated, of every reason, with line numbers; bounded.
    public var notEvaluated: [Diagnostic]
    /// The first lines and words that the engine drops, of every reason; bounded.
    public var dropped: [Diagnostic]
    /// What is to be known of the list as a whole and costs none of its rules: how it is encoded, who gets it.
    public var notices: [Diagnostic]

    /// All of them.
    public var diagnostics: [Diagnostic] { notEvaluated + dropped + notices }

    /// All rules that were not evaluated.
    public var unsupportedCount: Int { unsupported.values.reduce(0, +) }
    /// All lines and words that the engine drops.
    public var ignoredCount: Int { ignored.values.reduce(0, +) }
}

/// A compiled layer and what its lists were read as.
public struct LoadedLayer: Sendable {
    /// The layer.
    public let layer: CompiledLayer
    /// One report per list; an archive has one per member.
    public let reports: [ListReport]
    /// Members of archives that were refused.
    public let diagnostics: [Diagnostic]
    let recipe: LayerRecipe

    /// Lists that were read; those behind them hold rules that the engine has of its own.
    public var listCount: Int { recipe.lists.count }

    /// The layer as it would be without some of its rules; places are the same in it, and those of rules that the engine
    /// has of its own change nothing.
    /// - Throws: what compiling the rest gives.
    /// - Complexity: that of loading the layer
    public func without(_ places: [RulePlace]) throws(ListError) -> LoadedLayer {
        var recipe = recipe
        for (list, places) in Dictionary(grouping: places, by: \.list) where list < listCount {
            recipe.lists[list].text = recipe.lists[list].text.blanking(places.map(\.text))
        }
        return try LayerLoader.compile(recipe, mayBeEmpty: true, diagnostics: [])
    }
}

/// What a layer is compiled from.
struct LayerRecipe: Sendable {
    /// A list and what it was recognised as.
    struct List: Sendable {
        var text: ListText
        var detection: Detection
    }

    /// In order.
    var lists: [List]
    var blockMode: String?
    var options: LayerOptions
}

extension ListReport {
    /// Whether something else is not evaluated than files that the list names and that are not given.
    var hasMoreThanIncludes: Bool { unsupported.keys.contains { $0 != UnsupportedReason.include.id } }
}
