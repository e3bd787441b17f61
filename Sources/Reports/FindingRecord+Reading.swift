import Catalog
import DNS
public import Findings
import Policy
public import TextScan

extension Finding {
    /// A finding as a record of an audit says it.
    public init(_ fields: JSONFields) throws(JSONFault) {
        let name = try fields.name(fields.has("spelling") ? "spelling" : "name")
        let kind = try fields.word("verdict", VerdictKind.allCases, \.description)
        var verdict = Verdict(kind: kind, note: try fields.optionalText("note"))
        if let matched = try fields.object("matched") { verdict.matched = try MatchedRule(matched) }
        self.init(
            rule: try fields.word("id", FindingRule.allCases, \.rawValue),
            name: name,
            outcomes: try Self.outcomes(fields, kind),
            verdict: verdict,
            evidence: try fields.word("evidence", Evidence.allCases, \.rawValue),
            isObserved: try fields.flag("observed"),
            endpoint: try fields.object("endpoint").map { (fields) throws(JSONFault) in try Endpoint(fields) },
            origin: try Self.origin(fields),
            chain: try Self.chain(fields),
            detail: try fields.optionalText("detail")
        )
        groups = fields.has("groups") ? try fields.texts("groups") : []
        guard !(try fields.flag("fix_untried")) else { return }
        var fixes: [Fix] = []
        for fix in try fields.objects("fix") {
            let engine = try fix.word("engine", Engine.allCases, \.rawValue)
            fixes.append(Fix(engine: engine, text: try fix.text("text")))
        }
        triedFixes = fixes
    }

    /// Types whose verdicts are not told one by one got that of the record, or passed.
    private static func outcomes(_ fields: JSONFields, _ kind: VerdictKind) throws(JSONFault) -> [TypeOutcome] {
        var outcomes: [TypeOutcome] = []
        guard !fields.has("outcomes") else {
            for outcome in try fields.objects("outcomes") {
                let kind = try outcome.word("verdict", VerdictKind.allCases, \.description)
                outcomes.append(TypeOutcome(type: try outcome.type("qtype"), kind: kind))
            }
            return outcomes
        }
        for type in try fields.types("qtypes") { outcomes.append(TypeOutcome(type: type, kind: kind)) }
        guard fields.has("passing_qtypes") else { return outcomes }
        for type in try fields.types("passing_qtypes") { outcomes.append(TypeOutcome(type: type, kind: .pass)) }
        return outcomes
    }

    private static func origin(_ fields: JSONFields) throws(JSONFault) -> EndpointCatalog.Probe.Origin? {
        guard let word = try fields.optionalText("origin") else { return nil }
        guard let origin = EndpointCatalog.Probe.Origin(rawValue: word) else {
            throw fields.fault("origin", "there is no such")
        }
        return origin
    }

    private static func chain(_ fields: JSONFields) throws(JSONFault) -> [ChainEdge] {
        var chain: [ChainEdge] = []
        for edge in try fields.objects("chain") {
            let seen = try edge.texts("seen").map { when in
                ChainEdge.Sighting(place: "", when: when == "undated" ? nil : when, note: nil)
            }
            chain.append(
                ChainEdge(
                    owner: try edge.name("owner"),
                    target: try edge.name("target"),
                    basis: try edge.word("basis", ChainEdge.Basis.allCases, \.rawValue),
                    sightings: seen
                )
            )
        }
        return chain
    }
}

extension Endpoint {
    /// As much of an endpoint as a record of a finding says.
    fileprivate init(_ fields: JSONFields) throws(JSONFault) {
        let kind = try fields.word("pattern_kind", EndpointPattern.Kind.allCases, \.rawValue)
        let pattern: EndpointPattern
        do {
            pattern = try EndpointPattern(try fields.text("pattern"), kind: kind)
        } catch let fault as JSONFault {
            throw fault
        } catch {
            throw fields.fault("pattern", "\(error)")
        }
        var errors: [ErrorCode] = []
        for text in fields.has("errors") ? try fields.texts("errors") : [] {
            guard let code = ErrorCode(text) else { throw fields.fault("errors", "holds what is no code") }
            errors.append(code)
        }
        self.init(
            pattern: pattern,
            service: Service(rawValue: try fields.text("service")),
            phase: try fields.word("phase", Phase.allCases, \.rawValue),
            severity: try fields.word("severity", Severity.allCases, \.rawValue),
            breaks: try fields.optionalText("breaks"),
            errors: errors,
            profiles: try fields.texts("profiles").map { Profile(rawValue: $0) }
        )
    }
}

extension MatchedRule {
    fileprivate init(_ fields: JSONFields) throws(JSONFault) {
        self.init(
            element: try fields.name("element"),
            relation: try fields.word("relation", Relation.allCases, \.rawValue),
            layer: try fields.count("layer"),
            rule: RuleReference(
                engine: try fields.word("engine", Engine.allCases, \.rawValue),
                list: try fields.text("list"),
                line: try fields.count("line"),
                text: try fields.text("text"),
                ruleClass: try fields.word("class", RuleClass.allCases, \.name)
            )
        )
    }
}

extension JSONFields {
    /// One of some words.
    func word<Value>(_ name: String, _ all: [Value], _ word: (Value) -> String) throws(JSONFault) -> Value {
        let text = try text(name)
        guard let found = all.first(where: { word($0) == text }) else {
            throw fault(name, "there is no `\(TerminalText.escaped(text, limit: 80))`")
        }
        return found
    }

    fileprivate func name(_ member: String) throws(JSONFault) -> DomainName {
        do {
            return try DomainName(try text(member))
        } catch let fault as JSONFault {
            throw fault
        } catch {
            throw fault(member, "is no domain name (\(error))")
        }
    }

    fileprivate func type(_ member: String) throws(JSONFault) -> RRType {
        guard let type = RRType(try text(member)) else { throw fault(member, "is no record type") }
        return type
    }

    fileprivate func types(_ member: String) throws(JSONFault) -> [RRType] {
        var types: [RRType] = []
        for text in try texts(member) {
            guard let type = RRType(text) else { throw fault(member, "holds what is no record type") }
            types.append(type)
        }
        return types
    }
}
