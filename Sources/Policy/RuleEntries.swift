/// Where the values stand that rules refer to by the name of their list (squid's `acl`), for rules about one of them.
public struct RuleEntries: Sendable {
    private var paths: [String] = []
    private var places: [Int: (path: Int, line: Int)] = [:]

    /// None.
    public init() {}

    /// Notes where the value of a rule stands.
    public mutating func note(rule: Int, path: String, line: Int) {
        if paths.last != path { paths.append(path) }
        places[rule] = (paths.count - 1, line)
    }

    /// `PATH:LINE`.
    subscript(rule: Int) -> String? { places[rule].map { "\(paths[$0.path]):\($0.line)" } }
}

extension CompiledLayer {
    /// Where the value stands that makes the list of a rule hold, with the value.
    func entryNote(_ rule: Int) -> String? {
        guard let place = entries[rule], let name = name(rule) else { return nil }
        return "by \(place): \(record(rule).scope == .exact ? "" : ".")\(name)"
    }
}
