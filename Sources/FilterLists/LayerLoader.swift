public import Policy
internal import SQLite
public import TextScan

/// One list of a layer, as the user names it.
public struct ListInput: Sendable {
    /// The path; `-` is standard input.
    public var path: String
    /// What it is for.
    public var role: ListRole
    /// Whether nobody said what it is for, so that it may follow from its engine or its name (``AssumedRole``).
    public var leavesRoleOpen = false
    /// The format; nil finds it out.
    public var format: ListFormat?
    /// The groups that it is in (Blocky).
    public var groups: [String]
    /// The content, when it is in memory already; `path` then only names it.
    public var octets: [UInt8]?
    /// The minutes of the week in which it counts (Blocky); nil for always.
    public var minutes: [Range<Int>]?
    /// What is done with the triggers of a policy zone in place of what it says (PowerDNS).
    public var zonePolicy: ZonePolicy?
    /// The rules that the engine's configuration states, in place of a list; `octets` is the configuration.
    public var rules: [ConfiguredRule]?
    /// What is known not to be evaluated.
    public var notEvaluated: [Diagnostic] = []
    /// What is known to decide nothing.
    public var notices: [Diagnostic] = []
    /// Whether it need not hold a rule.
    public var mayBeEmpty = false
    /// Whether the format is that of the place where the engine's configuration names the list.
    public var formatFollows = false

    /// A list.
    public init(
        path: String,
        role: ListRole = .block,
        format: ListFormat? = nil,
        groups: [String] = [],
        octets: [UInt8]? = nil
    ) {
        self.path = path
        self.role = role
        self.format = format
        self.groups = groups
        self.octets = octets
    }
}

/// Reads the lists of one layer and compiles them.
///
/// ```swift
/// let loaded = try LayerLoader.load([ListInput(path: "hosts.txt")], engine: .pihole)
/// ```
public enum LayerLoader {
    /// Octets of all lists of a layer: places of names and rules are kept in 32 bits.
    static let maximumOctets = 512 << 20
    /// Lists of a layer, included ones among them: places are left for the rules that an engine has of its own.
    static let maximumLists = LayerBuilder.maximumLists - 2

    /// Reads, recognises and compiles lists as one layer.
    /// - Parameters:
    ///   - lists: 1 to 65,534 lists in order; archives count once, each of their members is a list.
    ///   - engine: the engine whose reading applies; nil takes the default engine of the first list's format, and the
    ///     reports say so.
    ///   - blockMode: a block mode of the engine; nil takes its default.
    ///   - options: what else the engine's configuration says.
    ///   - mayBeEmpty: whether a list without a rule is all right: for rules that are typed in, not downloaded.
    /// - Throws: ``ListError`` when a list cannot be read, is no list, or gives no rule at all.
    /// - Complexity: O(octets); memory is that of the lists plus about 30 octets a rule
    public static func load(
        _ lists: [ListInput],
        engine: Engine? = nil,
        blockMode: String? = nil,
        options: LayerOptions = LayerOptions(),
        mayBeEmpty: Bool = false,
        limits: InputLimits = InputLimits()
    ) throws(ListError) -> LoadedLayer {
        var sources: [ListText] = []
        var diagnostics: [Diagnostic] = []
        var readers = GroupLimits(options.clients)
        for given in lists {
            let (list, remark) = engine == .squidGuard ? try CategoryFolder.given(given, limits) : (given, nil)
            let (found, faults) = try texts(of: list, &readers, limits)
            sources += found
            diagnostics += faults + (remark.map { [$0] } ?? [])
        }
        return try compile(
            sources,
            engine: engine,
            blockMode: blockMode,
            options: options,
            mayBeEmpty: mayBeEmpty,
            diagnostics: diagnostics
        )
    }

    /// The texts that a list has: one, those of an archive's members, or the tables of a database.
    private static func texts(
        of list: ListInput,
        _ readers: inout GroupLimits,
        _ limits: InputLimits
    ) throws(ListError) -> (texts: [ListText], diagnostics: [Diagnostic]) {
        let set: InputSet
        do throws(InputError) {
            set =
                if let octets = list.octets {
                    try InputFile.unpack(InputBytes(octets), path: list.path, limits: limits)
                } else {
                    try InputFile.read(path: list.path, limits: limits)
                }
        } catch {
            guard case .isDirectory = error.reason, let folder = try category(list, limits) else {
                throw ListError(path: list.path, reason: .input(error))
            }
            return ([ListText(folder, path: list.path)], folder.diagnostics)
        }
        let (inputs, diagnostics) = ArchiveMembers.lists(set)
        var texts: [ListText] = []
        for input in inputs {
            if Database.isDatabase(input.bytes.span) {
                texts += try GravityDatabase.lists(input, role: list.role).map { ListText($0) }
            } else if list.format == .gravityDatabase {
                throw ListError(path: input.path, reason: .notAList("it is no SQLite database"))
            } else {
                texts.append(ListText(input, as: list, readers.limit(list.groups)))
            }
        }
        return (texts, diagnostics)
    }

    private static func category(_ list: ListInput, _ limits: InputLimits) throws(ListError) -> CategoryFolder? {
        do throws(InputError) {
            return try CategoryFolder(path: list.path, role: list.role, limits: limits)
        } catch {
            throw ListError(path: error.path, reason: .input(error))
        }
    }

    private static func detection(of source: ListText, _ engine: Engine?) throws(ListError) -> Detection {
        if source.rules != nil, let engine { return Detection(configurationOf: engine) }
        guard let format = source.format else {
            return try FormatDetector.detect(source.octets.span, path: source.path, engine: engine)
        }
        if let title = source.origin {
            return Detection(table: title, format: format, engine: engine ?? format.defaultEngine)
        }
        return Detection(format: format, engine: engine, follows: source.formatFollows)
    }

    private static func compile(
        _ sources: [ListText],
        engine given: Engine?,
        blockMode: String?,
        options: LayerOptions,
        mayBeEmpty: Bool,
        diagnostics: [Diagnostic]
    ) throws(ListError) -> LoadedLayer {
        guard !sources.isEmpty else { throw ListError(path: "", reason: .badCount(0)) }
        var detections: [Detection] = []
        let named = StandIns(sources, engine: given).lists
        var sources: [ListText] = []
        var octets = 0
        for source in named {
            let engine = detections.first?.engine ?? given ?? (source.isCategory ? .squidGuard : nil)
            let detection = try Self.detection(of: source, engine)
            let lists =
                switch detection.format {
                case .v2fly: source.withIncludes
                case .unbound where detection.engine == .unbound: source.withPolicyZones
                default: [source]
                }
            sources += lists
            // Before the next list's includes are read, so that memory stays bounded.
            guard sources.count <= maximumLists else {
                throw ListError(path: source.path, reason: .badCount(sources.count))
            }
            octets += lists.reduce(0) { $0 + $1.octets.count }
            guard octets <= maximumOctets else {
                throw ListError(
                    path: source.path,
                    reason: .input(InputError(path: source.path, reason: .tooLarge(limit: maximumOctets)))
                )
            }
            for list in lists {
                let own = given == nil && !detections.isEmpty ? detection.following : detection
                detections.append(list.isPolicyZone ? Detection(policyZoneOf: own.engine) : own)
            }
        }
        let recipe = LayerRecipe(
            lists: zip(sources, detections).map { LayerRecipe.List(text: $0.assumingRole($1), detection: $1) },
            blockMode: blockMode,
            options: options
        )
        return try compile(recipe, mayBeEmpty: mayBeEmpty, diagnostics: diagnostics)
    }

    /// Compiles lists that are recognised already.
    static func compile(
        _ recipe: LayerRecipe,
        mayBeEmpty: Bool,
        diagnostics: [Diagnostic]
    ) throws(ListError) -> LoadedLayer {
        let sources = recipe.lists.map(\.text)
        var options = recipe.options
        options.keepsExpressions = recipe.lists.contains {
            $0.detection.format == .regex && $0.text.octets.span.firstRange(of: "reply=") != nil
        }
        let engine = recipe.lists[0].detection.engine
        let blockMode = recipe.blockMode
        guard
            var builder = LayerBuilder(
                engine: engine,
                blockMode: blockMode,
                blockAddresses: options.blockAddresses,
                blockTTL: options.blockTTL
            )
        else {
            throw ListError(path: sources[0].path, reason: .unknownBlockMode(engine: engine, mode: blockMode ?? ""))
        }
        guard !builder.blockAnswer.lacksAddress else {
            throw ListError(path: sources[0].path, reason: .noBlockAddress(engine: engine, mode: builder.blockMode))
        }
        builder.reserve(octets: sources.reduce(0) { $0 + $1.octets.count })
        var removals = BadfilterSet()
        if engine == .adguardHome {
            for source in sources { removals.collect(source.octets.span) }
        }
        var reports: [ListReport] = []
        let given = sources.filter { !$0.isPolicyZone }.map(\.path)
        let shared = DnsmasqSharedOptions(recipe.lists)
        for (place, list) in recipe.lists.enumerated() {
            let (next, report) = try read(
                list.text,
                list.detection,
                consume builder,
                removals,
                options,
                given,
                shared.around(place),
                mayBeEmpty,
                isOneOfSeveral: recipe.lists.count > 1
            )
            builder = next
            reports.append(report)
        }
        if reports.allSatisfy(\.isEmpty), let first = reports.first, let why = first.emptiness {
            throw ListError(path: first.path, reason: .noRules(why))
        }
        addOwnRules(of: engine, sources, options, &builder)
        if options.leavesOthersOpen, AllowListEnd.isOpen(engine, recipe.lists) { AllowListEnd.add(to: &builder) }
        let layer = (consume builder).compile()
        return LoadedLayer(layer: layer, reports: reports, diagnostics: diagnostics, recipe: recipe)
    }
}
