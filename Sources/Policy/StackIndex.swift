internal import CMachine
import DNS

/// Tells, at about the cost of one layer, which layers of a stack have something to say about a name.
///
/// One filter holds the names of all layers' rules, each once for all and once for its layer, one sieve the runs of octets of
/// all their patterns. Most names meet nothing in either, and then only layers are asked that have more to look at than rules.
struct StackIndex {
    /// The names of all rules; nil where one layer is as fast.
    private let filter: HashFilter?
    private let sieve: PatternSieve
    /// How many labels the names of each layer's rules have, as bits.
    private let depths: [UInt64]
    /// The layers of each mark in the filter.
    private let layersOfMark: InlineArray<16, UInt64>
    /// Bit n: layer n is asked about every name.
    private let always: UInt64
    /// Bit n: layer n knows some names of itself.
    private let knowing: UInt64

    /// The index of some layers.
    /// - Complexity: O(rules)
    init(_ layers: [CompiledLayer]) {
        let bits = { (holds: (CompiledLayer) -> Bool) in
            layers.enumerated().reduce(UInt64(0)) { $0 | (holds($1.element) ? 1 << UInt64($1.offset) : 0) }
        }
        always = bits { !$0.passesUnmetNames || $0.hasLoosePatterns }
        knowing = bits { $0.knowsNames }
        depths = layers.map { $0.table.depths.below(SuffixHashes.kept) }
        layersOfMark = InlineArray { mark in bits { _ in true } & 0x0001_0001_0001_0001 << UInt64(mark) }
        sieve = PatternSieve(layers.count == 1 ? [] : layers.map { ($0.patternIndex, $0.regexIndex) })
        filter = layers.count > 1 ? Self.filter(layers) : nil
    }

    private static func filter(_ layers: [CompiledLayer]) -> HashFilter {
        var depths = Depths()
        for layer in layers { depths.formUnion(layer.table.depths) }
        var filter = HashFilter(count: layers.reduce(0) { $0 + 2 * $1.records.count }, depths: depths)
        for (number, layer) in layers.enumerated() {
            var waiting: InlineArray<16, UInt64> = InlineArray(repeating: 0)
            let count = layer.records.count
            for rule in 0..<(count + 16) {
                if rule >= 16 {
                    filter.insert(waiting[rule & 15])
                    filter.insert(waiting[rule & 15], layer: number, layer.records.reach(rule - 16))
                }
                guard rule < count else { continue }
                let hash = layer.records.hash(rule)
                filter.prefetch(hash)
                waiting[rule & 15] = hash
            }
        }
        return filter
    }

    /// Fetches what ``narrowSuffixes(_:_:_:)`` looks at for a name with a ``SuffixHashes/domainHash``.
    @inline(__always)
    func prefetch(_ domainHash: UInt64, _ layers: UncountedLayers) {
        if let filter {
            filter.prefetch(domainHash)
        } else if layers.count == 1 {
            layers.with(0) { $0.table.prefetch(domainHash) }
        }
    }

    /// Notes which suffixes of a name rules may be about and which layers have to be asked about it, those that are likely to
    /// have a rule about it apart; fetches where their searches begin.
    @inline(__always)
    func narrowSuffixes(_ hashes: inout SuffixHashes, _ name: borrowing NameBuffer, _ layers: UncountedLayers) {
        guard let filter, name.labelCount < SuffixHashes.kept else { return }
        hashes.narrow(to: filter.candidates(hashes, name.labelCount))
        // What is about a name alone, hosts for one, or only says that names below it exist, means nothing for those.
        var (open, asked) = (hashes.open, UInt16(0))
        while open != 0 {
            let labels = open.trailingZeroBitCount
            open &= open &- 1
            let hash = hashes.span[labels]
            let (below, alone) = (filter.layers(hash, .below), filter.layers(hash, .alone))
            hashes.mark(labels, below | alone)
            asked |= labels == name.labelCount ? below | alone : below
        }
        var isFirst = true
        while asked != 0 {
            var likely = layersOfMark[asked.trailingZeroBitCount]
            asked &= asked &- 1
            while likely != 0 {
                let layer = likely.trailingZeroBitCount
                likely &= likely &- 1
                let found = hashes.suffixes(of: layer) & depths[layer]
                guard found != 0 else { continue }
                hashes.layersWithRules |= 1 << UInt64(layer)
                // The first that has one mostly decides.
                if isFirst { layers.with(layer) { $0.table.prefetchSlots(hashes, found) } }
                isFirst = false
            }
        }
        // Last, because it takes about as long as what was just fetched.
        hashes.ask(layersBesideRules(hashes.text, name, layers))
    }

    /// The layers that may have a pattern or something else than rules to say about a name.
    @inline(__always)
    private func layersBesideRules(_ text: borrowing NameText, _ name: borrowing NameBuffer, _ layers: UncountedLayers)
        -> UInt64
    {
        var beside = always | sieve.layers(text.span)
        var waiting = knowing & ~beside
        while waiting != 0 {
            let layer = waiting.trailingZeroBitCount
            waiting &= waiting &- 1
            if layers.with(layer, { $0.mayKnow(name, text) }) { beside |= 1 << UInt64(layer) }
        }
        return beside
    }

    /// The same for a single layer, which has no index above its own filter.
    @inline(__always)
    func narrowLayer(_ hashes: inout SuffixHashes, _ labels: Int, _ layers: UncountedLayers) {
        guard depths.count == 1 else { return }
        let found = layers.with(0) { layer in
            let found = layer.table.candidates(hashes, labels)
            layer.table.prefetchSlots(hashes, found)
            return found
        }
        if found != 0 { hashes.layersWithRules |= 1 }
        hashes.layers |= hashes.layersWithRules
    }
}

extension CompiledLayer {
    /// Whether a name that no rule is about passes, whoever asks; names that the engine knows of itself apart.
    var passesUnmetNames: Bool {
        switch profile.order {
        case .classFirst: true
        case .localZone: policyZones == nil || !addressIndex.has(.client)
        case .longestFirst: filteringRules.isEmpty
        case .policyZone: !addressIndex.has(.client)
        case .firstMatch, .domainOrder: false
        }
    }

    /// Whether the engine knows names that no rule is about.
    var knowsNames: Bool {
        switch engine {
        case .pihole: true
        case .dnscryptProxy: ruleCount > 0
        // Its own zones are rules, but for clients that have views.
        case .unbound: localClients != nil
        case .dnsmasq: unaskedNames.knowsNames || !hostReverseNames.isEmpty
        default: !hostReverseNames.isEmpty
        }
    }

    /// Whether a name may be one that the engine knows of itself; of those that ``knowsNames``.
    @inline(__always)
    func mayKnow(_ name: borrowing NameBuffer, _ text: borrowing NameText) -> Bool {
        switch engine {
        case .pihole: Self.isBehindESNI(name)
        case .dnscryptProxy: mayMisread(name, text)
        case .unbound: true
        // Its names are few and short, but for those of addresses.
        case .dnsmasq: name.labelCount < 3 ? isOwn(name) || isUndotted(name) : Self.isReverse(name) || Self.isInt(name)
        default: Self.isReverse(name)
        }
    }

    /// Whether a name lies below `arpa`, as the names of addresses do.
    private static func isReverse(_ name: borrowing NameBuffer) -> Bool {
        guard name.labelCount > 0 else { return false }
        let start = name.suffixStart(1)
        return name[start] == 4 && name[start + 1] == 0x61 && name[start + 2] == 0x72 && name[start + 3] == 0x70
            && name[start + 4] == 0x61
    }

    /// Whether a name lies below `int`, as dnsmasq still takes the names of IPv6 addresses to do.
    private static func isInt(_ name: borrowing NameBuffer) -> Bool {
        let start = name.suffixStart(1)
        return name[start] == 3 && name[start + 1] == 0x69 && name[start + 2] == 0x6E && name[start + 3] == 0x74
    }

    /// Whether it has patterns that no run of octets tells apart.
    var hasLoosePatterns: Bool { regexIndex.hasLoose || patternIndex.hasLoose }
}

extension HashFilter {
    /// Bit n: the last n labels may be in the set, of those whose hashes are kept.
    @inline(__always)
    func candidates(_ hashes: borrowing SuffixHashes, _ count: Int) -> UInt64 {
        var open = depths.below(min(count + 1, SuffixHashes.kept)) & hashes.open
        var found: UInt64 = 0
        let kept = hashes.span
        // Without branches, so that the processor waits for all words at once.
        while open != 0 {
            let labels = open.trailingZeroBitCount
            open &= open &- 1
            found |= (mayContain(kept[labels]) ? 1 : 0) << UInt64(labels)
        }
        return found
    }
}

extension RuleStore {
    /// Whether a rule may do something with names below its own.
    func reach(_ rule: Int) -> HashFilter.Reach {
        switch self[rule].scope {
        case .subtree, .below: .below
        case .exact, .node: .alone
        }
    }

    /// The hash of a rule's name.
    func hash(_ rule: Int) -> UInt64 {
        let entry = packed[rule]
        guard entry.nameLength > 0 else { return NameHashing.hash(wire: arena.span, at: Int(entry.at)).hash }
        let start = Int(entry.at)
        let text = unsafe Span(_unsafeElements: texts[Int(entry.list)])
        // What stands in the text as it is has no escapes.
        return NameHashing.hash(text: text, start..<(start + Int(entry.nameLength)))?.hash ?? 0
    }
}
