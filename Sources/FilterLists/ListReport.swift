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
    /// The same with what its names are for, where they are let pass.
    public var reading: String {
        if engine == .lanCache { return detection + "; its names lead to a cache, which breaks nothing by itself" }
        return role == .allow || role == .exempt ? detection + "; its names are let pass" : detection
    }
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
            let text = recipe.lists[list].text
            recipe.lists[list].text = text.without(places.compactMap(\.entry))
                .blanking(places.filter { $0.entry == nil }.map(\.text))
        }
        return try LayerLoader.compile(recipe, mayBeEmpty: true, diagnostics: [])
    }

    /// The layer as it would be with nothing but some of its rules, and what states none: small where few rules are kept.
    ///
    /// Lines that hold nothing any more are gone, so places in it are others.
    /// - Throws: what compiling the rest gives.
    /// - Complexity: O(octets + rules), then that of loading what is left
    public func keeping(_ rules: Set<Int>) throws(ListError) -> LoadedLayer {
        var recipe = recipe
        let lists = layer.ruleTexts(kept: rules)
        for (list, texts) in lists.enumerated() where list < listCount {
            recipe.lists[list].text = recipe.lists[list].text.reduced(to: texts.kept, without: texts.others)
        }
        return try LayerLoader.compile(recipe, mayBeEmpty: true, diagnostics: [])
    }

    /// The layer as it would be with lines more.
    /// - Throws: what compiling it gives.
    /// - Complexity: that of loading the layer
    public func adding(_ lines: [AddedLine]) throws(ListError) -> LoadedLayer {
        var recipe = recipe
        var front: [LayerRecipe.List] = []
        var own: [[String]: (text: ListText, detection: Detection, lines: [(octets: [UInt8], place: Int?)])] = [:]
        for (list, lines) in Dictionary(grouping: lines, by: \.list) where list < listCount {
            let (text, detection) = (recipe.lists[list].text, recipe.lists[list].detection)
            var added: [(octets: [UInt8], place: Int?)] = []
            for line in lines {
                let octets = Array(line.text.utf8)
                switch line.place {
                case .end: added.append((octets, nil))
                case .inFrontOf(let place): added.append((octets, place))
                case .listInFront(let format, let role):
                    let made = Detection(format: format, engine: detection.engine, follows: true)
                    front.append(
                        LayerRecipe.List(
                            text: ListText(octets + [0x0A], role: role, format: format, beside: text),
                            detection: made
                        )
                    )
                case .ownList(let format, let role):
                    let made = Detection(format: format, engine: detection.engine, follows: true)
                    let list = ListText([], role: role, format: format, beside: text)
                    own[[String(line.list), format.id, role.rawValue], default: (list, made, [])].lines
                        .append((octets, nil))
                }
            }
            if !added.isEmpty { recipe.lists[list].text = text.adding(added) }
        }
        for (_, list) in own.sorted(by: { $0.key.joined() < $1.key.joined() }) {
            recipe.lists.append(LayerRecipe.List(text: list.text.adding(list.lines), detection: list.detection))
        }
        recipe.lists.insert(contentsOf: front, at: 0)
        return try LayerLoader.compile(recipe, mayBeEmpty: true, diagnostics: [])
    }
}

/// A line that a layer is tried with.
public struct AddedLine: Sendable {
    /// Where it stands.
    public enum Place: Sendable {
        /// Behind all others of the list.
        case end
        /// In front of the line that holds an octet of the list as it is.
        case inFrontOf(Int)
        /// In a list of its own, beside the one that it is about.
        case ownList(ListFormat, ListRole)
        /// A list of its own in front of all others: all lines of it in one.
        case listInFront(ListFormat, ListRole)
    }

    /// The list that it belongs to.
    public var list: Int
    /// The line.
    public var text: String
    /// Where it stands.
    public var place: Place

    /// A line.
    public init(list: Int, text: String, place: Place) {
        self.list = list
        self.text = text
        self.place = place
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
    private static let emptyReason = "no-rules"

    /// Why the list beside others holds no rule that can be evaluated; nil where it holds one.
    var emptiness: String? { notices.first { $0.reason == Self.emptyReason }?.text }

    /// Whether it holds none.
    var isEmpty: Bool { emptiness != nil }

    /// Notes that the list beside others holds no rule that can be evaluated.
    mutating func noteEmptiness(_ why: String) {
        notices.append(Diagnostic(path: path, line: 1, column: 1, reason: Self.emptyReason, text: why))
    }

    /// Whether something else is not evaluated than files that the list names and that are not given.
    var hasMoreThanIncludes: Bool { unsupported.keys.contains { $0 != UnsupportedReason.include.id } }
}
