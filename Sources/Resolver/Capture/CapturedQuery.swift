internal import DNS
internal import Policy
internal import TextScan

/// A captured query in words: what was asked, what came of it, and the rule that says why.
struct CapturedQuery {
    /// What the worker noted.
    let record: CaptureRecord
    /// The name asked for.
    let name: DomainName
    /// The alias that the rule matched, if it was one.
    let alias: DomainName?
    /// What an update service needs the name for; nil when none does.
    let need: UpdateNeed?
    private let policy: ActivePolicy?

    /// A query of a policy; nil where that is no longer known.
    init(_ record: CaptureRecord, name: [UInt8], alias: [UInt8], _ policy: ActivePolicy?) {
        self.record = record
        self.name = (try? DomainName(wire: name)) ?? .root
        self.alias = alias.isEmpty ? nil : try? DomainName(wire: alias)
        self.policy = policy
        need = policy?.policy.need(self.name)
    }

    /// The rule that decided and its layer.
    var match: (rule: RuleReference, layer: Int, relation: Relation)? {
        guard let policy, record.decision.decision.hasRule else { return nil }
        let stack = policy.policy.stack
        let layer = Int(record.decision.layer)
        let relation = stack.relation(
            record.decision.decision,
            of: alias ?? name,
            type: RRType(rawValue: record.type),
            isAlias: alias != nil
        )
        return (stack.layers[layer].reference(Int(record.decision.rule)), layer, relation)
    }

    /// What the stack file calls a layer.
    func layerName(_ layer: Int) -> String? {
        guard let names = policy?.policy.layerNames, layer < names.count else { return nil }
        return names[layer]
    }

    /// What was done about the verdict.
    var action: Action {
        guard record.decision.isFlagged else { return .none }
        guard !record.isEnforced else { return .enforced }
        return switch policy?.mode {
        case .protect where need != nil: .protected
        case .shadow, nil: .shadowed
        // What cannot be evaluated, or must first see TCP, is answered truthfully.
        default: .answered
        }
    }

    /// What a server does about a verdict.
    enum Action: String {
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

    /// Appends the record of kind `query` as a JSON line: `time`, `client`, `name`, `qtype`, `verdict`, `rcode`, `mode`,
    /// `enforced`, `action`, `cached`, `transport`, `elapsed_us`; for names that updates need `need` with service, phase
    /// and severity; for verdicts by a rule `matched` with element, relation, layer, engine, list, line and text.
    func appendRecord(to octets: inout [UInt8]) {
        var json = JSONWriter(reservingCapacity: 512)
        json.beginObject()
        json.member("kind", "query")
        json.member("time", time: Int64(record.time / 1_000))
        if let client = record.client.address { json.member("client", client.description) }
        json.member("name", name.description)
        json.member("qtype", RRType(rawValue: record.type).description)
        json.member("verdict", record.decision.verdict.description)
        if record.code != CaptureRecord.noReply {
            json.member("rcode", ResponseCode(rawValue: record.code).description)
        }
        if let policy { json.member("mode", policy.mode.rawValue) }
        json.member("enforced", record.isEnforced)
        if record.decision.isFlagged { json.member("action", action.rawValue) }
        json.member("cached", record.isCached)
        json.member("transport", record.overTCP ? "tcp" : "udp")
        json.member("elapsed_us", record.elapsed / 1_000)
        if let need {
            json.key("need")
            json.object {
                $0.member("service", need.service)
                $0.member("phase", need.phase)
                $0.member("severity", need.severity)
            }
        }
        if let match { append(match, to: &json) }
        json.endObject()
        json.endRecord()
        octets += json.bytes
    }

    private func append(_ match: (rule: RuleReference, layer: Int, relation: Relation), to json: inout JSONWriter) {
        json.key("matched")
        json.object {
            $0.member("element", (alias ?? name).description)
            $0.member("relation", match.relation.rawValue)
            $0.member("layer", match.layer)
            if let name = layerName(match.layer) { $0.member("layer_name", name) }
            $0.member("engine", match.rule.engine.rawValue)
            $0.member("list", match.rule.list)
            $0.member("line", match.rule.line)
            $0.member("text", match.rule.text)
        }
    }
}
