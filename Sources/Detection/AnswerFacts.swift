public import DNS

/// What an answer shows that rules look at, wherever it comes from: a capture, a text log or the wire.
public struct AnswerFacts: Sendable, Equatable {
    /// Flags that tell who answered.
    public struct Flags: Sendable, Equatable {
        /// Recursion available (RA).
        public var recursionAvailable: Bool
        /// Authoritative answer (AA).
        public var authoritative: Bool
        /// Truncated (TC).
        public var truncated: Bool

        /// Flags of their parts.
        public init(recursionAvailable: Bool, authoritative: Bool, truncated: Bool) {
            self.recursionAvailable = recursionAvailable
            self.authoritative = authoritative
            self.truncated = truncated
        }
    }

    /// The response code; nil without an answer, or where it is not known.
    public var code: ResponseCode?
    /// Whether it is known that there was no answer.
    public var isSilent = false
    /// The flags; nil where they are not known.
    public var flags: Flags?
    /// Addresses in the answer section, in order.
    public var addresses: [IPAddress] = []
    /// Targets of its aliases, in order.
    public var aliases: [DomainName] = []
    /// Types of all its records; 0 where a log does not say.
    public var types: [RRType] = []
    /// Extended errors.
    public var errors: [ExtendedError] = []
    /// Whether the authority section held an SOA record, as true negative answers do; nil where that is not known.
    public var hasSOA: Bool?
    /// Owners, first servers and contacts of SOA records behind the answer section.
    public var zoneNames: [DomainName] = []
    /// The texts of HINFO records in it.
    public var hostInformation: [[UInt8]] = []
    /// Whether what is not here was not in the answer; a text log may leave lines out.
    public var tellsAbsence = true

    /// Nothing known.
    public init() {}

    /// No answer.
    public static var silence: AnswerFacts {
        var facts = AnswerFacts()
        facts.isSilent = true
        return facts
    }

    /// Records looked at in one message.
    private static let maximumRecords = 512

    /// What a message shows; nil when it is none.
    /// - Complexity: O(octets)
    public init?(message: Span<UInt8>) {
        guard let view = try? MessageView(message, allowTrailing: true) else { return nil }
        code = view.responseCode
        let bits = view.header.bits
        flags = Flags(
            recursionAvailable: bits & MessageHeader.recursionAvailableFlag != 0,
            authoritative: bits & MessageHeader.authoritativeFlag != 0,
            truncated: bits & MessageHeader.truncatedFlag != 0
        )
        errors = view.extendedErrors
        hasSOA = false
        var count = 0
        view.forEachRecord { record -> Bool in
            count += 1
            if record.section == .answer { takeAnswer(record, view) } else { takeRest(record, view) }
            return count < Self.maximumRecords
        }
    }

    private mutating func takeAnswer(_ record: RecordView, _ view: borrowing MessageView) {
        types.append(record.type)
        let data = view.octets.extracting(record.dataOffset..<record.end)
        switch record.type {
        case .a, .aaaa:
            if let address = IPAddress(octets: data.indices.map { data[$0] }) { addresses.append(address) }
        case .cname:
            if let target = try? view.name(at: record.dataOffset) { aliases.append(target) }
        case .hinfo: hostInformation.append(data.indices.map { data[$0] })
        default: break
        }
    }

    private mutating func takeRest(_ record: RecordView, _ view: borrowing MessageView) {
        guard record.type == .soa else { return }
        if record.section == .authority { hasSOA = true }
        var offsets = [record.nameOffset, record.dataOffset]
        var buffer = NameBuffer()
        if let end = try? buffer.fill(view.octets, at: record.dataOffset), end < record.end { offsets.append(end) }
        for offset in offsets {
            if let name = try? view.name(at: offset) { zoneNames.append(name) }
        }
    }

    /// Whether it holds a record of a type.
    public func has(_ type: RRType) -> Bool { types.contains(type) }

    /// What a client makes of it.
    var words: String {
        guard let code else { return isSilent ? "no answer" : "an unknown answer" }
        guard code == .noError else { return "\(code)" }
        if !addresses.isEmpty {
            let more = addresses.count > 3 ? " and \(addresses.count - 3) more" : ""
            return addresses.prefix(3).map(\.description).joined(separator: ", ") + more
        }
        if let last = aliases.last { return "the alias \(last) without data" }
        return types.isEmpty ? "no data" : "data"
    }
}
