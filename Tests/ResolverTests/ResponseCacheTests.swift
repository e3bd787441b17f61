import DNS
import TestSupport
import Testing

@testable import Resolver

private let second: UInt64 = 1_000_000_000

/// Puts an answer with one A record into a cache as the worker does.
private func insert(
    _ cache: inout ResponseCache,
    _ text: String,
    _ key: AnswerKey = AnswerKey(type: 1, dnssecOK: false, checkingDisabled: false),
    ttl: UInt32 = 300,
    last: UInt8 = 1,
    now: UInt64 = 0
) {
    let buffer = NameBuffer(name(text))
    var scrubber = AnswerScrubber(maximumTTL: 86_400, maximumNegativeTTL: 3_600)
    let reply = makeReply(to: makeQuery(text, RRType(rawValue: key.type)), [.a(text, last, ttl: ttl)])
    let fault = scrubber.scrub(reply.span, id: 0x1234, name: buffer, key: key)
    #expect(fault == nil)
    let entry = CacheEntry(
        key: key,
        storedAt: now,
        expiresAt: now + UInt64(ttl) * second,
        decision: .pass,
        generation: 0,
        flags: 0
    )
    let hash = keyedHash(buffer, key, seed: 5)
    _ = cache.insert(entry, buffer, hash: hash, message: scrubber.message, ttls: scrubber.ttls)
}

/// The reply a cache gives, or nil on a miss.
private func find(
    _ cache: inout ResponseCache,
    _ text: String,
    _ key: AnswerKey = AnswerKey(type: 1, dnssecOK: false, checkingDisabled: false),
    now: UInt64 = 0
) -> ReplySummary? {
    let buffer = NameBuffer(name(text))
    guard let place = cache.find(buffer, key, hash: keyedHash(buffer, key, seed: 5), now: now) else { return nil }
    let query = ClientQuery(
        id: 99,
        bits: 0x0100,
        type: key.type,
        nameLength: UInt16(buffer.count),
        limit: 512,
        hasEDNS: false,
        dnssecOK: false,
        overTCP: false
    )
    var reply = MessageBuffer(capacity: 4_096)
    #expect(cache.write(place, cache.entry(place), to: query, now: now, into: &reply))
    var octets: [UInt8] = []
    for index in 0..<reply.count { octets.append(reply.octets[index]) }
    return ReplySummary(octets)
}

@Suite struct ResponseCacheTests {
    @Test func countsTTLsDownAndForgetsAtZero() {
        var cache = ResponseCache(budget: 1 << 20)
        insert(&cache, "a.example", ttl: 60, now: 5 * second)
        #expect(find(&cache, "A.EXAMPLE", now: 5 * second)?.ttls == [60])
        #expect(find(&cache, "a.example", now: 6 * second - 1)?.ttls == [60])
        #expect(find(&cache, "a.example", now: 35 * second)?.ttls == [30])
        #expect(find(&cache, "a.example", now: 65 * second - 1)?.ttls == [1])
        #expect(find(&cache, "a.example", now: 65 * second) == nil)
    }

    @Test func keepsAnswersForDifferentQuestionsApart() {
        var cache = ResponseCache(budget: 1 << 20)
        let keys = [(1, false, false), (1, true, false), (1, false, true), (1, true, true)].map {
            AnswerKey(type: $0.0, dnssecOK: $0.1, checkingDisabled: $0.2)
        }
        for (index, key) in keys.enumerated() { insert(&cache, "a.example", key, last: UInt8(index)) }
        for (index, key) in keys.enumerated() {
            #expect(find(&cache, "a.example", key)?.records == ["a.example A 192.0.2.\(index)"])
        }
        #expect(find(&cache, "a.example", AnswerKey(type: 28, dnssecOK: false, checkingDisabled: false)) == nil)
        #expect(find(&cache, "b.example") == nil)
        #expect(find(&cache, "example") == nil)
        insert(&cache, "a.example", keys[0], last: 77)
        #expect(find(&cache, "a.example", keys[0])?.records == ["a.example A 192.0.2.77"])
        #expect(cache.count == 4)
    }

    @Test func agreesWithADictionaryOverRandomOperations() {
        var cache = ResponseCache(budget: 4 << 20)
        var model: [String: (UInt8, UInt64)] = [:]
        var random = SeededGenerator(seed: 11)
        for step in 0..<4_000 {
            let now = UInt64(step) * second / 10
            let text = "n\(random.next() % 300).example"
            if random.next() % 3 == 0 {
                let last = UInt8(random.next() % 250)
                let ttl = UInt32(random.next() % 60 + 1)
                insert(&cache, text, ttl: ttl, last: last, now: now)
                model[text] = (last, now + UInt64(ttl) * second)
            } else {
                let known = model[text].flatMap { $0.1 > now ? $0.0 : nil }
                let found = find(&cache, text, now: now)
                #expect(found?.records == known.map { ["\(text) A 192.0.2.\($0)"] })
            }
        }
    }

    @Test func sparesWhatIsAskedForUnderAFloodOfUniqueNames() {
        var cache = ResponseCache(budget: 256 << 10)
        for number in 0..<100 { insert(&cache, "hot\(number).example") }
        var hits = 0
        var asked = 0
        for number in 0..<20_000 {
            insert(&cache, "u\(number).flood.example")
            guard number % 4 == 0 else { continue }
            let hot = "hot\(number / 4 % 100).example"
            asked += 1
            if find(&cache, hot) != nil { hits += 1 } else { insert(&cache, hot) }
        }
        #expect(hits * 100 >= asked * 99, "\(hits) of \(asked)")
        #expect(cache.count < 2_000, "the cache is bounded")
    }

    @Test func takesTheLargestMessagesWithoutGrowing() {
        var cache = ResponseCache(budget: 64 << 10)
        for round in 0..<40 {
            let text = "big\(round).example"
            var records: [Record] = []
            for number in 0..<90 {
                let data = [250] + [UInt8](repeating: UInt8(number), count: 250)
                records.append(Record(owner: text, type: .txt, data: data + data))
            }
            let key = AnswerKey(type: 16, dnssecOK: false, checkingDisabled: false)
            let buffer = NameBuffer(name(text))
            var scrubber = AnswerScrubber(maximumTTL: 60, maximumNegativeTTL: 60)
            let reply = makeReply(to: makeQuery(text, .txt), records)
            #expect(scrubber.scrub(reply.span, id: 0x1234, name: buffer, key: key) == nil)
            let entry = CacheEntry(
                key: key,
                storedAt: 0,
                expiresAt: .max,
                decision: .pass,
                generation: 0,
                flags: 0
            )
            let hash = keyedHash(buffer, key, seed: 5)
            _ = cache.insert(entry, buffer, hash: hash, message: scrubber.message, ttls: scrubber.ttls)
            insert(&cache, "small\(round).example")
            #expect(find(&cache, "small\(round).example") != nil)
        }
    }
}
