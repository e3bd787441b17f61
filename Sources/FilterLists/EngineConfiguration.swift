import TextScan

/// The configuration of an engine that was recognised by its statements where its lines look like no list: files as
/// distributions ship them hold includes and options alone.
struct EngineConfiguration {
    /// What it is, for people.
    let title: String
    /// The format whose reader knows it; nil for none.
    let format: ListFormat?
    /// What to do about one that is not read.
    let hint: String
    /// Whether a text is one.
    let recognises: @Sendable (Span<UInt8>) -> Bool

    /// The configuration that a text is.
    static func of(_ text: Span<UInt8>) -> EngineConfiguration? {
        let start = text.extracting(0..<min(text.count, 1 << 20))
        return all.first { $0.recognises(start) }
    }

    private static let all: [EngineConfiguration] = [
        EngineConfiguration(title: "BIND's named.conf", format: .bindZones, hint: "", recognises: isNamed),
        EngineConfiguration(title: "Unbound configuration", format: .unbound, hint: "", recognises: isUnbound),
        EngineConfiguration(title: "dnsmasq configuration", format: .dnsmasq, hint: "", recognises: isDnsmasq),
        EngineConfiguration(title: "squid's configuration", format: .squidConfiguration, hint: "", recognises: isSquid),
        EngineConfiguration(title: "a Corefile", format: .corefile, hint: "", recognises: isCorefile),
        EngineConfiguration(
            title: "PowerDNS Recursor's settings",
            format: nil,
            hint: "they hold no list; give its response policy zones as lists, with --engine pdns-rpz",
            recognises: isRecursor
        ),
        EngineConfiguration(
            title: "PowerDNS Recursor's Lua configuration",
            format: nil,
            hint:
                "it is not read; give the response policy zones that it names as lists, with --engine pdns-rpz, and their "
                + "`defpol` in a stack file"
        ) {
            isLua(
                $0,
                with: [
                    "rpzFile(", "rpzMaster(", "rpzPrimary(", "readTrustAnchorsFromFile(", "addTA(", "addNTA(", "addDS(",
                    "dofile(\"/usr/share/pdns-recursor",
                ]
            )
        },
        EngineConfiguration(title: "dnsdist configuration", format: .dnsdist, hint: "") {
            isLua(
                $0,
                with: [
                    "newServer(", "setLocal(", "addLocal(", "setACL(", "addACL(", "setServerPolicy(",
                    "setSecurityPollSuffix(", "addDOHLocal(", "controlSocket(",
                ]
            )
        },
        EngineConfiguration(title: "Knot Resolver configuration", format: .knotPolicy, hint: "") {
            isLua($0, with: ["net.listen(", "modules = {", "modules.load(", "cache.size", "trust_anchors.", "policy."])
        },
        EngineConfiguration(
            title: "settings of the system's resolver (resolv.conf)",
            format: nil,
            hint: "they name servers and no list",
            recognises: isResolver
        ),
    ]

    /// Every statement is one that named.conf has outside of all blocks, and ends.
    private static func isNamed(_ text: Span<UInt8>) -> Bool {
        var words = BINDWords(text)
        var found = 0
        while let statement = words.statement() {
            guard statement.isComplete, statement.key.count < 64,
                BINDOptions.isClause(text.extracting(statement.key).string)
            else { return false }
            found += 1
        }
        return found > 0
    }

    private static func isCorefile(_ text: Span<UInt8>) -> Bool { CorefileShape(text)?.isCorefile ?? false }

    /// Every line is a clause or a statement that some version of Unbound knows.
    private static func isUnbound(_ text: Span<UInt8>) -> Bool {
        allLines(of: text, comments: [0x23]) { line in
            guard let colon = line.firstIndex(of: 0x3A) else { return false }
            let key = line.extracting(0..<colon)
            return UnboundClause(key) != nil || UnboundOptions.isKnown(key)
        }
    }

    private static func isDnsmasq(_ text: Span<UInt8>) -> Bool {
        allLines(of: text, comments: [0x23]) { line in
            let end = line.firstIndex(of: 0x3D) ?? line.count
            return DnsmasqStatement.options[line.extracting(0..<end).trimmed.string] != nil
        }
    }

    private static func isSquid(_ text: Span<UInt8>) -> Bool {
        allLines(of: text, comments: [0x23]) { line in
            var fields = FieldScanner(line)
            guard let first = fields.next(), fields.next() != nil else { return false }
            return SquidDirectives.contains(line.extracting(first)) || line.extracting(first).equals("include")
        }
    }

    /// Settings of which some are the Recursor's alone (those that 4.8.8 lists).
    private static func isRecursor(_ text: Span<UInt8>) -> Bool {
        var isTold = false
        let isWhole = allLines(of: text, comments: [0x23]) { line in
            guard let sign = line.firstIndex(of: 0x3D), sign > 0 else { return false }
            let end = line[sign - 1] == 0x2B ? sign - 1 : sign
            let key = line.extracting(0..<end).trimmed
            for name in recursorSettings where key.equals(name) { isTold = true }
            for index in 0..<key.count where !(0x61...0x7A).contains(key[index]) && key[index] != 0x2D {
                guard (0x30...0x39).contains(key[index]) else { return false }
            }
            return true
        }
        return isWhole && isTold
    }

    private static let recursorSettings: [StaticString] = [
        "hint-file", "lua-config-file", "lua-dns-script", "forward-zones", "forward-zones-recurse",
        "forward-zones-file",
        "export-etc-hosts", "security-poll-suffix", "public-suffix-list-file", "dont-query", "allow-from-file",
        "config-dir", "quiet", "max-cache-entries", "packetcache-ttl", "query-local-address", "serve-rfc1918",
    ]

    private static func isResolver(_ text: Span<UInt8>) -> Bool {
        allLines(of: text, comments: [0x23, 0x3B]) { line in
            var fields = FieldScanner(line)
            guard let first = fields.next(), fields.next() != nil else { return false }
            let word = line.extracting(first)
            return word.equals("nameserver") || word.equals("search") || word.equals("domain") || word.equals("options")
                || word.equals("sortlist")
        }
    }

    /// Lua, some line of which begins with a call or an assignment that one program has.
    private static func isLua(_ text: Span<UInt8>, with words: [StaticString]) -> Bool {
        var (found, total, isTold) = (0, 0, false)
        var lines = LineScanner(text)
        while let line = lines.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, !content.hasPrefix("--") else { continue }
            total += 1
            if LuaShape.of(content) != nil { found += 1 }
            for word in words where content.hasPrefix(word) { isTold = true }
        }
        return isTold && found * 10 >= total * 6
    }

    /// Whether all lines that are neither blank nor comments are accepted, and there are some.
    private static func allLines(
        of text: Span<UInt8>,
        comments: [UInt8],
        accept: (borrowing Span<UInt8>) -> Bool
    ) -> Bool {
        var lines = LineScanner(text)
        var found = 0
        while let line = lines.next() {
            let content = text.extracting(line.range).trimmed
            guard content.count > 0, !comments.contains(content[0]) else { continue }
            guard !line.isOverlong, accept(content) else { return false }
            found += 1
        }
        return found > 0
    }
}
