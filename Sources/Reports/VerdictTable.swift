import DNS
import Policy

/// Verdicts as rows of comma-separated values (RFC 4180), for spreadsheets. What else a run has to say is in the records of
/// NDJSON.
public enum VerdictTable {
    /// The first row.
    public static let heading = "name,qtype,verdict,engine,list,line,rule,relation,element,note\n"

    /// One verdict; without a rule that decides, its columns are empty. The note says why a verdict is unsupported.
    public static func row(_ record: VerdictRecord) -> String {
        var fields = [record.name.lowercased.description, record.type.description, record.verdict.kind.description]
        if let matched = record.verdict.matched {
            let rule = matched.rule
            fields += [rule.engine.rawValue, rule.list, String(rule.line), rule.text]
            fields += [matched.relation.rawValue, matched.element.lowercased.description]
        } else {
            fields += Array(repeating: "", count: 6)
        }
        fields.append(record.verdict.note ?? "")
        return fields.map(DelimitedText.field).joined(separator: ",") + "\n"
    }
}
