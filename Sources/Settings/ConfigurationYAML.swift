import DNS
import Policy
import Resolver
public import TextScan
internal import Yams

/// Reads configuration files, ours, Blocky's and dnscrypt-proxy's; every fault has its line, column, reason and a hint.
public enum ConfigurationYAML {
    /// Reads `bytes`; a value with a fault is left out, so that all faults are reported at once.
    /// - Parameter path: The name of the file: in diagnostics, and to resolve relative list paths.
    public static func parse(
        _ bytes: [UInt8],
        path: String
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        if DNSCryptTOML.recognises(bytes) { return DNSCryptTOML.configuration(bytes, path: path) }
        let document = YAMLDocument(bytes, path: path)
        guard let root = document.root else {
            let empty = Diagnostic(
                path: path,
                line: 1,
                column: 1,
                reason: "empty",
                text: "the file holds no configuration"
            )
            return (Configuration(), document.diagnostics.isEmpty ? [empty] : document.diagnostics)
        }
        if isAdGuardHome(root) {
            var reader = NodeReader(path: path)
            let text =
                "AdGuard Home's own configuration is not read; write its `user_rules` to a file, a rule a line, and give that "
                + "and its filters (data/filters) as lists of a layer with `engine: adguard-home`"
            reader.fault(root, "adguard-home", text)
            return (Configuration(), document.diagnostics + reader.diagnostics)
        }
        if BlockyYAML.recognises(root) {
            let (configuration, faults) = BlockyYAML.configuration(root, bytes, path: path)
            return (configuration, document.diagnostics + faults)
        }
        var builder = ConfigurationBuilder(path: path)
        builder.read(root)
        // Where an item had to be given up, what held it may look like something else.
        let faults = builder.reader.diagnostics.filter { document.diagnostics.isEmpty || $0.reason != "wrong-type" }
        return (builder.configuration, document.diagnostics + faults)
    }
}

extension ConfigurationYAML {
    /// Whether a file is AdGuard Home's own, by keys that no other has (`internal/home/config.go`).
    private static func isAdGuardHome(_ root: Node) -> Bool {
        guard case .mapping(let mapping) = root else { return false }
        let keys = Set(mapping.compactMap { $0.key.scalar?.string })
        return !keys.isDisjoint(with: ["user_rules", "whitelist_filters", "schema_version"])
    }
}

private struct ConfigurationBuilder {
    private(set) var configuration = Configuration()
    var reader: NodeReader
    private let folder: String

    private static let keys =
        [
            "listen", "listen-tls", "listen-https", "listen-http", "tls-cert", "tls-key", "tls-ca",
            "source-ports", "mode", "workers", "cache", "allow", "allow-remote", "user", "rate-limit", "capture",
            "dnstap",
            "flags",
            "log-all", "catalog", "admin", "layers", "groups",
        ] + ForwardingYAML.keys + AnswersYAML.keys

    private static let listKeys = ["path", "url", "format", "role", "groups"] + ZonePolicyYAML.keys
    private static let layerKeys = [
        "name", "engine", "mode", "block-mode", "block-addresses", "check-names", "schedules", "clients", "lists",
    ]

    /// Every list format that an engine reads.
    private static let formats = Set(Engine.allCases.flatMap(\.profile.formats))
    /// The most layers that a stack can have.
    private static let maximumLayers = 64

    init(path: String) {
        reader = NodeReader(path: path)
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    mutating func read(_ root: Node) {
        guard let entries = reader.mapping(root, "a configuration", keys: Self.keys) else { return }
        if let node = entries["listen"] { configuration.listen = endpoints(node, "a listen address", port: 53) }
        if let node = entries["listen-tls"] { configuration.listenTLS = endpoints(node, "a listen address", port: 853) }
        if let node = entries["listen-https"] {
            configuration.listenHTTPS = endpoints(node, "a listen address", port: 443)
        }
        if let node = entries["listen-http"] {
            configuration.listenHTTP = endpoints(node, "a listen address", port: 8080)
        }
        if let node = entries["tls-cert"] { configuration.certificate = reader.text(node, "tls-cert").map(resolved) }
        if let node = entries["tls-key"] { configuration.key = reader.text(node, "tls-key").map(resolved) }
        ForwardingYAML.read(entries, into: &configuration, &reader)
        if let node = entries["tls-ca"] { configuration.authorities = reader.text(node, "tls-ca").map(resolved) }
        if let node = entries["mode"] { configuration.mode = reader.word(node, "mode") }
        if let node = entries["workers"] { configuration.workers = reader.number(node, "workers", 1...256) }
        if let node = entries["cache"] { configuration.cacheBytes = size(node) }
        if let node = entries["allow"] { configuration.allow = ranges(node) }
        if let node = entries["allow-remote"] { configuration.allowsRemote = reader.flag(node, "allow-remote") }
        if let node = entries["user"] { configuration.user = reader.text(node, "user") }
        if let node = entries["rate-limit"] {
            configuration.rateLimit = reader.number(node, "rate-limit", 0...1_000_000_000)
        }
        if let node = entries["capture"] { configuration.capture = reader.text(node, "capture").map(resolved) }
        if let node = entries["dnstap"] { configuration.taps = taps(node) }
        if let node = entries["admin"] { configuration.admin = endpoints(node, "an address", port: 9153).first }
        if let node = entries["source-ports"] { configuration.sourcePorts = reader.word(node, "source-ports") }
        if let node = entries["flags"] { configuration.showsFlags = reader.flag(node, "flags") }
        if let node = entries["log-all"] { configuration.logsAll = reader.flag(node, "log-all") }
        configuration.answers = AnswersYAML.read(entries, &reader)
        configuration.answers.trustAnchor = configuration.answers.trustAnchor.map(resolved)
        if let node = entries["catalog"] { configuration.catalog = reader.text(node, "catalog").map(resolved) }
        if let node = entries["layers"] {
            let layers = reader.list(node, "layers") ?? []
            if case .sequence = node, layers.isEmpty {
                reader.fault(
                    node,
                    "empty",
                    "layers is empty; write a layer, such as - lists: [ads.txt], or leave `layers` out"
                )
            }
            if layers.count > Self.maximumLayers {
                reader.fault(
                    layers[Self.maximumLayers],
                    "too-many",
                    "a stack has at most \(Self.maximumLayers) layers; put lists of one engine into one layer"
                )
            }
            configuration.layers = layers.prefix(Self.maximumLayers).compactMap { layer($0) }
        }
        if let node = entries["groups"] { configuration.groups = reader.groups(node, configuration.layers) }
    }

    private func resolved(_ path: String) -> String { path.hasPrefix("/") || path == "-" ? path : folder + path }

    private mutating func items(_ node: Node, _ what: String) -> [Node] { reader.items(node, what) }

    private mutating func ranges(_ node: Node) -> [String] {
        items(node, "allow").compactMap { item in
            guard let text = reader.text(item, "allow") else { return nil }
            guard Self.isRange(text) else {
                reader.fault(
                    item,
                    "bad-range",
                    "`\(NodeReader.shortened(text))` is no range of addresses; write 10.0.0.0/8, fd00::/8 or one address"
                )
                return nil
            }
            return text
        }
    }

    private static func isRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]), parts.count <= 2 else { return false }
        guard parts.count == 2 else { return true }
        return parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
            && Int(parts[1]).map { $0 <= (address.isV4 ? 32 : 128) } ?? false
    }

    private mutating func endpoints(_ node: Node, _ what: String, port: UInt16) -> [Configuration.Endpoint] {
        items(node, what).compactMap { reader.endpoint($0, what, port: port) }
    }

    private mutating func size(_ node: Node) -> Int? {
        guard let text = reader.text(node, "cache") else { return nil }
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
        for (unit, factor) in units where text.hasSuffix(unit) {
            var digits = text.dropLast(unit.count)
            while digits.last == " " { digits.removeLast() }
            if let value = Int(digits), (0...(64 << 30) / factor).contains(value) { return value * factor }
        }
        if let value = Int(text), (0...64 << 30).contains(value) { return value }
        reader.fault(
            node,
            "bad-number",
            "cache is a size such as 64MiB, not `\(NodeReader.shortened(text))`; 0 turns it off"
        )
        return nil
    }

    private mutating func layer(_ node: Node) -> Configuration.Layer? {
        guard let fields = reader.mapping(node, "a layer", keys: Self.layerKeys) else {
            return nil
        }
        guard let listsNode = fields["lists"] else {
            reader.fault(node, "missing-key", "a layer needs `lists`, such as lists: [ads.txt]")
            return nil
        }
        var layer = Configuration.Layer(lists: [])
        if let name = fields["name"] { layer.name = reader.text(name, "name") }
        if let engine = fields["engine"] { layer.engine = reader.word(engine, "engine") }
        if let mode = fields["mode"] { layer.mode = reader.word(mode, "mode") }
        if let mode = fields["block-mode"], let engine = layer.engine {
            layer.blockMode = reader.word(mode, "block-mode", of: engine.profile.blockModes.map(\.name))
        } else if let mode = fields["block-mode"], fields["engine"] == nil {
            reader.fault(mode, "missing-key", "block-mode needs `engine`, because each engine has its own")
        }
        if let node = fields["check-names"] {
            layer.checksNames = reader.word(node, "check-names", of: ["fail", "warn", "ignore"]) ?? "fail" == "fail"
            if layer.engine != .bindRPZ {
                reader.fault(node, "wrong-engine", "check-names is an option of BIND; say engine: bind-rpz")
            }
        }
        if let node = fields["block-addresses"] { layer.blockAddresses = addresses(node) }
        if let node = fields["schedules"] { layer.schedules = ScheduleYAML.schedules(node, &reader) }
        if let node = fields["clients"] { layer.clients = clients(node) }
        guard let lists = reader.list(listsNode, "lists") else { return nil }
        if lists.isEmpty { reader.fault(listsNode, "empty", "a layer needs at least one list") }
        layer.lists = lists.compactMap { list($0) }
        if layer.engine != .pdnsRPZ, let key = layer.lists.compactMap(\.zoneOption).first {
            reader.fault(listsNode, "wrong-engine", "\(key) is an option of PowerDNS Recursor; say engine: pdns-rpz")
        }
        reader.limit(layer, node)
        let hasGroups = layer.lists.contains { !$0.groups.isEmpty }
        if hasGroups, layer.clients == nil {
            reader.fault(node, "missing-key", "groups need `clients`, such as clients: {default: [ads]}")
        } else if hasGroups || layer.clients != nil, layer.engine != .blocky {
            reader.fault(node, "wrong-engine", "groups and clients are those of Blocky; say engine: blocky")
        }
        return layer
    }

    /// Targets of dnstap; paths of files from the folder of the configuration on.
    private mutating func taps(_ node: Node) -> [TapTarget] {
        items(node, "dnstap").compactMap { item in
            guard let text = reader.text(item, "a dnstap target") else { return nil }
            guard let target = TapTarget(text) else {
                reader.fault(
                    item,
                    "bad-target",
                    "`\(NodeReader.shortened(text))` is no target of dnstap; \(TapTarget.hint)"
                )
                return nil
            }
            if case .file(let path) = target { return .file(resolved(path)) }
            return target
        }
    }

    private mutating func words(_ node: Node, _ what: String) -> [String] {
        items(node, what).compactMap { reader.text($0, what) }
    }

    /// Clients, each with the groups of lists that it gets.
    private mutating func clients(_ node: Node) -> [Configuration.ClientEntry] {
        (reader.mapping(node, "clients") ?? []).map {
            Configuration.ClientEntry(client: $0.key, groups: words($0.value, "the groups of a client"))
        }
    }

    private mutating func addresses(_ node: Node) -> [IPAddress] {
        items(node, "block-addresses").compactMap { item in
            guard let text = reader.text(item, "a block address") else { return nil }
            guard let address = IPAddress(text) else {
                reader.fault(
                    item,
                    "bad-address",
                    "`\(NodeReader.shortened(text))` is no address; write 192.0.2.1 or 2001:db8::1"
                )
                return nil
            }
            return address
        }
    }

    /// A path, from the folder of the configuration on. Lists that stand on a server are not fetched.
    private mutating func path(_ node: Node, _ what: String) -> String? {
        guard let text = reader.text(node, what) else { return nil }
        guard !text.contains("://") else {
            reader.fault(
                node,
                "remote-list",
                "`\(NodeReader.shortened(text))` is the address of a list; write {url: ADDRESS, path: FILE}, and let `patchway fetch` save it there"
            )
            return nil
        }
        return resolved(text)
    }

    /// The address of a list.
    private mutating func address(_ node: Node) -> String? {
        guard let text = reader.text(node, "url") else { return nil }
        guard ["http://", "https://"].contains(where: { text.lowercased().hasPrefix($0) }) else {
            reader.fault(
                node,
                "bad-address",
                "`\(NodeReader.shortened(text))` is no address to fetch from; write https://lists.example/ads.txt"
            )
            return nil
        }
        return text
    }

    private mutating func list(_ node: Node) -> Configuration.List? {
        if case .scalar = node {
            return path(node, "a list").map {
                Configuration.List(path: $0, line: node.mark?.line, column: node.mark?.column)
            }
        }
        guard let fields = reader.mapping(node, "a list", keys: Self.listKeys) else { return nil }
        guard let pathNode = fields["path"] else {
            let hint = fields["url"] == nil ? "" : ", where what is fetched is kept"
            reader.fault(node, "missing-key", "a list needs `path`\(hint)")
            return nil
        }
        guard let path = path(pathNode, "path") else { return nil }
        let mark = pathNode.mark ?? node.mark
        var list = Configuration.List(path: path, line: mark?.line, column: mark?.column)
        if let url = fields["url"] { list.url = address(url) }
        if let format = fields["format"] { list.format = reader.word(format, "format", of: Self.formats) }
        if let groups = fields["groups"] { list.groups = words(groups, "groups") }
        if let role = fields["role"], let word: ListRole = reader.word(role, "role") {
            (list.role, list.leavesRoleOpen) = (word, false)
        }
        list.zonePolicy = ZonePolicyYAML.policy(fields, &reader)
        list.zoneOption = ZonePolicyYAML.keys.first { fields[$0] != nil }
        return list
    }
}
