/// Whether a new version of a list may take the place of the one there is. Pure.
public enum UpdateGuard {
    /// What is known of a version.
    public struct Effect: Sendable, Equatable {
        /// Its rules.
        public var rules: Int
        /// The names that updates need and it does not let pass.
        public var names: Set<String>
        /// Those of which it is not known whether it does.
        public var undecided: Set<String>

        /// An effect.
        public init(rules: Int, names: Set<String>, undecided: Set<String> = []) {
            self.rules = rules
            self.names = names
            self.undecided = undecided
        }
    }

    /// Rules by which a list may grow whatever it has now.
    private static let slack = 1_000

    /// Whether octets are a page for people and no list.
    public static func isPage(_ octets: [UInt8]) -> Bool {
        let start = octets.drop { $0 <= 0x20 || $0 >= 0x80 }.prefix(64)
        let text = String(decoding: start, as: UTF8.self).lowercased()
        return ["<!doctype", "<html", "<head", "<?xml", "<body"].contains { text.hasPrefix($0) }
    }

    /// What speaks against a new version, in words; empty when nothing does.
    public static func objections(to new: Effect, after old: Effect?) -> [String] {
        var objections: [String] = []
        let known = (old?.names ?? []).union(old?.undecided ?? [])
        for (verb, names) in [
            ("blocks", new.names.subtracting(old?.names ?? [])), ("may block", new.undecided.subtracting(known)),
        ] {
            guard !names.isEmpty else { continue }
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            objections.append(
                "it \(verb) names that updates need: \(names.sorted().prefix(3).joined(separator: ", "))\(more)"
            )
        }
        if let old {
            if new.rules > 2 * old.rules + slack { objections.append("it has \(new.rules) rules, before \(old.rules)") }
            if 2 * new.rules < old.rules { objections.append("it has only \(new.rules) rules, before \(old.rules)") }
        }
        return objections
    }
}
