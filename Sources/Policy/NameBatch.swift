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
        unsafe entries[count].hashes = SuffixHashes(entries[count].name)
        count += 1
    }

    /// Notes for all names which of their suffixes rules may be about.
    mutating func narrow(by index: borrowing StackIndex) {
        for place in 0..<count {
            unsafe index.narrow(&entries[place].hashes, entries[place].name.labelCount)
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
    /// Where the search for a suffix is.
    private struct Search: BitwiseCopyable {
        var hash: UInt64 = 0
        /// A rule plus one; 0 when there is none, or none any more.
        var rule: UInt32 = 0
    }

    /// Fetches what deciding on the names of a batch will look at: filters, slots, rules, their texts, each for all names
    /// before the next, so that the processor waits for many places at once. It changes no verdict.
    ///
    /// `wholeChains` fetches the rules that will lose as well, for reports that name them.
    public func prefetch(_ batch: inout NameBatch, wholeChains: Bool = false) {
        for place in 0..<batch.count { batch.with(place) { index.prefetch($1) } }
        batch.narrow(by: index)
        for number in 0..<uncounted.count {
            uncounted.with(number) { layer in
                for place in 0..<batch.count {
                    batch.with(place) { if index.isOpen(number, $1) { layer.table.prefetch($1) } }
                }
            }
        }
        for number in 0..<uncounted.count { uncounted.with(number) { prefetch(batch, $0, wholeChains) } }
    }

    private func prefetch(_ batch: borrowing NameBatch, _ layer: CompiledLayer, _ wholeChains: Bool) {
        var searches: InlineArray<32, Search> = InlineArray(repeating: Search())
        var count = 0
        for index in 0..<batch.count {
            batch.with(index) { name, hashes in
                layer.table.forEachCandidate(hashes, name.labelCount) { hash in
                    guard count < 32 else { return }
                    searches[count].hash = hash
                    count += 1
                }
            }
        }
        for index in 0..<count {
            searches[index].rule = layer.table.firstLikely(searches[index].hash)
            layer.records.prefetchRule(searches[index].rule)
        }
        var isOpen = true
        for _ in 0..<(wholeChains ? Self.shownLosers + 1 : 1) where isOpen {
            isOpen = false
            for index in 0..<count where searches[index].rule != 0 {
                layer.records.prefetchText(searches[index].rule)
                guard wholeChains else { continue }
                searches[index].rule = layer.records.next(searches[index].rule)
                layer.records.prefetchRule(searches[index].rule)
                isOpen = true
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
        if entry.nameLength > 0 {
            unsafe texts.withUnsafeBufferPointer { texts in
                if let base = unsafe texts[Int(entry.list)].baseAddress {
                    unsafe cmachine_prefetch(base + Int(entry.at))
                }
            }
        } else {
            unsafe arena.withUnsafeBufferPointer { memory in
                if let base = memory.baseAddress { unsafe cmachine_prefetch(base + Int(entry.at)) }
            }
        }
    }
}

extension RuleTable {
    /// Calls `visit` with the hash of every suffix that may have rules, and fetches the place where its search begins.
    @inline(__always)
    func forEachCandidate(_ hashes: borrowing SuffixHashes, _ labels: Int, _ visit: (UInt64) -> Void) {
        var candidates = candidates(hashes, labels)
        while candidates != 0 {
            let hash = hashes.span[candidates.trailingZeroBitCount]
            candidates &= candidates &- 1
            prefetchSlot(hash)
            visit(hash)
        }
    }
}
