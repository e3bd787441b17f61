import DNS
import LDNS
import Policy
import TextScan

/// What a configuration of Unbound says of addresses in real answers (unbound.conf(5), compared with 1.17.1). It counts
/// wherever it stands, so it is kept until the file has been read.
struct UnboundAnswers {
    /// What is said about a range. Of several statements about the same the first counts.
    private struct Response {
        var type: LocalZoneType?
        var tags: [Int]?
        var data: [(record: LocalRecord, rule: Range<Int>, line: Int)] = []
        var rule: Range<Int>
        var line: Int

        mutating func take(type word: String, _ rule: Range<Int>, _ line: Int) -> Bool {
            guard let found = LocalZoneType(rawValue: word), UnboundAnswers.types.contains(found) else { return false }
            if type == nil { (type, self.rule, self.line) = (found, rule, line) }
            return true
        }

        mutating func take(tags found: [Int]?) -> Bool {
            guard let found else { return false }
            tags = tags ?? found
            return true
        }

        mutating func take(data word: String, isV4: Bool, _ rule: Range<Int>, _ line: Int) -> Bool {
            guard let record = UnboundReader.record(Array(". \(word)".utf8)),
                record.type == .cname || record.type == (isV4 ? .a : .aaaa),
                data.isEmpty || record.type != .cname && data[0].record.type != .cname
            else { return false }
            data.append((LocalRecord(type: record.type, ttl: record.ttl, data: record.data), rule, line))
            return true
        }
    }

    /// A range of addresses, and the view that speaks of it; nil for the server clause.
    private struct Key: Hashable {
        var range: AddressRange
        var view: Int?
    }

    private var responses: [Key: Response] = [:]
    /// In the order of the file.
    private var keys: [Key] = []

    /// Whether nothing is said of addresses that takes the module for it.
    var isEmpty: Bool { keys.isEmpty }

    /// Whether tags count for addresses.
    var hasTags: Bool { responses.values.contains { $0.tags != nil } }

    private static let types: Set<LocalZoneType> = [
        .deny, .redirect, .inform, .informDeny, .alwaysTransparent, .alwaysRefuse, .alwaysNXDomain,
    ]

    /// Takes a statement about responses, with the words behind its key; false when Unbound would refuse it.
    mutating func take(
        _ key: String,
        _ text: Span<UInt8>,
        _ words: [Range<Int>],
        view: Int?,
        tags: (String) -> [Int]?,
        _ rule: Range<Int>,
        _ line: Int
    ) -> Bool {
        guard words.count == 2, let given = AddressRange(text.extracting(words[0]).string),
            let range = AddressRange(given.firstAddress, prefixLength: given.prefixLength)
        else { return false }
        let place = Key(range: range, view: view)
        let word = text.extracting(words[1]).string
        let isNew = responses[place] == nil
        // Taken out while it changes: a copy for every statement would take the square of their number.
        var response = responses.removeValue(forKey: place) ?? Response(rule: rule, line: line)
        let isTaken: Bool
        switch key {
        case "response-ip": isTaken = response.take(type: word, rule, line)
        case "response-ip-tag": isTaken = view == nil && response.take(tags: tags(word))
        default: isTaken = response.take(data: word, isV4: range.address.isV4, rule, line)
        }
        if isTaken || !isNew { responses[place] = response }
        if isTaken, isNew { keys.append(place) }
        return isTaken
    }

    /// Adds a rule for each range.
    mutating func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        for key in keys {
            guard let response = responses[key] else { continue }
            var limit = RuleGuard.none
            limit.view = key.view
            let own = sink.builder.intern(limit)
            func add(_ action: RuleAction, _ rule: Range<Int>, _ line: Int) -> Int {
                let number = sink.builder.addressRecordCount
                let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
                let action = sink.builder.intern(action)
                sink.builder.add(.answer, key.range, class: .data, action: action, guard: own, at: position)
                return number
            }
            var made = LocalAnswers.Response(record: add(Self.action(response.type), response.rule, response.line))
            (made.type, made.tags) = (response.type, response.tags)
            for data in response.data {
                guard response.type == .redirect else {
                    sink.drop(.badStatement, text, data.rule, data.line)
                    continue
                }
                made.data.append(add(.records([data.record]), data.rule, data.line))
            }
            sink.builder.changeLocalAnswers { answers in
                if let view = key.view {
                    answers.responsesOfViews[view, default: RangeMap()][key.range] = made
                } else if answers.responses[key.range] == nil {
                    answers.responses[key.range] = made
                }
            }
        }
    }

    /// What is said to be done, for those who read the rule.
    private static func action(_ type: LocalZoneType?) -> RuleAction {
        switch type {
        case .alwaysRefuse: .refused
        case .alwaysNXDomain: .nxdomain
        case .redirect: .nodata
        case .deny, .informDeny: .drop
        default: .allow
        }
    }

    /// Takes addresses that Unbound takes out of answers.
    static func notePrivate(_ range: AddressRange, _ rule: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        let number = sink.builder.addressRecordCount
        let position = RulePosition(line: line, offset: rule.lowerBound, length: rule.count)
        sink.builder.add(.answer, range, class: .data, action: sink.builder.intern(.nodata), at: position)
        sink.builder.changeLocalAnswers { if $0.privateRanges[range] == nil { $0.privateRanges[range] = number } }
    }
}
