internal import DNS

/// Answers of one worker as octets, with TTLs that count down on the way out.
///
/// The arena is a ring: new entries go to its head, room is taken from its tail. An entry that was asked for since it
/// passed the head last goes to the head again instead of being lost (FIFO with a second chance), so finding room is
/// O(1) amortised and the memory is fixed. The index is open addressing with linear probing.
struct ResponseCache: ~Copyable {
    private var arena: OctetBuffer
    private var index: OctetBuffer
    private let mask: Int
    private let maximumEntries: Int
    private var scratch: OctetBuffer
    /// Octets from the start of the arena at which the next entry goes.
    private var head = 0
    /// Where the oldest entry stands.
    private var tail = 0
    /// Octets between tail and head, padding included.
    private var used = 0
    /// Entries that can be found.
    private(set) var count = 0

    /// Entries spared for one insertion.
    private static let maximumChances = 64
    private static let headerSize = (MemoryLayout<CacheEntry>.size + 7) & ~7
    private static let maximumEntry = headerSize + 2 * AnswerScrubber.maximumRecords + 65_536 + 1_024

    /// A cache of at most `budget` octets, index included.
    init(budget: Int) {
        var slots = 64
        while slots * 2 * 8 <= budget / 12 { slots *= 2 }
        index = OctetBuffer(count: slots * 8)
        index.fill(0, at: 0, count: slots * 8)
        mask = slots - 1
        maximumEntries = slots / 4 * 3
        scratch = OctetBuffer(count: Self.maximumEntry)
        arena = OctetBuffer(count: max(budget - slots * 8, 2 * Self.maximumEntry) & ~7)
    }

    // MARK: - Looking up

    /// The place of the live entry for a key, or nil; the entry counts as asked for.
    /// - Complexity: O(1) expected
    @inline(__always)
    mutating func find(_ name: borrowing NameBuffer, _ key: AnswerKey, hash: UInt64, now: UInt64) -> Int? {
        guard let slot = slot(of: name, key, hash) else { return nil }
        let place = place(inSlot: slot)
        let entry = arena.load(CacheEntry.self, at: place)
        guard entry.expiresAt > now else { return nil }
        if entry.flags & CacheEntry.visited == 0 { setFlags(entry.flags | CacheEntry.visited, at: place) }
        return place
    }

    /// The place of an entry whose time is over, but not by `limit` nanoseconds; policy's own are not among them.
    /// - Complexity: O(1) expected
    mutating func findStale(
        _ name: borrowing NameBuffer,
        _ key: AnswerKey,
        hash: UInt64,
        now: UInt64,
        limit: UInt64
    ) -> Int? {
        guard let slot = slot(of: name, key, hash) else { return nil }
        let place = place(inSlot: slot)
        let entry = arena.load(CacheEntry.self, at: place)
        guard entry.flags & CacheEntry.policyMade == 0, entry.expiresAt <= now, now - entry.expiresAt < limit else {
            return nil
        }
        setFlags(entry.flags | CacheEntry.visited, at: place)
        return place
    }

    /// Notes that upstreams have failed to renew an entry whose time is over.
    mutating func setFailed(_ place: Int, now: UInt64) {
        var entry = arena.load(CacheEntry.self, at: place)
        guard entry.expiresAt <= now else { return }
        entry.storedAt = now
        arena.store(entry, at: place)
    }

    /// Writes the reply to `query` from an entry whose time is over, with this TTL and an extended error that says so.
    /// - Returns: false when it had to be cut to TC.
    func writeStale(
        _ place: Int,
        _ entry: CacheEntry,
        to query: ClientQuery,
        ttl: UInt32,
        into reply: inout MessageBuffer
    ) -> Bool {
        let ttls = place + Self.headerSize
        let start = ttls + 2 * Int(entry.ttlCount)
        let code = ResponseCode(rawValue: arena.uint16(at: start + 2) & 15)
        reply.reset()
        reply.append(arena.span(start, Int(entry.length)))
        reply.octets.put16(query.id, at: 0)
        reply.octets.put16(query.replyBits(code.rawValue), at: 2)
        for number in 0..<Int(entry.ttlCount) {
            let offset = Int(arena.uint16(at: ttls + 2 * number))
            reply.octets.put32(min(ttl, max(reply.octets.uint32(at: offset), 1)), at: offset)
        }
        let option = ErrorOption(code == .nxDomain ? .staleNXDomainAnswer : .staleAnswer).octets
        reply.appendOPT(query, code, options: option.span)
        guard reply.count <= Int(query.limit) else {
            reply.replaceByTruncated(query)
            return false
        }
        return true
    }

    /// The head of the entry at a place that ``find(_:_:hash:now:)`` gave.
    @inline(__always)
    func entry(_ place: Int) -> CacheEntry { arena.load(CacheEntry.self, at: place) }

    /// Appends the message of an entry: id 0, question in lower case, TTLs as they were when stored.
    func copyMessage(_ place: Int, _ entry: CacheEntry, to message: inout MessageBuffer) {
        message.append(arena.span(place + Self.headerSize + 2 * Int(entry.ttlCount), Int(entry.length)))
    }

    /// Replaces what the policy said about an entry.
    mutating func setDecision(_ decision: StoredDecision, generation: UInt32, at place: Int) {
        var entry = arena.load(CacheEntry.self, at: place)
        entry.decision = decision
        entry.generation = generation
        arena.store(entry, at: place)
    }

    /// Everything an entry carries: message, options, and an alias that is not in the message.
    @_lifetime(borrow self)
    func payload(_ place: Int, _ entry: CacheEntry) -> Span<UInt8> {
        let skipped = Self.headerSize + 2 * Int(entry.ttlCount)
        return arena.span(place + skipped, Int(entry.size) - skipped)
    }

    /// Fills `buffer` with the alias that decided an entry; false when it was the name asked for.
    @inline(__always)
    func fillAlias(_ place: Int, _ buffer: inout NameBuffer) -> Bool {
        let entry = arena.load(CacheEntry.self, at: place)
        guard entry.decision.aliasOffset > 0 else { return false }
        return (try? buffer.fill(payload(place, entry), at: Int(entry.decision.aliasOffset))) != nil
    }

    /// Writes the reply to `query` from an entry: its id and flags, TTLs less the age, our OPT. The question stays in
    /// lower case; the caller restores the client's letters.
    /// - Returns: false when it had to be cut to TC.
    @inline(__always)
    mutating func write(
        _ place: Int,
        _ entry: CacheEntry,
        to query: ClientQuery,
        now: UInt64,
        into reply: inout MessageBuffer
    ) -> Bool {
        let ttls = place + Self.headerSize
        let start = ttls + 2 * Int(entry.ttlCount)
        let code = arena.uint16(at: start + 2) & 15
        reply.reset()
        reply.append(arena.span(start, Int(entry.length)))
        reply.octets.put16(query.id, at: 0)
        var bits = query.replyBits(code) | arena.uint16(at: start + 2) & MessageHeader.authoritativeFlag
        if entry.flags & CacheEntry.authentic != 0, query.wantsAD { bits |= MessageHeader.authenticDataFlag }
        reply.octets.put16(bits, at: 2)
        let age = UInt32(truncatingIfNeeded: (now &- entry.storedAt) / 1_000_000_000)
        if age > 0 {
            for number in 0..<Int(entry.ttlCount) {
                let offset = Int(arena.uint16(at: ttls + 2 * number))
                let ttl = reply.octets.uint32(at: offset)
                reply.octets.put32(ttl > age ? ttl - age : 0, at: offset)
            }
        }
        reply.appendOPT(
            query,
            ResponseCode(rawValue: code),
            options: arena.span(start + Int(entry.length), Int(entry.optionLength))
        )
        guard reply.count <= Int(query.limit) else {
            reply.replaceByTruncated(query)
            return false
        }
        return true
    }

    // MARK: - Storing

    /// Keeps an answer, replacing an older one for the same key, and gives its place.
    ///
    /// `message` has the question name in lower case at offset 12; `ttls` are the offsets of its TTLs, 16 bits each in
    /// network order, `options` EDNS options to send along. The decision's alias, when it does not stand in the
    /// message, is `alias`.
    mutating func insert(
        _ head: CacheEntry,
        _ name: borrowing NameBuffer,
        hash: UInt64,
        message: borrowing MessageBuffer,
        ttls: borrowing MessageBuffer,
        options: [UInt8] = [],
        alias: [UInt8] = []
    ) -> Int {
        remove(name, head.key, hash: hash)
        let size = (Self.headerSize + ttls.count + message.count + options.count + alias.count + 7) & ~7
        var entry = head
        entry.size = UInt32(size)
        entry.hash = UInt32(truncatingIfNeeded: hash)
        entry.length = UInt16(message.count)
        entry.ttlCount = UInt16(ttls.count / 2)
        entry.optionLength = UInt16(options.count)
        entry.nameLength = UInt8(name.count)
        if !alias.isEmpty { entry.decision.aliasOffset = UInt16(message.count + options.count) }
        makeRoom(size)
        let place = take(size)
        arena.store(entry, at: place)
        var end = place + Self.headerSize
        arena.copy(ttls.span, to: end)
        end += ttls.count
        arena.copy(message.span, to: end)
        end += message.count
        arena.copy(options.span, to: end)
        arena.copy(alias.span, to: end + options.count)
        link(place, entry.hash)
        return place
    }

    /// Forgets the entry for a key, if there is one.
    mutating func remove(_ name: borrowing NameBuffer, _ key: AnswerKey, hash: UInt64) {
        guard let slot = slot(of: name, key, hash) else { return }
        let place = place(inSlot: slot)
        setFlags(arena.load(CacheEntry.self, at: place).flags | CacheEntry.dead, at: place)
        unlink(slot: slot)
    }

    // MARK: - The ring

    /// Frees the oldest entries until `size` octets and an entry fit.
    private mutating func makeRoom(_ size: Int) {
        var chances = Self.maximumChances
        while !fits(size) || count >= maximumEntries {
            let place = tail
            let entry = arena.load(CacheEntry.self, at: place)
            advanceTail(Int(entry.size))
            guard entry.flags & CacheEntry.dead == 0 else { continue }
            unlink(slot: slotOf(place, entry.hash))
            if entry.flags & CacheEntry.visited != 0, chances > 0 {
                chances -= 1
                spare(place, entry)
            }
        }
    }

    /// Moves an entry that was just taken from the tail to the head, if it fits there.
    private mutating func spare(_ place: Int, _ entry: CacheEntry) {
        let size = Int(entry.size)
        scratch.copy(from: arena, place, size, to: 0)
        guard fits(size) else { return }
        let target = take(size)
        arena.copy(from: scratch, 0, size, to: target)
        setFlags(entry.flags & ~CacheEntry.visited, at: target)
        link(target, entry.hash)
    }

    private func fits(_ size: Int) -> Bool {
        let atEnd = arena.count - head
        // An entry never straddles the end of the arena; the rest of it becomes padding.
        let needed = size <= atEnd ? size : atEnd + size
        return used + needed <= arena.count
    }

    private mutating func take(_ size: Int) -> Int {
        let atEnd = arena.count - head
        if size > atEnd {
            if atEnd > 0 { pad(atEnd) }
            head = 0
        }
        let place = head
        head += size
        used += size
        if head == arena.count { head = 0 }
        return place
    }

    /// Fills the rest of the arena with one dead entry; shorter rests are skipped by the tail without reading them.
    private mutating func pad(_ size: Int) {
        used += size
        guard size >= Self.headerSize else { return }
        var entry = arena.load(CacheEntry.self, at: head)
        entry.size = UInt32(size)
        entry.flags = CacheEntry.dead
        arena.store(entry, at: head)
    }

    private mutating func advanceTail(_ size: Int) {
        tail += size
        used -= size
        guard used > 0 else {
            head = 0
            tail = 0
            return
        }
        let rest = arena.count - tail
        if rest < Self.headerSize {
            // Too short for an entry; it was counted when the head skipped it.
            used -= rest
            tail = 0
        }
    }

    private mutating func setFlags(_ flags: UInt8, at place: Int) {
        var entry = arena.load(CacheEntry.self, at: place)
        entry.flags = flags
        arena.store(entry, at: place)
    }

    // MARK: - The index: 32 bits of hash, 32 bits of place / 8 + 1; 0 is an empty slot

    @inline(__always)
    private func place(inSlot slot: Int) -> Int {
        (Int(low32(index.load(UInt64.self, at: slot * 8))) - 1) * 8
    }

    @inline(__always)
    private func low32(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }

    @inline(__always)
    private func slot(of name: borrowing NameBuffer, _ key: AnswerKey, _ hash: UInt64) -> Int? {
        let tag = UInt32(truncatingIfNeeded: hash)
        var slot = Int(tag) & mask
        while true {
            let word = index.load(UInt64.self, at: slot * 8)
            if word == 0 { return nil }
            if UInt32(truncatingIfNeeded: word >> 32) == tag, matches((Int(low32(word)) - 1) * 8, name, key) {
                return slot
            }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private func matches(_ place: Int, _ name: borrowing NameBuffer, _ key: AnswerKey) -> Bool {
        let entry = arena.load(CacheEntry.self, at: place)
        guard entry.key == key, Int(entry.nameLength) == name.count else { return false }
        let start = place + Self.headerSize + 2 * Int(entry.ttlCount) + MessageHeader.size
        return octetsEqual(arena.span(start, name.count), name.span)
    }

    private func slotOf(_ place: Int, _ hash: UInt32) -> Int {
        let wanted = UInt32(place / 8 + 1)
        var slot = Int(hash) & mask
        while low32(index.load(UInt64.self, at: slot * 8)) != wanted { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func link(_ place: Int, _ hash: UInt32) {
        var slot = Int(hash) & mask
        while index.load(UInt64.self, at: slot * 8) != 0 { slot = (slot + 1) & mask }
        index.store(UInt64(hash) << 32 | UInt64(place / 8 + 1), at: slot * 8)
        count += 1
    }

    /// Empties a slot and moves later ones of the same run back, so that no search ends too early.
    private mutating func unlink(slot: Int) {
        var hole = slot
        var next = slot
        while true {
            next = (next + 1) & mask
            let word = index.load(UInt64.self, at: next * 8)
            if word == 0 { break }
            let home = Int(UInt32(truncatingIfNeeded: word >> 32)) & mask
            if (next &- home) & mask >= (next &- hole) & mask {
                index.store(word, at: hole * 8)
                hole = next
            }
        }
        index.store(UInt64(0), at: hole * 8)
        count -= 1
    }
}

/// Whether two runs of octets are the same.
@inline(__always)
func octetsEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return unsafe left.withUnsafeBytes { left in
        unsafe right.withUnsafeBytes { right in
            unsafe left.count == 0 || equalMemory(left, right)
        }
    }
}
