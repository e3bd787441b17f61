import DNS
import Policy
import TextScan

/// Reads dnscrypt-proxy's own configuration as a stack of one layer (dnscrypt-proxy 2.1.15, `config.go`,
/// `config_loader.go`, `plugins.go`, `time_ranges.go`): the files with rules that it names, its schedules, how it answers
/// blocked names. What is not evaluated is noted and leaves its names open; other keys decide nothing about answers.
struct DNSCryptTOML {
    private let path: String
    private let octets: [UInt8]
    private var layer = Configuration.Layer(name: "dnscrypt-proxy", engine: .dnscryptProxy, lists: [])
    private var rules: [ConfiguredRule] = []
    private var notEvaluated: [Diagnostic] = []
    private var diagnostics: [Diagnostic] = []
    private static let maximumFaults = 100

    /// Whether a text is one of these files: one of its tables begins a line.
    static func recognises(_ octets: [UInt8]) -> Bool {
        var isStart = true
        for index in octets.indices {
            if isStart, octets[index] == 0x5B {
                let word = octets[(index + 1)...].prefix(24).prefix { $0 != 0x5D && $0 != 0x2E && $0 != 0x0A }
                let end = octets[safely: index + 1 + word.count]
                let name = String(decoding: word, as: UTF8.self)
                if end == 0x5D || end == 0x2E, ownTables.contains(name) { return true }
            }
            isStart = octets[index] == 0x0A || isStart && (octets[index] == 0x20 || octets[index] == 0x09)
        }
        return false
    }

    private static let ownTables: Set<String> = [
        "schedules", "blocked_names", "allowed_names", "blocked_ips", "allowed_ips", "query_log", "nx_log",
        "anonymized_dns", "broken_implementations", "captive_portals", "sources", "blacklist", "whitelist",
        "ip_blacklist",
    ]

    /// The configuration that a file says, and its faults.
    static func configuration(
        _ octets: [UInt8],
        path: String
    ) -> (configuration: Configuration, diagnostics: [Diagnostic]) {
        var reader = DNSCryptTOML(octets, path: path)
        reader.read()
        var configuration = Configuration()
        configuration.origin = .dnscryptProxy
        configuration.layers = [reader.layer]
        return (configuration, reader.diagnostics)
    }

    private init(_ octets: [UInt8], path: String) {
        self.octets = octets
        self.path = path
    }

    private mutating func read() {
        guard octets.count <= YAMLDocument.maximumLength else {
            let text = "longer than \(YAMLDocument.maximumLength >> 20) MiB"
            return diagnostics.append(Diagnostic(path: path, reason: "too-large", text: text))
        }
        let root: TOMLTable
        do throws(TOMLReader.Fault) {
            root = try TOMLReader.table(octets)
        } catch {
            return fault(error.offset, "toml-syntax", "not TOML: \(error.text)")
        }
        for (key, node) in root.ordered { read(key.lowercased(), node) }
        for node in DNSCryptKeys.unknown(root) { fault(node.offset, "unknown-key", node.text) }
        readFiles(root)
        var own = Configuration.List(path: path, role: .block, line: 1)
        own.octets = octets
        own.rules = rules
        own.notEvaluated = notEvaluated
        layer.lists.append(own)
    }

    private mutating func read(_ key: String, _ node: TOMLNode) {
        switch key {
        case "schedules":
            for (name, schedule) in entries(node, key) { layer.schedules[name] = minutes(schedule) }
        case "blocked_query_response": text(node, key).map { readBlockAnswer($0, node) }
        case "reject_ttl": layer.blockTTL = number(node, key)
        case "cloak_ttl":
            if let ttl = number(node, key), ttl != 600 {
                note(node, "cloak-ttl", "TTLs of cloaked names are not taken over")
            }
        case "block_ipv6" where isTrue(node): leaveOpen(node, .special, [.aaaa], "block_ipv6 answers AAAA queries")
        case "cloak_ptr" where isTrue(node): leaveOpen(node, .special, [.ptr], "cloak_ptr answers for addresses")
        case "dns64":
            let isUsed = entries(node, key).contains { entry in
                if case .list(let items) = entry.node.value { !items.nodes.isEmpty } else { false }
            }
            if isUsed { note(node, "dns64", "addresses that it makes up are not evaluated") }
        case "block_unqualified" where isTrue(node):
            add(.subtree, .root, .nxdomain, [.a, .aaaa], node)
            rules[rules.count - 1].labelCounts = 1...1
        case "block_undelegated" where isTrue(node):
            for name in DNSCryptUndelegated.names { add(.subtree, name, .nxdomain, nil, node) }
            let later = DNSCryptUndelegated.later
            let text = "block_undelegated answers for \(later.joined(separator: ", ")) in newer versions alone"
            note(node, "block-undelegated", text)
            for name in DNSCryptUndelegated.named(later) { add(.subtree, name, .unsupported, nil, node) }
        default: break
        }
    }

    /// Adds a rule that is asked behind those about forwarding.
    private mutating func add(
        _ scope: Scope,
        _ name: DomainName,
        _ action: RuleAction,
        _ types: [RRType]?,
        _ node: TOMLNode
    ) {
        let coverage = types.map { TypeCoverage(only: $0) } ?? .all
        rules.append(ConfiguredRule(scope, name, class: .open, action: action, coverage: coverage, at: place(node)))
    }

    // MARK: - Files

    private struct File {
        let tables: [String]
        let keys: [String]
        let format: String
        let role: ListRole
    }

    private static let files = [
        File(tables: ["captive_portals"], keys: ["map_file"], format: "dnscrypt-captive", role: .block),
        File(
            tables: ["allowed_names", "whitelist"],
            keys: ["allowed_names_file", "whitelist_file"],
            format: "dnscrypt",
            role: .allow
        ),
        File(
            tables: ["blocked_names", "blacklist"],
            keys: ["blocked_names_file", "blacklist_file"],
            format: "dnscrypt",
            role: .block
        ),
        File(tables: [], keys: ["cloaking_rules"], format: "dnscrypt-cloaking", role: .block),
        File(tables: [], keys: ["forwarding_rules"], format: "dnscrypt-forwarding", role: .block),
        File(tables: ["allowed_ips"], keys: ["allowed_ips_file"], format: "dnscrypt-ips", role: .allow),
        File(
            tables: ["blocked_ips", "ip_blacklist"],
            keys: ["blocked_ips_file", "blacklist_file"],
            format: "dnscrypt-ips",
            role: .block
        ),
    ]

    private mutating func readFiles(_ root: TOMLTable) {
        for file in Self.files {
            var known: TOMLNode?
            for (key, node) in root.ordered where file.tables.isEmpty || file.tables.contains(key.lowercased()) {
                let candidates = file.tables.isEmpty ? [(key: key, node: node)] : entries(node, key)
                for (key, node) in candidates where file.keys.contains(key.lowercased()) {
                    guard let name = text(node, key), !name.isEmpty else { continue }
                    guard known == nil else {
                        fault(node.offset, "twice", "\(file.tables.joined(separator: " and ")) name a file; keep one")
                        continue
                    }
                    known = node
                    let place = CopiedFile.place(of: name, beside: path)
                    var list = Configuration.List(
                        path: place.path,
                        format: file.format,
                        role: file.role,
                        line: position(node.offset).line
                    )
                    (list.mayBeEmpty, list.formatFollows) = (true, true)
                    list.notices += [place.notice].compactMap { $0 }
                    layer.lists.append(list)
                }
            }
        }
    }

    /// `hinfo`, `refused`, or addresses; what is none of them is `hinfo`.
    private mutating func readBlockAnswer(_ text: String, _ node: TOMLNode) {
        let word = text.lowercased().filter { !$0.isWhitespace }
        guard word.hasPrefix("a:") else {
            layer.blockMode = word == "refused" ? word : nil
            return
        }
        let parts = word.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first.flatMap({ IPAddress($0) }) else { return }
        layer.blockMode = "ip"
        layer.blockAddresses = [first]
        let second = parts.dropFirst().first.flatMap { $0.hasPrefix("aaaa:") ? $0.dropFirst(5) : nil }
        if let second, let address = IPAddress(second.filter { $0 != "[" && $0 != "]" }), first.isV4, !address.isV4 {
            layer.blockAddresses.append(address)
        } else {
            leaveOpen(node, .special, [.aaaa], "blocked names are answered with an address of the other family")
        }
    }

    // MARK: - Schedules

    /// The minutes of the week of a schedule.
    private mutating func minutes(_ node: TOMLNode) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for (key, node) in entries(node, "a schedule") {
            guard key.utf8.count == 3, let day = WeekDay(key) else {
                fault(node.offset, "unknown-word", "`\(NodeReader.shortened(key))` is no day; write mon, tue and so on")
                continue
            }
            guard case .list(let windows) = node.value else {
                fault(node.offset, "wrong-type", "a day is a list, such as [{after='21:00', before='7:00'}]")
                continue
            }
            let midnight = day.rawValue * 1440
            for window in windows.nodes {
                ranges += self.window(window).map { $0.lowerBound + midnight..<$0.upperBound + midnight }
            }
        }
        return ranges
    }

    private mutating func window(_ node: TOMLNode) -> [Range<Int>] {
        var times: [String: Int] = [:]
        for (key, node) in entries(node, "a window") {
            let key = key.lowercased()
            guard key == "after" || key == "before" else {
                let text = "`\(NodeReader.shortened(key))` is not known; a window has after and before"
                fault(node.offset, "unknown-key", text)
                continue
            }
            guard let text = text(node, key) else { continue }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else {
                fault(node.offset, "bad-time", "`\(NodeReader.shortened(text))` is no time; write '21:30'")
                continue
            }
            times[key] = parts[0] * 60 + parts[1]
        }
        guard let after = times["after"], let before = times["before"] else {
            if diagnostics.isEmpty { fault(node.offset, "missing-key", "a window needs `after` and `before`") }
            return []
        }
        return ScheduleYAML.minutes(after: after, before: before)
    }

    // MARK: - Values

    private mutating func entries(_ node: TOMLNode, _ what: String) -> [(key: String, node: TOMLNode)] {
        guard case .table(let table) = node.value else {
            fault(node.offset, "wrong-type", "\(what) is a table")
            return []
        }
        return table.ordered
    }

    private mutating func text(_ node: TOMLNode, _ what: String) -> String? {
        if case .text(let text) = node.value { return text }
        fault(node.offset, "wrong-type", "\(what) is a text in quotes")
        return nil
    }

    private mutating func number(_ node: TOMLNode, _ what: String) -> UInt32? {
        if case .word(let word) = node.value, let number = UInt32(word.filter { $0 != "_" }) { return number }
        fault(node.offset, "wrong-type", "\(what) is a whole number")
        return nil
    }

    private mutating func isTrue(_ node: TOMLNode) -> Bool {
        if case .word(let word) = node.value, word == "true" || word == "false" { return word == "true" }
        fault(node.offset, "wrong-type", "it is true or false")
        return false
    }

    private mutating func leaveOpen(_ node: TOMLNode, _ ruleClass: RuleClass, _ types: [RRType], _ text: String) {
        note(node, "own-answer", text)
        let coverage = TypeCoverage(only: types)
        rules.append(
            ConfiguredRule(
                .subtree,
                .root,
                class: ruleClass,
                action: .unsupported,
                coverage: coverage,
                at: place(node)
            )
        )
    }

    private mutating func note(_ node: TOMLNode, _ reason: String, _ text: String) {
        let (line, column) = position(node.offset)
        notEvaluated.append(Diagnostic(path: path, line: line, column: column, reason: reason, text: text))
    }

    private mutating func fault(_ offset: Int, _ reason: String, _ text: String) {
        guard diagnostics.count < Self.maximumFaults else { return }
        let (line, column) = position(offset)
        diagnostics.append(Diagnostic(path: path, line: line, column: column, reason: reason, text: text))
    }

    private func position(_ offset: Int) -> (line: Int, column: Int) {
        let before = octets[..<offset]
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return (before.count { $0 == 0x0A } + 1, offset - start + 1)
    }

    /// The line on which a value stands.
    private func place(_ node: TOMLNode) -> RulePosition {
        let (line, column) = position(node.offset)
        let start = node.offset - column + 1
        var end = octets[node.offset...].firstIndex(of: 0x0A) ?? octets.count
        while end > start, octets[end - 1] <= 0x20 { end -= 1 }
        return RulePosition(line: line, offset: start, length: end - start)
    }
}
