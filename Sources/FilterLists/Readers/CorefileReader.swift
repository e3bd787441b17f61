import DNS
import Policy
import TextScan

/// The `acl` plugins of a Corefile (coredns `plugin/acl/{setup,acl}.go`): in each server block, the first rule that is about
/// type and client decides; a name belongs to the server block with the longest key.
struct CorefileReader {
    /// Server blocks with more keys are not evaluated: each key is compared with every other.
    static let maximumKeys = 500

    /// Whether a text is a Corefile with access rules: `acl … {`, and behind it a line with one of its actions.
    static func recognises(_ text: Span<UInt8>) -> Bool {
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
        var isInside = false
        while let line = scanner.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, content[0] != 0x23 else { continue }
            var fields = FieldScanner(content)
            guard let first = fields.next() else { continue }
            let word = content.extracting(first)
            if isInside, isAction(word) { return true }
            isInside = word.equals("acl") && content[content.count - 1] == 0x7B
        }
        return false
    }

    private static func isAction(_ word: Span<UInt8>) -> Bool {
        word.equalsIgnoringCase("allow") || word.equalsIgnoringCase("block") || word.equalsIgnoringCase("filter")
            || word.equalsIgnoringCase("drop")
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text)
        while let line = scanner.next() { sink.lines = line.number }
        guard let tokens = CorefileScanner.tokens(text) else {
            return sink.skip(.tooManyParts, text, 0..<min(text.count, 40), 1)
        }
        let parser = CorefileParser(tokens)
        if let fault = parser.fault { sink.drop(.badStatement, text, fault.range, fault.line) }
        var reader = CorefileReader(snippets: parser.snippets)
        reader.readKeys(parser.blocks, text, &sink)
        for place in parser.blocks.indices where !reader.keys[place].isEmpty {
            reader.readBlock(parser.blocks[place].directives, place, depth: 0, text, &sink)
        }
        reader.refuseOthers(parser.blocks, &sink)
    }

    private let snippets: [[UInt8]: [CorefileDirective]]
    /// The keys of every server block that answers where the first does.
    private var keys: [[DomainName]] = []
    /// How many directives may still be read: snippets may import each other.
    private var room = 10_000

    private init(snippets: [[UInt8]: [CorefileDirective]]) { self.snippets = snippets }

    // MARK: - Server blocks

    private mutating func readKeys(_ blocks: [CorefileBlock], _ text: Span<UInt8>, _ sink: inout RuleSink) {
        var port: Int?
        var count = 0
        for block in blocks {
            var own: [DomainName] = []
            for token in block.keys {
                guard let key = Self.key(token), count < Self.maximumKeys else {
                    sink.skip(.serverBlock, text, token.range, token.line)
                    continue
                }
                if port == nil { port = key.port }
                guard key.port == port else {
                    sink.skip(.serverBlock, text, token.range, token.line)
                    continue
                }
                own.append(key.name)
                count += 1
            }
            keys.append(own)
        }
    }

    /// The zone and the port of a key for plain DNS; nil for other transports, networks and what is filled in.
    private static func key(_ token: CorefileToken) -> (name: DomainName, port: Int)? {
        var text = token.text[...]
        if text.starts(with: "dns://".utf8) { text = text.dropFirst(6) }
        guard !token.isFilledIn, !text.contains(0x2F) else { return nil }
        var port = 53
        if let colon = text.lastIndex(of: 0x3A) {
            let digits = Array(text[(colon + 1)...])
            guard let number = digits.span.decimal, number < 65_536 else { return nil }
            port = Int(number)
            text = text[..<colon]
        }
        // ":53" is for all names.
        guard let name = text.isEmpty ? .root : try? DomainName(presentation: Array(text)) else { return nil }
        return (name.lowercased, port)
    }

    /// Plugins that decide nothing about an answer to a question of class IN, or only get it.
    private static let neutral: Set<String> = [
        "forward", "cache", "errors", "log", "health", "ready", "prometheus", "reload", "loop", "bind", "bufsize",
        "cancel", "chaos", "debug", "dnssec", "dnstap", "grpc", "loadbalance", "metadata", "minimal", "multisocket",
        "nsid", "pprof", "quic", "root", "secondary", "sign", "timeouts", "tls", "trace", "transfer", "tsig", "header",
    ]

    private mutating func readBlock(
        _ directives: [CorefileDirective],
        _ block: Int,
        depth: Int,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        for directive in directives {
            room -= 1
            guard room > 0 else { return sink.skip(.tooManyParts, text, directive.name.range, directive.name.line) }
            if directive.name.equals("acl") {
                readAccessRules(directive, block, text, &sink)
            } else if directive.name.equals("import") {
                let argument = directive.arguments.first
                guard let argument, let others = snippets[argument.text], depth < 8, directive.arguments.count == 1
                else {
                    sink.skip(.include, text, directive.name.range, directive.name.line)
                    leaveOpen(block, directive.name, class: .ownBlock, &sink)
                    continue
                }
                readBlock(others, block, depth: depth + 1, text, &sink)
            } else if !Self.neutral.contains(String(decoding: directive.name.text, as: UTF8.self)) {
                sink.skip(.otherPlugin, text, directive.name.range, directive.name.line)
                // Of the plugins behind the access rules.
                leaveOpen(block, directive.name, class: .nullData, &sink)
            }
        }
    }

    /// Leaves open what happens to the names of a server block because of a directive.
    private func leaveOpen(
        _ block: Int,
        _ directive: CorefileToken,
        class ruleClass: RuleClass,
        _ sink: inout RuleSink
    ) {
        let action = sink.builder.intern(.unsupported)
        for (name, excluded) in keys[block].map(region) {
            sink.noteOpenRules(1)
            sink.builder.add(
                .subtree,
                name: name,
                class: ruleClass,
                action: action,
                guard: sink.builder.intern(RuleGuard(excluded: excluded, otherModifiers: 1)),
                at: RulePosition(
                    line: directive.line,
                    offset: directive.range.lowerBound,
                    length: directive.range.count
                )
            )
        }
    }

    // MARK: - Access rules

    private func readAccessRules(
        _ directive: CorefileDirective,
        _ block: Int,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        var zones: [DomainName] = []
        for argument in directive.arguments {
            guard let zone = Self.key(argument) else {
                leaveOpen(block, directive.name, class: .ownBlock, &sink)
                return sink.skip(.serverBlock, text, argument.range, argument.line)
            }
            zones.append(zone.name)
        }
        let regions = keys[block].flatMap { key in
            zones.isEmpty ? [region(key)] : zones.compactMap { region(key, within: $0) }
        }
        for line in directive.lines {
            guard let first = line.first, let last = line.last else { continue }
            let range = first.range.lowerBound..<max(first.range.upperBound, last.range.upperBound)
            if line.contains(where: \.isFilledIn) {
                sink.skip(.environment, text, range, first.line)
                leaveOpen(block, first, class: .ownBlock, &sink)
                continue
            }
            if first.equals("import") {
                sink.skip(.include, text, range, first.line)
                leaveOpen(block, first, class: .ownBlock, &sink)
                continue
            }
            guard let rule = AccessRule(line) else {
                sink.drop(.badStatement, text, range, first.line)
                continue
            }
            if regions.isEmpty { sink.drop(.outsideServerBlock, text, range, first.line) }
            let action = sink.builder.intern(rule.action)
            let coverage = rule.types.map { sink.builder.intern(TypeCoverage(only: $0)) } ?? .all
            for (name, excluded) in regions {
                let limit = RuleGuard(
                    excluded: excluded,
                    clients: rule.clients.map { [ClientCondition(anyOf: $0.map(ClientTrait.range))] } ?? [],
                    otherModifiers: 1
                )
                sink.builder.add(
                    .subtree,
                    name: name,
                    class: .ownBlock,
                    action: action,
                    coverage: coverage,
                    guard: sink.builder.intern(limit),
                    at: RulePosition(line: first.line, offset: range.lowerBound, length: range.count)
                )
            }
        }
    }

    /// The names of a server block that are in a zone: those at and below a name but for those of longer keys.
    private func region(_ key: DomainName, within zone: DomainName = .root) -> (DomainName, [DomainName])? {
        let name = zone.isEqualOrBelow(key) ? zone : key
        guard name == zone || key.isEqualOrBelow(zone) else { return nil }
        let longer = keys.joined().filter { $0 != key && $0.isEqualOrBelow(key) }
        guard !longer.contains(where: name.isEqualOrBelow) else { return nil }
        return (name, longer.filter { $0.isEqualOrBelow(name) })
    }

    private func region(_ key: DomainName) -> (DomainName, [DomainName]) {
        region(key, within: .root) ?? (key, [])
    }

    /// Names that no server block is for are refused (`core/dnsserver/server.go`, `ServeDNS`).
    private func refuseOthers(_ blocks: [CorefileBlock], _ sink: inout RuleSink) {
        guard let first = blocks.first?.keys.first, !keys.joined().isEmpty, !keys.joined().contains(.root) else {
            return
        }
        sink.builder.add(
            .subtree,
            name: .root,
            class: .ownBlock,
            action: sink.builder.intern(.refused),
            guard: sink.builder.intern(RuleGuard(excluded: Array(keys.joined()), otherModifiers: 1)),
            at: RulePosition(line: first.line, offset: first.range.lowerBound, length: first.range.count)
        )
    }
}

/// A line of an `acl` plugin: `ACTION [type TYPE…] [net NETWORK…]`.
private struct AccessRule {
    let action: RuleAction
    /// The types; nil for all.
    private(set) var types: [RRType]?
    /// The clients; nil for all.
    private(set) var clients: [AddressRange]?

    /// Reads the words of a line; nil where CoreDNS would refuse to start.
    init?(_ line: [CorefileToken]) {
        switch String(decoding: line[0].text, as: UTF8.self).lowercased() {
        case "allow": action = .allow
        case "block": action = .refused
        case "filter": action = .nodata
        case "drop": action = .drop
        default: return nil
        }
        var sections: [(isType: Bool, words: ArraySlice<CorefileToken>)] = []
        var rest = line.dropFirst()
        while let first = rest.first {
            guard let isType = Self.isType(first) else { return nil }
            let words = rest.dropFirst().prefix { Self.isType($0) == nil }
            guard !words.isEmpty else { return nil }
            sections.append((isType, words))
            rest = rest.dropFirst(1 + words.count)
        }
        var takesAll = (types: !sections.contains { $0.isType }, clients: !sections.contains { !$0.isType })
        var found: (types: [RRType], clients: [AddressRange]) = ([], [])
        for section in sections {
            for word in section.words {
                if word.equals("*") {
                    if section.isType { takesAll.types = true } else { takesAll.clients = true }
                    break
                }
                let text = String(decoding: word.text, as: UTF8.self)
                if section.isType {
                    guard let type = RRType(text), type.description == text, !text.hasPrefix("TYPE") else { return nil }
                    found.types.append(type)
                } else {
                    guard let range = AddressRange(text), !range.address.isMapped else { return nil }
                    found.clients.append(range)
                }
            }
        }
        types = takesAll.types ? nil : found.types
        clients = takesAll.clients ? nil : found.clients
    }

    /// Whether a word begins the types (true) or the clients (false).
    private static func isType(_ word: CorefileToken) -> Bool? {
        if word.text.span.equalsIgnoringCase("type") { return true }
        return word.text.span.equalsIgnoringCase("net") ? false : nil
    }
}
