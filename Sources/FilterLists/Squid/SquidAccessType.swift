import TextScan

/// The types of `acl` that squid 5.7 knows, and the options that it takes in front of the values of each.
enum SquidAccessType {
    /// The letters of options, `*` for any; nil for a type that squid refuses to start with. `i` stands for `+i` as well.
    static func options(_ type: Span<UInt8>) -> StaticString? {
        for (names, options) in table {
            for name in names where type.equals(name) { return options }
        }
        // Types for TLS depend on the build.
        return type.hasPrefix("ssl::") ? "*" : nil
    }

    /// Whether a type with these options takes a word such as `-i`, `-ni` or `-m=,`.
    static func takes(_ word: Span<UInt8>, _ options: StaticString) -> Bool {
        if options.description == "*" { return true }
        let letters = word.octets.dropFirst().split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = letters.first, let last = first.last, letters.count == 1 || last == 0x6D else { return false }
        return first.allSatisfy { options.description.utf8.contains($0) } && (word[0] == 0x2D || first == [0x69])
    }

    private static let table: [(names: [StaticString], options: StaticString)] = [
        (plain, ""), (expressions, "i"), (["dstdom_regex"], "in"), (["dstdomain", "dst"], "n"), (["note"], "m"),
        (builds, "*"),
    ]

    private static let plain: [StaticString] = [
        "src", "localip", "localport", "myip", "myport", "myportname", "arp", "eui64", "srcdomain", "src_as", "dst_as",
        "peername", "time", "port", "hier_code", "proto", "method", "http_status", "snmp_community", "maxconn",
        "rep_header", "req_header", "tag", "random", "adaptation_service", "connections_encrypted", "any-of", "all-of",
        "transaction_initiator", "has", "external", "clientside_mark", "client_connection_mark",
    ]

    private static let expressions: [StaticString] = [
        "srcdom_regex", "peername_regex", "url_regex", "urllogin", "urlpath_regex", "browser", "referer_regex", "ident",
        "ident_regex", "proxy_auth", "proxy_auth_regex", "rep_mime_type", "req_mime_type", "ext_user", "ext_user_regex",
    ]

    /// Types of some builds only, and those with options of their own.
    private static let builds: [StaticString] = [
        "ssl_error", "server_cert_fingerprint", "user_cert", "ca_cert", "at_step", "annotate_client",
        "annotate_transaction", "max_user_ip",
    ]
}
