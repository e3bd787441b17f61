public import DNS
public import TextScan
internal import Yams

/// What is known to break and accepted, each with a reason and until when.
///
/// ```yaml
/// accept:
///   - name: settings-win.data.microsoft.com
///     rule: 0.0.0.0 settings-win.data.microsoft.com
///     reason: telemetry is blocked on purpose
///     until: 2027-03-31
///   - guard: growth
///     reason: the feed was doubled
///     until: 2027-01-31
/// ```
public struct Baseline: Sendable {
    /// One acceptance; what it does not state may be anything.
    public struct Entry: Sendable, Equatable {
        /// The name that breaks.
        public var name: DomainName?
        /// The text of the rule.
        public var rule: String?
        /// The end of the list's path.
        public var list: String?
        /// The alarm about a list as a whole.
        public var alarm: String?
        /// Why.
        public var reason: String
        /// The last day, `YYYY-MM-DD`.
        public var until: String
        /// Its line in the file.
        public var line: Int
    }

    /// The entries, in their order.
    public private(set) var entries: [Entry] = []
    /// The file.
    public let path: String

    private static let keys = ["name", "rule", "list", "guard", "reason", "until"]

    /// Nothing accepted.
    public init() { path = "" }

    /// Reads a file; every fault becomes a diagnostic with line and column, and costs only the entry that has it.
    public static func parse(_ bytes: [UInt8], path: String) -> (baseline: Baseline, diagnostics: [Diagnostic]) {
        let document = YAMLDocument(bytes, path: path)
        var reader = NodeReader(path: path)
        var baseline = Baseline(path: path)
        if let root = document.root, let top = reader.mapping(root, "a baseline", keys: ["accept"]) {
            for item in top["accept"].flatMap({ reader.list($0, "accept") }) ?? [] {
                if let entry = entry(item, &reader) { baseline.entries.append(entry) }
            }
        }
        return (baseline, document.diagnostics + reader.diagnostics)
    }

    private init(path: String) { self.path = path }

    private static func entry(_ item: Node, _ reader: inout NodeReader) -> Entry? {
        guard let values = reader.mapping(item, "an acceptance", keys: keys) else { return nil }
        let faults = reader.faultCount
        for key in ["reason", "until"] where values[key] == nil {
            reader.fault(item, "missing-key", "an acceptance needs `\(key)`")
        }
        if values["name"] == nil, values["rule"] == nil, values["guard"] == nil {
            reader.fault(item, "missing-key", "say what is accepted: `name`, `rule` or `guard`")
        }
        var texts: [String: String] = [:]
        for (key, node) in values { texts[key] = reader.text(node, key) }
        var name: DomainName?
        if let node = values["name"], let text = texts["name"] {
            name = try? DomainName(text)
            if name == nil { reader.fault(node, "bad-name", "`name` is no domain name: \(NodeReader.shortened(text))") }
        }
        if let node = values["until"], let text = texts["until"], !isDate(text) {
            reader.fault(node, "bad-date", "`until` is a day such as 2027-03-31")
        }
        guard reader.faultCount == faults, let reason = texts["reason"], let until = texts["until"] else { return nil }
        return Entry(
            name: name,
            rule: texts["rule"],
            list: texts["list"],
            alarm: texts["guard"],
            reason: reason,
            until: until,
            line: item.mark?.line ?? 0
        )
    }

    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy { asciiDigit($0) != nil } }),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return false }
        return (1...12).contains(month) && (1...31).contains(day)
    }

    /// The entry that is about a finding on a day; an expired one where there is no other.
    public func entry(name: DomainName, rule: String?, list: String?, on day: String) -> Int? {
        first(on: day) { entry in
            entry.alarm == nil && (entry.name ?? name) == name && (entry.rule == nil || entry.rule == rule)
                && Self.ends(list, with: entry.list)
        }
    }

    /// The entry that is about an alarm on a day; an expired one where there is no other.
    public func entry(alarm: String, list: String, on day: String) -> Int? {
        first(on: day) { $0.alarm == alarm && Self.ends(list, with: $0.list) }
    }

    private func first(on day: String, where isMeant: (Entry) -> Bool) -> Int? {
        let found = entries.indices.filter { isMeant(entries[$0]) }
        return found.first { entries[$0].until >= day } ?? found.first
    }

    /// Whether a path is meant: it is that, or ends in it behind a slash.
    private static func ends(_ path: String?, with end: String?) -> Bool {
        guard let end else { return true }
        return path == end || path?.hasSuffix("/" + end) == true
    }

    /// What a new baseline accepts besides.
    public struct New: Sendable {
        /// The name that breaks.
        public var name: DomainName?
        /// The text of the rule.
        public var rule: String?
        /// The alarm.
        public var alarm: String?
        /// The list that it is about.
        public var list: String?

        /// A finding or an alarm.
        public init(name: DomainName? = nil, rule: String? = nil, alarm: String? = nil, list: String? = nil) {
            self.name = name
            self.rule = rule
            self.alarm = alarm
            self.list = list
        }
    }

    /// The file with these entries and what else is accepted, for want of a better reason.
    public static func text(_ kept: [Entry], and accepted: [New], reason: String, until: String) -> String {
        let new = accepted.map {
            Entry(name: $0.name, rule: $0.rule, list: $0.list, alarm: $0.alarm, reason: reason, until: until, line: 0)
        }
        let entries = kept + new
        guard !entries.isEmpty else { return "accept: []\n" }
        var text = "accept:\n"
        for entry in entries {
            var fields: [String] = []
            if let name = entry.name { fields.append("name: \(quoted(name.lowercased.description))") }
            if let rule = entry.rule { fields.append("rule: \(quoted(rule))") }
            if let list = entry.list { fields.append("list: \(quoted(list))") }
            if let alarm = entry.alarm { fields.append("guard: \(quoted(alarm))") }
            fields += ["reason: \(quoted(entry.reason))", "until: \(entry.until)"]
            text += "  - " + fields.joined(separator: "\n    ") + "\n"
        }
        return text
    }

    /// A text as a scalar of YAML in double quotes, which is one of JSON's.
    private static func quoted(_ text: String) -> String {
        var json = JSONWriter()
        json.value(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
