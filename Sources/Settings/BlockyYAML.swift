import DNS
import Policy
import TextScan
internal import Yams

/// Reads Blocky's own configuration as a stack of one layer (blocky `config/`, `server/server.go`): its lists with their
/// groups, clients and schedules, names that it answers itself, names that it sends elsewhere. What is not evaluated is
/// noted; keys that decide nothing about answers are left alone.
struct BlockyYAML {
    var reader: NodeReader
    let path: String
    private let octets: [UInt8]
    /// Where the lines begin.
    private let lineStarts: [Int]
    var layer = Configuration.Layer(name: "blocky", engine: .blocky, lists: [])
    /// What it says outside its lists.
    var rules: [ConfiguredRule] = []
    var notEvaluated: [Diagnostic] = []
    /// What it states that decides nothing.
    var notices: [Diagnostic] = []
    /// Octets of lists that stand in the configuration, with the lines in front of them, that may still be kept.
    var room = 64 << 20

    /// Whether a file is one of Blocky's, and none of ours.
    static func recognises(_ root: Node) -> Bool {
        guard case .mapping(let mapping) = root else { return false }
        let keys = Set(mapping.compactMap { $0.key.scalar?.string })
        // Our upstreams are a list.
        let hasGroups = mapping.contains { $0.key.scalar?.string == "upstreams" && $0.value["groups"] != nil }
        return !keys.contains("layers") && (hasGroups || !keys.isDisjoint(with: ownKeys))
    }

    /// Keys that files of ours never have (`config/config.go`).
    private static let ownKeys = [
        "blocking", "customDNS", "conditional", "bootstrapDns", "clientLookup", "hostsFile", "filtering", "fqdnOnly",
        "specialUseDomains", "rebindingProtection", "queryLog", "caching", "connectIPVersion", "dns64", "ecs", "ede",
        "upstream",
    ]

    /// The configuration that a file says, and its faults.
    static func configuration(
        _ root: Node,
        _ octets: [UInt8],
        path: String
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var builder = BlockyYAML(octets, path: path)
        builder.read(root)
        var configuration = Configuration()
        configuration.origin = .blocky
        configuration.layers = [builder.layer]
        return (configuration, builder.reader.diagnostics)
    }

    private init(_ octets: [UInt8], path: String) {
        reader = NodeReader(path: path)
        self.path = path
        self.octets = octets
        lineStarts = [0] + octets.indices.filter { octets[$0] == 0x0A }.map { $0 + 1 }
    }

    private mutating func read(_ root: Node) {
        checkKeys(root)
        var lookup: Node?
        for (key, keyNode, value) in reader.mapping(root, "a configuration") ?? [] {
            switch key {
            case "blocking": readBlocking(value)
            case "customDNS": readCustomDNS(value)
            case "conditional": readConditional(value)
            case "filtering": readFiltering(value)
            case "clientLookup": lookup = keyNode
            case "fqdnOnly": if flag("enable", of: value) == true { refuseSingleLabels(keyNode) }
            case "rebindingProtection", "dns64":
                if flag("enable", of: value) == true { note(keyNode, key, Self.other) }
            case "hostsFile": readHosts(value)
            case "specialUseDomains": readSpecialNames(value)
            case "ecs": if flag("useAsClient", of: value) == true { note(keyNode, key, Self.other) }
            default: break
            }
        }
        let named = (layer.clients ?? []).contains { entry in
            entry.client.lowercased().split(separator: ",").contains {
                $0 != "default" && IPAddress($0) == nil && AddressRange($0) == nil
            }
        }
        if let lookup, named {
            note(lookup, "client-names", "clients are known by the names that --client gives, not by these")
        }
        reader.limit(layer, root)
        var own = Configuration.List(path: path, role: .block, line: 1)
        own.octets = octets
        own.rules = rules
        own.notEvaluated = notEvaluated
        own.notices = notices
        layer.lists.append(own)
    }

    static let other = "what it does to answers is not evaluated"

    // MARK: - Names of its own

    private mutating func readCustomDNS(_ node: Node) {
        let filters = flag("filterUnmappedTypes", of: node) != false
        let ttl = entry("customTTL", of: node).flatMap { duration($0) } ?? 3600
        if let zone = entry("zone", of: node), zone.scalar?.string.isEmpty == false {
            note(zone, "custom-zone", Self.other)
            leaveZoneOpen(zone)
        }
        noteRewrites(node, .special)
        guard let mapping = entry("mapping", of: node) else { return }
        var reverse: [IPAddress: (names: [DomainName], at: RulePosition)] = [:]
        var order: [IPAddress] = []
        for (key, keyNode, value) in reader.mapping(mapping, "mapping") ?? [] {
            guard let name = name(key, keyNode), let text = reader.text(value, "addresses") else { continue }
            var addresses: [IPAddress] = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let word = String(part).trimmed
                guard let address = IPAddress(word) else {
                    reader.fault(
                        value,
                        "bad-address",
                        "`\(NodeReader.shortened(word))` is no address; Blocky takes 192.0.2.1,2001:db8::1"
                    )
                    continue
                }
                addresses.append(address)
            }
            let position = place(keyNode)
            let records = addresses.map { LocalRecord($0, ttl: ttl) }
            let types = Set(records.map(\.type.rawValue)).sorted().map { RRType(rawValue: $0) }
            let coverage = filters ? TypeCoverage.all : TypeCoverage(only: types)
            rules.append(
                ConfiguredRule(
                    .subtree,
                    name,
                    class: .data,
                    action: .records(records),
                    coverage: coverage,
                    at: position
                )
            )
            for address in addresses {
                if reverse[address] == nil { order.append(address) }
                reverse[address, default: ([], position)].names.append(name)
            }
        }
        for address in order {
            guard let own = reverse[address], let name = address.reverseName else { continue }
            let records = own.names.map { LocalRecord(type: .ptr, ttl: ttl, data: $0.wire) }
            let coverage = TypeCoverage(only: [.ptr])
            rules.append(
                ConfiguredRule(.exact, name, class: .data, action: .records(records), coverage: coverage, at: own.at)
            )
        }
    }

    /// Names that are sent to other servers; one of a single label is asked for its names below only, and `.` is for all of
    /// one label.
    private mutating func readConditional(_ node: Node) {
        noteRewrites(node, .open)
        guard let mapping = entry("mapping", of: node) else { return }
        for (key, keyNode, value) in reader.mapping(mapping, "mapping") ?? [] {
            guard let server = reader.text(value, "a server") else { continue }
            guard key != "." else {
                addSingleLabels(class: .open, action: .route(server), at: keyNode)
                continue
            }
            guard let name = name(key, keyNode) else { continue }
            let scope = name.labelCount > 1 ? Scope.subtree : .below
            rules.append(ConfiguredRule(scope, name, class: .open, action: .route(server), at: place(keyNode)))
        }
    }

    /// `fqdnOnly`.
    private mutating func refuseSingleLabels(_ node: Node) {
        addSingleLabels(class: .special, action: .nxdomain, at: node)
    }

    private mutating func addSingleLabels(class ruleClass: RuleClass, action: RuleAction, at node: Node) {
        var rule = ConfiguredRule(.subtree, .root, class: ruleClass, action: action, at: place(node))
        rule.labelCounts = 0...1
        rules.append(rule)
    }

    private mutating func readFiltering(_ node: Node) {
        guard let types = entry("queryTypes", of: node) else { return }
        for item in reader.list(types, "queryTypes") ?? [] {
            guard let text = reader.text(item, "a type") else { continue }
            guard let type = RRType(text) else {
                reader.fault(item, "unknown-word", "`\(NodeReader.shortened(text))` is no record type; write AAAA")
                continue
            }
            let coverage = TypeCoverage(only: [type])
            rules.append(
                ConfiguredRule(.subtree, .root, class: .special, action: .nodata, coverage: coverage, at: place(item))
            )
        }
    }

    private mutating func noteRewrites(_ node: Node, _ ruleClass: RuleClass) {
        guard let rewrites = entry("rewrite", of: node), case .mapping(let entries) = rewrites else { return }
        for (key, _) in entries {
            note(key, "rewrite", "names that are replaced are not evaluated")
            guard let name = try? DomainName(key.scalar?.string ?? "") else { continue }
            leaveOpen(.subtree, name, ruleClass, at: key)
        }
    }

    // MARK: - Parts

    /// The value of a key; nil where there is none or it is empty.
    func entry(_ key: String, of node: Node) -> Node? {
        guard case .mapping(let mapping) = node else { return nil }
        let value = mapping.first { $0.key.scalar?.string == key }?.value
        return value?.scalar?.string == "" || value?.tag.description.hasSuffix("null") == true ? nil : value
    }

    /// A truth value, in the words of YAML 1.1; nil without one.
    mutating func flag(_ key: String, of node: Node) -> Bool? {
        guard let value = entry(key, of: node), let text = reader.text(value, key) else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "y": return true
        case "false", "no", "off", "n": return false
        default:
            reader.fault(value, "wrong-type", "\(key) is true or false, not `\(NodeReader.shortened(text))`")
            return nil
        }
    }

    mutating func note(_ node: Node, _ reason: String, _ text: String) {
        notEvaluated.append(
            Diagnostic(path: path, line: node.mark?.line, column: node.mark?.column, reason: reason, text: text)
        )
    }

    private mutating func name(_ text: String, _ node: Node) -> DomainName? {
        guard let name = try? DomainName(text) else {
            reader.fault(node, "bad-name", "`\(NodeReader.shortened(text))` is no domain name")
            return nil
        }
        return name.lowercased
    }

    /// The line that a node begins on.
    func place(_ node: Node) -> RulePosition {
        let line = min(max(node.mark?.line ?? 1, 1), lineStarts.count)
        var start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : octets.count
        while start < end, octets[start] == 0x20 { start += 1 }
        while end > start, octets[end - 1] == 0x20 || octets[end - 1] == 0x0D { end -= 1 }
        return RulePosition(line: line, offset: start, length: end - start)
    }

    /// Seconds of `1h30m`, `90s`, or minutes without a unit (`config/duration.go`).
    mutating func duration(_ node: Node) -> UInt32? {
        guard let text = reader.text(node, "a duration") else { return nil }
        if let minutes = UInt32(text), minutes <= UInt32.max / 60 { return minutes * 60 }
        var rest = text[...]
        var seconds = 0.0
        let units: [(String, Double)] = [
            ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600),
        ]
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.0) }) else { break }
            rest = rest.dropFirst(unit.0.count)
            seconds += number * unit.1
            if rest.isEmpty, seconds < 4e9 { return UInt32(seconds) }
        }
        reader.fault(node, "bad-duration", "`\(NodeReader.shortened(text))` is no duration; write 6h or 90s")
        return nil
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
