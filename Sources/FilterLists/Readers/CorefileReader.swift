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
        guard CorefileShape(text)?.isCorefile ?? true else { return false }
        var scanner = LineScanner(text.extracting(0..<min(text.count, 1 << 20)))
        var (isInside, depth) = (false, 0)
        while let line = scanner.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, content[0] != 0x23 else { continue }
            var fields = FieldScanner(content)
            guard let first = fields.next() else { continue }
            let word = content.extracting(first)
            if isInside, isAction(word) { return true }
            let isBlock = content[content.count - 1] == 0x7B
            if isBlock, depth == 1, word.equals("hosts") { return true }
            if isBlock { depth += 1 } else if word.equals("}") { depth -= 1 }
            isInside = word.equals("acl") && isBlock
        }
        return false
    }

    private static func isAction(_ word: Span<UInt8>) -> Bool {
        word.equalsIgnoringCase("allow") || word.equalsIgnoringCase("block") || word.equalsIgnoringCase("filter")
            || word.equalsIgnoringCase("drop")
    }

    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        text.withPlainBlanks { readBlocks($0, &sink) }
    }

    private static func readBlocks(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        var scanner = LineScanner(text)
        while let line = scanner.next() { sink.lines = line.number }
        guard let tokens = CorefileScanner.tokens(text) else {
            return sink.skip(.tooManyParts, text, 0..<min(text.count, 40), 1)
        }
        let parser = CorefileParser(tokens)
        if let fault = parser.fault { sink.drop(.badStatement, text, fault.range, fault.line) }
        var reader = CorefileReader(parser, text, &sink)
        reader.leaveAllOpen(parser, text, &sink)
        for place in parser.blocks.indices where !reader.servers[place].regions.isEmpty {
            reader.readBlock(place, text, &sink)
        }
        reader.refuseOthers(parser.blocks, &sink)
    }

    private let snippets: [[UInt8]: [CorefileDirective]]
    /// Every server block.
    private var servers: [CorefileServer] = []
    /// The keys of those that answer where the first does.
    private var keys: [DomainName] = []
    /// A key whose zone is not known: any name may be its.
    private var openKey: CorefileToken?
    /// Whether all names are open.
    private var isOpen = false
    /// How many directives may still be read: snippets may import each other.
    private var room = 10_000
    /// How many names and clients rules may still be made of: each rule is kept for each key, without the longer keys.
    private var work = 1 << 18

    private init(_ parser: CorefileParser, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        snippets = parser.snippets
        let owned = readKeys(parser.blocks, text, &sink)
        keys = owned.flatMap(\.self)
        for (block, own) in zip(parser.blocks, owned) {
            var server = CorefileServer(own, among: keys)
            if !own.isEmpty { flatten(block.directives, depth: 0, into: &server) }
            servers.append(server)
        }
    }

    // MARK: - Server blocks

    /// The keys of each server block that answers where the first does.
    private mutating func readKeys(
        _ blocks: [CorefileBlock],
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) -> [[DomainName]] {
        var port: Int?
        var count = 0
        return blocks.map { block in
            var own: [DomainName] = []
            for token in block.keys {
                let key = count < Self.maximumKeys ? Self.key(token) : nil
                if key == nil, token.isFilledIn || count >= Self.maximumKeys { openKey = openKey ?? token }
                port = port ?? key?.port
                guard let key, key.port == port else {
                    sink.skip(.serverBlock, text, token.range, token.line)
                    continue
                }
                own += key.names
                count += key.names.count
            }
            return own
        }
    }

    /// Adds the directives of a server block with those that it imports from snippets.
    private mutating func flatten(_ directives: [CorefileDirective], depth: Int, into server: inout CorefileServer) {
        for directive in directives {
            guard room > 0 else { return server.isCut = true }
            room -= 1
            if directive.name.equals("import"), directive.arguments.count == 1, depth < 8,
                let others = snippets[directive.arguments[0].text]
            {
                flatten(others, depth: depth + 1, into: &server)
            } else {
                server.directives.append(directive)
            }
        }
    }

    /// Leaves all names open where no block is known to get them: what is imported may hold a block for any of them, and
    /// servers at other addresses (`bind`) have other blocks.
    private mutating func leaveAllOpen(_ parser: CorefileParser, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        for token in parser.imports { sink.skip(.include, text, token.range, token.line) }
        let used = servers.filter { !$0.regions.isEmpty }
        let bound = used.first?.bound
        let differs = used.contains { $0.bound != bound }
        let bind = differs ? used.lazy.flatMap(\.directives).first { $0.name.equals("bind") }?.name : nil
        if let bind { sink.skip(.otherPlugin, text, bind.range, bind.line) }
        guard let token = parser.imports.first ?? bind ?? openKey else { return }
        isOpen = true
        sink.leaveOpen(
            .subtree,
            .root,
            class: .ownBlock,
            guard: sink.builder.intern(RuleGuard(otherModifiers: 1)),
            rule: token.range,
            line: token.line
        )
    }

    /// The zones and the port of a key for plain DNS (`plugin/normalize.go`, `SplitHostPort`): a network stands for those of
    /// the names of its addresses. Nil for other transports, what is filled in, and what CoreDNS refuses.
    private static func key(_ token: CorefileToken) -> (names: [DomainName], port: Int)? {
        var text = token.text[...]
        if text.starts(with: "dns://".utf8) { text = text.dropFirst(6) }
        guard !token.isFilledIn, Array(text).span.firstRange(of: "://") == nil, text.last != 0x3A else { return nil }
        var port = 53
        if let colon = text.lastIndex(of: 0x3A), let number = Array(text[(colon + 1)...]).span.decimal {
            guard number < 65_536 else { return nil }
            port = Int(number)
            text = text[..<colon]
        }
        if text.contains(0x2F), let range = AddressRange(String(decoding: text, as: UTF8.self)) {
            let isRefused = !range.address.isV4 && (text.first == 0x3A || text.first == 0x30)
            return isRefused ? nil : (range.reverseZones, port)
        }
        // ":53" is for all names.
        guard !text.contains(0x3A), let name = text.isEmpty ? .root : try? DomainName(presentation: Array(text)) else {
            return nil
        }
        return ([name.lowercased], port)
    }

    private mutating func readBlock(_ block: Int, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        leaveOpenInFront(block, text, &sink)
        for directive in servers[block].directives {
            if directive.name.equals("acl") {
                readAccessRules(directive, block, text, &sink)
            } else if directive.name.equals("import") {
                sink.skip(.include, text, directive.name.range, directive.name.line)
            } else if directive.name.equals("hosts"), readHosts(directive, block, text, &sink) {
                continue
            } else if !Self.isNeutral(directive) {
                sink.skip(.otherPlugin, text, directive.name.range, directive.name.line)
                leaveOpen(block, directive.name, class: .nullData, &sink)
            }
        }
        if servers[block].isCut, let last = servers[block].directives.last {
            sink.skip(.tooManyParts, text, last.name.range, last.name.line)
            leaveOpen(block, last.name, class: .ownBlock, &sink)
        }
    }

    /// Reads the entries of a `hosts` plugin that nothing stands in front of; false where they are not known. The names that
    /// it has not go on, or are answered with SERVFAIL; its file may have any, where it is not a list of its own.
    private mutating func readHosts(
        _ directive: CorefileDirective,
        _ block: Int,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) -> Bool {
        let others = servers[block].directives.filter { !Self.isNeutral($0) && !$0.name.equals("acl") }
        guard others.count(where: { $0.name.equals("hosts") }) == 1, !servers[block].isCut, !isOpen,
            others.allSatisfy({ CorefilePlugin.named($0.name.text) == .behindHosts }),
            let hosts = CorefileHosts(directive), take(hosts.size * servers[block].size)
        else { return false }
        hosts.add(to: servers[block].regions, text, &sink)
        let isKnown = hosts.fallsThrough && sink.missing(IncludedFiles(file: hosts.path)) == nil
        if !isKnown {
            sink.skip(.otherPlugin, text, directive.name.range, directive.name.line)
            leaveOpen(block, directive.name, class: .nullData, &sink)
        }
        return true
    }

    private static func isNeutral(_ directive: CorefileDirective) -> Bool {
        CorefilePlugin.named(directive.name.text) == .neutral
    }

    /// Leaves the names of a server block open where something stands in front of its access rules: `view` decides which
    /// queries the block gets at all, `local` and `dns64` answer first, where others stand is not known, and what is imported
    /// may be one of them. Of blocks with the same key, such as `view` allows, none is known to get the query.
    private mutating func leaveOpenInFront(_ block: Int, _ text: Span<UInt8>, _ sink: inout RuleSink) {
        let front = servers[block].directives.first { directive in
            !Self.isNeutral(directive) && !directive.name.equals("acl")
                && CorefilePlugin.named(directive.name.text)?.isBehindAccess != true
        }
        if let front { leaveOpen(block, front.name, class: .ownBlock, &sink) }
        guard front == nil, !isOpen, servers[block].isShared, let first = servers[block].directives.first else {
            return
        }
        sink.skip(.serverBlock, text, first.name.range, first.name.line)
        leaveOpen(block, first.name, class: .ownBlock, &sink)
    }

    /// Leaves open what happens to the names of a server block because of a directive.
    private mutating func leaveOpen(
        _ block: Int,
        _ directive: CorefileToken,
        class ruleClass: RuleClass,
        _ sink: inout RuleSink
    ) {
        // All that comes behind it in its class is open already.
        guard servers[block].open.insert(ruleClass).inserted else { return }
        for (region, limit) in zip(servers[block].regions, servers[block].guards(&sink)) {
            sink.leaveOpen(
                .subtree,
                region.name,
                class: ruleClass,
                guard: limit,
                rule: directive.range,
                line: directive.line
            )
        }
    }

    /// Takes room for what a rule is made of.
    private mutating func take(_ cost: Int) -> Bool {
        work = max(0, work - cost)
        return work > 0
    }

    // MARK: - Access rules

    private mutating func readAccessRules(
        _ directive: CorefileDirective,
        _ block: Int,
        _ text: Span<UInt8>,
        _ sink: inout RuleSink
    ) {
        var zones: [DomainName] = []
        for argument in directive.arguments {
            guard let zone = Self.key(argument), take(zone.names.count) else {
                leaveOpen(block, directive.name, class: .ownBlock, &sink)
                return sink.skip(.serverBlock, text, argument.range, argument.line)
            }
            zones += zone.names
        }
        var regions = servers[block].regions
        if !zones.isEmpty {
            guard take(zones.count * servers[block].size) else {
                leaveOpen(block, directive.name, class: .ownBlock, &sink)
                return sink.skip(.tooManyParts, text, directive.name.range, directive.name.line)
            }
            regions = regions.flatMap { region in zones.compactMap(region.within) }
        }
        let guards = zones.isEmpty ? servers[block].guards(&sink) : regions.map { sink.builder.intern($0.limit) }
        for line in directive.lines {
            guard let first = line.first, let last = line.last else { continue }
            let range = first.range.lowerBound..<max(first.range.upperBound, last.range.upperBound)
            let isImport = first.equals("import")
            if isImport || line.contains(where: \.isFilledIn) {
                sink.skip(isImport ? .include : .environment, text, range, first.line)
                leaveOpen(block, first, class: .ownBlock, &sink)
                continue
            }
            guard let rule = AccessRule(line) else {
                sink.drop(.badStatement, text, range, first.line)
                continue
            }
            if regions.isEmpty { sink.drop(.outsideServerBlock, text, range, first.line) }
            guard take(Self.cost(rule, regions)) else {
                sink.skip(.tooManyParts, text, range, first.line)
                leaveOpen(block, first, class: .ownBlock, &sink)
                continue
            }
            add(
                rule,
                regions,
                guards,
                RulePosition(range, line: first.line),
                &sink
            )
        }
    }

    /// Names and clients that a rule is kept with.
    private static func cost(_ rule: AccessRule, _ regions: [CorefileServer.Region]) -> Int {
        guard let clients = rule.clients else { return regions.count }
        return regions.reduce(0) { $0 + 1 + clients.count + $1.excluded.count }
    }

    private func add(
        _ rule: AccessRule,
        _ regions: [CorefileServer.Region],
        _ guards: [GuardID],
        _ position: RulePosition,
        _ sink: inout RuleSink
    ) {
        let action = sink.builder.intern(rule.action)
        let coverage = rule.types.map { sink.builder.intern(TypeCoverage(only: $0)) } ?? .all
        let clients = rule.clients.map { [ClientCondition(anyOf: $0.map(ClientTrait.range))] }
        for (region, own) in zip(regions, guards) {
            var limit = own
            if let clients {
                var rule = region.limit
                rule.clients = clients
                limit = sink.builder.intern(rule)
            }
            sink.builder.add(
                .subtree,
                name: region.name,
                class: .ownBlock,
                action: action,
                coverage: coverage,
                guard: limit,
                at: position
            )
        }
    }

    /// Names that no server block is for are refused (`core/dnsserver/server.go`, `ServeDNS`).
    private func refuseOthers(_ blocks: [CorefileBlock], _ sink: inout RuleSink) {
        guard !isOpen, let first = blocks.first?.keys.first, !keys.isEmpty, !keys.contains(.root) else { return }
        sink.builder.add(
            .subtree,
            name: .root,
            class: .ownBlock,
            action: sink.builder.intern(.refused),
            guard: sink.builder.intern(RuleGuard(excluded: keys, otherModifiers: 1)),
            at: RulePosition(first.range, line: first.line)
        )
    }
}
