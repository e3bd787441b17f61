import TextScan

/// What a statement of unbound.conf(5) 1.17 is to us.
enum UnboundStatement {
    /// The shape of a line for detection; nil when it is no `key: value`.
    static func shape(_ line: Span<UInt8>) -> LineShape? {
        guard let colon = line.firstIndex(of: 0x3A), colon > 1, colon < 40 else { return nil }
        for index in 0..<colon {
            switch line[index] {
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x5F: continue
            default: return nil
            }
        }
        let key = line.extracting(0..<colon)
        for name in telling where key.equals(name) { return .unboundRule }
        if colon + 1 == line.count { return isNamedClause(key) ? .unboundRule : .keyValue }
        return colon + 1 == line.count || isBlank(line[colon + 1]) ? .keyValue : nil
    }

    /// Statements that no other configuration has.
    private static let telling: [StaticString] = [
        "local-zone", "local-data", "local-data-ptr", "access-control", "access-control-view", "local-zone-tag",
        "local-zone-override", "private-address", "private-domain", "response-ip", "forward-addr", "forward-host",
        "stub-addr", "stub-host",
    ]

    /// Whether a key begins a clause whose name says that it is Unbound's.
    private static func isNamedClause(_ key: Span<UInt8>) -> Bool {
        key.equals("forward-zone") || key.equals("stub-zone") || key.equals("auth-zone") || key.equals("rpz")
    }

    /// Statements of the server clause that change answers in ways that are not evaluated yet.
    static func unsupported(_ key: Span<UInt8>) -> UnsupportedReason? {
        for option in answers where key.equals(option) { return .answerOption }
        return nil
    }

    /// How many values a statement has; its lexer counts them before anything else.
    static func valueCount(_ key: Span<UInt8>) -> Int {
        if key.equals("local-data") { return 1 }
        if key.equals("local-zone") { return 2 }
        for statement in pairs where key.equals(statement) { return 2 }
        for statement in triples where key.equals(statement) { return 3 }
        return 1
    }

    private static let pairs: [StaticString] = [
        "access-control", "access-control-view", "access-control-tag", "local-zone-tag", "interface-action",
        "interface-view", "interface-tag", "response-ip", "response-ip-data", "response-ip-tag",
        "ratelimit-for-domain", "ratelimit-below-domain", "edns-client-string", "tcp-connection-limit",
    ]
    private static let triples: [StaticString] = [
        "local-zone-override", "access-control-tag-action", "access-control-tag-data", "interface-tag-action",
        "interface-tag-data",
    ]

    /// Whether a statement is about the clients in a range, or about those of a zone.
    static func isAboutClients(_ key: Span<UInt8>) -> Bool {
        for statement in clients where key.equals(statement) { return true }
        return false
    }

    /// Whether a statement is about addresses in answers, in the server clause or in a view.
    static func isAboutResponses(_ key: Span<UInt8>) -> Bool {
        key.equals("response-ip") || key.equals("response-ip-data") || key.equals("response-ip-tag")
    }

    private static let clients: [StaticString] = [
        "access-control", "access-control-view", "access-control-tag", "access-control-tag-action",
        "access-control-tag-data", "local-zone-tag", "local-zone-override", "define-tag", "interface-action",
        "interface-view", "interface-tag", "interface-tag-action", "interface-tag-data",
    ]
    private static let answers: [StaticString] = ["deny-any", "nat64-prefix", "dns64-prefix"]
}
