internal import DNS
internal import Policy
internal import TextScan

/// Writes the records of kind `query`, a JSON line each: `time`, `client`, `name`, `qtype`, `verdict`, `rcode`, `mode`,
/// `enforced`, `action`, `cached`, `transport`, `elapsed_us`; for names that updates need `need` with service, phase and
/// severity; for verdicts by a rule `matched` with element, relation, layer, engine, list, line and text.
///
/// As many as a server answers are written: what comes again and again is written once and then moved.
struct QueryRecords: ~Copyable {
    private var start = JSONWriter()
    private var presentation: [UInt8] = []
    private var clients = [(IPAddress, JSONWriter)?](repeating: nil, count: 256)
    /// From the type to the transport.
    private var shapes = PieceCache()
    /// What follows the matched element.
    private var rules = PieceCache()
    private var generation: UInt32 = 0

    init() {
        start.beginObject()
        start.member("kind", "query")
    }

    /// Appends the record of a query.
    mutating func append(_ query: borrowing CapturedQuery, to json: inout JSONWriter) {
        let record = query.record
        if generation != record.generation {
            generation = record.generation
            shapes.removeAll()
            rules.removeAll()
        }
        json.splice(start)
        json.member("time", time: Int64(record.time / 1_000))
        if let client = record.client.address { writeClient(client, to: &json) }
        json.key("name")
        write(query.name, to: &json)
        writeShape(query, to: &json)
        json.member("elapsed_us", record.elapsed / 1_000)
        if let need = query.need {
            json.key("need")
            json.object {
                $0.member("service", need.service)
                $0.member("phase", need.phase)
                $0.member("severity", need.severity)
            }
        }
        writeMatch(query, to: &json)
        json.endObject()
        json.endRecord()
    }

    private mutating func write(_ name: borrowing NameBuffer, to json: inout JSONWriter) {
        presentation.removeAll(keepingCapacity: true)
        name.appendPresentation(to: &presentation)
        json.value(presentation)
    }

    private mutating func writeClient(_ client: IPAddress, to json: inout JSONWriter) {
        let hash = UInt64(truncatingIfNeeded: client.number) &* 0x9E37_79B9_7F4A_7C15
        let place = Int(truncatingIfNeeded: hash >> 56)
        if clients[place]?.0 != client {
            var piece = JSONWriter()
            piece.startPiece(behindMember: true)
            piece.member("client", client.description)
            clients[place] = (client, piece)
        }
        if let piece = clients[place]?.1 { json.splice(piece) }
    }

    private mutating func writeShape(_ query: borrowing CapturedQuery, to json: inout JSONWriter) {
        let record = query.record
        let action = query.action
        let number = CapturedQuery.Action.allCases.firstIndex(of: action) ?? 0
        let transport = record.speaks.map { $0.rawValue + 1 } ?? 0
        let flags = (record.isEnforced ? 1 : 0) | (record.isCached ? 2 : 0) | transport << 2
        let mode = query.mode.flatMap(ServingMode.allCases.firstIndex(of:)) ?? ServingMode.allCases.count
        let words = UInt64(mode) << 12 | UInt64(number) << 8 | UInt64(record.decision.kind) << 16 | UInt64(flags)
        shapes.write(UInt64(record.type) << 40 | UInt64(record.code) << 24 | words, to: &json) {
            $0.member("qtype", RRType(rawValue: record.type).description)
            $0.member("verdict", record.decision.verdict.description)
            if record.code != CaptureRecord.noReply {
                $0.member("rcode", ResponseCode(rawValue: record.code).description)
            }
            if let mode = query.mode { $0.member("mode", mode.rawValue) }
            $0.member("enforced", record.isEnforced)
            if record.decision.isFlagged { $0.member("action", action.rawValue) }
            $0.member("cached", record.isCached)
            $0.member("transport", record.speaks?.transport ?? "udp")
        }
    }

    private mutating func writeMatch(_ query: borrowing CapturedQuery, to json: inout JSONWriter) {
        guard let match = query.match, let policy = query.policy?.policy else { return }
        json.key("matched")
        json.beginObject()
        json.key("element")
        if query.hasAlias { write(query.alias, to: &json) } else { write(query.name, to: &json) }
        let relation = UInt64(Relation.allCases.firstIndex(of: match.relation) ?? 0)
        rules.write(UInt64(match.layer) << 40 | relation << 32 | UInt64(match.rule), to: &json) {
            let layer = policy.stack.layers[match.layer]
            let rule = layer.place(match.rule)
            let list = layer.lists[rule.list]
            $0.member("relation", match.relation.rawValue)
            $0.member("layer", match.layer)
            if let name = policy.layerName(match.layer) { $0.member("layer_name", name) }
            $0.member("engine", layer.engine.rawValue)
            $0.member("list", list.path)
            $0.member("line", rule.line)
            $0.member("text", list.octets.span.extracting(rule.text))
        }
        json.endObject()
    }
}
