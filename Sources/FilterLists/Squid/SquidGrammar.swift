import DNS
import TextScan

/// Directives of squid 5.7 whose words have a grammar of their own (each was given to `squid -k parse` word by word): it
/// refuses to start with others. What depends on the machine, such as users, is not looked at.
enum SquidGrammar {
    /// A whole number of 16 bits, in decimal.
    case port
    /// An address, or a name that has one.
    case address
    /// Nothing, or addresses.
    case addresses
    /// A whole number in decimal.
    case number
    /// A whole number, perhaps with `in` and a time.
    case failures
    /// A whole number, `on` or `off`.
    case numberOrSwitch
    /// How many helpers, and options.
    case children
    /// A quantity, and lists.
    case limit
    /// One of some words, and anything.
    case word([StaticString])
    /// One of some words, and lists.
    case wordThenLists([StaticString])
    /// A time and options.
    case timeout
    /// A key, a value, and lists.
    case pair
    /// Nothing, or two words and more.
    case replacement
    /// Nothing, or a page, perhaps with a status.
    case page
    /// As many words and more.
    case atLeast(Int)
    /// A word that begins with a dot.
    case suffix
    /// A mark of so many bits, and lists.
    case mark(bits: Int, hasZero: Bool, hasMask: Bool)
    /// `standard` or `dynamic` with a number.
    case service
    /// A scheme, and at least two words.
    case scheme
    /// None: squid of this build refuses it.
    case none

    /// The grammar of a directive; nil where it has none of these.
    static func of(_ directive: Span<UInt8>) -> SquidGrammar? { table[directive.octets[...]] }

    /// Whether squid takes the words behind a directive; `knows` says whether lists are known.
    func takes(_ text: Span<UInt8>, _ words: ArraySlice<Range<Int>>, knows: (ArraySlice<Range<Int>>) -> Bool) -> Bool {
        let rest = words.dropFirst()
        switch self {
        case .none: return false
        case .atLeast(let count): return words.count >= count
        case .addresses where words.isEmpty: return true
        case .replacement: return words.count != 1
        case .page where words.isEmpty: return true
        default: break
        }
        guard let place = words.first else { return false }
        let first = text.extracting(place)
        switch self {
        case .port: return Self.decimal(first).map { (0...65_535).contains($0) } ?? false
        case .number: return Self.decimal(first) != nil
        case .address: return Self.isAddress(first)
        case .addresses: return words.allSatisfy { Self.isAddress(text.extracting($0)) }
        case .failures:
            guard SquidValueKind.integer.takes(text, words) else { return false }
            return rest.isEmpty || SquidValueKind.seconds.takes(text, rest.dropFirst())
        case .numberOrSwitch:
            return SquidValueKind.integer.takes(text, words) || SquidValueKind.onOrOff.takes(text, words)
        case .children: return Self.isChildren(first) && rest.allSatisfy { Self.isOption(text.extracting($0)) }
        case .limit: return Self.isLimit(text, words, knows)
        case .word(let known): return known.contains { first.equals($0) }
        case .wordThenLists(let known): return known.contains { first.equals($0) } && knows(rest)
        case .timeout: return SquidValueKind.seconds.takes(text, words)
        case .pair: return words.count >= 2 && knows(rest.dropFirst())
        case .suffix: return first[0] == 0x2E
        case .mark(let bits, let hasZero, let hasMask):
            return Self.isMark(first, bits, hasZero: hasZero, hasMask: hasMask) && knows(rest)
        case .service:
            guard first.equals("standard") || first.equals("dynamic"), let number = rest.first else {
                return false
            }
            return Self.decimal(text.extracting(number)) != nil
        case .scheme:
            return words.count >= 3 && ["basic", "digest", "negotiate", "ntlm"].contains { first.equals($0) }
        case .page: return Self.isPage(first)
        case .none, .atLeast, .replacement: return true
        }
    }

    private static func decimal(_ value: Span<UInt8>) -> Int64? {
        let octets = value.octets
        let digits = octets.first == 0x2D || octets.first == 0x2B ? octets.dropFirst() : octets[...]
        guard !digits.isEmpty, digits.allSatisfy({ asciiDigit($0) != nil }) else { return nil }
        return Int64(String(decoding: octets, as: UTF8.self))
    }

    /// Names are looked up, and so may be addresses.
    private static func isAddress(_ value: Span<UInt8>) -> Bool {
        let octets = value.octets
        if octets.contains(0x3A) { return IPAddress(text: octets) != nil }
        if octets.contains(0x2F) || octets.first == 0x2D { return false }
        return true
    }

    private static func isChildren(_ value: Span<UInt8>) -> Bool {
        guard let number = decimal(value), value[0] != 0x2D else { return false }
        return number > 0 && number <= Int64(Int32.max)
    }

    private static func isOption(_ word: Span<UInt8>) -> Bool {
        guard let equals = word.firstIndex(of: 0x3D) else { return false }
        let (key, value) = (word.extracting(0..<equals), word.extracting((equals + 1)..<word.count))
        if key.equals("on-persistent-overload") { return true }
        let isNumber = ["startup", "idle", "concurrency", "queue-size"].contains { key.equals($0) }
        return isNumber && decimal(value) != nil
    }

    /// A quantity with its unit, `none`, or a number that needs none.
    private static func isLimit(
        _ text: Span<UInt8>,
        _ words: ArraySlice<Range<Int>>,
        _ knows: (ArraySlice<Range<Int>>) -> Bool
    ) -> Bool {
        guard let first = words.first else { return false }
        let value = text.extracting(first)
        if value.equals("none") || decimal(value) == 0 || decimal(value) == -1 { return knows(words.dropFirst()) }
        if words.count == 1 { return SquidValueKind.quantity.takes(text, words) }
        return SquidValueKind.quantity.takes(text, words) && knows(words.dropFirst(2))
    }

    /// `status:page` begins with a digit.
    private static func isPage(_ value: Span<UInt8>) -> Bool {
        guard let digit = value.octets.first, asciiDigit(digit) != nil || digit == 0x2D else { return true }
        guard value.count > 3, value[3] == 0x3A, let status = value.extracting(0..<3).decimal else { return false }
        return status >= 200 && status < 600
    }

    private static func isMark(_ value: Span<UInt8>, _ bits: Int, hasZero: Bool, hasMask: Bool) -> Bool {
        let parts = value.octets.split(separator: 0x2F, maxSplits: 1, omittingEmptySubsequences: false).map {
            Array($0)
        }
        guard parts.count == 1 || hasMask else { return false }
        return parts.allSatisfy { part in
            let isHexadecimal = part.count > 2 && part[0] == 0x30 && part[1] | 0x20 == 0x78
            let digits = String(decoding: isHexadecimal ? part[2...] : part[...], as: UTF8.self)
            // A zero in front makes it octal.
            let radix = isHexadecimal ? 16 : part.count > 1 && part[0] == 0x30 ? 8 : 10
            guard digits.first != "-", digits.first != "+", let number = UInt64(digits, radix: radix) else {
                return false
            }
            return number < 1 << UInt64(bits) && (hasZero || number != 0)
        }
    }

    private static let table: [ArraySlice<UInt8>: SquidGrammar] = {
        var table: [ArraySlice<UInt8>: SquidGrammar] = [:]
        for (grammar, names) in directives {
            for name in names.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
                table[Array(name)[...]] = grammar
            }
        }
        return table
    }()

    private static let directives: [(grammar: SquidGrammar, names: String)] = [
        (
            .port,
            """
            announce_port htcp_port icp_port snmp_port udp_port delay_pools client_delay_pools
            """
        ),
        (
            .address,
            """
            client_netmask snmp_incoming_address snmp_outgoing_address udp_incoming_address udp_outgoing_address
            wccp2_address wccp_address wccp_router
            """
        ),
        (.addresses, "wccp2_router"),
        (.number, "collapsed_forwarding_shared_entries_limit shared_transient_entries_limit"),
        (.failures, "icap_service_failure_limit"), (.numberOrSwitch, "pipeline_prefetch"),
        (
            .children,
            "redirect_children store_id_children storeurl_rewrite_children url_rewrite_children"
        ),
        (.limit, "range_offset_limit reply_body_max_size"),
        (.word(["on", "off", "warn"]), "relaxed_header_parser"),
        (.word(["always", "disk", "network"]), "memory_cache_mode"),
        (.word(["strip", "deny", "allow", "encode", "chop"]), "uri_whitespace"),
        (.word(["gre", "l2", "1", "2"]), "wccp2_forwarding_method wccp2_return_method"),
        (.word(["hash", "mask", "1", "2"]), "wccp2_assignment_method"),
        (.wordThenLists(["tunnel", "respond"]), "on_unsupported_protocol"),
        (.timeout, "url_rewrite_timeout"),
        (.pair, "note request_header_add reply_header_add adaptation_meta"),
        (.replacement, "header_replace reply_header_replace request_header_replace"), (.page, "deny_info"),
        (
            .atLeast(1),
            """
            access_log cache_access_log cache_effective_group cache_effective_user icap_log sslproxy_cafile
            sslproxy_capath sslproxy_cipher sslproxy_client_certificate sslproxy_options
            """
        ),
        (.atLeast(2), "logformat neighbor_type_domain"), (.atLeast(3), "external_acl_type icap_service"),
        (.suffix, "append_domain"),
        (
            .mark(bits: 8, hasZero: true, hasMask: false),
            "clientside_tos tcp_outgoing_ds tcp_outgoing_dscp tcp_outgoing_tos"
        ),
        (.mark(bits: 32, hasZero: false, hasMask: false), "clientside_mark mark_client_packet tcp_outgoing_mark"),
        (.mark(bits: 32, hasZero: false, hasMask: true), "mark_client_connection"),
        (.service, "wccp2_service"), (.scheme, "auth_param"),
        (.none, "log_access log_icap auth_schemes ecap_service https_port sslproxy_client_key"),
    ]
}
