/// Whether a new version of a list may take the place of the one there is. Pure.
public enum UpdateGuard {
    /// What is known of a version, in the layer that it is part of.
    public struct Effect: Sendable, Equatable {
        /// Its rules; nil where there is no version.
        public var rules: Int?
        /// The names that updates need and the layer does not let pass.
        public var names: Set<String>
        /// Those of which it is not known whether it does.
        public var undecided: Set<String>

        /// An effect.
        public init(rules: Int?, names: Set<String>, undecided: Set<String> = []) {
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
    public static func objections(to new: Effect, after old: Effect) -> [String] {
        var objections: [String] = []
        let known = old.names.union(old.undecided)
        for (verb, names) in [
            ("would be", new.names.subtracting(old.names)), ("might be", new.undecided.subtracting(known)),
        ] {
            guard !names.isEmpty else { continue }
            let more = names.count > 3 ? " and \(names.count - 3) more" : ""
            objections.append(
                "names that updates need \(verb) blocked: \(names.sorted().prefix(3).joined(separator: ", "))\(more)"
            )
        }
        if let new = new.rules, let old = old.rules, let size = size(new, after: old) { objections.append(size.text) }
        return objections
    }

    /// What speaks against a version as a whole.
    public struct Objection: Sendable, Equatable {
        /// A stable word.
        public var id: String
        /// In words.
        public var text: String
    }

    /// What speaks against the number of rules of a new version; nil when nothing does.
    /// - Parameters:
    ///   - growth: percent by which a list may grow; nil for twice its size and some.
    public static func size(_ new: Int, after old: Int, growth: Int? = nil) -> Objection? {
        let most = growth.map { old + old / 100 * $0 + old % 100 * $0 / 100 } ?? 2 * old + slack
        if new > most { return Objection(id: "growth", text: "it has \(new) rules, before \(old)") }
        if 2 * new < old { return Objection(id: "shrinkage", text: "it has only \(new) rules, before \(old)") }
        return nil
    }
}
