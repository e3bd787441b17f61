/// A value of a TOML text.
struct TOMLNode {
    enum Value {
        /// A text in quotes.
        case text(String)
        /// A number, a date, a truth value: what stands there.
        case word(String)
        case list(TOMLList)
        case table(TOMLTable)
    }

    /// Where it stands.
    let offset: Int
    let value: Value
    /// Whether headers may add to it.
    var isOpen = false
}

/// The values of a list of a TOML text, to which headers of tables add one after the other.
final class TOMLList {
    var nodes: [TOMLNode]

    init(_ nodes: [TOMLNode]) { self.nodes = nodes }
}

/// A table of a TOML text, which later lines add to.
final class TOMLTable {
    /// Where it begins.
    let offset: Int
    var entries: [String: TOMLNode] = [:]
    /// Whether a header or a key with dots has stated it.
    var isStated = false

    init(offset: Int) { self.offset = offset }

    /// The entries in the order of their places.
    var ordered: [(key: String, node: TOMLNode)] {
        entries.map { ($0.key, $0.value) }.sorted { $0.1.offset < $1.1.offset }
    }
}
