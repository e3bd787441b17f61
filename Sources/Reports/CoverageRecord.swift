public import Catalog
import DNS
public import Findings
import Policy
public import TextScan

extension EndpointCoverage {
    /// Writes the members of a `coverage` record.
    public func write(to json: inout JSONWriter) {
        json.member("pattern", endpoint.pattern.text)
        json.member("pattern_kind", endpoint.pattern.kind.rawValue)
        json.member("service", endpoint.service.rawValue)
        json.member("phase", endpoint.phase.rawValue)
        json.member("severity", endpoint.severity.rawValue)
        switch coverage.outcome {
        case .covered:
            json.member("outcome", "covered")
        case .missed(let example, let isShortest):
            json.member("outcome", "missed")
            json.member("why", example.verdict.matched == nil ? "no-rule" : "rule")
            json.object("example") {
                example.write(to: &$0)
                $0.member("shortest", isShortest)
            }
        case .open(let doubt):
            json.member("outcome", "open")
            json.member("why", doubt.word)
            switch doubt {
            case .example(let example): json.object("example") { example.write(to: &$0) }
            case .rule(let rule): json.object("rule") { rule.write(to: &$0) }
            case .notEvaluated, .tooLarge: break
            }
        }
        json.member("examples", coverage.examples)
        json.array("rules") { array in
            for rule in coverage.rules { array.object { rule.write(to: &$0) } }
        }
        json.member("known_names", knownNames.count)
        json.member("stopped_names", stoppedNames.map(\.description))
    }
}

extension Coverage.Example {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("name", name.lowercased.description)
        json.member("qtype", type.description)
        json.member("verdict", verdict.kind.description)
        verdict.matched?.write("matched", to: &json)
    }
}

extension Coverage.Doubt {
    /// The word used in output.
    var word: String {
        switch self {
        case .example: "undecided-name"
        case .rule: "unread-rule"
        case .notEvaluated: "rules-not-evaluated"
        case .tooLarge: "too-large"
        }
    }
}

extension PatternGap {
    /// Writes the members of a `gap` record.
    public func write(to json: inout JSONWriter) {
        json.member("pattern", ifKnown: pattern?.text)
        json.member("names", names.map(\.description))
        json.member("covered_by", ifKnown: coveredBy?.text)
    }
}
