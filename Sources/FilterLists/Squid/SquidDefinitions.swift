import DNS
import TextScan

/// What lists of squid 5.7 need in front of them: helpers, ways to log in, adaptation services (`squid -k parse` of each;
/// it refuses to start with a list whose definition is missing or comes behind it).
struct SquidDefinitions {
    /// What becomes of a list.
    enum Standing {
        case starts, refused
        /// It is not known whether squid starts.
        case unknown(UnsupportedReason)
    }

    /// Helpers by name, and whether each wants users to have logged in.
    private var helpers: [[UInt8]: Bool] = [:]
    private var services: Set<[UInt8]> = []
    /// Schemes with a program.
    private var programs: Set<[UInt8]> = []
    private var hasDigestRealm = false
    /// Helpers with codes that are not known here.
    private var isUnknown = false

    private var hasLogin: Bool { programs.contains { !$0.elementsEqual("digest".utf8) || hasDigestRealm } }

    /// Takes a directive; false where squid refuses it.
    mutating func take(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        let keyword = text.extracting(words[0])
        guard words.count > 1 else { return true }
        if keyword.equals("auth_param"), words.count > 3 {
            let (scheme, option) = (text.extracting(words[1]), text.extracting(words[2]))
            if option.equals("program") { programs.insert(scheme.octets) }
            if option.equals("realm"), scheme.equals("digest") { hasDigestRealm = true }
        }
        if keyword.equals("external_acl_type"), words.count > 2 { return takeHelper(text, words) }
        for directive in Self.ofServices where keyword.equals(directive) {
            services.insert(text.extracting(words[1]).octets)
        }
        return true
    }

    private static let ofServices: [StaticString] = [
        "icap_service", "adaptation_service_set", "adaptation_service_chain", "icap_class",
    ]

    /// `NAME OPTION … %CODE … PROGRAM …`: of the options all but two hold a `=`.
    private mutating func takeHelper(_ text: Span<UInt8>, _ words: [Range<Int>]) -> Bool {
        var rest = words.dropFirst(2)
        while let word = rest.first {
            let option = text.extracting(word)
            guard option.equals("ipv4") || option.equals("ipv6") || option.firstIndex(of: 0x3D) != nil,
                option[0] != 0x25
            else { break }
            rest.removeFirst()
        }
        guard let first = rest.first, text[first.lowerBound] == 0x25 else { return false }
        var wantsLogin = false
        for word in rest {
            let code = text.extracting(word)
            guard code[0] == 0x25 else { break }
            if code.equals("%LOGIN") || code.equals("%ul") {
                wantsLogin = true
            } else if !Self.codes.contains(where: { code.equals($0) }) && !code.hasPrefix("%>{")
                && !code.hasPrefix("%>ha{")
            {
                isUnknown = true
            }
        }
        helpers[text.extracting(words[1]).octets] = wantsLogin
        return true
    }

    private static let codes: [StaticString] = [
        "%SRC", "%DST", "%IDENT", "%PORT", "%METHOD", "%PROTO", "%PATH", "%URI", "%MYADDR", "%MYPORT", "%SRCPORT",
        "%ACL", "%DATA", "%EXT_USER", "%EXT_LOG", "%EXT_TAG", "%TAG", "%SRCEUI48", "%SRCEUI64", "%un", "%ui", "%ue",
        "%>a", "%la", "%lp", "%>p", "%rm", "%ru", "%>ru", "%>rd", "%>eui", "%%",
    ]

    /// Whether squid starts with a list of a type, given the words behind its options and whether the list is there already.
    func standing(
        _ type: Span<UInt8>,
        _ text: Span<UInt8>,
        _ values: ArraySlice<Range<Int>>,
        isNew: Bool
    ) -> Standing {
        if type.hasPrefix("ssl::") || Self.ofTLS.contains(where: { type.equals($0) }) { return .unknown(.buildWithTLS) }
        if type.equals("proxy_auth") || type.equals("proxy_auth_regex") { return hasLogin ? .starts : .refused }
        if type.equals("external") {
            guard isNew, let first = values.first, let wantsLogin = helpers[text.extracting(first).octets] else {
                return .refused
            }
            if isUnknown { return .unknown(.helperCode) }
            return wantsLogin && !hasLogin ? .refused : .starts
        }
        if type.equals("adaptation_service") {
            return values.allSatisfy { services.contains(text.extracting($0).octets) } ? .starts : .refused
        }
        return values.contains { Self.isLookedUp(text.extracting($0), type: type) } ? .unknown(.hostAddress) : .starts
    }

    /// Whether squid looks a value of a list up when it starts.
    static func isLookedUp(_ value: Span<UInt8>, type: Span<UInt8>) -> Bool {
        (type.equals("src") || type.equals("dst") || type.equals("localip") || type.equals("myip")) && isHost(value)
    }

    private static let ofTLS: [StaticString] = [
        "ssl_error", "server_cert_fingerprint", "user_cert", "ca_cert", "at_step",
    ]

    /// Whether a value of a list of addresses is a name that is looked up; files stand in quotes.
    private static func isHost(_ value: Span<UInt8>) -> Bool {
        for word in notLookedUp where value.equals(word) { return false }
        let octets = value.octets.prefix { $0 != 0x2F }
        guard let first = octets.first, first != 0x22, first != 0x27, first != 0x2D else { return false }
        if octets.contains(0x3A) { return false }
        // Numbers in the bases of C are addresses.
        return octets.split(separator: 0x2E).contains { label in
            let isHexadecimal =
                label.count > 2 && label.first == 0x30 && label.dropFirst().first.map { $0 | 0x20 } == 0x78
            return !label.allSatisfy { $0 == 0x2D || (isHexadecimal ? isHexDigit($0) : asciiDigit($0) != nil) }
        }
    }

    private static func isHexDigit(_ octet: UInt8) -> Bool {
        asciiDigit(octet) != nil || (octet | 0x20) &- 0x61 < 6 || octet | 0x20 == 0x78
    }

    private static let notLookedUp: [StaticString] = ["all", "ipv4", "ipv6", "localhost"]
}
