public import Catalog
public import DNS
public import Findings
public import Policy

/// Builds of one list beside each other as policies: what the first one does with every name, and what each other one does.
///
/// Asked are all names that any of them spells out and the names above these, one made up below each, the catalog's names with
/// their aliases, and the aliases. Names that no rule is about fare alike in every engine whose verdict hangs on nothing but
/// the rules that a name meets; what patterns match beyond these names is not asked, and counted.
public struct PolicyEquivalence: ~Copyable {
    let builds: [CompiledStack]
    let catalog: EndpointCatalog
    let types: [RRType]
    let context: QueryContext
    /// How many names are told of each kind.
    let shown: Int

    /// Names asked.
    public private(set) var asked = 0
    /// Whether it ended before everything was asked.
    public private(set) var isCutShort = false
    /// What came of every build but the first.
    public internal(set) var comparisons: [BuildComparison]

    /// The decisions of all builds on the types of the name that is asked now.
    var decisions: [Decision]
    /// Names above others and of the catalog that were asked.
    private var others: Set<DomainName> = []
    /// Which types of the name asked last that is not made up differ, for each build but the first.
    var above: [TypeMask]
    /// Where the first build's names begin that each other one has none of.
    var tails: [MissingTail]
    /// Made when they are first needed.
    var mentions: [MentionIndex?]
    private var wire: [UInt8] = []

    /// Compares builds, the first of which the others are held against.
    /// - Parameters:
    ///   - shown: how many names are told of each kind.
    ///   - goesOn: asked before each name whether to go on.
    /// - Complexity: O((names + patterns) × builds × types) lookups; memory is that of the names above others
    public init(
        _ builds: [CompiledStack],
        catalog: EndpointCatalog,
        types: [RRType] = [.a, .aaaa, .https],
        context: QueryContext = .unknown,
        shown: Int = 10,
        while goesOn: () -> Bool = { true }
    ) {
        precondition(builds.count > 1, "one build is equal to itself")
        self.builds = builds
        self.catalog = catalog
        self.types = types
        self.context = context
        self.shown = shown
        comparisons = builds.dropFirst().map { _ in BuildComparison() }
        above = builds.dropFirst().map { _ in TypeMask() }
        tails = builds.dropFirst().map { _ in MissingTail() }
        mentions = builds.map { _ in nil }
        decisions = Array(repeating: .pass, count: builds.count * types.count)
        for index in builds.indices where !isCutShort {
            askSpelled(of: index, while: goesOn)
            if index == 0, !isCutShort { noteTails() }
        }
        if !isCutShort { askPatterns(while: goesOn) }
        if !isCutShort { askCatalog(while: goesOn) }
    }

    // MARK: - Names

    private mutating func askSpelled(of build: Int, while goesOn: () -> Bool) {
        for (number, layer) in builds[build].layers.enumerated() {
            let isWhole = layer.forEachSpelledName { name, hashes, rule in
                guard goesOn() else { return false }
                // The builds in front had it already.
                guard !isSpelled(name, hashes, before: build) else { return true }
                askFamily(name, hashes, rule: build == 0 && number == 0 ? rule : nil)
                askAbove(name)
                return true
            }
            if !isWhole { isCutShort = true }
        }
    }

    private func isSpelled(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        before end: Int
    ) -> Bool {
        for build in builds[..<end] {
            for layer in build.layers where layer.firstSpelledRule(name, hashes) != nil { return true }
        }
        return false
    }

    /// Asks about a name and one below it.
    private mutating func askFamily(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes, rule: Int?) {
        ask(name, hashes, rule: rule)
        let label = EndpointCatalog.probeLabel
        guard name.count + label.count + 1 <= DomainName.maximumWireLength else { return }
        wire.removeAll(keepingCapacity: true)
        wire.append(UInt8(label.count))
        wire.append(contentsOf: label)
        for index in 0..<name.count { wire.append(name[index]) }
        var below = NameBuffer()
        below.fill(trustedWire: wire.span, at: 0)
        let hashesBelow = SuffixHashes(below)
        // A list may spell out what is made up here.
        guard !isSpelled(below, hashesBelow, before: builds.count) else { return }
        ask(below, hashesBelow, rule: nil, isMadeUp: true)
    }

    /// Asks about the names above one, up to the first that was asked already.
    private mutating func askAbove(_ name: borrowing NameBuffer) {
        var above = NameBuffer()
        for labels in stride(from: name.labelCount - 1, through: 0, by: -1) {
            above.fill(trustedWire: name.span, at: name.suffixStart(labels))
            let hashes = SuffixHashes(above)
            // What is spelled out has its turn, and those above it with it.
            guard !isSpelled(above, hashes, before: builds.count), others.insert(above.name).inserted else { return }
            askFamily(above, hashes, rule: nil)
        }
    }

    /// Asks about an example of every pattern, and counts those that are not the same in both.
    private mutating func askPatterns(while goesOn: () -> Bool) {
        let patterns = builds.map { build in
            build.layers.flatMap { layer in
                layer.patternExamples(EndpointCatalog.probeLabel).map { (layer, $0.rule, $0.example) }
            }
        }
        for (_, _, example) in patterns.joined() {
            guard goesOn() else { return isCutShort = true }
            guard let name = example?.lowercased else { continue }
            askOther(name)
        }
        func texts(_ build: Int) -> Set<String> {
            Set(patterns[build].map { layer, rule, _ in "\(layer.engine.rawValue) \(layer.reference(rule).text)" })
        }
        let first = texts(0)
        for other in comparisons.indices {
            comparisons[other].openPatterns = first.symmetricDifference(texts(other + 1)).count
        }
    }

    /// Asks about a name that is not known to be asked yet, and says whether it was not.
    @discardableResult
    private mutating func askOther(_ name: DomainName) -> Bool {
        let buffer = NameBuffer(name)
        let hashes = SuffixHashes(buffer)
        guard !isSpelled(buffer, hashes, before: builds.count), others.insert(name.lowercased).inserted else {
            return false
        }
        askFamily(buffer, hashes, rule: nil)
        return true
    }

    private mutating func askCatalog(while goesOn: () -> Bool) {
        for name in catalog.auditNames.map(\.name) {
            guard goesOn() else { return isCutShort = true }
            askOther(name)
            let chains = catalog.chains.chains(from: name).map(\.edges)
            guard !chains.isEmpty else { continue }
            askAliases(name, chains)
            for alias in chains.joined().map(\.target) { askOther(alias) }
        }
    }

    // MARK: - One name

    private mutating func ask(
        _ name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        rule: Int?,
        isMadeUp: Bool = false
    ) {
        asked += 1
        for build in builds.indices {
            let stack = builds[build]
            for type in types.indices {
                var decision = stack.decide(name, hashes, type: types[type], context: context)
                if stack.readsAddresses {
                    decision = stack.decideAnyAddress(
                        of: name,
                        type: types[type],
                        context: context,
                        after: decision
                    )
                }
                decisions[build * types.count + type] = decision
            }
        }
        for other in comparisons.indices { judge(other, name, hashes, rule: rule, isMadeUp: isMadeUp) }
    }
}

/// The names of the first build that another one has nothing about, as far as nothing follows that it has.
struct MissingTail {
    /// How many, and the rules of the first of them.
    var count = 0
    var rules: [Int] = []
    /// All names of the first build, and those of them that the other has nothing about.
    var names = 0
    var missing = 0
}
