import DNS
import Policy
import TextScan

/// What the functions and settings of Knot Resolver 5.6 take (each given to the running engine with values of several kinds),
/// and what they make: with anything else it was not seen to start.
enum KnotArguments {
    /// A function; nil for one that was not seen to start.
    static func function(_ name: String) -> LuaFunction? { functions[name] }

    private static let functions: [String: LuaFunction] = {
        var functions = LuaLibrary.functions
        for (name, forms) in forms { functions[name] = LuaFunction(takes: forms, makes: made(name)) }
        return functions
    }()

    private static func made(_ name: String) -> LuaArgument {
        switch name {
        case "policy.suffix", "policy.domains", "policy.pattern", "policy.all", "policy.suffix_common", "policy.rpz":
            .object("rule")
        case "policy.todnames": .object("names")
        case "hostname", "package_version", "table_print": .object("text")
        case "event.after", "event.recurrent", "cache.fssize": .object("number")
        case "net.list", "net.interfaces", "modules.list", "stats.list", "cache.stats": .object("table")
        case _ where name.hasPrefix("policy."): .object("action")
        default: .unknown
        }
    }

    /// Functions that ask for a cache that is open.
    static let aboutCache: Set<String> = [
        "cache.clear", "cache.count", "cache.max_ttl", "cache.min_ttl", "cache.stats",
    ]

    /// What may be assigned to a field of one of the engine's tables.
    static func setting(_ name: String) -> LuaForm {
        settings[name] ?? (name.hasPrefix("env.") ? .either([.text, .unseen]) : .unseen)
    }

    private static let settings: [String: LuaForm] = [
        "net": .list(address), "cache.size": .number(100_000...10_737_418_240), "net.ipv4": .any, "net.ipv6": .any,
        "trust_anchors.negative": .never, "debugging.assertion_abort": .either([.boolean, .number(-1e12...1e12)]),
        "debugging.assertion_fork": .either([.boolean, .number(-1e12...1e12)]),
        "cache.storage": .either([.check { $0.starts(with: Array("lmdb://".utf8)) }, .unseen]),
        "trust_anchors.keep_removed": .number(0...1000), "trust_anchors.hold_down_time": .number(0...1e12),
        "trust_anchors.refresh_time": .number(0...1e12),
    ]

    /// What modules are told where they are loaded.
    static func configuration(of module: String) -> LuaForm {
        switch module {
        case "predict": .options(prediction)
        case "dns64": .either([prefix, .unseen])
        case "watchdog": .either([.options(["qname": .text, "qtype": .text]), .unseen])
        case "nsid": .either([.text, .boolean, .unseen])
        case "prefill", "renumber": .unseen
        default: .either([.text, .boolean, .options([:]), .list(.any), .unseen])
        }
    }

    private static let prediction: [String: LuaForm] = ["window": .number(1...1440), "period": .number(1...1440)]
    private static let prefix = LuaForm.either([
        ipv6, .options(["prefix": ipv6, "rev_ttl": .number(0...86_400)]),
    ])
    private static let ipv6 = LuaForm.check { IPAddress(text: $0)?.isV4 == false }

    private static let address = LuaForm.check { IPAddress(text: $0) != nil }
    /// Sockets in folders have to find those, and may be there already.
    private static let place = LuaForm.either([address, .object("net"), .list(address), .list(.object("net")), .unseen])
    private static let network = LuaForm.check { AddressRange(String(decoding: $0, as: UTF8.self)) != nil }
    private static let time = LuaForm.number(1...86_400)
    private static let names = LuaForm.either([.list(.either([.object("name"), .text, .unseen])), .object("names")])
    private static let anyName = LuaForm.either([.object("name"), .text])
    private static let flag = LuaForm.optional(.boolean)
    private static let table = LuaForm.either([.list(.any), .options([:]), .object("table")])
    private static let anyTable = LuaForm.custom { argument in
        switch argument {
        case .table, .object("table"): .taken
        default: .unseen
        }
    }
    private static let servers = LuaForm.either([.check { isServer($0) }, .list(.check { isServer($0) }), .unseen])
    private static let plain = LuaForm.check { !$0.contains(0x25) }
    /// A file that is there.
    private static let file = LuaForm.custom { argument in
        guard case .text(let path) = argument, path.first == 0x2F,
            let file = FileIdentity(String(decoding: path, as: UTF8.self)), !file.isFolder
        else { return .unseen }
        return .taken
    }
    /// `. [TTL] [IN] DS TAG ALGORITHM 2 DIGEST`
    private static let anchor = LuaForm.custom { argument in
        guard case .text(let text) = argument else { return .unseen }
        var words = text.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 5, (try? DomainName(presentation: Array(words.removeFirst().utf8))) != nil else {
            return .unseen
        }
        if UInt32(words[0]) != nil { words.removeFirst() }
        if words[0] == "IN" { words.removeFirst() }
        guard words.count == 5, words[0] == "DS", UInt16(words[1]) != nil, UInt8(words[2]) != nil, words[3] == "2",
            words[4].count == 64, words[4].allSatisfy(\.isHexDigit)
        else { return .unseen }
        return .taken
    }

    private static func word(_ words: String) -> LuaForm {
        let words = Set(words.split(separator: " ").map(String.init))
        return .check { words.contains(String(decoding: $0, as: UTF8.self)) }
    }

    private static let sockets = LuaForm.options([
        "kind": .either([word("dns tls doh2"), .unseen]), "freebind": .boolean, "nic": .text,
    ])
    private static let levels = word("emerg alert crit err warning notice info debug")
    private static let groups = word("system cache io net tls policy iterat")
    /// Flags of queries that change no answer.
    private static let flags = LuaForm.either([
        word("NO_MINIMIZE NO_IPV6 NO_IPV4 TCP NO_0X20 TRACE REORDER_RR ALWAYS_CUT no_minimize no_ipv6 no_ipv4"),
        .unseen,
    ])
    /// Users that machines with the engine have.
    private static let user = LuaForm.either([word("root knot-resolver"), .unseen])

    /// Servers that are asked over TLS: an address, and a name or a key to know them by.
    private static let securedServers = LuaForm.custom { argument in
        guard case .table(let servers) = argument else { return argument.isUnknown ? .unknown : .refused }
        guard !servers.isEmpty else { return .refused }
        // Each may be there once.
        let addresses = servers.compactMap { server in
            if case .table(let fields) = server.value,
                case .text(let text)? = fields.first(where: { $0.key == nil })?.value
            {
                text
            } else {
                nil
            }
        }
        guard Set(addresses).count == servers.count else { return .unseen }
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
            case ("hostname", .text(let text)) where (try? DomainName(presentation: text)) != nil: continue
            case ("insecure", .boolean(true)): continue
            case ("pin_sha256", .text(let text)) where isKey(text): continue
            case ("pin_sha256", .table(let keys))
            where LuaForm.list(.check { isKey($0) }).outcome(.table(keys)) == .taken:
                continue
            case ("ca_file", let path) where file.outcome(path) == .taken: continue
            case (nil, _): continue
            default: return .unseen
            }
        }
        return LuaForm.check { isServer($0) }.outcome(first.value)
    }

    /// 32 octets in base64.
    private static func isKey(_ text: [UInt8]) -> Bool {
        text.count == 44 && text.last == 0x3D
            && text.dropLast().allSatisfy { octet in
                Character(Unicode.Scalar(octet)).isLetter && octet < 0x80 || (0x2F...0x39).contains(octet)
                    || octet == 0x2B
            }
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

    private static let forms: [String: [LuaForm]] = {
        var forms: [String: [LuaForm]] = [
            "cache.max_ttl": [.number(5...2_147_483_646)], "cache.min_ttl": [.number(0...4)], "cache.clear": [],
            "cache.count": [], "cache.stats": [], "cache.backends": [], "cache.fssize": [],
            "cache.ns_tout": [.optional(.number(5...2_147_483_647))],
            "cache.open": [.number(100_000...10_737_418_240), .optional(word("lmdb://."))],
            "net.bufsize": [.optional(.number(512...65_535)), .optional(.number(512...65_535))],
            "net.outgoing_v4": [.optional(.check { IPAddress(text: $0)?.isV4 == true })],
            "net.outgoing_v6": [.optional(ipv6)],
            "net.tcp_in_idle": [.optional(time)], "net.tls_handshake_timeout": [.optional(time)],
            "net.tcp_pipeline": [.either([.number(0...65_535), .unseen])],
            "net.tls_padding": [.optional(.either([.boolean, .number(0...512)]))], "net.tls_sticket_secret": [.unseen],
            "net.listen": [place, .optional(.number(0...65_535)), .optional(sockets)],
            "net.doh_headers": [.optional(.either([.text, .list(.text)]))], "net.list": [], "net.interfaces": [],
            "net.proxy_allowed": [.optional(.either([network, .list(network)]))], "user": [user, .optional(user)],
            "mode": [.optional(word("strict normal permissive"))], "log_level": [.optional(levels)],
            "log_target": [.optional(word("syslog stdout stderr"))], "log_groups": [.optional(.list(groups))],
            "hostname": [.optional(.text)], "option": [flags, flag], "verbose": [.any], "package_version": [],
            "reorder_RR": [flag], "log": [plain], "table_print": [.any],
            "trust_anchors.add": [anchor], "trust_anchors.set_insecure": [.list(.text)], "trust_anchors.remove": [.any],
            "event.after": [.number(0...1e12), .function], "event.recurrent": [.number(1...1e12), .function],
            "event.cancel": [.either([.number(0...1e12), .object("number")])],
            "policy.add": [.any, .any], "policy.all": [.any], "policy.TLS_FORWARD": [securedServers],
            "policy.REROUTE": [rerouted], "policy.STUB": [servers], "policy.FORWARD": [servers],
            "policy.ANSWER": [.either([table, .unseen]), .optional(.either([.boolean, .unseen]))],
            "policy.FLAGS": [.any, .any], "policy.DEBUG_IF": [.any],
            "policy.DENY_MSG": [.optional(.check { $0.count < 255 })], "policy.pattern": [.any, .any],
            "policy.suffix": [.any, names], "policy.domains": [.any, .any], "policy.rpz": [.any, file, flag],
            "policy.suffix_common": [.any, names, anyName], "policy.todnames": [.either([.options([:]), .list(.any)])],
            "todname": [.any], "kres.str2dname": [.any], "kres.str2ip": [.text],
            "modules.list": [], "modules.load": [.text], "modules.unload": [.text],
            "view:addr": [network, .any, .any], "view:tsig": [.text, .any],
            "hints.set": [.text], "hints.add_hosts": [.optional(.text)], "hints.config": [.optional(.text)],
            "hints.root": [.optional(anyTable)], "hints.ttl": [.optional(.number(0...2_147_483_647))],
            "hints.use_nodata": [.any], "hints.get": [.optional(.either([.text, .unseen]))],
            "hints.del": [.either([.text, .unseen])], "hints.root_file": [],
            "stats.list": [], "predict.config": [.options(prediction)], "dns64.config": [prefix], "nsid.name": [.text],
            "workarounds.config": [],
        ]
        forms["policy:add"] = forms["policy.add"]
        return forms
    }()
}
