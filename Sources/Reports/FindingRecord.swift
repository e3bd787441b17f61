import Catalog
import DNS
public import Findings
import LDNS
public import Policy
public import TextScan

extension Finding {
    /// Writes the members of a `finding` record.
    public func write(to json: inout JSONWriter) {
        json.member("id", rule.rawValue)
        json.member("name", name.lowercased.description)
        // Of captures names are written as they are compared, so that it does not matter which spelling came first.
        if !isObserved, name.description != name.lowercased.description { json.member("spelling", name.description) }
        json.member("qtype", ifKnown: knownBrokenTypes.first?.description)
        json.member("qtypes", knownBrokenTypes.map(\.description))
        json.member("verdict", verdict.kind.description)
        json.member("reach", reach.rawValue)
        let passing = outcomes.filter(\.kind.isPass).map(\.type.description)
        if !passing.isEmpty { json.member("passing_qtypes", passing) }
        writeOutcomes(to: &json)
        json.member("evidence", evidence.rawValue)
        json.member("observed", isObserved)
        if !groups.isEmpty { json.member("groups", groups) }
        json.member("severity", severity.rawValue)
        if let endpoint {
            json.object("endpoint") {
                $0.member("pattern", endpoint.pattern.text)
                $0.member("pattern_kind", endpoint.pattern.kind.rawValue)
                $0.member("service", endpoint.service.rawValue)
                $0.member("phase", endpoint.phase.rawValue)
                $0.member("severity", endpoint.severity.rawValue)
                $0.member("profiles", endpoint.profiles.map(\.rawValue))
                $0.member("breaks", ifKnown: endpoint.breaks)
                if !endpoint.errors.isEmpty { $0.member("errors", endpoint.errors.map(\.description)) }
            }
        }
        json.member("origin", ifKnown: origin?.rawValue)
        verdict.matched?.write("matched", to: &json)
        if !chain.isEmpty { writeChain(to: &json) }
        json.member("client_errors", clientErrors.map(\.description))
        json.member("detail", ifKnown: detail)
        json.member("note", ifKnown: verdict.note)
        json.member("limit", ifKnown: verdict.matched?.rule.engine.profile.answerStyle.limit)
        json.member("owner", owner)
        json.array("fix") { array in
            for fix in fixes {
                array.object {
                    $0.member("engine", fix.engine.rawValue)
                    $0.member("text", fix.text)
                }
            }
        }
        if triedFixes == nil, !isObserved { json.member("fix_untried", true) }
        json.member("fix_also_passes", ifKnown: widening?.description)
        if let sightings {
            json.member("clients", sightings.clients)
            json.member("count", sightings.count)
            json.member("first", time: sightings.first)
            json.member("last", time: sightings.last)
        }
    }

    /// The verdict on each type, where they are not all the record's and, behind these, those that pass.
    private func writeOutcomes(to json: inout JSONWriter) {
        let simple =
            brokenTypes.map { TypeOutcome(type: $0, kind: verdict.kind) }
            + outcomes.filter(\.kind.isPass).map { TypeOutcome(type: $0.type, kind: .pass) }
        guard simple != outcomes, !isObserved else { return }
        json.array("outcomes") { array in
            for outcome in outcomes {
                array.object {
                    $0.member("qtype", outcome.type.description)
                    $0.member("verdict", outcome.kind.description)
                }
            }
        }
    }

    private func writeChain(to json: inout JSONWriter) {
        json.array("chain") { array in
            for edge in chain {
                array.object {
                    $0.member("owner", edge.owner.description)
                    $0.member("target", edge.target.description)
                    $0.member("basis", edge.basis.rawValue)
                    $0.member("seen", edge.sightings.map { $0.when.map { year in "\(year)" } ?? "undated" })
                }
            }
        }
    }
}

extension MatchedRule {
    /// Writes this rule as the object `key`.
    public func write(_ key: String, to json: inout JSONWriter) {
        json.object(key) {
            $0.member("element", element.lowercased.description)
            $0.member("relation", relation.rawValue)
            $0.member("layer", layer)
            rule.write(to: &$0)
        }
    }
}

extension RuleReference {
    /// Writes the members that name a rule.
    public func write(to json: inout JSONWriter) {
        Self.writeOrigin(engine, list, to: &json)
        let octets = Array(text.utf8)
        Self.writeText(line, octets.span, ruleClass, to: &json)
    }

    static func writeOrigin(_ engine: Engine, _ list: String, to json: inout JSONWriter) {
        json.member("engine", engine.rawValue)
        json.member("list", list)
    }

    static func writeText(_ place: RulePlace, of layer: CompiledLayer, to json: inout JSONWriter) {
        layer.withText(place) { writeText(place.line, $0, place.ruleClass, to: &json) }
    }

    static func writeText(_ line: Int, _ text: Span<UInt8>, _ ruleClass: RuleClass, to json: inout JSONWriter) {
        json.member("line", line)
        json.member("text", text)
        json.member("class", ruleClass.name)
    }
}

extension RuleClass {
    /// The word used in output.
    public var name: String {
        switch self {
        case .ownAllow: "own-allow"
        case .ownBlock: "own-deny"
        case .ownAllowRegex: "own-allow-regex"
        case .ownBlockRegex: "own-deny-regex"
        case .special: "special"
        case .ownRewrite: "own-rewrite"
        case .rewrite: "rewrite"
        case .listAllow: "list-allow"
        case .importantAllow: "important-allow"
        case .importantBlock: "important-block"
        case .ruleAllow: "allow"
        case .block: "block"
        case .hosts: "hosts"
        case .data: "data"
        case .nullData: "null-data"
        case .open: "open"
        case .zone: "zone"
        case .implied: "implied"
        case .builtIn: "built-in"
        }
    }
}
