import DNS
import LDNS
import Policy
import TextScan

/// What a configuration of Unbound says of clients by range: views, tags and what tags mean; and of the clients of its zones
/// (unbound.conf(5), compared with 1.17.1). It counts wherever it stands, so it is kept until the file has been read.
struct UnboundClients {
    /// A statement about a tag.
    private struct Meaning<Value> {
        var tag: Int
        var value: Value
        var rule: Range<Int>
        var line: Int
    }

    /// What is said about a range. Of several statements about the same the first counts.
    private struct Entry {
        var view: String?
        var tags: Set<Int>?
        var types: [Meaning<LocalZoneType>] = []
        var data: [Meaning<LocalRecord>] = []
    }

    private struct Zone {
        var tags: [Int]?
        /// Of several about a range the last counts.
        var overrides: [(range: AddressRange, type: LocalZoneType, rule: Range<Int>, line: Int)] = []
        var rule: Range<Int>
        var line: Int
    }

    private var numbers: [String: Int] = [:]
    private var entries: [AddressRange: Entry] = [:]
    /// In the order of the file, so that the same file always makes the same rules.
    private var ranges: [AddressRange] = []
    private var zones: [DomainName: Zone] = [:]
    private var zoneNames: [DomainName] = []
    /// Whether interfaces have views or tags.
    private var hasInterfaces = false

    /// Rules about tags of a layer that are kept; of clients nothing is known where there are more.
    private static let maximum = 10_000

    /// The ranges of clients with a view, by its name, in the order of the file.
    var rangesOfViews: [String: [AddressRange]] {
        var found: [String: [AddressRange]] = [:]
        for range in ranges {
            if let view = entries[range]?.view { found[view, default: []].append(range) }
        }
        return found
    }

    /// Takes a range that any statement about access is about: shorter ones no longer count for it.
    mutating func note(_ range: AddressRange, view: String? = nil) {
        let range = AddressRange(range.firstAddress, prefixLength: range.prefixLength) ?? range
        if entries[range] == nil {
            entries[range] = Entry()
            ranges.append(range)
        }
        if let view, entries[range]?.view == nil { entries[range]?.view = view }
    }

    /// Takes a statement about tags, with the words behind its key; false when Unbound would refuse it.
    mutating func take(
        _ key: String,
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        _ rule: Range<Int>,
        _ line: Int
    ) -> Bool {
        func word(_ index: Int) -> String { text.extracting(words[index]).string }
        switch (key, words.count) {
        case ("define-tag", 1):
            for tag in Self.names(word(0)) where numbers[tag] == nil { numbers[tag] = numbers.count }
            return true
        case ("local-zone-tag", 2):
            guard let tags = tags(word(1)), let name = zone(text.extracting(words[0]), rule, line) else { return false }
            if zones[name]?.tags == nil { zones[name]?.tags = tags }
            return true
        case ("local-zone-override", 3):
            guard let range = AddressRange(word(1)), let type = UnboundReader.zoneType(word(2), forClients: true),
                let name = zone(text.extracting(words[0]), rule, line)
            else { return false }
            zones[name]?.overrides.append((range, type, rule, line))
            return true
        case ("access-control-tag", 2):
            guard let tags = tags(word(1)) else { return false }
            return change(word(0)) { entry in if entry.tags == nil { entry.tags = Set(tags) } }
        case ("access-control-tag-action", 3):
            guard let tag = numbers[word(1)], let type = UnboundReader.zoneType(word(2), forClients: true) else {
                return false
            }
            return change(word(0)) { $0.types.append(Meaning(tag: tag, value: type, rule: rule, line: line)) }
        case ("access-control-tag-data", 3):
            let octets = Array(". \(word(2))".utf8)
            guard let tag = numbers[word(1)], let record = UnboundReader.record(octets),
                !UnboundReader.unquoted(octets).isOdd
            else { return false }
            let local = LocalRecord(type: record.type, ttl: record.ttl, data: record.data)
            return change(word(0)) { $0.data.append(Meaning(tag: tag, value: local, rule: rule, line: line)) }
        case ("interface-tag", 2), ("interface-tag-action", 3), ("interface-tag-data", 3), ("interface-view", 2):
            hasInterfaces = true
            switch key {
            case "interface-tag": return tags(word(1)) != nil
            case "interface-tag-action":
                return numbers[word(1)] != nil && UnboundReader.zoneType(word(2), forClients: true) != nil
            case "interface-tag-data":
                return numbers[word(1)] != nil && UnboundReader.record(Array(". \(word(2))".utf8)) != nil
            default: return true
            }
        default: return false
        }
    }

    private static func names(_ list: String) -> [String] {
        list.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    }

    /// The numbers of tags; nil when one is not defined before.
    func tags(_ list: String) -> [Int]? {
        let found = Self.names(list).map { numbers[$0] }
        return numbers.isEmpty || found.contains(nil) ? nil : Set(found.compactMap { $0 }).sorted()
    }

    private mutating func zone(_ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) -> DomainName? {
        guard let name = try? DomainName(presentation: text.octets).lowercased else { return nil }
        if zones[name] == nil {
            zones[name] = Zone(rule: rule, line: line)
            zoneNames.append(name)
        }
        return name
    }

    private mutating func change(_ text: String, _ body: (inout Entry) -> Void) -> Bool {
        guard let range = AddressRange(text) else { return false }
        note(range)
        let key = AddressRange(range.firstAddress, prefixLength: range.prefixLength) ?? range
        if var entry = entries.removeValue(forKey: key) {
            body(&entry)
            entries[key] = entry
        }
        return true
    }

    // MARK: - Rules

    /// Whether zones have clients of their own.
    var speaksOfZones: Bool { !zones.isEmpty }

    /// Finds what Unbound does not start with: tags and overrides of names that are no zones, or are made zones behind them.
    func check(_ known: LocalZoneNames, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        for name in zoneNames {
            guard let zone = zones[name], !known.has(name, orMade: zone.overrides.isEmpty) else { continue }
            sink.drop(.badStatement, text, zone.rule, zone.line)
        }
    }

    /// Notes what is said, given the numbers of the views.
    /// - Parameters:
    ///   - forAnswers: whether tags count for addresses in answers, too.
    ///   - forPolicyZones: whether they may count for policy zones.
    mutating func finish(
        _ views: UnboundOpenNames,
        forAnswers: Bool,
        forPolicyZones: Bool,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        guard !views.isFirst.isEmpty || !zones.isEmpty || forAnswers || forPolicyZones else { return }
        var clients = LocalClients()
        (clients.isFirst, clients.isReallyFirst) = (views.isFirst, views.isReallyFirst)
        clients.hasInterfaces = hasInterfaces
        var room = Self.maximum
        for range in ranges {
            guard let entry = entries[range] else { continue }
            var made = LocalClients.Entry()
            made.view = entry.view.flatMap { views.numbers[$0] }
            made.tags = entry.tags ?? []
            room -= entry.types.count + entry.data.count
            if room >= 0 {
                add(entry, &made, forAnswers: forAnswers, &sink)
            } else if !made.tags.isEmpty {
                sink.skip(.view, text, entry.types.first?.rule ?? entry.data.first?.rule ?? 0..<0, 1)
            }
            clients.entries[range] = made
        }
        // Nobody is told a part.
        if room < 0 { clients.hasInterfaces = true }
        let unknown = sink.builder.unknownNames(zoneNames)
        for name in zoneNames { add(name, isKnown: !unknown.contains(name), to: &clients, text, &sink) }
        sink.builder.note(clients)
    }

    private func add(
        _ entry: Entry,
        _ made: inout LocalClients.Entry,
        forAnswers: Bool,
        _ sink: inout RuleSink
    ) {
        for meaning in entry.types where made.types[meaning.tag] == nil {
            made.types[meaning.tag] = Self.rule(.localZone(meaning.value), .root, meaning.rule, meaning.line, &sink)
        }
        var guards: [Int: GuardID] = [:]
        for meaning in entry.data {
            if guards[meaning.tag] == nil {
                var limit = RuleGuard.none
                // What belongs together has a number of its own.
                limit.view = -2 - sink.builder.namedRuleCount
                guards[meaning.tag] = sink.builder.intern(limit)
            }
            let limit = guards[meaning.tag] ?? .none
            let rule = Self.rule(.records([meaning.value]), .root, meaning.rule, meaning.line, &sink, limit)
            if let rule { made.data[meaning.tag, default: []].append(rule) }
            guard forAnswers, let range = AddressRange(meaning.value.type == .aaaa ? "::" : "0.0.0.0") else { continue }
            made.answerData[meaning.tag, default: []].append(sink.builder.addressRecordCount)
            // No address leads to it.
            sink.noteOpenRules(1)
            sink.builder.add(
                .answer,
                range,
                class: .data,
                action: sink.builder.intern(.records([meaning.value])),
                guard: limit,
                at: RulePosition(line: meaning.line, offset: meaning.rule.lowerBound, length: meaning.rule.count)
            )
        }
    }

    private func add(
        _ name: DomainName,
        isKnown: Bool,
        to clients: inout LocalClients,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        guard let zone = zones[name] else { return }
        var made = LocalClients.Zone()
        made.tags = zone.tags
        for entry in zone.overrides {
            made.overrides[entry.range] = Self.rule(.localZone(entry.type), name, entry.rule, entry.line, &sink)
        }
        if !isKnown { sink.skip(.view, text, zone.rule, zone.line) }
        let before = sink.builder.namedRuleCount
        sink.leaveOpen(.subtree, name, class: .zone, rule: zone.rule, line: zone.line)
        if sink.builder.namedRuleCount > before { made.placeholder = before }
        clients.zones[name] = made
    }

    /// Adds a rule that counts where ``LocalClients`` leads to it, and gives its number.
    private static func rule(
        _ action: RuleAction,
        _ name: DomainName,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink,
        _ limit: GuardID? = nil
    ) -> Int? {
        var apart = RuleGuard.none
        apart.view = -1
        let number = sink.builder.namedRuleCount
        var isZone = false
        if case .localZone = action { isZone = true }
        sink.builder.add(
            isZone ? .subtree : .exact,
            name: name,
            class: isZone ? .zone : .data,
            action: sink.builder.intern(action),
            guard: limit ?? sink.builder.intern(apart),
            at: RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        )
        return sink.builder.namedRuleCount > number ? number : nil
    }
}
