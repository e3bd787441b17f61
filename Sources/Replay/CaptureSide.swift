public import Catalog
internal import DNS
internal import Detection
public import QueryLogs

/// What one capture shows of update names, for a comparison with another; in bounded memory.
public struct CaptureSide {
    /// Different answers to one question that are told apart; further ones are counted as untold.
    static let maximumVariants = 16
    /// Addresses of an answer that are kept.
    static let maximumAddresses = 64

    struct Key: Hashable {
        var name: DomainName
        var type: RRType
    }

    /// One answer that a question got, however often.
    struct Variant {
        var facts: AnswerFacts
        /// What the log says itself.
        var logged: Observation?
        /// Who answered, where the log tells.
        var server: SocketAddress?
        var span: NameTally.Span
    }

    /// All answers to one question.
    struct Entry {
        var variants: [Variant] = []
        /// Events of which the log does not tell enough.
        var untold = 0
    }

    private let catalog: EndpointCatalog
    private var known: [DomainName: Bool] = [:]
    private(set) var entries: [Key: Entry] = [:]
    /// Events.
    public private(set) var events = 0
    /// Events about update names.
    public private(set) var updateEvents = 0
    /// Events left out because there were too many different names.
    public private(set) var overflow = 0
    /// Whether anything at all was answered: otherwise silence says nothing about a name.
    private(set) var isHealthy = false

    /// An empty side.
    public init(catalog: EndpointCatalog) { self.catalog = catalog }

    /// Takes one event.
    public mutating func add(_ event: QueryEvent) {
        events += 1
        if event.rcode == .noError || !event.answers.isEmpty { isHealthy = true }
        guard isKnown(event.name) else { return }
        updateEvents += 1
        for type in Self.types(event) { add(event, type) }
    }

    /// The types that an event is about: a log that does not tell the type asked for tells those of the answer, or that there
    /// was none of any type.
    private static func types(_ event: QueryEvent) -> [RRType] {
        guard event.type.rawValue == 0 else { return [event.type] }
        if let code = event.rcode, code != .noError { return [.a, .aaaa] }
        let found = [RRType.a, .aaaa].filter { type in
            event.answers.contains { record in
                if case .address(let address) = record.data { address.recordType == type } else { false }
            }
        }
        return found.isEmpty ? [event.type] : found
    }

    private mutating func add(_ event: QueryEvent, _ type: RRType) {
        var event = event
        event.type = type
        let key = Key(name: event.name.lowercased, type: type)
        guard entries[key] != nil || entries.count < Replayer.maximumNames else {
            overflow += 1
            return
        }
        entries[key, default: Entry()].add(event)
    }

    private mutating func isKnown(_ name: DomainName) -> Bool {
        if let known = known[name] { return known }
        let isKnown = catalog.endpoint(matching: name) != nil
        if known.count < Replayer.maximumNames { known[name] = isKnown }
        return isKnown
    }
}

extension CaptureSide.Entry {
    mutating func add(_ event: QueryEvent) {
        var facts = AnswerFacts(event)
        if facts.addresses.count > CaptureSide.maximumAddresses {
            facts.addresses.removeSubrange(CaptureSide.maximumAddresses...)
        }
        facts.types = Array(Set(facts.types + facts.addresses.map(\.recordType))).sorted { $0.rawValue < $1.rawValue }
        facts.addresses.sort { $0.description < $1.description }
        if facts.code == nil, !event.answers.isEmpty { facts.code = .noError }
        let logged = Observation.stated(event, facts)
        guard logged != nil || Self.tells(facts, event) else {
            untold += 1
            return
        }
        let found = variants.firstIndex { $0.facts == facts && $0.logged == logged && $0.server == event.server }
        if let found {
            variants[found].span.add(event)
        } else if variants.count < CaptureSide.maximumVariants {
            var span = NameTally.Span()
            span.add(event)
            variants.append(CaptureSide.Variant(facts: facts, logged: logged, server: event.server, span: span))
        } else {
            untold += 1
        }
    }

    /// Whether an answer can be compared: a text log may leave records out, or types.
    private static func tells(_ facts: AnswerFacts, _ event: QueryEvent) -> Bool {
        guard event.type.rawValue != 0 else { return false }
        guard let code = facts.code else { return facts.isSilent }
        return code != .noError || facts.has(event.type) || facts.tellsAbsence
    }
}
