public import DNS
internal import Yams

extension Configuration {
    /// Clients that pass some layers and not the others.
    public struct Group: Sendable, Equatable {
        /// What it is called.
        public var name: String
        /// Its clients; none for those that are in no other group.
        public var clients: [AddressRange] = []
        /// The minutes of the week in which it counts; nil for always.
        public var minutes: [Range<Int>]?
        /// The places of the layers that they pass.
        public var layers: [Int] = []

        /// A group.
        public init(name: String) { self.name = name }

        /// The name of the group of all clients that are in no other.
        public static let others = "default"

        /// Bit n: the group passes layer n.
        public var mask: UInt64 { layers.reduce(0) { $0 | 1 << UInt64($1) } }
    }

    /// The stack that a file describes.
    public struct Stack: Sendable {
        /// The layers, nearest the client first.
        public var layers: [Layer]
        /// Which of them clients pass.
        public var groups: [Group]
        /// The file that describes it; nil where options do.
        public var file: String?

        /// A stack.
        public init(layers: [Layer], groups: [Group] = []) {
            self.layers = layers
            self.groups = groups
        }
    }

    /// The stack that the file describes.
    public var stack: Stack { Stack(layers: layers, groups: groups) }
}

extension NodeReader {
    /// Groups of clients by name.
    ///
    /// ```yaml
    /// groups:
    ///   kids: {clients: [192.168.7.0/24], layers: [family, malware], hours: {mon: [{after: "6:00", before: "21:00"}]}}
    ///   default: {layers: [malware]}
    /// ```
    mutating func groups(_ node: Node, _ layers: [Configuration.Layer]) -> [Configuration.Group] {
        var groups: [Configuration.Group] = []
        for (name, keyNode, value) in mapping(node, "groups") ?? [] {
            guard groups.count < 250 else {
                fault(keyNode, "too-many", "a stack has at most 250 groups of clients")
                break
            }
            guard let group = group(name, value, layers) else { continue }
            for range in group.clients where groups.contains(where: { $0.clients.contains(range) && $0.minutes == nil })
            {
                guard group.minutes == nil else { continue }
                fault(value, "two-groups", "\(range) is in two groups; the longest range counts, so write each once")
            }
            groups.append(group)
        }
        return groups
    }

    private mutating func group(
        _ name: String,
        _ node: Node,
        _ layers: [Configuration.Layer]
    ) -> Configuration.Group? {
        let keys = name == Configuration.Group.others ? ["layers"] : ["clients", "layers", "hours"]
        guard let fields = mapping(node, "a group", keys: keys) else { return nil }
        guard let layersNode = fields["layers"] else {
            fault(
                node,
                "missing-key",
                "a group needs `layers`, such as layers: [family]; layers: [] is no filter at all"
            )
            return nil
        }
        var group = Configuration.Group(name: name)
        for item in items(layersNode, "layers") {
            guard let text = text(item, "the name of a layer") else { continue }
            let places = layers.indices.filter { layers[$0].name == text }
            if places.isEmpty {
                let names = layers.compactMap(\.name).map { "`\($0)`" }.joined(separator: ", ")
                fault(
                    item,
                    "no-such-layer",
                    "no layer is called `\(Self.shortened(text))`; "
                        + (names.isEmpty ? "give layers a `name`" : "names of layers: \(names)")
                )
            }
            group.layers += places
        }
        if let clients = fields["clients"] {
            for item in items(clients, "clients") {
                guard let text = text(item, "a client") else { continue }
                if let range = AddressRange(text) {
                    group.clients.append(range)
                } else {
                    fault(
                        item,
                        "bad-range",
                        "`\(Self.shortened(text))` is no address; write 192.168.7.0/24, fd00::/8 or one address"
                    )
                }
            }
        }
        if let hours = fields["hours"] { group.minutes = ScheduleYAML.minutes(hours, &self) }
        return group
    }

    /// The items of a list, or the one value that stands in place of it.
    mutating func items(_ node: Node, _ what: String) -> [Node] {
        if case .scalar = node { return [node] }
        return list(node, what) ?? []
    }
}
