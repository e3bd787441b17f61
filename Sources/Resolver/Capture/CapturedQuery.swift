internal import DNS
internal import Policy
internal import TextScan

/// A captured query: what was asked, what came of it, and what an update service needs the name for.
struct CapturedQuery: ~Copyable {
    /// What the worker noted.
    private(set) var record: CaptureRecord
    /// The name asked for.
    private(set) var name = NameBuffer()
    /// The alias that the rule matched, where there is one.
    private(set) var alias = NameBuffer()
    /// Whether there is.
    var hasAlias: Bool { record.aliasLength > 0 }
    /// The policy that decided; nil where it is no longer known.
    private(set) var policy: ActivePolicy?
    /// What an update service needs the name for; nil when none does.
    private(set) var need: UpdateNeed?
    /// The reply, where it is kept.
    private(set) var reply: [UInt8] = []
    private var needs = NeedCache()

    /// No query yet.
    init() { record = CaptureRecord.none }

    /// Takes another query.
    mutating func take(_ record: CaptureRecord, name: Span<UInt8>, alias: Span<UInt8>, _ policy: ActivePolicy?) {
        self.record = record
        self.policy = policy
        self.name.fill(trustedWire: name, at: 0)
        if hasAlias { self.alias.fill(trustedWire: alias, at: 0) }
        need = needs.need(self.name, policy)
    }

    /// Takes the reply to it.
    mutating func take(reply octets: Span<UInt8>) {
        reply.removeAll(keepingCapacity: true)
        for index in octets.indices { reply.append(octets[index]) }
    }

    /// The query as far as it matters for the answer, with the letters that the client wrote, if the reply has them.
    var question: [UInt8] {
        guard let query = record.query else { return [] }
        func number(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
        let asked = MessageHeader.size..<(MessageHeader.size + name.count)
        let letters = reply.count >= asked.upperBound ? Array(reply[asked]) : name.name.wire
        var octets = number(query.id) + number(query.bits) + [0, 1, 0, 0, 0, 0, 0, query.hasEDNS ? 1 : 0]
        octets += letters + number(record.type) + [0, 1]
        guard query.hasEDNS else { return octets }
        return octets + [0, 0, 41] + number(query.limit) + [0, 0, query.dnssecOK ? 0x80 : 0, 0, 0, 0]
    }

    /// The rule that decided, its layer, and how what it matched relates to the name.
    var match: (rule: Int, layer: Int, relation: Relation)? {
        guard let policy, record.decision.decision.hasRule else { return nil }
        let stack = policy.policy.stack
        let layer = Int(record.decision.layer)
        var relation = stack.relation(record.decision.decision, met: hasAlias ? .cname : .qname)
        if stack.layers[layer].profile.readsAddressesAsNames {
            relation = stack.relation(
                record.decision.decision,
                of: hasAlias ? alias.name : name.name,
                type: RRType(rawValue: record.type),
                isAlias: hasAlias
            )
        }
        return (Int(record.decision.rule), layer, relation)
    }

    /// What is done with such decisions.
    var mode: ServingMode? {
        record.decision.isFlagged ? policy?.mode(of: Int(record.decision.layer)) : policy?.mode
    }

    /// What was done about the verdict.
    var action: Action {
        guard record.decision.isFlagged else { return .none }
        guard !record.isEnforced else { return .enforced }
        return switch policy?.mode(of: Int(record.decision.layer)) {
        case .protect where need != nil: .protected
        case .shadow, nil: .shadowed
        // What cannot be evaluated, or must first see TCP, is answered truthfully.
        default: .answered
        }
    }

    /// What a server does about a verdict.
    enum Action: String, CaseIterable {
        /// There was nothing to do.
        case none
        /// The client got what the policy says.
        case enforced
        /// The client got the truth: the server only looks.
        case shadowed
        /// The client got the truth: an update service needs the name.
        case protected
        /// The client got the truth, because the verdict is none that can be carried out.
        case answered
    }
}

/// What names are needed for, kept for those that were looked up last: a fixed number of them.
private struct NeedCache {
    private struct Entry {
        var wire: [UInt8] = []
        var need: UpdateNeed?
    }

    private static let size = 1_024
    private var entries = [Entry](repeating: Entry(), count: NeedCache.size)
    private var generation: UInt32?
    private let seed = UInt64.random(in: 0 ... .max)

    mutating func need(_ name: borrowing NameBuffer, _ policy: ActivePolicy?) -> UpdateNeed? {
        guard let policy else { return nil }
        if generation != policy.generation {
            generation = policy.generation
            for index in entries.indices { entries[index].wire = [] }
        }
        let key = AnswerKey(type: 0, dnssecOK: false, checkingDisabled: false)
        let place = Int(truncatingIfNeeded: keyedHash(name, key, seed: seed) % UInt64(Self.size))
        if !Self.isName(entries[place].wire, name) {
            entries[place] = Entry(wire: name.name.wire, need: policy.policy.need(name))
        }
        return entries[place].need
    }

    private static func isName(_ wire: [UInt8], _ name: borrowing NameBuffer) -> Bool {
        guard wire.count == name.count else { return false }
        for index in wire.indices where wire[index] != name[index] { return false }
        return true
    }
}
