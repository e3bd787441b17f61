import DNS
import Policy
import TextScan

/// What the functions and settings of Knot Resolver 5.6 take (each given to the running engine with values of several kinds):
/// with anything else it does not start. In which order they may be called, and which modules are there, is not in it.
enum KnotArguments {
    /// The arguments of a function, in order; nil where nothing is said here.
    static func forms(_ name: String) -> [LuaForm]? { forms[name] }

    /// What may be assigned to a field of one of the engine's tables; nil where it does not matter.
    static func setting(_ name: String) -> LuaForm? {
        settings[name] ?? (name.hasPrefix("net.") && !freeSettings.contains(name) ? .never : nil)
    }

    private static let freeSettings: Set<String> = ["net.ipv4", "net.ipv6"]
    private static let settings: [String: LuaForm] = [
        "net": .either([address, .list(address)]), "cache.size": .number(100_000...10_737_418_240),
        "trust_anchors.negative": .never, "debugging.assertion_abort": .either([.boolean, .number(-1e12...1e12)]),
    ]

    private static let address = LuaForm.check { IPAddress(text: $0) != nil }
    private static let place = LuaForm.either([
        .check { IPAddress(text: $0) != nil || $0.first == 0x2F }, .object("net"),
    ])
    private static let network = LuaForm.check { AddressRange(String(decoding: $0, as: UTF8.self)) != nil }
    private static let time = LuaForm.number(1...86_400)
    private static let names = LuaForm.either([.list(.either([.object("name"), .text])), .object("names")])

    private static func word(_ words: String) -> LuaForm {
        let words = Set(words.split(separator: " ").map(String.init))
        return .check { words.contains(String(decoding: $0, as: UTF8.self)) }
    }

    private static let sockets = LuaForm.options([
        "kind": word("dns tls doh2 control xdp"), "freebind": .boolean, "nic": .text,
    ])
    private static let levels = word("emerg alert crit err warning notice info debug")
    private static let groups = word("system cache io net tls policy iterat")
    /// Flags of queries that change no answer.
    private static let flags = LuaForm.either([
        word("NO_MINIMIZE NO_IPV6 NO_IPV4 TCP NO_0X20 TRACE REORDER_RR ALWAYS_CUT no_minimize no_ipv6 no_ipv4")
    ])
    /// Users that most machines have.
    private static let user = word("root nobody daemon knot-resolver")

    /// Servers that are asked over TLS: an address, and a name or a key to know them by.
    private static let securedServers = LuaForm.custom { argument in
        guard case .table(let servers) = argument else { return argument.isUnknown ? .unknown : .refused }
        guard !servers.isEmpty else { return .refused }
        var worst = LuaForm.Outcome.taken
        for server in servers {
            switch secured(server.value) {
            case .refused: return .refused
            case .taken: break
            case let other: worst = other
            }
        }
        return worst
    }

    private static func secured(_ server: LuaArgument) -> LuaForm.Outcome {
        guard case .table(let fields) = server else { return server.isUnknown ? .unknown : .refused }
        let keys = fields.compactMap { $0.key.map { String(decoding: $0, as: UTF8.self) } }
        guard let first = fields.first(where: { $0.key == nil }), Set(keys).isSubset(of: serverKeys) else {
            return .refused
        }
        guard keys.contains("hostname") || keys.contains("pin_sha256") || keys.contains("insecure") else {
            return .refused
        }
        for field in fields {
            switch (field.key.map { String(decoding: $0, as: UTF8.self) }, field.value) {
            case ("hostname", .text(let text)) where !text.isEmpty: continue
            case ("insecure", .boolean(true)): continue
            // A key is 32 octets in base64; files may not be there.
            case ("pin_sha256", .text(let text)) where text.count == 44 && text.last == 0x3D: continue
            case ("ca_file", .text), (nil, _): continue
            default: return .unseen
            }
        }
        return LuaForm.check { isServer($0) }.outcome(first.value)
    }

    private static let serverKeys: Set<String> = ["hostname", "pin_sha256", "insecure", "ca_file"]

    /// `ADDRESS[@PORT]`.
    static func isServer(_ text: [UInt8]) -> Bool {
        let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == 0x40 || $0 == 0x23 }
        guard let address = parts.first, IPAddress(text: Array(address)) != nil else { return false }
        return parts.count == 1 || (Array(parts[1]).span.decimal.map { (1...65_535).contains($0) } ?? false)
    }

    /// Networks, and where each is.
    private static let rerouted = LuaForm.custom { argument in
        guard case .table(let fields) = argument else { return argument.isUnknown ? .unknown : .refused }
        for field in fields {
            guard let key = field.key, AddressRange(String(decoding: key, as: UTF8.self)) != nil,
                case .text(let text) = field.value, IPAddress(text: text) != nil
            else { return .unseen }
        }
        return .taken
    }

    /// Modules that are there before any is loaded, and may be unloaded without a difference.
    static let removable: Set<String> = [
        "detect_time_jump", "detect_time_skew", "edns_keepalive", "extended_error", "priming", "refuse_nord",
        "ta_sentinel", "ta_signal_query", "ta_update", "watchdog",
    ]

    private static let forms: [String: [LuaForm]] = {
        var forms: [String: [LuaForm]] = [
            "cache.max_ttl": [.number(5...2_147_483_646)], "cache.min_ttl": [.number(0...4)],
            "cache.ns_tout": [.number(5...2_147_483_647)],
            "cache.open": [.number(100_000...10_737_418_240), .optional(.text)],
            "net.bufsize": [.number(512...65_535), .optional(.number(512...65_535))],
            "net.outgoing_v4": [.optional(.check { IPAddress(text: $0)?.isV4 == true })],
            "net.outgoing_v6": [.optional(.check { IPAddress(text: $0)?.isV4 == false })],
            "net.tcp_in_idle": [time], "net.tls_handshake_timeout": [time], "net.tcp_pipeline": [.number(0...65_535)],
            "net.tls_padding": [.either([.boolean, .number(0...512)])], "net.tls_sticket_secret": [.never],
            "net.listen": [
                .either([place, .list(place)]), .optional(.number(0...65_535)), .optional(sockets),
            ],
            "net.doh_headers": [.either([.text, .list(.text)])],
            "net.proxy_allowed": [.either([network, .list(network)])],
            "net.tls": [.text, .text], "user": [user, .optional(user)],
            "mode": [.optional(word("strict normal permissive"))], "log_level": [.optional(levels)],
            "log_target": [.optional(word("syslog stdout stderr"))], "log_groups": [.optional(.list(groups))],
            "hostname": [.optional(.text)], "option": [flags, .optional(.boolean)],
            "reorder_RR": [.optional(.boolean)], "log": [.text],
            "trust_anchors.add": [.check { $0.contains(0x20) }],
            "trust_anchors.add_file": [.text, .optional(.boolean)],
            "trust_anchors.set_insecure": [.list(.text)], "hints.root_file": [.optional(.text)],
            "event.after": [.number(0...1e12), .function], "event.recurrent": [.number(1...1e12), .function],
            "policy.TLS_FORWARD": [securedServers], "policy.REROUTE": [rerouted],
            "policy.suffix": [.any, names], "policy.suffix_common": [.any, names, .either([.object("name"), .text])],
            "policy.MIRROR": [.check { isServer($0) }], "policy.todnames": [.either([.options([:]), .list(.any)])],
            "kres.str2ip": [.text], "view:addr": [network],
        ]
        for level in ["debug", "error", "info", "notice", "warn", "qry", "req"] { forms["log_" + level] = [.never] }
        for action in ["PASS", "DENY", "DROP", "NO_ANSWER", "REFUSE", "TC"] { forms["policy." + action] = [.never] }
        return forms
    }()
}
