internal import CMachine
public import DNS

/// Some names with their hashes, to be looked up one after the other while memory is fetched for all of them.
@safe public struct NameBatch: ~Copyable {
    /// Names that a batch holds at most.
    public static let capacity = 16

    private struct Entry: ~Copyable {
        var name = NameBuffer()
        var hashes = SuffixHashes()
    }

    private let entries: UnsafeMutablePointer<Entry>
    /// Names in the batch.
    public private(set) var count = 0

    /// An empty batch.
    public init() {
        unsafe entries = .allocate(capacity: Self.capacity)
        for index in 0..<Self.capacity { unsafe (entries + index).initialize(to: Entry()) }
    }

    deinit {
        unsafe entries.deinitialize(count: Self.capacity)
        unsafe entries.deallocate()
    }

    /// Whether no name fits any more.
    public var isFull: Bool { count == Self.capacity }

    /// Adds the name that `fill` puts into a buffer; only while the batch is not full.
    public mutating func append(_ fill: (inout NameBuffer) -> Void) {
        precondition(!isFull, "the batch is full")
        unsafe fill(&entries[count].name)
        unsafe entries[count].hashes.fill(entries[count].name) { _ in }
        count += 1
    }

    /// Notes for all names what the index of a stack says about them, each step for all names before the next.
    mutating func narrow(by index: borrowing StackIndex, _ layers: UncountedLayers) {
        for place in 0..<count { unsafe index.prefetch(entries[place].hashes.domainHash, layers) }
        for place in 0..<count {
            unsafe index.narrowSuffixes(&entries[place].hashes, entries[place].name, layers)
        }
        for place in 0..<count {
            unsafe index.narrowLayer(&entries[place].hashes, entries[place].name.labelCount, layers)
        }
    }

    /// Takes all names out.
    public mutating func removeAll() { count = 0 }

    /// Calls `body` with a name and its hashes.
    @inline(__always)
    public func with<Result>(
        _ index: Int,
        _ body: (borrowing NameBuffer, borrowing SuffixHashes) -> Result
    ) -> Result {
        precondition(index < count, "no such name in the batch")
        return unsafe body(entries[index].name, entries[index].hashes)
    }
}

extension CompiledStack {
    /// Where the search for a suffix in a layer is.
    private struct Search: BitwiseCopyable {
        var hash: UInt64 = 0
        /// A rule plus one; 0 when there is none, or none any more.
        var rule: UInt32 = 0
        var layer: UInt8 = 0
    }

    private static let searches = 64

    /// Fetches what deciding on the names of a batch will look at: filters, slots, rules, their texts, each for all names
    /// before the next, so that the processor waits for many places at once. It changes no verdict.
    ///
    /// `wholeChains` fetches the rules that will lose as well, for reports that name them.
    public func prefetch(_ batch: inout NameBatch, wholeChains: Bool = false) {
        batch.narrow(by: index, uncounted)
        var searches: InlineArray<64, Search> = InlineArray(repeating: Search())
        var count = 0
        for place in 0..<batch.count {
            batch.with(place) { name, hashes in
                // The first layer that has rules mostly decides; fetching for others as well costs more than it saves.
                guard hashes.layersWithRules != 0 else { return }
                let number = hashes.layersWithRules.trailingZeroBitCount
                uncounted.with(number) { layer in
                    layer.table.forEachCandidate(hashes, name.labelCount, layer: UInt8(number)) { hash in
                        guard count < Self.searches else { return }
                        layer.table.prefetchSlot(hash)
                        searches[count] = Search(hash: hash, layer: UInt8(number))
                        count += 1
                    }
                }
            }
        }
        for index in 0..<count {
            let search = searches[index]
            searches[index].rule = uncounted.with(Int(search.layer)) {
                let rule = $0.table.firstLikely(search.hash)
                $0.records.prefetchRule(rule)
                return rule
            }
        }
        var isOpen = true
        for _ in 0..<(wholeChains ? Self.shownLosers + 1 : 1) where isOpen {
            isOpen = false
            for index in 0..<count where searches[index].rule != 0 {
                let search = searches[index]
                uncounted.with(Int(search.layer)) { layer in
                    layer.records.prefetchText(search.rule)
                    guard wholeChains else { return }
                    layer.records.prefetchLine(search.rule)
                    searches[index].rule = layer.records.next(search.rule)
                    layer.records.prefetchRule(searches[index].rule)
                    isOpen = true
                }
            }
        }
    }
}

extension RuleStore {
    /// Fetches a rule, given plus one; 0 is none.
    @inline(__always)
    func prefetchRule(_ rule: UInt32) {
        guard rule != 0 else { return }
        unsafe packed.withUnsafeBufferPointer { memory in
            if let base = memory.baseAddress { unsafe cmachine_prefetch(base + Int(rule) - 1) }
        }
    }

    /// The rule behind another in its chain, both plus one.
    @inline(__always)
    func next(_ rule: UInt32) -> UInt32 { packed[Int(rule) - 1].next }

    /// Fetches the name of a rule, given plus one.
    @inline(__always)
    func prefetchText(_ rule: UInt32) {
        let entry = packed[Int(rule) - 1]
        let at = Int(entry.at)
        if entry.nameLength > 0 {
            unsafe texts.withUnsafeBufferPointer { texts in
                guard let base = unsafe texts[Int(entry.list)].baseAddress else { return }
                unsafe cmachine_prefetch(base + at)
                // Many names lie on two lines of the processor's cache.
                unsafe cmachine_prefetch(base + at + Int(entry.nameLength) - 1)
            }
        } else {
            unsafe arena.withUnsafeBufferPointer { memory in
                if let base = memory.baseAddress { unsafe cmachine_prefetch(base + at) }
            }
        }
    }
}

extension RuleTable {
    /// Calls `visit` with the hash of every suffix that may have rules.
    @inline(__always)
    func forEachCandidate(
        _ hashes: borrowing SuffixHashes,
        _ labels: Int,
        layer: UInt8,
        _ visit: (UInt64) -> Void
    ) {
        var candidates = candidates(hashes, labels, layer: layer)
        while candidates != 0 {
            let hash = hashes.span[candidates.trailingZeroBitCount]
            candidates &= candidates &- 1
            visit(hash)
        }
    }
}
