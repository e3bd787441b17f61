internal import CMachine
import DNS

/// Tells, at about the cost of one layer, which layers of a stack have something to say about a name.
///
/// One filter holds the names of all layers' rules, one sieve the runs of octets of all their patterns. Most names meet
/// nothing in either, and then only layers are asked that have more to look at than rules.
struct StackIndex {
    /// The names of all rules; nil where one layer is as fast.
    private let filter: HashFilter?
    private let sieve: PatternSieve
    /// How many labels the names of each layer's rules have, as bits.
    private let depths: [UInt64]
    /// Bit n: layer n is asked about every name.
    private let always: UInt64
    /// Bit n: layer n has zones of its own below a few names at the top (Unbound), or names of addresses (dnsmasq).
    private let withBuiltInZones: UInt64
    /// Bit n: layer n looks behind a first label `_esni` (Pi-hole).
    private let lookingBehindESNI: UInt64
    /// The names that layers of Blocky answer themselves, by layer.
    private let specialNames: [(layer: Int, names: BlockySpecialNames)]

    /// The index of some layers.
    /// - Complexity: O(rules)
    init(_ layers: [CompiledLayer]) {
        let bits = { (holds: (CompiledLayer) -> Bool) in
            layers.enumerated().reduce(UInt64(0)) { $0 | (holds($1.element) ? 1 << UInt64($1.offset) : 0) }
        }
        always = layers.count == 1 ? 1 : bits { !$0.passesUnmetNames || $0.hasLoosePatterns }
        lookingBehindESNI = bits { $0.engine == .pihole }
        withBuiltInZones = bits { $0.profile.order == .localZone || !$0.hostReverseNames.isEmpty }
        specialNames = layers.enumerated()
            .compactMap { $0.element.engine == .blocky ? (layer: $0.offset, names: $0.element.specialNames) : nil }
        depths = layers.map { $0.table.depths.below(SuffixHashes.kept) }
        sieve = PatternSieve(layers.count == 1 ? [] : layers.map(\.patternIndex))
        filter = layers.count > 1 ? Self.filter(layers) : nil
    }

    private static func filter(_ layers: [CompiledLayer]) -> HashFilter {
        var depths = Depths()
        for layer in layers { depths.formUnion(layer.table.depths) }
        var filter = HashFilter(count: layers.reduce(0) { $0 + $1.records.count }, depths: depths)
        for layer in layers {
            var waiting: InlineArray<16, UInt64> = InlineArray(repeating: 0)
            let count = layer.records.count
            for rule in 0..<(count + 16) {
                if rule >= 16 { filter.insert(waiting[rule & 15]) }
                guard rule < count else { continue }
                let hash = layer.records.hash(rule)
                filter.prefetch(hash)
                waiting[rule & 15] = hash
            }
        }
        return filter
    }

    /// Fetches what ``narrow(_:_:)`` looks at.
    @inline(__always)
    func prefetch(_ hashes: borrowing SuffixHashes) { filter?.prefetch(hashes.domainHash) }

    /// Notes in the hashes of a name which of its suffixes rules may be about.
    @inline(__always)
    func narrow(_ hashes: inout SuffixHashes, _ labels: Int) {
        guard let filter else { return }
        hashes.open = filter.candidates(hashes, labels)
    }

    /// Whether rules of a layer may be about a suffix that is open; of names with few labels.
    @inline(__always)
    func isOpen(_ layer: Int, _ hashes: borrowing SuffixHashes) -> Bool { depths[layer] & hashes.open != 0 }

    /// Bit n: layer n has to be asked about a name, or has names that a rule may be about; for those its own filter tells.
    @inline(__always)
    func layers(_ name: borrowing NameBuffer, _ hashes: borrowing SuffixHashes) -> (asked: UInt64, open: UInt64) {
        let all: UInt64 = depths.count == 64 ? ~0 : (1 << UInt64(depths.count)) &- 1
        guard name.labelCount < SuffixHashes.kept else { return (all, 0) }
        var asked = always
        if asked == all { return (all, 0) }
        if lookingBehindESNI != 0, CompiledLayer.isBehindESNI(name) { asked |= lookingBehindESNI }
        if withBuiltInZones != 0, CompiledLayer.mayBeBuiltIn(name) { asked |= withBuiltInZones }
        for own in specialNames where own.names.contains(name) { asked |= 1 << UInt64(own.layer) }
        asked |= sieve.layers(name)
        var open: UInt64 = 0
        for layer in depths.indices where isOpen(layer, hashes) { open |= 1 << UInt64(layer) }
        return (asked, open & ~asked)
    }
}

extension CompiledLayer {
    /// Whether a name that no rule is about passes, whoever asks; names that the engine knows of itself apart.
    var passesUnmetNames: Bool {
        switch profile.order {
        case .classFirst, .localZone: true
        case .longestFirst: filteringRules.isEmpty
        case .policyZone: !addressIndex.has(.client)
        case .firstMatch, .domainOrder: false
        }
    }

    /// Whether it has patterns that no run of octets tells apart.
    var hasLoosePatterns: Bool { !regexIndex.isEmpty || patternIndex.hasLoose }
}

extension HashFilter {
    /// Bit n: the last n labels may be in the set, of those that are open and whose hashes are kept.
    @inline(__always)
    func candidates(_ hashes: borrowing SuffixHashes, _ count: Int) -> UInt64 {
        var open = depths.below(min(count + 1, SuffixHashes.kept)) & hashes.open
        var found: UInt64 = 0
        // Without branches, so that the processor waits for all words at once.
        while open != 0 {
            let labels = open.trailingZeroBitCount
            open &= open &- 1
            found |= (mayContain(hashes.span[labels]) ? 1 : 0) << UInt64(labels)
        }
        return found
    }
}

extension RuleStore {
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
