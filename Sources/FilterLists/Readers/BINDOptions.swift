/// Statements of named.conf (named.conf(5) 9.18, compared with `named-checkconf`) by what they do to answers. What is
/// neither harmless nor known keeps BIND from starting; what is known and not harmless leaves names open.
enum BINDOptions {
    /// Clauses outside of all others that decide nothing about a name.
    static let harmlessClauses: Set<String> = [
        "acl", "controls", "dnssec-policy", "http", "key", "logging", "managed-keys", "masters", "parental-agents",
        "primaries", "server", "statistics-channels", "tls", "trust-anchors", "trusted-keys",
    ]
    /// Clauses outside of all others that bring zones, tell clients apart or change answers.
    static let openClauses: Set<String> = ["dlz", "dyndb", "plugin", "view"]

    /// Whether a word begins a statement that some version has outside of all blocks.
    static func isClause(_ word: String) -> Bool {
        let word = word.lowercased()
        return harmlessClauses.contains(word) || openClauses.contains(word)
            || ["include", "key-store", "options", "template", "zone"].contains(word)
    }

    /// Options that are harmless when they say this.
    static let harmlessValues: [String: [String]] = [
        "recursion": ["yes", "true", "1"], "minimal-any": ["no", "false", "0"],
        "require-server-cookie": ["no", "false"],
        "masterfile-format": ["text"], "dnssec-policy": ["none"], "inline-signing": ["no", "false"],
        "auto-dnssec": ["off"], "database": ["rbt"], "allow-new-zones": ["no", "false"], "response-padding": ["none"],
    ]
    /// Lists of addresses that are harmless when they are this word alone.
    static let harmlessLists: [String: String] = [
        "allow-query": "any", "allow-query-on": "any", "allow-query-cache": "any", "allow-query-cache-on": "any",
        "allow-recursion": "any", "allow-recursion-on": "any", "blackhole": "none",
    ]
    /// Options about names that no zone of the server's own holds.
    static let passing: Set<String> = [
        "allow-query-cache", "allow-query-cache-on", "allow-recursion", "allow-recursion-on", "attach-cache",
        "check-names",
        "deny-answer-addresses", "deny-answer-aliases", "disable-algorithms", "disable-ds-digests",
        "dnssec-must-be-secure", "ipv4only-enable", "nxdomain-redirect", "recursion", "root-delegation-only",
        "validate-except",
    ]
    /// Options that change answers of zones, too, or say who gets any.
    static let open: Set<String> = [
        "allow-new-zones", "allow-query", "allow-query-on", "auto-dnssec", "blackhole", "catalog-zones", "dns64",
        "dns64-contact", "dns64-server", "dnsrps-enable", "dnsrps-options", "dnssec-policy", "inline-signing",
        "masterfile-format", "minimal-any", "new-zones-directory", "rate-limit", "require-server-cookie",
        "response-padding", "response-policy", "sortlist",
    ]
    /// Statements of a zone that change its answers, or say who gets any.
    static let openInZone: Set<String> = [
        "allow-query", "allow-query-on", "auto-dnssec", "database", "delegation-only", "dlz", "dnssec-policy",
        "inline-signing", "masterfile-format", "server-addresses", "server-names",
    ]

    /// Options that decide nothing about a name.
    static let harmless: Set<String> = [
        "allow-notify", "allow-transfer", "allow-update", "allow-update-forwarding", "also-notify",
        "alt-transfer-source",
        "alt-transfer-source-v6", "answer-cookie", "auth-nxdomain", "automatic-interface-scan", "avoid-v4-udp-ports",
        "avoid-v6-udp-ports", "bindkeys-file", "check-dup-records", "check-integrity", "check-mx", "check-mx-cname",
        "check-sibling", "check-spf", "check-srv-cname", "check-wildcard", "clients-per-query", "cookie-algorithm",
        "cookie-secret", "coresize", "datasize", "dialup", "directory", "disable-empty-zone", "dnskey-sig-validity",
        "dnssec-accept-expired", "dnssec-dnskey-kskonly", "dnssec-loadkeys-interval", "dnssec-secure-to-insecure",
        "dnssec-update-mode", "dnssec-validation", "dnstap", "dnstap-identity", "dnstap-output", "dnstap-version",
        "dscp",
        "dual-stack-servers", "dump-file", "edns-udp-size", "empty-contact", "empty-server", "empty-zones-enable",
        "fetch-quota-params", "fetches-per-server", "fetches-per-zone", "files", "flush-zones-on-shutdown", "forward",
        "forwarders", "fstrm-set-buffer-hint", "fstrm-set-flush-timeout", "fstrm-set-input-queue-size",
        "fstrm-set-output-notify-threshold", "fstrm-set-output-queue-model", "fstrm-set-output-queue-size",
        "fstrm-set-reopen-interval", "geoip-directory", "glue-cache", "heartbeat-interval", "hostname",
        "http-listener-clients", "http-port", "http-streams-per-connection", "https-port", "interface-interval",
        "ipv4only-contact", "ipv4only-server", "ixfr-from-differences", "keep-response-order", "key-directory",
        "lame-ttl", "listen-on", "listen-on-v6", "lmdb-mapsize", "lock-file", "managed-keys-directory",
        "masterfile-style", "match-mapped-addresses", "max-cache-size", "max-cache-ttl", "max-clients-per-query",
        "max-ixfr-ratio", "max-journal-size", "max-ncache-ttl", "max-query-count", "max-query-restarts", "max-records",
        "max-records-per-type", "max-recursion-depth", "max-recursion-queries", "max-refresh-time", "max-retry-time",
        "max-rsa-exponent-size", "max-stale-ttl", "max-transfer-idle-in", "max-transfer-idle-out",
        "max-transfer-time-in", "max-transfer-time-out", "max-types-per-name", "max-udp-size", "max-zone-ttl",
        "memstatistics", "memstatistics-file", "message-compression", "min-cache-ttl", "min-ncache-ttl",
        "min-refresh-time", "min-retry-time", "minimal-responses", "multi-master", "no-case-compress",
        "nocookie-udp-size", "notify", "notify-delay", "notify-rate", "notify-source", "notify-source-v6",
        "notify-to-soa", "nsec3-test-zone", "nta-lifetime", "nta-recheck", "parental-source", "parental-source-v6",
        "pid-file", "port", "preferred-glue", "prefetch", "provide-ixfr", "qname-minimization", "query-source",
        "query-source-v6", "querylog", "random-device", "recursing-file", "recursive-clients", "request-expire",
        "request-ixfr", "request-nsid", "reserved-sockets", "resolver-nonbackoff-tries", "resolver-query-timeout",
        "resolver-retry-interval", "reuseport", "root-key-sentinel", "rrset-order", "secroots-file", "send-cookie",
        "serial-query-rate", "serial-update-method", "server-id", "servfail-ttl", "session-keyalg", "session-keyfile",
        "session-keyname", "sig-signing-nodes", "sig-signing-signatures", "sig-signing-type", "sig-validity-interval",
        "stacksize", "stale-answer-client-timeout", "stale-answer-enable", "stale-answer-ttl", "stale-cache-enable",
        "stale-refresh-time", "startup-notify-rate", "statistics-file", "suppress-initial-notify", "synth-from-dnssec",
        "tcp-advertised-timeout", "tcp-clients", "tcp-idle-timeout", "tcp-initial-timeout", "tcp-keepalive-timeout",
        "tcp-listen-queue", "tcp-receive-buffer", "tcp-send-buffer", "tkey-dhkey", "tkey-domain",
        "tkey-gssapi-credential", "tkey-gssapi-keytab", "tls-port", "transfer-format", "transfer-message-size",
        "transfer-source", "transfer-source-v6", "transfers-in", "transfers-out", "transfers-per-ns",
        "trust-anchor-telemetry", "try-tcp-refresh", "udp-receive-buffer", "udp-send-buffer", "update-check-ksk",
        "update-quota", "use-alt-transfer-source", "use-v4-udp-ports", "use-v6-udp-ports", "v6-bias", "version",
        "zero-no-soa-ttl", "zero-no-soa-ttl-cache", "zone-statistics",
    ]
    /// Statements of a zone that decide nothing about its names.
    static let harmlessInZone = harmless.intersection([
        "allow-notify", "allow-transfer", "allow-update", "allow-update-forwarding", "also-notify",
        "alt-transfer-source",
        "alt-transfer-source-v6", "check-dup-records", "check-integrity", "check-mx", "check-mx-cname", "check-sibling",
        "check-spf", "check-srv-cname", "check-wildcard", "dialup", "dnskey-sig-validity", "dnssec-dnskey-kskonly",
        "dnssec-loadkeys-interval", "dnssec-secure-to-insecure", "dnssec-update-mode", "forward", "forwarders",
        "ixfr-from-differences", "key-directory", "masterfile-style", "max-ixfr-ratio", "max-journal-size",
        "max-records", "max-records-per-type", "max-refresh-time", "max-retry-time", "max-transfer-idle-in",
        "max-transfer-idle-out", "max-transfer-time-in", "max-transfer-time-out", "max-types-per-name", "max-zone-ttl",
        "min-refresh-time", "min-retry-time", "multi-master", "notify", "notify-delay", "notify-source",
        "notify-source-v6", "notify-to-soa", "nsec3-test-zone", "parental-source", "parental-source-v6",
        "request-expire", "request-ixfr", "serial-update-method", "sig-signing-nodes", "sig-signing-signatures",
        "sig-signing-type", "sig-validity-interval", "transfer-source", "transfer-source-v6", "try-tcp-refresh",
        "update-check-ksk", "use-alt-transfer-source", "zero-no-soa-ttl", "zone-statistics",
    ]).union(["check-names", "file", "journal", "masters", "parental-agents", "primaries", "type", "update-policy"])
    /// The types that a zone may have.
    static let types: Set<String> = [
        "delegation-only", "forward", "hint", "master", "mirror", "primary", "redirect", "secondary", "slave",
        "static-stub", "stub",
    ]
}
