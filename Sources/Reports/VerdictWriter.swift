public import DNS
public import Policy
public import TextScan

/// Writes the `verdict` records of names whose aliases are not looked at: millions of them, so octets are moved from where
/// they stand, and what rules have in common is written once. The records are those of ``VerdictRecord``.
public struct VerdictWriter: ~Copyable {
    private let stack: CompiledStack
    private let context: QueryContext
    /// The name of the records, as a JSON string.
    private var name = JSONWriter(reservingCapacity: 256)
    private var presentation: [UInt8] = []
    private var matches = RuleMatches()
    /// From the type to where the matched element stands.
    private var heads = PieceCache()
    /// What names the list of a rule.
    private var origins = PieceCache()
    /// What names a rule in its list.
    private var rules = PieceCache()
    /// What ends the records of a layer's rules.
    private var ends: [JSONWriter] = []
    private var start = JSONWriter()

    /// A writer for the verdicts of a stack on the queries of one client.
    public init(_ stack: CompiledStack, context: QueryContext = .unknown) {
        self.stack = stack
        self.context = context
        start.beginObject()
        start.member("kind", "verdict")
        start.key("name")
        for layer in stack.layers {
            var end = JSONWriter()
            end.startPiece(behindMember: true)
            end.member("limit", ifKnown: layer.profile.answerStyle.limit)
            ends.append(end)
        }
    }

    /// Takes the name that the next records are about.
    public mutating func begin(_ name: borrowing NameBuffer) {
        presentation.removeAll(keepingCapacity: true)
        name.appendPresentation(to: &presentation)
        self.name.startPiece(behindMember: false)
        self.name.value(presentation)
    }

    /// Writes the record of a decision on the name that was taken last.
    public mutating func write(
        _ decision: Decision,
        on name: borrowing NameBuffer,
        _ hashes: borrowing SuffixHashes,
        type: RRType,
        to json: inout JSONWriter
    ) {
        json.splice(start)
        json.splice(self.name)
        if decision.hasRule {
            let layer = stack.layers[Int(decision.layer)]
            layer.match(name, hashes, type: type, context: context, layer: decision.layer, into: &matches)
            writeHead(layer, decision, on: name, type: type, to: &json)
            json.splice(self.name)
            let relation = stack.relation(decision, met: .qname)
            writeRule(Int(decision.rule), of: layer, decision.layer, matchedAs: relation, to: &json)
            json.endObject()
            writeLosers(layer, decision, to: &json)
            json.member("note", ifKnown: stack.note(on: decision, name, hashes, relation, type: type, context))
            json.splice(ends[Int(decision.layer)])
        } else {
            let key = UInt64(type.rawValue) << 4 | UInt64(decision.kind.rawValue)
            heads.write(key, to: &json) { VerdictRecord.writeHead(type, decision.kind, nil, to: &$0) }
            json.member("note", ifKnown: stack.note(on: decision, name, hashes, .qname, type: type, context))
        }
        json.endObject()
    }

    /// Writes what stands between the name and the matched element.
    private mutating func writeHead(
        _ layer: CompiledLayer,
        _ decision: Decision,
        on name: borrowing NameBuffer,
        type: RRType,
        to json: inout JSONWriter
    ) {
        let key = UInt64(decision.layer) << 20 | UInt64(type.rawValue) << 4 | UInt64(decision.kind.rawValue)
        // Behind the keys of verdicts without a rule.
        if !decision.kind.hasAnswer {
            return heads.write(1 << 61 | key, to: &json) {
                VerdictRecord.writeHead(type, decision.kind, nil, to: &$0)
                Self.writeMatched(layer, to: &$0)
            }
        }
        guard let answer = layer.answerKey(Int(decision.rule), among: matches) else {
            return Self.writeHead(layer, decision, name.name, type, to: &json)
        }
        heads.write(1 << 62 | UInt64(answer) << 28 | key, to: &json) {
            Self.writeHead(layer, decision, name.name, type, to: &$0)
        }
    }

    private static func writeHead(
        _ layer: CompiledLayer,
        _ decision: Decision,
        _ name: DomainName,
        _ type: RRType,
        to json: inout JSONWriter
    ) {
        VerdictRecord.writeHead(type, decision.kind, layer.answer(decision, name: name, type: type), to: &json)
        writeMatched(layer, to: &json)
    }

    private static func writeMatched(_ layer: CompiledLayer, to json: inout JSONWriter) {
        json.member("engine", layer.engine.rawValue)
        json.key("matched")
        json.beginObject()
        json.key("element")
    }

    /// Writes the members that name a rule, behind the matched element or at the start of an object.
    private mutating func writeRule(
        _ rule: Int,
        of layer: CompiledLayer,
        _ number: UInt8,
        matchedAs relation: Relation?,
        to json: inout JSONWriter
    ) {
        // Where the rule stands need not be found out where it is written already.
        rules.write(
            UInt64(rule) << 16 | UInt64(number) << 8 | Self.number(relation),
            behindMember: relation != nil,
            to: &json
        ) {
            let place = layer.place(rule)
            origins.write(
                UInt64(place.list) << 16 | UInt64(number) << 8 | Self.number(relation),
                behindMember: relation != nil,
                to: &$0
            ) {
                if let relation {
                    $0.member("relation", relation.rawValue)
                    $0.member("layer", Int(number))
                }
                RuleReference.writeOrigin(layer.engine, layer.lists[place.list].path, to: &$0)
            }
            RuleReference.writeText(place, of: layer, to: &$0)
        }
    }

    /// A number for how a rule was met; 0 where that is not written.
    private static func number(_ relation: Relation?) -> UInt64 {
        relation.map { relation in 1 + UInt64(Relation.allCases.firstIndex(of: relation) ?? 0) } ?? 0
    }

    private mutating func writeLosers(_ layer: CompiledLayer, _ decision: Decision, to json: inout JSONWriter) {
        let winner = Int(decision.rule)
        var shown = 0
        for index in 0..<matches.count where matches[index] != winner && shown < CompiledStack.shownLosers {
            guard !layer.isImplied(matches[index]) else { continue }
            if shown == 0 {
                json.key("lost")
                json.beginArray()
            }
            json.beginObject()
            writeRule(matches[index], of: layer, decision.layer, matchedAs: nil, to: &json)
            json.endObject()
            shown += 1
        }
        if shown > 0 { json.endArray() }
    }
}
