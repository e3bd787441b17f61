import TextScan

/// The statements of unbound.conf that are about no name, and the values that Unbound 1.17.1 takes for them: each was given to
/// `unbound-checkconf`. Any other keyword, clause or value makes it refuse the whole file.
enum UnboundOptions {
    /// What a value has to be.
    enum Value {
        /// `yes` or `no`.
        case flag
        /// What C's `atoi` does not take for zero, or `0`.
        case number
        /// A number of octets: `50m`.
        case size
        /// A power of two.
        case power
        /// Anything, as far as is known here.
        case text
    }

    /// Whether some version of Unbound has a statement.
    static func isKnown(_ key: Span<UInt8>) -> Bool { value(key) != nil || isLater(key) }

    /// Whether versions behind 1.17 have a statement, so that a file with it is not for that one.
    static func isLater(_ key: Span<UInt8>) -> Bool { later.contains(key.octets[...]) }

    /// What the values of a statement are; nil for one that 1.17.1 does not have.
    static func value(_ key: Span<UInt8>) -> Value? { kinds[key.octets[...]] }

    /// Whether a statement may have a value.
    static func accepts(_ value: Span<UInt8>, for key: Span<UInt8>) -> Bool {
        switch self.value(key) {
        case .flag: value.equals("yes") || value.equals("no")
        case .number: value.equals("0") || leadingNumber(value) != 0 || value.count == 0 && mayBeEmpty(key)
        case .size: isSize(value)
        case .power: leadingNumber(value) > 0 && leadingNumber(value) & (leadingNumber(value) - 1) == 0
        case .text, nil: true
        }
    }

    /// The number that a text begins with, as C's `atoi` finds it; its sign is lost, and it is cut to 32 bits.
    private static func leadingNumber(_ text: Span<UInt8>) -> UInt32 {
        var index = 0
        while index < text.count, isBlank(text[index]) { index += 1 }
        let isNegative = index < text.count && text[index] == 0x2D
        if index < text.count, text[index] == 0x2D || text[index] == 0x2B { index += 1 }
        var value: UInt32 = 0
        while index < text.count, (0x30...0x39).contains(text[index]) {
            value = value &* 10 &+ UInt32(text[index] - 0x30)
            index += 1
        }
        return isNegative ? 0 &- value : value
    }

    /// Digits, perhaps with a unit behind them.
    private static func isSize(_ text: Span<UInt8>) -> Bool {
        var digits = 0
        for index in 0..<text.count {
            switch text[index] {
            case 0x30...0x39: digits += 1
            case 0x20, 0x62, 0x42: break
            case 0x6B, 0x4B, 0x6D, 0x4D, 0x67, 0x47: if digits == 0 { return false }
            default: return false
            }
        }
        return digits > 0
    }

    private static func mayBeEmpty(_ key: Span<UInt8>) -> Bool {
        key.hasPrefix("val-sig-skew-") || key.equals("val-override-date") || key.equals("val-max-restart")
            || key.equals("statistics-interval") || key.equals("shm-key")
    }

    // MARK: - Clauses

    /// Whether a statement may stand in a clause; nil where that is not known.
    static func stands(_ key: Span<UInt8>, in clause: Span<UInt8>) -> Bool? {
        guard value(key) != nil else { return nil }
        let own = owner(key)
        if clause.equals("server") { return own.isEmpty || own.contains("server") }
        for name in ["view", "stub-zone", "forward-zone", "auth-zone", "rpz", "remote-control"] as [StaticString]
        where clause.equals(name) { return own.contains(clause.string) }
        return nil
    }

    /// The clauses that a statement belongs to; none for those of the server clause alone.
    private static func owner(_ key: Span<UInt8>) -> [String] {
        if key.equals("name") { return ["view", "stub-zone", "forward-zone", "auth-zone", "rpz"] }
        for name in ["local-zone", "local-data", "local-data-ptr", "response-ip", "response-ip-data"] as [StaticString]
        where key.equals(name) { return ["server", "view"] }
        if key.equals("view-first") { return ["view"] }
        if key.hasPrefix("stub-") { return ["stub-zone"] }
        if key.hasPrefix("forward-") { return ["forward-zone"] }
        if key.hasPrefix("rpz-") || key.equals("tags") { return ["rpz"] }
        if key.hasPrefix("control-") || key.hasPrefix("server-") { return ["remote-control"] }
        for name in ["zonefile", "master", "primary", "url", "allow-notify", "for-downstream"] as [StaticString]
        where key.equals(name) { return ["auth-zone", "rpz"] }
        for name in ["for-upstream", "fallback-enabled", "zonemd-check", "zonemd-reject-absence"] as [StaticString]
        where key.equals(name) { return ["auth-zone"] }
        if key.hasPrefix("dnstap-") || key.hasPrefix("dnscrypt-") || key.hasPrefix("redis-") || key.hasPrefix("name-v")
        {
            return ["other"]
        }
        for name in ["backend", "secret-seed", "python-script", "dynlib-file"] as [StaticString] where key.equals(name)
        {
            return ["other"]
        }
        return []
    }

    // MARK: - Tables

    private static let kinds: [ArraySlice<UInt8>: Value] = {
        var table: [ArraySlice<UInt8>: Value] = [:]
        for (text, value) in [
            (flags, Value.flag), (numbers, .number), (sizes, .size), (powers, .power), (texts, .text),
        ] {
            for word in words(text) { table[word] = value }
        }
        return table
    }()

    private static let later = Set(words(laterText))

    private static func words(_ text: String) -> [ArraySlice<UInt8>] {
        text.utf8.split { $0 == 0x20 || $0 == 0x0A }.map { Array($0)[...] }
    }

    private static let flags = """
        aggressive-nsec client-subnet-always-forward control-enable deny-any disable-dnssec-lame-check
        dns64-synthall dnscrypt-enable dnstap-bidirectional dnstap-enable dnstap-log-client-query-messages
        dnstap-log-client-response-messages dnstap-log-forwarder-query-messages
        dnstap-log-forwarder-response-messages dnstap-log-resolver-query-messages
        dnstap-log-resolver-response-messages dnstap-send-identity dnstap-send-version dnstap-tls
        do-daemonize do-ip4 do-ip6 do-not-query-localhost do-tcp do-udp ede ede-serve-expired
        edns-tcp-keepalive extended-statistics fake-dsa fake-sha1 fallback-enabled for-downstream
        for-upstream forward-first forward-no-cache forward-ssl-upstream forward-tcp-upstream
        forward-tls-upstream harden-algo-downgrade harden-below-nxdomain harden-dnssec-stripped harden-glue
        harden-large-queries harden-referral-path harden-short-bufsize hide-http-user-agent hide-identity
        hide-trustanchor hide-version http-nodelay http-notls-downstream ignore-cd-flag infra-keep-probing
        insecure-lan-zones interface-automatic ip-freebind ip-ratelimit-backoff ip-transparent
        log-local-actions log-queries log-replies log-servfail log-tag-queryreply log-time-ascii
        minimal-responses pad-queries pad-responses permit-small-holddown prefer-ip4 prefer-ip6 prefetch
        prefetch-key qname-minimisation qname-minimisation-strict ratelimit-backoff root-key-sentinel
        rpz-log rpz-signal-nxdomain-ra rrset-roundrobin serve-expired serve-expired-ttl-reset
        serve-original-ttl shm-enable so-reuseport ssl-upstream statistics-cumulative
        statistics-inhibit-zero stub-first stub-no-cache stub-prime stub-ssl-upstream stub-tcp-upstream
        stub-tls-upstream tcp-upstream tls-system-cert tls-upstream tls-use-sni tls-win-cert
        trust-anchor-signaling udp-connect udp-upstream-without-downstream unblock-lan-zones use-caps-for-id
        use-syslog use-systemd val-clean-additional val-permissive-mode view-first zonemd-check
        zonemd-permissive-mode zonemd-reject-absence
        """
    private static let numbers = """
        add-holddown cache-max-negative-ttl cache-max-ttl cache-min-ttl control-port del-holddown
        delay-close dnscrypt-port edns-tcp-keepalive-timeout fast-server-permil http-max-streams https-port
        incoming-num-tcp infra-cache-max-rtt infra-cache-min-rtt infra-cache-numhosts infra-host-ttl
        ip-ratelimit ip-ratelimit-factor jostle-timeout keep-missing low-rtt-pct low-rtt-permil
        max-client-subnet-ipv4 max-client-subnet-ipv6 max-ecs-tree-size-ipv4 max-ecs-tree-size-ipv6
        max-query-restarts max-reuse-tcp-queries max-sent-count min-client-subnet-ipv4
        min-client-subnet-ipv6 num-queries-per-thread num-threads outbound-msg-retry outgoing-num-tcp
        outgoing-range outgoing-tcp-mss pad-queries-block-size pad-responses-block-size port ratelimit
        ratelimit-factor serve-expired-client-timeout serve-expired-reply-ttl serve-expired-ttl shm-key
        ssl-port statistics-interval tcp-auth-query-timeout tcp-idle-timeout tcp-mss tcp-reuse-timeout
        tls-port unwanted-reply-threshold val-bogus-ttl val-log-level val-max-restart val-override-date
        val-sig-skew-max val-sig-skew-min verbosity
        """
    private static let sizes = """
        dnscrypt-nonce-cache-size dnscrypt-shared-secret-cache-size http-query-buffer-size
        http-response-buffer-size ip-ratelimit-size key-cache-size msg-cache-size neg-cache-size
        ratelimit-size rrset-cache-size so-rcvbuf so-sndbuf stream-wait-size
        """
    private static let powers = """
        dnscrypt-nonce-cache-slabs dnscrypt-shared-secret-cache-slabs infra-cache-slabs ip-ratelimit-slabs
        key-cache-slabs msg-cache-slabs ratelimit-slabs rrset-cache-slabs
        """
    private static let texts = """
        access-control access-control-tag access-control-tag-action access-control-tag-data
        access-control-view additional-ssl-port additional-tls-port allow-notify auto-trust-anchor-file
        backend caps-exempt caps-whitelist chroot client-subnet-opcode client-subnet-zone control-cert-file
        control-interface control-key-file control-use-cert define-tag directory dlv-anchor dlv-anchor-file
        dns64-ignore-aaaa dns64-prefix dnscrypt-provider dnscrypt-provider-cert
        dnscrypt-provider-cert-rotated dnscrypt-secret-key dnstap-identity dnstap-ip dnstap-socket-path
        dnstap-tls-cert-bundle dnstap-tls-client-cert-file dnstap-tls-client-key-file dnstap-tls-server-name
        dnstap-version do-not-query-address domain-insecure dynlib-file edns-buffer-size edns-client-string
        edns-client-string-opcode fast-server-num forward-addr forward-host http-endpoint http-user-agent
        identity include include-toplevel infra-cache-lame-size infra-lame-ttl interface interface-action
        interface-automatic-ports interface-tag interface-tag-action interface-tag-data interface-view
        ip-address ip-dscp ipsecmod-allow ipsecmod-enabled ipsecmod-hook ipsecmod-ignore-bogus
        ipsecmod-max-ttl ipsecmod-strict ipsecmod-whitelist local-data local-data-ptr local-zone
        local-zone-override local-zone-tag log-identity logfile low-rtt master max-udp-size module-config
        msg-buffer-size name name-v4 name-v6 nsid outgoing-interface outgoing-port-avoid
        outgoing-port-permit pidfile primary private-address private-domain proxy-protocol-port
        python-script ratelimit-below-domain ratelimit-for-domain redis-expire-records redis-server-host
        redis-server-port redis-timeout response-ip response-ip-data response-ip-tag root-hints
        rpz-action-override rpz-cname-override rpz-log-name secret-seed send-client-subnet server-cert-file
        server-key-file ssl-cert-bundle ssl-service-key ssl-service-pem stub-addr stub-host tags
        target-fetch-policy tcp-connection-limit tls-additional-port tls-additional-ports tls-cert-bundle
        tls-ciphers tls-ciphersuites tls-service-key tls-service-pem tls-session-ticket-keys trust-anchor
        trust-anchor-file trusted-keys-file unknown-server-time-limit url username
        val-nsec3-keysize-iterations version zonefile
        """
    private static let laterText = """
        answer-cookie cache-min-negative-ttl cachedb-check-when-serve-expired cachedb-no-store cookie-secret
        cookie-secret-file disable-edns-do discard-timeout dns-error-reporting dnstap-sample-rate do-nat64
        harden-unknown-additional harden-unverified-glue ip-ratelimit-cookie iter-scrub-cname iter-scrub-ns
        iter-scrub-promiscuous iter-scrub-rrsig log-destaddr log-thread-id log-time-iso max-global-quota
        max-transfer-size max-transfer-time nat64-prefix quic-port quic-size redis-command-timeout
        redis-connect-timeout redis-logical-db redis-replica-command-timeout redis-replica-connect-timeout
        redis-replica-logical-db redis-replica-server-host redis-replica-server-password
        redis-replica-server-path redis-replica-server-port redis-replica-timeout redis-server-password
        redis-server-path sock-queue-timeout tls-protocols wait-limit wait-limit-cookie
        wait-limit-cookie-netblock wait-limit-netblock
        """
}
