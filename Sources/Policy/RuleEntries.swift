import DNS

/// The value of a list that makes a rule hold (squid's `acl`), or a rule in an included file, and where it stands.
public struct ListEntry: Hashable, Sendable {
    /// The file.
    public var path: String
    /// The line, 1-based.
    public var line: Int
    /// The value as it counts.
    public var text: String
    /// Whether it is one word of a statement, and does not have the line to itself.
    public var isWord: Bool

    /// An entry.
    public init(path: String, line: Int, text: String, isWord: Bool = false) {
        self.path = path
        self.line = line
        self.text = text
        self.isWord = isWord
    }

    /// `PATH:LINE: VALUE`.
    public var description: String { "\(path):\(line): \(text)" }
}

/// Where the values stand that rules refer to by the name of their list (squid's `acl`), for rules about one of them.
public struct RuleEntries: Sendable {
    private var paths: [String] = []
    private var places: [Int: (path: Int, line: Int, isWord: Bool)] = [:]
    private var ofPatterns: [Int: ListEntry] = [:]
    private var origins: [(from: RuleMark, to: RuleMark, entry: ListEntry)] = []

    /// None.
    public init() {}

    /// Whether nothing is noted.
    var isEmpty: Bool { places.isEmpty && ofPatterns.isEmpty && origins.isEmpty }

    /// Notes where the value of a rule stands.
    mutating func note(rule: Int, path: String, line: Int, isWord: Bool) {
        if paths.last != path { paths.append(path) }
        places[rule] = (paths.count - 1, line, isWord)
    }

    mutating func note(pattern: Int, _ entry: ListEntry) { ofPatterns[pattern] = entry }

    mutating func note(_ origin: ListEntry, from: RuleMark, to: RuleMark) {
        if from != to { origins.append((from, to, origin)) }
    }

    /// The entry of a rule about a name.
    func named(_ rule: Int, _ text: () -> String) -> ListEntry? {
        places[rule].map { ListEntry(path: paths[$0.path], line: $0.line, text: text(), isWord: $0.isWord) }
    }

    /// The entry of a rule about the text of names.
    func pattern(_ number: Int) -> ListEntry? { ofPatterns[number] }

    /// Where a rule stands itself, if that is a file that its list includes.
    func origin(named rule: Int) -> ListEntry? {
        origins.first { ($0.from.named..<$0.to.named).contains(rule) }?.entry
    }

    func origin(pattern number: Int) -> ListEntry? {
        origins.first { ($0.from.patterns..<$0.to.patterns).contains(number) }?.entry
    }
}

extension LayerBuilder {
    /// Notes where the value stands that the next rule about a name is made of.
    public mutating func noteNextName(path: String, line: Int, isWord: Bool) {
        entries.note(rule: namedRuleCount, path: path, line: line, isWord: isWord)
    }

    /// Notes where the value stands that the next rule about the text of names is made of.
    public mutating func noteNextPattern(_ entry: ListEntry) { entries.note(pattern: patternRecords.count, entry) }

    /// Notes where the statement stands that the rules behind a mark are made of, in a file that the list includes.
    public mutating func note(_ origin: ListEntry, since start: RuleMark) {
        entries.note(origin, from: start, to: mark)
    }
}

extension CompiledLayer {
    /// The values that make the lists of a rule hold for a name; the statement itself where none is known and it stands in a
    /// file that is included.
    func entries(_ rule: Int, for name: DomainName) -> [ListEntry] {
        let values = values(rule, for: name)
        return values.isEmpty ? origin(rule).map { [$0] } ?? [] : values
    }

    private func values(_ rule: Int, for name: DomainName) -> [ListEntry] {
        guard rule >= records.count else {
            let entry = entries.named(rule) {
                (record(rule).scope == .exact ? "" : ".") + (self.name(rule)?.description ?? "")
            }
            return entry.map { [$0] } ?? []
        }
        let number = rule - records.count
        if let entry = entries.pattern(number) { return [entry] }
        guard patterns.indices.contains(number), case .condition(let condition) = patterns[number] else { return [] }
        let text: [UInt8] = Array(name.lowercased.labels.joined(separator: [0x2E]))
        return condition.entries(for: text.span)
    }

    private func origin(_ rule: Int) -> ListEntry? {
        rule < records.count ? entries.origin(named: rule) : entries.origin(pattern: rule - records.count)
    }

    /// Whether ``entryNote(_:for:)`` may have anything to say of a rule: values stand apart from it, or it is a condition.
    func mayHaveEntryNote(_ rule: Int) -> Bool { !entries.isEmpty || rule >= records.count }

    /// Where the values stand that make the lists of a rule hold, with the values, and where the rule itself does.
    func entryNote(_ rule: Int, for name: DomainName) -> String? {
        let values = values(rule, for: name)
        let origin = origin(rule).map { "in \($0.description)" }
        let by = values.isEmpty ? nil : "by " + values.map(\.description).joined(separator: " and ")
        return [origin, by].compactMap { $0 }.joined(separator: ", ").nonEmpty
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
